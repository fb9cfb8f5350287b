"""From nothing to pool and on, through the pages alone: returned once, objected to, entered, confirmed, renewed.

And the other end: refused, and applied again.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from admissions.models import Application, Confirmation, Objection, Renewal
from admissions.services import remind_entries
from evaluators.models import AdmissionCheck, Firm
from evaluators.selectors import firm_of
from experts.models import Expert
from experts.selectors import expert_of
from foundation.accounts.models import User
from foundation.core import clock
from foundation.notices.models import Notice
from tests.factories.admissions import FIRM_FACTS, expert_facts, id_number, opened, picture
from tests.factories.assignments import PlanFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ITEMS = {
    "FIRM": ("legal_standing", "no_violation_3_years", "lead_evaluator", "proofs"),
    "EXPERT": ("title_certificate", "work_record", "no_violation_3_years"),
}
PASSWORD = "correct horse battery"


def page(name, *args):
    return reverse(f"pages:{name}", args=args)


def at(day):
    return clock.standing_at(datetime(day.year, day.month, day.day, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")))


class Walk:
    """One browser that does steps and insists on how each is answered."""

    def __init__(self, user=None):
        self.client = Client()
        if user is not None:
            self.client.force_login(User.objects.get(pk=user.pk))

    def do(self, name, /, *args, status=302, **data):
        if status == 302:
            assert self.client.get(page(name, *args)).status_code == 200, name
        response = self.client.post(page(name, *args), data)
        assert response.status_code == status, (name, response.content.decode()[:3000] if status != 302 else "")
        return response

    def read(self, name, *args):
        response = self.client.get(page(name, *args))
        assert response.status_code == 200, name
        return response.content.decode()


@pytest.fixture
def people():
    cache.clear()
    found = office()
    opened(found["bureau"])
    PlanFactory(bureau=found["bureau"], work_year=2020)
    return found


def proof(walk, code, **more):
    file = SimpleUploadedFile("证明.png", picture(), "image/png")
    walk.do("applicant-proof", code, file=file, source="演示部门", valid_to="2030-01-01", **more)


def filled_in(people, kind, username):
    """Open an account as a stranger, follow the step that the page offers next until nothing is missing."""
    walk = Walk()
    walk.do(
        "apply-open", bureau=people["bureau"].pk, kind=kind, name="申请人", username=username, password=PASSWORD,
        again=PASSWORD, website="",
    )  # fmt: skip
    assert page("applicant-facts") in walk.read("applicant-home")
    walk.do("applicant-facts", **(FIRM_FACTS if kind == "FIRM" else expert_facts(people["bureau"])))
    person = {"name": "张三丰", "id_number": id_number(1), "phone": "13900001234"}
    if kind == "FIRM":
        person |= {
            "title": "高级会计师", "certificate_number": "证1", "certificate_valid_to": "2029-12-31",
            "works_since": "2000-07-01",
        }  # fmt: skip
    walk.do("applicant-person", **person)
    for code in ITEMS[kind]:
        assert page("applicant-proof", code) in walk.read("applicant-home")
        proof(walk, code)
    walk.do("applicant-submit", status=409)
    walk.do("applicant-undertaking")
    walk.do("applicant-submit")
    return walk, Application.objects.get(applicant__username=username)


def answers(kind, **more):
    return {f"met-{code}": "yes" for code in ITEMS[kind]} | more


def told(user, code):
    return Notice.objects.filter(user=user, code=code).count()


@pytest.mark.rule("R-47")
@pytest.mark.rule("R-59")
@pytest.mark.parametrize("kind", ["FIRM", "EXPERT"])
def test_from_nothing_to_a_second_term(people, kind):
    clerk = Walk(people["clerk"])
    with at(date(2020, 6, 1)):
        applicant, row = filled_in(people, kind, "applies")
        returned(clerk, applicant, row, kind)
        announced(clerk, row, kind)
        name = row.title
        assert (name in Walk().read("apply"), id_number(1) in Walk().read("apply")) == (True, False)
    with at(date(2020, 6, 5)):
        objected(clerk, applicant, row)
    with at(date(2020, 6, 8)):
        clerk.do("application-admit", row.pk, status=409)  # the last day of the notice
    with at(date(2020, 6, 9)):
        clerk.do("application-admit", row.pk)
    entry = entered(row, kind, name)
    owner = Walk(row.applicant)
    confirmed_next_year(clerk, owner, row.applicant, entry, kind)
    renewed(clerk, owner, row.applicant, entry, kind)


def returned(clerk, applicant, row, kind):
    code = ITEMS[kind][-1]
    clerk.do("application-check", row.pk, **answers(kind, **{f"met-{code}": "no", f"remark-{code}": "扫描件不清"}))
    clerk.do("application-announce", row.pk, status=409)
    clerk.do("application-return", row.pk, reason="请补正一项")
    text = applicant.read("applicant-home")
    assert all(words in text for words in ("扫描件不清", "请补正一项"))
    proof(applicant, code)
    applicant.do("applicant-submit")
    assert told(row.applicant, "application_moved") == 1


def announced(clerk, row, kind):
    clerk.do("application-check", row.pk, **answers(kind))
    clerk.do("application-announce", row.pk)
    row.refresh_from_db()
    assert (row.announced_on, row.notice_until) == (date(2020, 6, 1), date(2020, 6, 8))


def objected(clerk, applicant, row):
    clerk.do(
        "application-objection", row.pk, raised_on="2020-06-04", raised_by="异议人甲", words="材料与事实不符"
    )  # fmt: skip
    objection = Objection.objects.get()
    text = applicant.read("applicant-home")
    assert ("材料与事实不符" in text, "异议人甲" in text) == (True, False)
    assert "异议人甲" in clerk.read("application", row.pk)
    clerk.do("application-admit", row.pk, status=409)
    clerk.do("objection-decide", objection.pk, outcome="DISMISSED", answer="经核实，材料属实")
    clerk.do("objection-decide", objection.pk, status=409, outcome="UPHELD", answer="改判")
    assert "经核实，材料属实" in applicant.read("applicant-home")
    assert (told(row.applicant, "objection_recorded"), told(row.applicant, "objection_decided")) == (1, 1)


def entered(row, kind, name):
    row.refresh_from_db()
    user = User.objects.get(pk=row.applicant.pk)
    entry = firm_of(user) if kind == "FIRM" else expert_of(user)
    assert (entry, entry.admitted_on, entry.term_ends_on) == (
        row.firm or row.expert, date(2020, 6, 9), date(2023, 6, 9),
    )  # fmt: skip
    undertaking = entry.undertakings.get()
    assert (undertaking.year, undertaking.accepted_on, undertaking.accepted_at) == (
        2020, date(2020, 6, 1), row.undertaken_at,
    )  # fmt: skip
    if kind == "FIRM":
        checks = set(AdmissionCheck.objects.values_list("is_met", "source", "valid_to"))
        assert checks == {(True, "演示部门", date(2030, 1, 1))}
        assert entry.lead_evaluators.get().certificate_valid_to == date(2029, 12, 31)
        assert name in Walk().read("public-firms")
    else:
        assert name not in Walk().read("public-firms")
    return entry


def confirmed_next_year(clerk, owner, user, entry, kind):
    record = "firm-record" if kind == "FIRM" else "expert-record"
    step = "firm-undertaking" if kind == "FIRM" else "expert-undertaking"
    listed = "unconfirmed-firms" if kind == "FIRM" else "unconfirmed-experts"
    changes = {"address": "新办公地址"} if kind == "FIRM" else {"title": "教授", "level": "SENIOR"}
    with at(date(2021, 1, 31)):
        assert entry.number in clerk.read(listed)
        remind_entries(on=date(2021, 1, 31))
        assert told(user, "confirmation_due") == 1
        assert page(step) in owner.read(record)
        owner.do(step, **changes)
        owner.do(step, status=409, **changes)
        assert (entry.number in clerk.read(listed), page(step) in owner.read(record)) == (False, False)
        row = Confirmation.objects.get()
        assert page("confirmation", row.pk) in clerk.read("bureau-home")
        assert next(iter(changes.values())) in clerk.read("confirmation", row.pk)
        clerk.do("confirmation-decline", row.pk, words="请附证明")
        assert "请附证明" in owner.read(record)
        owner.do(step, **changes)
        clerk.do("confirmation-take", row.pk, words="")
    row.refresh_from_db()
    entry.refresh_from_db()
    stands = Firm.objects.get().organisation.address if kind == "FIRM" else Expert.objects.get().title
    assert (row.status, stands) == ("TAKEN_OVER", next(iter(changes.values())))


def renewed(clerk, owner, user, entry, kind):
    noun, record = ("firm", "firm-record") if kind == "FIRM" else ("expert", "expert-record")
    with at(date(2023, 3, 1)):
        assert page(f"{noun}-renewal-ask") not in owner.read(record)
        owner.do(f"{noun}-renewal-ask", status=409)  # the window opens later
    with at(date(2023, 4, 1)):
        remind_entries(on=date(2023, 5, 10))
        assert told(user, "renewal_due") == 1
        owner.do(f"{noun}-renewal-ask", status=409)  # the year is not confirmed
        owner.do(f"{noun}-undertaking")
        assert page(f"{noun}-renewal-ask") in owner.read(record)
        owner.do(f"{noun}-renewal-ask", words="申请续期三年")
        first = Renewal.objects.get()
        assert page("renewal", first.pk) in clerk.read("bureau-home")
        clerk.do("renewal-refuse", first.pk, answer="请先补充培训")
        assert "请先补充培训" in owner.read(record)
        owner.do(f"{noun}-renewal-ask", words="")
        owner.do(f"{noun}-renewal-withdraw")
        owner.do(f"{noun}-renewal-ask", words="已补充培训")
        last = Renewal.objects.latest("pk")
        assert entry.number in clerk.read(noun, entry.number)
        clerk.do("renewal-grant", last.pk)
        clerk.do("renewal-grant", last.pk, status=409)
    entry.refresh_from_db()
    assert entry.term_ends_on == date(2026, 6, 9)
    assert list(Renewal.objects.order_by("pk").values_list("status", flat=True)) == ["REFUSED", "WITHDRAWN", "GRANTED"]


@pytest.mark.parametrize("kind", ["FIRM", "EXPERT"])
def test_refused_and_applied_again(people, kind):
    head = Walk(people["head"])
    with at(date(2020, 6, 1)):
        applicant, row = filled_in(people, kind, "refused")
        head.do("application-refuse", row.pk, reason="条件不符：年限不足")
        assert "条件不符：年限不足" in applicant.read("applicant-home")
        applicant.do("applicant-again")
        applicant.do("applicant-submit", status=409)  # the undertaking is accepted anew
        applicant.do("applicant-undertaking")
        applicant.do("applicant-submit")
    row.refresh_from_db()
    assert (row.status, row.moves.count(), row.items.filter(is_met__isnull=True).count()) == (
        "SUBMITTED", 5, len(ITEMS[kind]),
    )  # fmt: skip


@pytest.mark.rule("R-26")
def test_removed_firm_reads_from_which_day_it_may_apply_again(people):
    with at(date(2020, 6, 1)):
        applicant, row = filled_in(people, "FIRM", "first")
        clerk = Walk(people["clerk"])
        announced(clerk, row, "FIRM")
    with at(date(2020, 6, 9)):
        clerk.do("application-admit", row.pk)
    Firm.objects.update(status="REMOVED", status_since=date(2020, 7, 1))
    with at(date(2023, 6, 30)):
        walk = Walk()
        walk.do(
            "apply-open", bureau=people["bureau"].pk, kind="FIRM", name="申请人", username="again", password=PASSWORD,
            again=PASSWORD, website="",
        )  # fmt: skip
        walk.do("applicant-facts", **FIRM_FACTS)
        person = {
            "name": "张三丰",
            "id_number": id_number(2),
            "phone": "",
            "title": "会计师",
            "works_since": "2000-07-01",
        }
        walk.do("applicant-person", **person)
        for code in ITEMS["FIRM"]:
            proof(walk, code)
        walk.do("applicant-undertaking")
        refused = walk.do("applicant-submit", status=409)
        assert "2023-07-01" in refused.content.decode()
    with at(date(2023, 7, 1)):
        walk.do("applicant-submit")
    assert Application.objects.get(applicant__username="again").status == "SUBMITTED"
    assert applicant is not walk
