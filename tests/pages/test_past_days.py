"""Each fact that changed, on the page of a firm or an expert: what held on the asked day stands there, nothing of later."""

import html
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from admissions.models import Confirmation, Renewal
from appraisals.models import FirmAppraisal, Sanction
from assignments.enums import TaskStatus
from assignments.models import TaskMove
from credit.models import CreditEvent, EventReply
from delivery.models import LeadEvent
from evaluators.models import Branch, FirmStanding, FirmTerm, LeadEvaluator, Practitioner, Qualification
from experts.models import ExpertSpecialty, ExpertStanding, FormerTitle, StandingRecusal, Unavailability
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.services import NodeDraft, add_nodes, merge_node, rename_node
from parties.models import Contact, Employment, FormerName, FormerPersonName, PersonTie, Relationship
from reviews.enums import ReportGrade
from reviews.models import EarlierRating
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmAssignmentFactory,
    FirmFactory,
    OrganisationFactory,
    PersonFactory,
    TaskFactory,
    expert_user,
    firm_user,
)
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory
from tests.factories.disclosure import make_rating
from tests.factories.foundation import LONG_AGO, office
from training.models import Attendance, Course, Session

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 12, 21, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, EARLY, THEN, LATER = NOON.date(), date(2020, 3, 1), date(2020, 6, 30), date(2020, 7, 1)
SAID = "2020年7月1日"


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def world():
    people = office()
    bureau = people["bureau"]
    return SimpleNamespace(
        people=people, bureau=bureau, clerk=people["clerk"], firm=FirmFactory(bureau=bureau, staff_count=47),
        expert=ExpertFactory(bureau=bureau),
    )  # fmt: skip


def renamed(body, old="旧名称", new="新名称"):
    body.name = new
    body.save(update_fields=["name"])
    FormerName.objects.create(organisation=body, name=old, until_on=LATER)
    return body


def renamed_person(person, old="旧姓名", new="新姓名"):
    person.name = new
    person.save(update_fields=["name"])
    FormerPersonName.objects.create(person=person, name=old, until_on=LATER)
    return person


def trained(world, person):
    course = Course.objects.create(bureau=world.bureau, title="绩效培训", audience="STAFF", hours_tenths=40)
    for day, tenths in ((EARLY, 30), (date(2020, 10, 1), 40)):
        session = Session.objects.create(course=course, held_on=day, place="局")
        Attendance.objects.create(session=session, person=person, hours_tenths=tenths, recorded_by=world.clerk)


def lead_of(world, **facts):
    return LeadEvaluatorFactory(firm=world.firm, **facts)


def commission_of(world, lead, *, until=None):
    task = TaskFactory(bureau=world.bureau, plan__bureau=world.bureau, status=TaskStatus.COMMISSIONED, moves=False)
    TaskMove.objects.all().update(moved_on=EARLY)
    seat = FirmAssignmentFactory(task=task, firm=world.firm, assigned_on=EARLY)
    return CommissionFactory(
        task=task, assignment=seat, lead_evaluator=lead, sent_on=EARLY, accepted_on=EARLY, ended_on=until
    )


def load_that_ended(world):
    commission_of(world, lead_of(world), until=LATER)


def load_of_an_accepted_task(world):
    row = commission_of(world, lead_of(world))
    TaskMove.objects.create(
        task=row.task, action="ACCEPT", status=TaskStatus.ACCEPTED, moved_on=LATER, moved_by=world.clerk
    )
    row.task.status = TaskStatus.ACCEPTED
    row.task.save(update_fields=["status"])


def load_passed_on(world):
    """Return the words of the former lead evaluator's line: he led until the change was agreed."""
    former, heir = lead_of(world, person__name="甲某"), lead_of(world, person__name="乙某", ended_on=EARLY)
    row = commission_of(world, heir)
    LeadEvent.objects.create(
        commission=row, kind="CHANGE", status="AGREED", before=former, after=heir, reason="调离", happened_on=EARLY,
        entered_by=world.clerk, entered_on=EARLY, decided_on=LATER,
    )  # fmt: skip


def firm_trained(world):
    trained(world, lead_of(world).person)


def staff_trained(world):
    person = PersonFactory(bureau=world.bureau)
    Practitioner.objects.create(firm=world.firm, person=person, started_on=LONG_AGO)
    trained(world, person)


