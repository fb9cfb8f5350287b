"""An old roster opens nothing again that had ended; the report says which ends stay as they are."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evaluators.enums import FirmAction
from evaluators.models import Branch, Firm, FirmStanding, LeadEvaluator, Practitioner
from evaluators.services import LeadDraft, add_lead_evaluators, end_branch, end_practitioner, move_firms
from experts.models import Expert, StandingRecusal
from experts.services import end_recusal
from faces.exchange.exporters import workbook
from faces.exchange.runs import check_file, import_file
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Contact, Employment
from parties.services import add_contact, end_spell
from tests.factories.admissions import id_number
from tests.factories.assignments import FirmFactory
from tests.factories.foundation import BureauFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E6")]
SINCE, DAY, LEFT = date(2018, 3, 1), date(2020, 6, 1), date(2020, 9, 1)
FIRMS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "入库日期")
LEADS = ("名录编号", "姓名", "身份证号", "职称", "参加工作日期", "入职日期")
STAFF = ("名录编号", "姓名", "身份证号", "岗位", "入职日期")
FIRM = ("JG1", "演示咨询有限公司", "91350100M000100Y43", "咨询机构", "公司", "2019-01-10")
COUNT = 3


def people_of(start):
    return [(f"演示{'甲乙丙丁戊己'[start + n]}", id_number(start + n)) for n in range(COUNT)]


def roster():
    leads = [("JG1", name, number, "高级会计师", "2005-07-01", SINCE) for name, number in people_of(0)]
    staff = [("JG1", name, number, "助理", SINCE) for name, number in people_of(COUNT)]
    return workbook([("机构", FIRMS, [FIRM]), ("主评人", LEADS, leads), ("从业人员", STAFF, staff)])


def pool():
    bodies = [("演示大学", "91350100M000100Y43", "高校"), ("演示研究院", "91110108551385082Q", "事业单位")]
    experts = [
        (f"ZJ{n}", name, number, f"1380000000{n}", "教授", "高级", "A", bodies[0][1], SINCE)
        for n, (name, number) in enumerate(people_of(0))
    ]
    spells = [(f"ZJ{n}", bodies[1][1], "顾问", SINCE, "") for n in range(COUNT)]
    recusals = [(f"ZJ{n}", bodies[1][1], "亲属任职", SINCE) for n in range(COUNT)]
    return workbook(
        [
            ("单位", ("单位名称", "统一社会信用代码", "单位性质"), bodies),
            (
                "专家",
                ("专家编号", "姓名", "身份证号", "手机号", "职称", "职称级别", "专业代码", "单位代码", "任职起始"),
                experts,
            ),
            ("任职经历", ("专家编号", "单位代码", "关系", "起始日期", "终止日期"), spells),
            ("回避单位", ("专家编号", "单位代码", "原因", "起始日期"), recusals),
        ]
    )


def bring(clerk, content, noun="firms", on=DAY):
    return import_file(bureau=clerk.bureau, noun=noun, name="名录.xlsx", content=content, by=clerk, on=on)


def new_clerk():
    clerk = UserFactory(bureau=BureauFactory(), role=Role.CLERK)
    Node.objects.create(bureau=clerk.bureau, tree=TreeKind.SPECIALTY, level=1, code="A", name="财政", path="A")
    return clerk


@pytest.fixture
def clerk():
    return new_clerk()


def days_of(*models):
    return [
        (model.__name__, *row)
        for model in models
        for row in model.objects.order_by("pk").values_list("pk", "started_on", "ended_on")
    ]


class RoundTrip(TestCase):
    """Import, end, import again: for every choice of who left and when."""

    @given(
        left=st.dictionaries(
            st.integers(0, 2 * COUNT - 1), st.integers(0, 200).map(lambda n: DAY + timedelta(days=n)), max_size=4
        ),
        again=st.integers(1, 2),
    )
    @settings(max_examples=8, deadline=None)
    def test_who_left_a_firm_does_not_come_back_by_the_old_roster(self, left, again):
        clerk = new_clerk()
        bring(clerk, roster())
        posts = [*LeadEvaluator.objects.order_by("pk"), *Practitioner.objects.order_by("pk")]
        for turn, day in left.items():
            end_practitioner(row=posts[turn], by=clerk, on=day)
        before = days_of(LeadEvaluator, Practitioner, Employment)

        for _turn in range(again):
            run = bring(clerk, roster(), on=date(2021, 3, 1))

            assert days_of(LeadEvaluator, Practitioner, Employment) == before
            kept = {(what, of, day) for _sheet, _row, of, what, day in run.report["kept"]}
            assert kept == {
                (what, posts[turn].person.name, day.isoformat())
                for turn, day in left.items()
                for what in ("post", "employment")
            }

    @given(left=st.dictionaries(st.integers(0, 2 * COUNT - 1), st.integers(0, 200), max_size=4))
    @settings(max_examples=6, deadline=None)
    def test_ended_employment_of_experts_stays_ended_whatever_sheet_tells_of_it(self, left):
        clerk = new_clerk()
        bring(clerk, pool(), "experts")
        spells = list(Employment.objects.order_by("pk"))
        for turn, gap in left.items():
            end_spell(spell=spells[turn], ended_on=DAY + timedelta(days=gap), by=clerk, on=LEFT)
        before = days_of(Employment)

        run = bring(clerk, pool(), "experts", on=date(2021, 3, 1))

        assert days_of(Employment) == before
        assert sorted(day for *_place, day in run.report["kept"]) == sorted(
            (DAY + timedelta(days=gap)).isoformat() for gap in left.values()
        )


def test_page_and_command_say_before_what_stays_ended(client, clerk, tmp_path):
    bring(clerk, roster())
    end_practitioner(row=LeadEvaluator.objects.order_by("pk").first(), by=clerk, on=LEFT)

    run = check_file(
        bureau=clerk.bureau, noun="firms", name="名录.xlsx", content=roster(), by=clerk, on=date(2021, 3, 1)
    )
    client.force_login(clerk)
    page = client.get(reverse("pages:import", args=[run.pk])).content.decode()
    path, out = tmp_path / "名录.xlsx", StringIO()
    path.write_bytes(roster())
    call_command("import_roster", "firms", str(path), by=clerk.username, dry_run=True, stdout=out)

    assert run.report["changes"] == []
    assert run.report["kept"] == [
        ["主评人", 2, "演示甲", "employment", "2020-09-01"],
        ["主评人", 2, "演示甲", "post", "2020-09-01"],
    ]
    assert "演示甲 任职：已于2020年9月1日终止，保持不变" in page
    assert "主评人!2 演示甲 机构内岗位：已于2020-09-01终止，保持不变" in out.getvalue()


def test_who_works_for_another_firm_now_is_no_fault_of_the_old_roster(clerk):
    bring(clerk, roster())
    row = LeadEvaluator.objects.order_by("pk").first()
    end_practitioner(row=row, by=clerk, on=LEFT)
    draft = LeadDraft(FirmFactory(bureau=clerk.bureau), row.person, "高级会计师", date(2005, 7, 1), LEFT)
    add_lead_evaluators(drafts=[draft], by=clerk, on=LEFT)
    before = days_of(LeadEvaluator)

    bring(clerk, roster(), on=date(2021, 3, 1))

    assert days_of(LeadEvaluator) == before


def test_who_came_back_gets_what_the_roster_says(clerk):
    bring(clerk, roster())
    row = LeadEvaluator.objects.order_by("pk").first()
    end_practitioner(row=row, by=clerk, on=LEFT)
    draft = LeadDraft(row.firm, row.person, "会计师", date(2005, 7, 1), date(2020, 12, 1))
    add_lead_evaluators(drafts=[draft], by=clerk, on=date(2020, 12, 1))

    bring(clerk, roster(), on=date(2021, 3, 1))

    assert list(LeadEvaluator.objects.filter(person=row.person).order_by("pk").values_list("ended_on", "title")) == [
        (LEFT, "高级会计师"),
        (None, "高级会计师"),
    ]


def test_standing_recusal_that_was_ended_stays_ended(clerk):
    bring(clerk, pool(), "experts")
    end_recusal(recusal=StandingRecusal.objects.order_by("pk").first(), by=clerk, on=LEFT)
    before = days_of(StandingRecusal)

    run = bring(clerk, pool(), "experts", on=date(2021, 3, 1))

    assert days_of(StandingRecusal) == before
    assert run.report["kept"] == [["回避单位", 2, "演示甲", "recusal", "2020-09-01"]]


def test_contact_whose_duty_another_has_by_now_is_not_called_again(clerk):
    units = ("单位编码", "单位名称", "统一社会信用代码", "单位性质")
    called = ("单位编码", "职责", "姓名", "手机号", "起始日期")
    content = workbook(
        [
            ("预算单位", units, [("001", "演示局", "91350100M000100Y43", "机关")]),
            ("单位人员", called, [("001", "绩效联络员", "演示甲", "13800000001", SINCE)]),
        ]
    )
    bring(clerk, content, "units")
    body = Contact.objects.get().organisation
    add_contact(organisation=body, duty="绩效联络员", name="演示乙", phone="", by=clerk, on=LEFT)
    before = days_of(Contact)

    run = bring(clerk, content, "units", on=date(2021, 3, 1))

    assert days_of(Contact) == before
    assert run.report["kept"] == [["单位人员", 2, "演示甲", "contact", "2020-09-01"]]


def test_firm_that_left_and_applied_anew_is_not_admitted_by_the_old_roster(clerk):
    bring(clerk, roster())
    firm = Firm.objects.get()
    move_firms(firms=[firm], action=FirmAction.LEAVE, by=clerk, on=LEFT)
    move_firms(firms=[firm], action=FirmAction.REAPPLY, by=clerk, on=date(2020, 12, 1))
    before = days_of(FirmStanding)

    run = bring(clerk, roster(), on=date(2021, 3, 1))

    assert days_of(FirmStanding) == before
    assert ["机构", 2, "演示咨询有限公司", "standing", "2020-12-01"] in run.report["kept"]


BRANCHES = ("名录编号", "分支机构名称", "是否独立法人", "本机构名录编号", "地址", "设立日期")
OTHER = ("JG2", "演示评估有限公司", "91110108551385082Q", "其他", "公司", "2019-01-10")


def houses(*branches):
    return workbook([("机构", FIRMS, [FIRM, OTHER]), ("分支机构", BRANCHES, branches)])


def test_branch_that_was_ended_stays_ended_and_one_with_legal_personality_names_its_number(clerk):
    content = houses(
        ("JG1", "演示分所", "否", "", "演示路", SINCE), ("JG1", "演示评估有限公司", "是", "JG2", "演示路", SINCE)
    )
    bring(clerk, content)
    assert list(Branch.objects.order_by("pk").values_list("own_firm__number", "started_on")) == [
        (None, SINCE),
        ("JG2", SINCE),
    ]
    end_branch(branch=Branch.objects.get(own_firm=None), ended_on=LEFT, by=clerk, on=LEFT)
    before = days_of(Branch)

    run = bring(clerk, content, on=date(2021, 3, 1))

    assert days_of(Branch) == before
    assert run.report["kept"] == [["分支机构", 2, "演示分所", "branch", "2020-09-01"]]


@pytest.mark.parametrize(
    ("is_legal", "number", "code"),
    [("是", "", "empty"), ("否", "JG2", "not_legal"), ("是", "JG1", "own_branch"), ("是", "JG9", "unknown")],
)
def test_number_of_a_branch_that_does_not_fit_is_a_fault_at_its_cell(clerk, is_legal, number, code):
    content = houses(("JG1", "演示分所", is_legal, number, "", SINCE))

    run = check_file(bureau=clerk.bureau, noun="firms", name="名录.xlsx", content=content, by=clerk, on=DAY)

    assert [(one["row"], one["heading"], one["code"]) for one in run.report["faults"]] == [(2, "本机构名录编号", code)]


def test_spells_sheet_with_another_end_still_changes_it(clerk):
    bring(clerk, pool(), "experts")
    spell = Employment.objects.order_by("-pk").first()
    number = Expert.objects.get(person=spell.person).number
    headings = ("专家编号", "单位代码", "关系", "起始日期", "终止日期")
    sheet = ("任职经历", headings, [(number, "91110108551385082Q", "顾问", SINCE, LEFT)])

    run = bring(clerk, workbook([sheet]), "employment")

    spell.refresh_from_db()
    assert (spell.ended_on, run.report["kept"]) == (LEFT, [])
    assert [one[2:] for one in run.report["changes"]] == [["终止日期", "", "2020-09-01"]]


ENDING = (*BRANCHES, "撤销日期")


def ending(*branches):
    return workbook([("机构", FIRMS, [FIRM, OTHER]), ("分支机构", ENDING, branches)])


def row_of(name="演示分所", is_legal="否", own="", since=SINCE, until=""):
    return ("JG1", name, is_legal, own, "演示路", since, until)


def test_branch_sheet_brings_ends_and_says_them_before(clerk):
    bring(clerk, ending(row_of(), row_of("演示二所", until=LEFT)), on=LEFT)
    assert list(Branch.objects.order_by("pk").values_list("ended_on", flat=True)) == [None, LEFT]
    content = ending(row_of(until=LEFT), row_of("演示二所", until=LEFT), row_of(since=date(2021, 1, 1)))

    shown = check_file(bureau=clerk.bureau, noun="firms", name="a.xlsx", content=content, by=clerk, on=date(2021, 3, 1))
    assert shown.report["changes"] == [["分支机构", "演示分所", "撤销日期", "", "2020-09-01"]]
    assert Branch.objects.filter(ended_on=None).count() == 1
    for _turn in range(2):
        run = bring(clerk, content, on=date(2021, 3, 1))

    assert list(Branch.objects.order_by("pk").values_list("name", "started_on", "ended_on")) == [
        ("演示分所", SINCE, LEFT),
        ("演示二所", SINCE, LEFT),
        ("演示分所", date(2021, 1, 1), None),
    ]
    assert (run.report["changes"], run.report["kept"]) == ([], [])


def test_known_branch_gets_its_legal_personality_and_number_with_the_difference_shown_before(clerk):
    bring(clerk, ending(row_of("演示评估分所")))
    content = ending(row_of("演示评估分所", "是", "JG2"))

    run = check_file(bureau=clerk.bureau, noun="firms", name="a.xlsx", content=content, by=clerk, on=DAY)
    assert sorted(run.report["changes"]) == [
        ["分支机构", "演示评估分所", "是否独立法人", "否", "是"],
        ["分支机构", "演示评估分所", "本机构名录编号", "", "JG2"],
    ]
    bring(clerk, content)
    bring(clerk, content)

    branch = Branch.objects.get()
    assert (branch.has_legal_personality, branch.own_firm.number) == (True, "JG2")
    entry = Entry.objects.get(action="evaluators.branch_changed")
    assert entry.subject_id == branch.firm_id


@pytest.mark.parametrize(
    ("rows", "place", "code"),
    [
        ([row_of(until=date(2018, 2, 1))], (2, "撤销日期"), "turned"),
        ([row_of(until=date(2020, 6, 2))], (2, "撤销日期"), "ends_later"),
        ([row_of(), row_of("演示旧所", until=date(2020, 2, 1))], (3, "撤销日期"), "ended_before"),
        ([row_of(), row_of(is_legal="是", own="JG2")], (3, "分支机构名称"), "repeated"),
        ([row_of("甲所", "是", "JG2"), row_of("乙所", "是", "JG2")], (3, "本机构名录编号"), "repeated"),
        ([row_of("演示评估有限公司")], (2, "分支机构名称"), "branch_registered"),
    ],
)
def test_contradictions_of_a_branch_are_faults_at_their_cells(clerk, rows, place, code):
    bring(clerk, ending(row_of("演示旧所", until=date(2020, 1, 1)), row_of("演示评估有限公司", "是", "JG2")))
    before = list(Branch.objects.order_by("pk").values())

    content = ending(*rows)
    run = check_file(bureau=clerk.bureau, noun="firms", name="a.xlsx", content=content, by=clerk, on=DAY)

    assert [((one["row"], one["heading"]), one["code"]) for one in run.report["faults"]] == [(place, code)]
    assert list(Branch.objects.order_by("pk").values()) == before
