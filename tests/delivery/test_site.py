"""Who was on site against who was declared: the team is dated, every sheet is compared with that day's team."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery import services
from delivery.enums import CommissionStatus
from delivery.models import Commission, SiteVisit, TeamMember
from delivery.selectors import site_check, site_visits_visible_to, team_of
from delivery.services.commissions import CommissionRefused
from delivery.site import Spell, compare, never_seen, typed_names
from evaluators.models import Practitioner
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from foundation.notices.models import Notice
from tests.factories.admissions import picture
from tests.factories.assignments import TODAY, PersonFactory, firm_user
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory
from tests.factories.foundation import LONG_AGO, UserFactory

DB = pytest.mark.django_db
DAY = TODAY + timedelta(days=10)
LATER = DAY + timedelta(days=5)
SHEET = ("签到.png", picture())


@pytest.fixture
def work(db):
    return CommissionFactory()


@pytest.fixture
def firm(work):
    return firm_user(work.firm)


def declare(work, *names, by=None, on=TODAY):
    members = [(name, "组员") for name in names]
    return services.declare_team(commission=work, members=members, by=by or work.task.clerk, on=on)


def visit(work, *names, on=DAY, by=None, **facts):
    given = {"visited_on": on, "names": names, "sheet": SHEET, "on": max(on, DAY)} | facts
    return services.record_site_visit(commission=work, by=by or work.task.clerk, **given)


def lead(work):
    return work.lead_evaluator.person.name


def code_of(call, *args, **facts):
    before = Entry.objects.count()
    with pytest.raises(CommissionRefused) as caught:
        call(*args, **facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


@pytest.mark.edge("E29")
@pytest.mark.parametrize(
    ("names", "declared", "strangers", "lead_came"),
    [
        (["王一", "张 三"], ("王一", "张 三"), (), True),
        (["张三", "李四"], ("张三",), ("李四",), False),
        (["赵五"], (), ("赵五",), False),  # left the day before
        (["钱六"], (), ("钱六",), False),  # joins the day after
        (["孙七"], ("孙七",), (), False),  # joined that very day
        (["前任"], (), ("前任",), False),  # led until that day
    ],
)
def test_names_are_compared_with_the_team_of_that_very_day(names, declared, strangers, lead_came):
    day = date(2020, 6, 10)
    team = [
        Spell("张三", date(2020, 6, 1)),
        Spell("赵五", date(2020, 6, 1), day),
        Spell("钱六", date(2020, 6, 11)),
        Spell("孙七", day),
    ]
    leads = [Spell("前任", date.min, day), Spell("王一", day)]

    found = compare(names, day, team=team, leads=leads)

    assert (found.declared, found.strangers, found.lead_came) == (declared, strangers, lead_came)


def test_never_seen_keeps_the_order_and_names_are_typed_one_on_a_line():
    assert never_seen(["甲", "乙", "丙"], [["乙"], ["丙 "]]) == ("甲",)
    assert typed_names(" 张三，访谈\n\n李四、 数据\n张 三,别的\n王五") == [
        ("张三", "访谈"), ("李四", "数据"), ("王五", ""),
    ]  # fmt: skip


@DB
@pytest.mark.edge("E29")
def test_other_people_on_site_than_declared_are_shown_and_the_firm_is_told(work, firm):
    declare(work, "张三", "李四", by=firm)

    row = visit(work, "张三", "王麻子", place="污水厂")

    found = site_check(work)
    assert [(day.visit, day.compared.declared, day.compared.strangers) for day in found.days] == [
        (row, ("张三",), ("王麻子",))
    ]
    assert (found.days[0].compared.lead_came, found.is_doubtful) == (False, True)
    assert found.never_seen == (lead(work), "李四")
    assert Notice.objects.filter(user=firm, code="site_strangers").count() == 1
    entry = Entry.objects.get(action="delivery.site.visited")
    assert "王麻子" not in entry.text
    assert row.sheet.sha256 in entry.text


@DB
@pytest.mark.edge("E29")
def test_who_is_declared_after_the_day_was_not_declared_on_it(work, firm):
    declare(work, "张三")
    visit(work, lead(work), "张三", "李四")

    declare(work, "张三", "李四", by=firm, on=LATER)
    visit(work, lead(work), "李四", on=LATER)

    assert [day.compared.strangers for day in site_check(work).days] == [("李四",), ()]
    assert Notice.objects.filter(code="site_strangers").count() == 1


@DB
def test_team_as_declared_makes_no_doubt_and_tells_nobody(work, firm):
    declare(work, "张三")

    visit(work, lead(work), "张 三")

    found = site_check(work)
    assert (found.is_doubtful, found.never_seen) == (False, ())
    assert not Notice.objects.filter(code="site_strangers").exists()


@DB
@pytest.mark.edge("E29")
def test_declared_whom_the_register_does_not_know_as_the_firms_are_marked(work):
    practitioner = Practitioner.objects.create(
        firm=work.firm, person=PersonFactory(bureau=work.task.bureau, name="张三"), started_on=LONG_AGO
    )
    Practitioner.objects.create(
        firm=work.firm, person=PersonFactory(bureau=work.task.bureau, name="旧人"), started_on=LONG_AGO, ended_on=TODAY
    )

    declare(work, "张三", "旧人", "外包")

    assert site_check(work).not_staff == {"旧人", "外包"}
    assert practitioner.ended_on is None


@DB
def test_declaration_replaces_the_team_and_keeps_who_left(work):
    declare(work, "张三", "李四")

    declare(work, "李四", "王五", on=DAY)

    assert [row.name for row in team_of(work)] == ["李四", "王五"]
    former = TeamMember.objects.get(name="张三")
    assert (former.joined_on, former.left_on) == (TODAY, DAY)
    services.declare_team(commission=work, members=[("李四", "组长")], by=work.task.clerk, on=LATER)
    row = TeamMember.objects.get(name="李四")
    assert (row.duty, row.joined_on, row.left_on) == ("组长", TODAY, None)
    declare(work, "张三", on=LATER)  # who left comes back: a second spell
    assert TeamMember.objects.filter(name="张三").count() == 2


@DB
def test_agreed_change_of_the_lead_evaluator_counts_from_its_day(work):
    before, after = work.lead_evaluator, LeadEvaluatorFactory(firm=work.firm)
    head = UserFactory(bureau=work.task.bureau, role=Role.SECTION_HEAD)
    event = services.ask_lead_change(commission=work, lead_evaluator=after, reason="离职", by=work.task.clerk, on=TODAY)
    agree(approval=running("LEAD", event), by=head, on=LATER)
    names = before.person.name, after.person.name
    visit(work, names[0], on=DAY)
    visit(work, names[0], on=LATER)
    visit(work, names[1], on=LATER)

    days = site_check(Commission.objects.get(pk=work.pk)).days

    assert [(day.compared.lead_came, day.compared.strangers) for day in days] == [
        (True, ()),
        (False, (names[0],)),
        (True, ()),
    ]


@DB
def test_void_sheet_no_longer_counts_and_stays(work):
    row = visit(work, "王麻子")
    clerk = work.task.clerk

    assert code_of(services.void_site_visit, visit=row, words=" ", by=clerk, on=DAY) == "reason_missing"
    with pytest.raises(NotAllowed):
        services.void_site_visit(visit=row, words="录错", by=firm_user(work.firm), on=DAY)
    services.void_site_visit(visit=row, words="录错任务", by=clerk, on=DAY)

    found = site_check(work)
    assert (found.days, found.void, found.is_doubtful) == ([], [row], False)
    assert SiteVisit.objects.get().names == ["王麻子"]
    assert code_of(services.void_site_visit, visit=row, words="再来", by=clerk, on=DAY) == "void_already"


@DB
def test_refusals_change_nothing(work):
    clerk = work.task.clerk
    assert code_of(declare, work) == "names_missing"
    assert code_of(declare, work, "很" * 61) == "name_too_long"
    assert code_of(visit, work) == "names_missing"
    assert code_of(visit, work, "张三", on=TODAY - timedelta(days=1)) == "day_out_of_range"
    assert code_of(visit, work, "张三", visited_on=LATER) == "day_out_of_range"
    with pytest.raises(FileRefused):
        visit(work, "张三", sheet=("签到.exe", b"MZ"))
    for stranger in (firm_user(CommissionFactory().firm), UserFactory(bureau=work.task.bureau, role=Role.SUPERVISOR)):
        with pytest.raises(NotAllowed):
            declare(work, "张三", by=stranger)
        with pytest.raises(NotAllowed):
            visit(work, "张三", by=stranger)
    with pytest.raises(NotAllowed):  # the firm does not enter the sheet that is held against it
        visit(work, "张三", by=firm_user(work.firm))
    Commission.objects.filter(pk=work.pk).update(status=CommissionStatus.SENT)
    assert code_of(declare, work, "张三", by=clerk) == "not_accepted"
    assert code_of(visit, work, "张三") == "not_accepted"
    assert not TeamMember.objects.exists()
    assert not SiteVisit.objects.exists()


@DB
def test_sheet_is_read_by_the_bureau_and_the_firm_it_is_about(work, firm):
    row = visit(work, "张三")
    other = CommissionFactory()

    assert list(site_visits_visible_to(firm)) == list(site_visits_visible_to(work.task.clerk)) == [row]
    assert not site_visits_visible_to(firm_user(other.firm)).exists()
    assert [may_read(user, row.sheet) for user in (firm, work.task.clerk, firm_user(other.firm), other.task.clerk)] == [
        True,
        True,
        False,
        False,
    ]


@DB
def test_queries_do_not_grow_with_sheets_and_people(work):
    declare(work, "张三")
    visit(work, "张三")
    with CaptureQueriesContext(connection) as one:
        site_check(work)
    declare(work, "张三", "李四", "王五")
    for _number in range(2):
        visit(work, "李四", "王五")

    with CaptureQueriesContext(connection) as three:
        assert len(site_check(work).days) == 3

    assert len(three) == len(one)