def admitted_later(world):
    FirmStanding.objects.all().delete()
    FirmStanding.objects.create(firm=world.firm, status="APPLIED", started_on=LONG_AGO, ended_on=LATER)
    FirmStanding.objects.create(firm=world.firm, status="ACTIVE", started_on=LATER)
    world.firm.admitted_on, world.firm.term_ends_on = LATER, date(2023, 7, 1)
    world.firm.save()


def admitted_again(world):
    FirmStanding.objects.all().delete()
    FirmStanding.objects.create(firm=world.firm, status="ACTIVE", started_on=date(2019, 2, 3), ended_on=THEN)
    FirmStanding.objects.create(firm=world.firm, status="ACTIVE", started_on=LATER)
    world.firm.admitted_on = LATER
    world.firm.save()


def expert_admitted_later(world):
    ExpertStanding.objects.all().delete()
    ExpertStanding.objects.create(expert=world.expert, status="APPLIED", started_on=LONG_AGO, ended_on=LATER)
    ExpertStanding.objects.create(expert=world.expert, status="ACTIVE", started_on=LATER)
    world.expert.admitted_on, world.expert.term_ends_on = LATER, date(2023, 7, 1)
    world.expert.save()


def in_the_pool_too(world):
    Practitioner.objects.create(firm=world.firm, person=world.expert.person, started_on=LONG_AGO)
    ExpertStanding.objects.update(ended_on=LATER)
    ExpertStanding.objects.create(expert=world.expert, status="LEFT", started_on=LATER)
    world.expert.status = "LEFT"
    world.expert.save()


def contact_followed(world):
    facts = {"bureau": world.bureau, "of": "FIRM", "organisation": world.firm.organisation, "duty": "项目负责人"}
    Contact.objects.create(name="旧联系人", started_on=LONG_AGO, ended_on=LATER, **facts)
    Contact.objects.create(name="新联系人", started_on=LATER, **facts)


def branch_ended(world):
    Branch.objects.create(firm=world.firm, name="分所", started_on=LONG_AGO, ended_on=LATER)


def paper_of_a_renamed_lead(world):
    lead = lead_of(world)
    renamed_person(lead.person)
    Qualification.objects.create(firm=world.firm, lead=lead, name="证", number="1", issuer="厅", valid_from=LONG_AGO)


def paper_handed_in(world):
    Qualification.objects.create(
        firm=world.firm, name="新交的资质", number="1", issuer="厅", valid_from=LONG_AGO, status="HANDED_IN"
    )


def sanctioned(world, **party):
    return Sanction.objects.create(
        bureau=world.bureau, kind="SUSPENSION", status="ENDED", months=3, started_on=date(2020, 2, 1),
        ends_on=date(2020, 5, 1), ended_on=LATER, lifted_on=LATER, needs_application=True, reason="迟交",
        proposed_by=world.clerk, decided_by=world.clerk, proposed_on=date(2020, 1, 10), **party,
    )  # fmt: skip


def firm_sanctioned(world):
    sanctioned(world, firm=world.firm)


def expert_sanctioned(world):
    sanctioned(world, expert=world.expert)


def confirmed(world, **party):
    Confirmation.objects.create(
        bureau=world.bureau, year=2020, status="TAKEN_OVER", changes={"phone": "13900000000"}, confirmed_on=EARLY,
        confirmed_by=world.clerk, answer="已更新登记", decided_on=LATER, **party,
    )  # fmt: skip


def firm_confirmed(world):
    confirmed(world, firm=world.firm)


def expert_confirmed(world):
    confirmed(world, expert=world.expert)


def renewed(world):
    Renewal.objects.create(
        bureau=world.bureau, firm=world.firm, status="GRANTED", words="申请续期", asked_on=EARLY,
        asked_by=world.clerk, answer="同意续期", decided_on=LATER,
    )  # fmt: skip


def asked_to_renew_later(world):
    facts = {"bureau": world.bureau, "words": "申请续期", "asked_by": world.clerk}
    Renewal.objects.create(expert=world.expert, asked_on=LATER, **facts)


def related(world):
    other = renamed(OrganisationFactory(bureau=world.bureau))
    Relationship.objects.create(
        subject=world.firm.organisation, kind="ADVISED", other=other, started_on=EARLY, ended_on=date(2020, 9, 9)
    )


