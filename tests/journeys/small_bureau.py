"""A section of two people and one leader, with firms, experts and a unit around it, who act through the pages alone.

The leader also answers for supervision, so that he witnesses draws: nobody else works at this bureau.
"""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from assignments import draw as pure
from assignments.models import Assignment, Draw, EvaluationPlan, EvaluationTask
from delivery.models import Commission, ReportVersion
from evaluators.models import LeadEvaluator
from experts.models import ExpertSpecialty
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.core import clock
from foundation.rulesets.rules import registered
from foundation.rulesets.services import ensure_default_rule_sets
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from reviews.models import QualityRating
from rubrics.enums import Scorer
from tests.factories.assignments import (
    ExpertFactory,
    FirmFactory,
    PersonFactory,
    ProjectFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.draws import nonce
from tests.factories.foundation import LONG_AGO, BureauFactory, RoleGrantFactory, office
from tests.factories.panels import picture, two_pages
from training.models import Course

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAST_HOUR = 17


def on(day):
    """Let the product's one clock stand on ``day`` at ten in the morning."""
    year, month, number = map(int, day.split("-"))
    return clock.standing_at(datetime(year, month, number, 10, tzinfo=SHANGHAI))


def url(page, *args, **query):
    """Return the address of a page."""
    found = reverse(f"pages:{page}", args=args)
    return f"{found}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else found


class SmallBureau:
    """Everybody with a browser of his own; each verb is a form handed in by who may hand it in."""

    def __init__(self, *, firms=6, experts=10):
        people = office(BureauFactory(name="济南市历城区财政局（演示）"))
        self.bureau = people.pop("bureau")
        self.clerk, self.head, self.leader = people["clerk"], people["head"], people["leader"]
        RoleGrantFactory(user=self.leader, role=Role.SUPERVISOR)
        self.former, self.present = ensure_default_rule_sets(bureau=self.bureau, by=self.head)
        self.firms = [FirmFactory(bureau=self.bureau) for _number in range(firms)]
        for firm in self.firms:
            LeadEvaluator.objects.create(
                firm=firm, person=PersonFactory(bureau=self.bureau), title="高级会计师", works_since=LONG_AGO,
                started_on=LONG_AGO,
            )  # fmt: skip
        self.node = Node.objects.create(
            bureau=self.bureau, tree=TreeKind.SPECIALTY, level=1, code="01", name="财务", path="01"
        )
        self.experts = [ExpertFactory(bureau=self.bureau) for _number in range(experts)]
        for expert in self.experts:
            ExpertSpecialty.objects.create(expert=expert, node=self.node, is_main=True)
        self.unit = UnitFactory(bureau=self.bureau)
        self.below = UnitFactory(bureau=self.bureau, superior=self.unit)
        self.others = [UnitFactory(bureau=self.bureau) for _number in range(3)]
        self.project = ProjectFactory(unit=self.others[2])
        self.users = {firm.pk: firm_user(firm) for firm in self.firms}
        self.sitting = {expert.pk: expert_user(expert) for expert in self.experts}
        self.unit_people = {unit.pk: unit_user(unit) for unit in (self.unit, *self.others)}
        self.browsers = {}

    def browser(self, user):
        """Return the browser in which ``user`` is signed in."""
        if user.pk not in self.browsers:
            self.browsers[user.pk] = Client()
            self.browsers[user.pk].force_login(user)
        return self.browsers[user.pk]

    def see(self, user, address):
        """Open a page; return its answer."""
        page = self.browser(user).get(address)
        assert page.status_code == 200, (user, address, page.status_code)
        return page

    def do(self, user, address, data=None, *, status=302):
        """Open a form and hand it in; return the answer."""
        self.see(user, address)
        answer = self.browser(user).post(address, data or {})
        form = answer.context["form"] if answer.context and "form" in answer.context else None
        assert answer.status_code == status, (address, answer.status_code, form.errors if form else answer.content)
        return answer

    def refused(self, user, address, data):
        """Hand in a form that a rule refuses; return the sentence and the source that the page shows."""
        page = self.do(user, address, data, status=409)
        refusal = page.context["form"].refusal
        assert escape(refusal.message) in page.content.decode()
        if refusal.source:
            assert escape(refusal.source) in page.content.decode()
        return SimpleNamespace(code=refusal.code, words=refusal.message, source=refusal.source)

    def agreed(self, *deciders):
        """Let each take his step of the newest approval from its page."""
        approval = Approval.objects.filter(bureau=self.bureau, status="PENDING").latest("pk")
        for who in deciders or (self.head, self.leader):
            self.do(who, url("approval-agree", approval.pk), {"words": "同意"})
        approval.refresh_from_db()
        assert approval.status == "AGREED"

    def promise(self, *, firms=(), experts=()):
        """Let firms and experts accept the undertaking of the year."""
        for firm in firms:
            self.do(self.users[firm.pk], url("firm-undertaking"))
        for expert in experts:
            self.do(self.sitting[expert.pk], url("expert-undertaking"))

    def work_in(self, user, year):
        """Choose the work year in the strip."""
        self.browser(user).post(url("work-year"), {"year": year, "next": "/"})

    def plan(self, year):
        """Return the plan of a year."""
        return EvaluationPlan.objects.get(bureau=self.bureau, work_year=year)

    def issue(self, year, number):
        """Take the plan from the first draft to its letter number."""
        plan = self.plan(year)
        self.work_in(self.clerk, year)
        for step in ("DRAFT", "CO_SIGN", "TABLE"):
            self.do(self.clerk, url("plan-move", plan.pk, step))
        self.do(self.clerk, url("plan-submit", plan.pk))
        self.agreed()
        self.do(self.clerk, url("plan-issue", plan.pk), {"letter_number": number})

    def add(self, title, unit, *, kind="KEY_PROJECT", executor="FIRM", year=2020, fee="12", status=302, **more):
        """Add a task to the plan of ``year``; return it, or the page that refuses it."""
        self.work_in(self.clerk, year)
        data = {
            "kind": kind, "unit": unit.pk, "title": title, "executor": executor, "budget_year": year - 1,
            "amount": "100", "fee_limit": fee if executor == "FIRM" else "",
        } | more  # fmt: skip
        if status != 302:
            return self.refused(self.clerk, url("task-add"), data)
        self.do(self.clerk, url("task-add"), data)
        return EvaluationTask.objects.filter(bureau=self.bureau).latest("pk")

    def route(self, task, route, **more):
        """Choose the route."""
        data = {"fee_limit": "12", "route": route, "reason": "前期资料完备" if route == "DIRECT" else ""}
        self.do(self.clerk, url("task-route", task.number), data | more)

    def answer(self, task, party, *, day=""):
        """Return what the page of eligibility says of one firm: eligible or not, by which rules, from which day on."""
        query = {"q": party.number} | ({"on": day} if day else {})
        return self._answer(url("eligibility-firm", task.number, **query))

    def panel_answer(self, review, party, *, day=""):
        """Return what the page of eligibility says of one expert."""
        query = {"q": party.number} | ({"on": day} if day else {})
        return self._answer(url("eligibility-panel", review.pk, **query))

    def _answer(self, address):
        page = self.see(self.clerk, address)
        (line,) = page.context["lines"]
        html, rules = page.content.decode(), registered()
        for refusal in line.answer.refusals:
            assert escape(refusal.message) in html
            assert escape(refusal.source) in html
        keys = [refusal.facts["rule"] for refusal in line.answer.refusals]
        return SimpleNamespace(
            is_eligible=line.answer.is_eligible,
            codes=[refusal.code for refusal in line.answer.refusals],
            rules=[rules[key].number for key in keys if key],
            words=" ".join(refusal.message for refusal in line.answer.refusals),
            sources=[refusal.source for refusal in line.answer.refusals],
            free_on=line.answer.free_on,
            rule_set=page.context["rule_set"],
        )

    def draw(self, task):
        """Draw the firm of a task: clerk and leader, each in his own browser; return the draw and the firm."""
        self.do(
            self.clerk,
            url("draw-firm", task.number),
            {"witness": self.leader.pk, "algorithm": "gongping-1", "profile": "I"},
        )
        return self._drawn(Draw.objects.get(task=task))

    def draw_panel(self, review):
        """Draw three experts."""
        data = {
            "witness": self.leader.pk,
            "algorithm": "gongping-1",
            "profile": "I",
            "node_1": self.node.pk,
            "count_1": 3,
        }
        self.do(self.clerk, url("draw-panel", review.pk), data)
        return self._drawn(Draw.objects.get(re_review=review))

    def _drawn(self, draw):
        parties = (("operator", self.clerk), ("witness", self.leader))
        self.do(self.clerk, url("draw-freeze", draw.number), {"ratio_confirmed": "on"})
        draw.refresh_from_db()
        for party, user in parties:
            value = pure.commitment(draw.commitment, party, nonce(party))
            assert self.browser(user).post(url("draw-commit", draw.number), {"commitment": value}).status_code == 302
        for party, user in parties:
            assert self.browser(user).post(url("draw-reveal", draw.number), {"nonce": nonce(party)}).status_code == 302
        draw.refresh_from_db()
        assert draw.status == "DRAWN"
        return draw

    def compare(self, task, chosen, *others):
        """Record three offers; the first is the lowest and wins."""
        data = {"chosen": "1", "reason": ""}
        for place, firm in enumerate((chosen, *others), 1):
            data |= {f"firm_{place}": firm.pk, f"fee_{place}": str(9 + place)}
        self.do(self.clerk, url("task-compare", task.number), data)

    def appoint(self, task, firm):
        """Appoint a firm directly, with both approvals."""
        self.route(task, "DIRECT")
        self.do(self.clerk, url("task-appoint", task.number), {"firm": firm.pk, "reason": "前期资料完备"})
        self.agreed()

    def firm_of(self, task):
        """Return the firm that has the task, and who acts for it."""
        firm = Assignment.objects.get(task=task, firm__isnull=False).firm
        return firm, self.users[firm.pk]

    def commission(self, task, *, due_on, letter_number=""):
        """Call the firm, let it answer and declare; draft, agree, send and accept the letter."""
        firm, user = self.firm_of(task)
        seat = Assignment.objects.get(task=task, firm=firm)
        self.do(self.clerk, url("call", seat.pk), {"outcome": "CALL_BACK"})
        self.do(user, url("firm-answer", task.number), {"answer": "yes"})
        self.do(user, url("firm-declare", task.number), {"has_conflict": "no"})
        lead = LeadEvaluator.objects.get(firm=firm)
        terms = {"lead_evaluator": lead.pk, "fee": "10", "due_on": due_on, "letter_number": letter_number}
        self.do(self.clerk, url("commission-new", task.number), terms)
        self.agreed()
        self.do(self.clerk, url("commission-send", task.number), {"way": "ELECTRONIC"})
        self.do(user, url("firm-accept", task.number), {"contract_number": f"H-{task.pk}"})
        return Commission.objects.get(task=task)

    def hand_in(self, task, kind):
        """Let the firm hand a version in; return it."""
        _firm, user = self.firm_of(task)
        file = SimpleUploadedFile("报告.pdf", two_pages() + f"%{task.pk}{kind}".encode())
        self.do(user, url("firm-deliver", task.number), {"kind": kind, "file": file, "internally_reviewed_by": "李静"})
        return ReportVersion.objects.filter(task=task, kind=kind).latest("pk")

    def start(self, task):
        """From the work plan to the fieldwork."""
        _firm, user = self.firm_of(task)
        self.hand_in(task, "WORK_PLAN")
        self.do(self.clerk, url("unit-notify", task.number))
        self.do(user, url("firm-start", task.number))

    def submit(self, task):
        """From the fieldwork to the version for review, with the unit's comment answered."""
        self.hand_in(task, "DRAFT")
        self.do(self.clerk, url("comments-ask", task.number))
        self.hand_in(task, "SUBMITTED")

    def review(self, task, share):
        """Open the expert review, draw its panel; three experts read and score ``share`` of each item."""
        today = clock.today()
        data = {"kind": "REPORT", "panel_size": "3", "due_on": (today + timedelta(days=14)).isoformat()}
        self.do(self.clerk, url("re-review-open", task.number), data)
        review = task.re_reviews.latest("pk")
        draw = self.draw_panel(review)
        seats = list(Assignment.objects.filter(draw=draw).select_related("expert").order_by("pk"))
        for seat in seats:
            user = self.sitting[seat.expert_id]
            self.do(self.clerk, url("call", seat.pk), {"outcome": "CALL_BACK"})
            self.do(user, url("seat-answer", seat.pk), {"answer": "yes"})
            self.do(user, url("seat-declare", seat.pk), {"has_conflict": "no"})
        self.do(self.clerk, url("re-review-begin", review.number))
        for seat in seats:
            self.do(self.sitting[seat.expert_id], url("reader", seat.pk), self._opinion(task, share))
        first = self.sitting[seats[0].expert_id]
        self.do(first, url("panel-write", seats[0].pk), {"words": "报告已审。"})
        for seat in seats:
            self.do(self.sitting[seat.expert_id], url("panel-sign", seat.pk), {"agrees": "yes"})
        return [seat.expert for seat in seats]

    def _opinion(self, task, share):
        version = Commission.objects.get(task=task).rubric_version
        found = {"conclusion": "见问题清单", "submit": "1", "scan": SimpleUploadedFile("签名.png", picture())}
        for item in version.items.filter(scorer=Scorer.EXPERT):
            found[f"score-{item.code}"] = str(int(item.weight_hundredths * share) / 100)
            found |= {f"reason-{item.code}": "依据不足", f"page-{item.code}": "2"}
        return found | {"finding-page-1": "2", "finding-severity-1": "MAJOR", "finding-words-1": "数字不符"}

    def finish(self, task):
        """From the panel to the accepted final report."""
        _firm, user = self.firm_of(task)
        final = self.hand_in(task, "FINAL")
        sign = {"way": "WET_SCAN", "scan": SimpleUploadedFile("签字.png", picture())}
        self.do(user, url("firm-sign", final.pk), sign)
        self.do(self.clerk, url("report-accept", task.number))

    def rate(self, task, share):
        """From the section's points to the final rating, which the firm accepts without an appeal."""
        _firm, user = self.firm_of(task)
        version = Commission.objects.get(task=task).rubric_version
        points = {}
        for item in version.items.exclude(scorer=Scorer.EXPERT):
            points[f"score-{item.code}"] = str(int(item.weight_hundredths * share) / 100)
            points[f"reason-{item.code}"] = "底稿不全"
        self.do(self.clerk, url("rating-section", task.number), points)
        self.do(self.clerk, url("rating-compute", task.number))
        self.do(self.head, url("rating-confirm", task.number))
        self.agreed(self.leader)
        self.do(self.clerk, url("rating-tell", task.number))
        self.do(user, url("firm-rating-accept", task.number))
        self.do(self.head, url("rating-finalise", task.number))
        return QualityRating.objects.get(task=task)

    def train(self, experts, held_on, hours="20"):
        """Hold a course for the pool and enter who attended."""
        self.do(self.clerk, url("course-add"), {"title": "绩效评价业务培训", "audience": "EXPERTS", "hours": hours})
        course = Course.objects.filter(bureau=self.bureau).latest("pk")
        self.do(self.clerk, url("session-add", course.pk), {"held_on": held_on, "place": "第一会议室"})
        persons = [expert.person_id for expert in experts]
        self.do(self.clerk, url("attendance", course.sessions.get().pk), {"persons": persons})

    def violate(self, firm, words):
        """Let the head record a heavy violation of a firm."""
        given = {"code": "heavy", "occurred_on": clock.today().isoformat(), "step": "", "words": words}
        self.do(self.head, url("firm-violation", firm.number), given)


def day(text):
    """Return a day."""
    return date.fromisoformat(text)