def score_opened_again(world):
    rating = make_rating(world.people, firm=world.firm, score="90", grade=ReportGrade.EXCELLENT)
    rating.final_on = date(2020, 11, 10)
    rating.save()
    EarlierRating.objects.create(
        rating=rating, round=1, status="FINAL", raw="71.5", final="71.5", grade=ReportGrade.QUALIFIED, final_on=EARLY,
        reason="意见作废", reopened_by=world.clerk, reopened_on=LATER,
    )  # fmt: skip


def event_of(world, **facts):
    return CreditEvent.objects.create(
        bureau=world.bureau, kind="VIOLATION", code="light", points=-10, occurred_on=EARLY, expires_on=date(2021, 3, 1),
        words="迟交", recorded_by=world.clerk, reply_until=date(2020, 7, 5), **facts,
    )  # fmt: skip


def event_replied(world):
    event = event_of(world, organisation=world.firm.organisation)
    EventReply.objects.create(
        event=event, words="我方说明", given_by=world.clerk, given_on=LATER, outcome="UPHELD", answer="不予采纳",
        answered_by=world.clerk, answered_on=LATER,
    )  # fmt: skip


def bar_carried(world):
    old = FirmFactory(bureau=world.bureau)
    renamed(old.organisation)
    world.firm.carried_bars.create(predecessor=old, status="SUSPENDED", started_on=EARLY, ends_on=date(2022, 1, 1))


FIRM = [
    ("load_that_ended", load_that_ended, "people", "1／", "0／"),
    ("load_of_an_accepted_task", load_of_an_accepted_task, "people", "1／", "0／"),
    ("hours_of_a_lead", firm_trained, "people", "|3|", "|7|"),
    ("hours_of_the_staff", staff_trained, "people", "|3|", "|7|"),
    ("admitted_on", admitted_later, "record", "", SAID),
    ("admitted_again", admitted_again, "record", "2019年2月3日", SAID),
    ("in_the_pool_too", in_the_pool_too, "people", "在库", "自愿退出"),
    ("contacts", contact_followed, "people", "旧联系人", "新联系人"),
    ("branch_ended", branch_ended, "people", "—", SAID),
    ("paper_of_a_renamed_lead", paper_of_a_renamed_lead, "people", "旧姓名", "新姓名"),
    ("paper_handed_in", paper_handed_in, "people", "", "新交的资质"),
    ("sanction", firm_sanctioned, "years", "2020年5月1日", SAID),
    ("confirmation", firm_confirmed, "years", "已申报变更", "已更新登记"),
    ("renewal", renewed, "years", "已申请", "同意续期"),
    ("relation", related, "identity", "旧名称", "新名称"),
    ("relation_ended", related, "identity", "旧名称", "2020年9月9日"),
    ("staff_declared", lambda _world: None, "identity", "仅在今日页面显示", "|47|"),
    ("score", score_opened_again, "record", "71.5", "90.0"),
    ("reply", event_replied, "record", "2020年7月5日", "维持"),
    ("carried_bar", bar_carried, "record", "旧名称", "新名称"),
]


def post_in_a_renamed_firm(world):
    renamed(world.firm.organisation)
    LeadEvaluator.objects.create(
        firm=world.firm, person=world.expert.person, title="", works_since=LONG_AGO, started_on=LONG_AGO
    )


def kin(world):
    other = renamed_person(PersonFactory(bureau=world.bureau))
    PersonTie.objects.create(first=world.expert.person, second=other, kind="SPOUSE", started_on=EARLY)


def kin_known_later(world):
    other = PersonFactory(bureau=world.bureau, name="后来的亲属")
    PersonTie.objects.create(first=world.expert.person, second=other, kind="SPOUSE", started_on=LATER)


def recusal(world):
    body = renamed(OrganisationFactory(bureau=world.bureau))
    StandingRecusal.objects.create(expert=world.expert, organisation=body, reason="旧识", started_on=EARLY)


def away_later(world):
    Unavailability.objects.create(
        expert=world.expert, started_on=date(2020, 8, 1), ended_on=date(2020, 8, 9), words="后来的出差"
    )


def employer_renamed(world):
    body = renamed(OrganisationFactory(bureau=world.bureau))
    Employment.objects.create(person=world.expert.person, organisation=body, started_on=EARLY)


def seated(world):
    ExpertAssignmentFactory(
        bureau=world.bureau, expert=world.expert, assigned_on=EARLY, status="SIGNED",
        answered_at=datetime(2020, 7, 2, tzinfo=UTC),
    )  # fmt: skip


def expert_trained(world):
    trained(world, world.expert.person)


def nodes_of(world):
    drafts = [NodeDraft("A", "财政"), NodeDraft("A1", "绩效", "A"), NodeDraft("A11", "旧专业", "A1"),
              NodeDraft("A12", "另一专业", "A1")]  # fmt: skip
    made = add_nodes(bureau=world.bureau, tree=TreeKind.SPECIALTY, drafts=drafts, by=world.clerk, on=LONG_AGO)
    found = {node.code: node for node in made}
    ExpertSpecialty.objects.create(expert=world.expert, node=found["A11"], is_main=True, started_on=LONG_AGO)
    return found


def specialty_renamed(world):
    rename_node(node=nodes_of(world)["A11"], name="新专业", by=world.clerk, on=LATER)


def expert_replied(world):
    event = event_of(world, person=world.expert.person)
    EventReply.objects.create(
        event=event, words="本人说明", given_by=world.clerk, given_on=LATER, outcome="UPHELD", answer="不予采纳",
        answered_by=world.clerk, answered_on=LATER,
    )  # fmt: skip


EXPERT = [
    ("admitted_on", expert_admitted_later, "ties", "", SAID),
    ("post_in_a_renamed_firm", post_in_a_renamed_firm, "ties", "旧名称", "新名称"),
    ("kin_renamed", kin, "ties", "旧姓名", "新姓名"),
    ("kin_known_later", kin_known_later, "ties", "", "后来的亲属"),
    ("recusal", recusal, "ties", "旧名称", "新名称"),
    ("employer_renamed", employer_renamed, "ties", "旧名称", "新名称"),
    ("away", away_later, "ties", "", "后来的出差"),
    ("telephone", lambda _world: None, "ties", "仅在今日页面显示", "|电话|"),
    ("seat", seated, "work", "状态见今日页面", "已签字"),
    ("hours", expert_trained, "work", "2020年已修3学时", "2020年已修7学时"),
    ("specialty_renamed", specialty_renamed, "ties", "旧专业", "新专业"),
    ("sanction", expert_sanctioned, "standing", "2020年5月1日", SAID),
    ("confirmation", expert_confirmed, "standing", "已申报变更", "已更新登记"),
    ("renewal", asked_to_renew_later, "standing", "", "申请续期"),
    ("reply", expert_replied, "work", "2020年7月5日", "维持"),
]


def shown(client, address, **asked):
    response = client.get(address, asked)
    assert response.status_code == 200
    return re.sub(r"(\s*<[^>]+>\s*)+", "|", html.unescape(response.content.decode()))


def told(client, world, noun, tab, day):
    """Return the page of the day; today's without a day."""
    client.force_login(world.clerk)
    number = getattr(world, noun).number
    asked = {} if day == TODAY else {"on": day.isoformat()}
    return shown(client, reverse(f"pages:{noun}", args=[number]), tab=tab, **asked)


@pytest.mark.parametrize(("change", "tab", "before", "after"), [row[1:] for row in FIRM], ids=[row[0] for row in FIRM])
def test_page_of_a_firm_tells_what_held_on_the_day(client, world, change, tab, before, after):
    change(world)

    then, now = told(client, world, "firm", tab, THEN), told(client, world, "firm", tab, TODAY)

    assert (before in then, after in then, after in now) == (True, False, True)


@pytest.mark.parametrize(
    ("change", "tab", "before", "after"), [row[1:] for row in EXPERT], ids=[row[0] for row in EXPERT]
)
def test_page_of_an_expert_tells_what_held_on_the_day(client, world, change, tab, before, after):
    change(world)

    then, now = told(client, world, "expert", tab, THEN), told(client, world, "expert", tab, TODAY)

    assert (before in then, after in then, after in now) == (True, False, True)


def test_load_of_a_day_is_counted_for_who_led_then(client, world):
    load_passed_on(world)

    then, now = told(client, world, "firm", "people", THEN), told(client, world, "firm", "people", TODAY)

    assert ("1／" in then, "1／" in now, "甲某" in then, "乙某" in then) == (True, False, True, False)


def test_term_that_was_given_later_is_not_told_of_a_day_before(client, world):
    admitted_later(world)
    FirmTerm.objects.create(firm=world.firm, decided_on=LATER, ends_on=date(2023, 7, 1))

    then, now = told(client, world, "firm", "record", THEN), told(client, world, "firm", "record", TODAY)

    assert ("2023年7月1日" in then, "2023年7月1日" in now) == (False, True)


def test_event_that_was_voided_later_counts_on_no_day_and_says_since_when(client, world):
    event_of(world, organisation=world.firm.organisation, voided_on=LATER, void_reason="查无此事")

    then = told(client, world, "firm", "record", THEN)

    assert (f"{SAID}起作废" in then, "0分" in then) == (True, True)


def test_list_of_experts_names_specialties_as_they_were_called(client, world):
    found = nodes_of(world)
    merge_node(node=found["A11"], into=found["A12"], by=world.clerk, on=LATER)
    client.force_login(world.clerk)

    names = [client.get(reverse("pages:experts"), asked).context["object_list"][0].main_specialty
             for asked in ({"on": THEN.isoformat()}, {"on": LATER.isoformat()}, {})]  # fmt: skip

    assert names == ["旧专业", "另一专业", "另一专业"]


def test_directory_names_the_bodies_of_its_day(client, world):
    contact_followed(world)
    renamed(world.firm.organisation)
    client.force_login(world.clerk)

    then, now = (shown(client, reverse("pages:contacts"), **asked) for asked in ({"on": THEN.isoformat()}, {}))

    assert ("旧名称" in then, "新名称" in then, "旧名称" in now, "新名称" in now) == (True, False, False, True)


def test_what_does_not_fit_about_a_lead_is_asked_of_the_tasks_of_the_day(client, world):
    lead = lead_of(world, person__name="甲某", ended_on=EARLY)
    commission_of(world, lead, until=LATER)
    client.force_login(world.clerk)
    address = reverse("pages:lead-findings")

    assert ("甲某" in shown(client, address, on=THEN.isoformat()), "甲某" in shown(client, address)) == (True, False)


def test_firm_and_expert_read_their_own_replies_and_sanctions_of_the_day(client, world):
    for noun, party, user in (("firm", world.firm, firm_user), ("expert", world.expert, expert_user)):
        sanctioned(world, **{noun: party})
        client.force_login(user(party))
        then, now = (
            shown(client, reverse(f"pages:{noun}-credit"), **asked) for asked in ({"on": THEN.isoformat()}, {})
        )

        assert ("2020年5月1日" in then, SAID in then, SAID in now) == (True, False, True)


def happened_later(world):
    event_of(world, organisation=world.firm.organisation)
    CreditEvent.objects.update(occurred_on=LATER)


def year_confirmed_later(world):
    FirmAppraisal.objects.create(
        bureau=world.bureau, firm=world.firm, year=2019, standing="ASSESSED", points_hundredths=8765, parts=[],
        confirmed_on=LATER, confirmed_by=world.clerk,
    )  # fmt: skip


def term_given_later(world):
    admitted_later(world)
    FirmTerm.objects.create(firm=world.firm, decided_on=LATER, ends_on=date(2023, 7, 1))


def undertaken_later(world):
    world.firm.undertakings.all().delete()
    world.firm.undertakings.create(year=2020, text_version="1", accepted_on=LATER)


def asked_for_a_specialty(world):
    world.expert.specialty_asks.create(
        node=nodes_of(world)["A12"], change="ADD", reason="考取证书", status="REFUSED", asked_by=world.clerk,
        asked_on=EARLY, decided_by=world.clerk, decided_on=LATER, words="证书不符",
    )  # fmt: skip


def specialty_ended(world):
    nodes_of(world)
    ExpertSpecialty.objects.update(ended_on=LATER)


def employer_left(world):
    body = OrganisationFactory(bureau=world.bureau)
    Employment.objects.create(person=world.expert.person, organisation=body, started_on=EARLY, ended_on=LATER)


def titled_later(world):
    FormerTitle.objects.create(expert=world.expert, title="旧职称", title_level="SENIOR", until_on=LATER)
    world.expert.title = "新职称"
    world.expert.save(update_fields=["title"])


OWN = [
    ("load", "firm", load_that_ended, "1／", "0／"),
    ("hours_of_a_lead", "firm", firm_trained, "|3|", "|7|"),
    ("hours_of_the_staff", "firm", staff_trained, "|3|", "|7|"),
    ("paper_of_a_renamed_lead", "firm", paper_of_a_renamed_lead, "旧姓名", "新姓名"),
    ("paper_handed_in", "firm", paper_handed_in, "", "新交的资质"),
    ("sanction", "firm", firm_sanctioned, "2020年5月1日", SAID),
    ("confirmation", "firm", firm_confirmed, "已申报变更", "已更新登记"),
    ("renewal", "firm", renewed, "已申请", "同意续期"),
    ("interest", "firm", related, "旧名称", "新名称"),
    ("interest_ended", "firm", related, "旧名称", "2020年9月9日"),
    ("event", "firm", happened_later, "", SAID),
    ("year", "firm", year_confirmed_later, "", "87.65"),
    ("term", "firm", term_given_later, "", "2023年7月1日"),
    ("undertaking", "firm", undertaken_later, "未签订", "已接受"),
    ("kind", "firm", lambda _world: None, "类别不按日期留存", "咨询机构"),
    ("kin_renamed", "expert", kin, "旧姓名", "新姓名"),
    ("kin_known_later", "expert", kin_known_later, "", "后来的亲属"),
    ("recusal", "expert", recusal, "旧名称", "新名称"),
    ("employer_renamed", "expert", employer_renamed, "旧名称", "新名称"),
    ("employer_left", "expert", employer_left, "2020年3月1日—当日", f"2020年3月1日—{SAID}"),
    ("away", "expert", away_later, "", "后来的出差"),
    ("training", "expert", expert_trained, SAID[:5], "2020年10月1日"),
    ("title", "expert", titled_later, "旧职称", "新职称"),
    ("specialty_renamed", "expert", specialty_renamed, "旧专业", "新专业"),
    ("specialty_ended", "expert", specialty_ended, "旧专业", "未填写专业"),
    ("specialty_ask", "expert", asked_for_a_specialty, "考取证书", "证书不符"),
    ("confirmation", "expert", expert_confirmed, "已申报变更", "已更新登记"),
    ("renewal", "expert", asked_to_renew_later, "", "申请续期"),
    ("telephone", "expert", lambda _world: None, "银行账号不按日期留存", "|银行账号|"),
]


def own_record(client, world, noun, **asked):
    client.force_login({"firm": firm_user, "expert": expert_user}[noun](getattr(world, noun)))
    return client.get(reverse(f"pages:{noun}-record"), asked)


@pytest.mark.parametrize(
    ("noun", "change", "before", "after"), [row[1:] for row in OWN], ids=[f"{row[1]}_{row[0]}" for row in OWN]
)
def test_own_record_tells_what_held_on_the_day(client, world, noun, change, before, after):
    change(world)
    client.force_login({"firm": firm_user, "expert": expert_user}[noun](getattr(world, noun)))
    address = reverse(f"pages:{noun}-record")

    then, now = shown(client, address, on=THEN.isoformat()), shown(client, address)

    assert (before in then, after in then, after in now) == (True, False, True)


@pytest.mark.parametrize("noun", ["firm", "expert"])
def test_own_record_offers_its_steps_today_only(client, world, noun):
    employer_renamed(world)
    paper_handed_in(world)
    {"firm": firm_undertaking_missing, "expert": lambda _world: None}[noun](world)

    then, now = (own_record(client, world, noun, **asked).context["layout"] for asked in ({"on": THEN.isoformat()}, {}))

    assert (steps(then), bool(now.acts), len(steps(now)) >= len(now.acts) + 2) == ([], True, True)


def firm_undertaking_missing(world):
    world.firm.undertakings.all().delete()


def steps(layout):
    """Return every step of the page: of its head, its sections and their cells."""
    sections = [*layout.main, *layout.beside]
    cells = [cell for one in sections if one.grid for row in one.grid.rows for cell in row]
    found = [*layout.acts, *(act for one in sections for act in one.acts)]
    return [*found, *(act for cell in cells for act in getattr(cell, "acts", ()))]


@pytest.mark.parametrize("noun", ["firm", "expert"])
def test_own_standing_is_that_of_the_day(client, world, noun):
    {"firm": FirmStanding, "expert": ExpertStanding}[noun].objects.all().delete()
    {"firm": admitted_later, "expert": expert_admitted_later}[noun](world)

    then = own_record(client, world, noun, on=THEN.isoformat()).context["layout"].status
    now = own_record(client, world, noun).context["layout"].status

    assert (then, now.status) == ("APPLIED", "ACTIVE")


@pytest.mark.parametrize(("noun", "page"), [("firm", "left-out"), ("expert", "left-out")])
def test_page_of_draws_that_are_over_asks_for_no_day(client, world, noun, page):
    client.force_login({"firm": firm_user, "expert": expert_user}[noun](getattr(world, noun)))

    assert "as_of" not in client.get(reverse(f"pages:{noun}-{page}"), {"on": THEN.isoformat()}).context
