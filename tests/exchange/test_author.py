"""The demonstration year's spreadsheets: exact totals, valid codes, the same bytes every time."""

from decimal import Decimal

import pytest

from faces.exchange.demo import author, programme
from faces.exchange.demo.courses import BESIDE
from faces.exchange.demo.invent import People, uscc
from foundation.core.identifiers import id_facts, is_uscc


@pytest.fixture(scope="module")
def books():
    return {book.name: {table.name: table for table in book.tables} for book in author.books()}


def column(table, heading):
    place = list(table.headings).index(heading)
    return [row[place] for row in table.rows]


def test_committed_spreadsheets_are_what_the_author_writes(tmp_path):
    for book in author.books():
        assert author.write(book, tmp_path).read_bytes() == (author.FOLDER / book.name).read_bytes(), book.name
    assert sum(path.stat().st_size for path in author.FOLDER.glob("*.xlsx")) < 3_000_000


def test_self_evaluations_come_out_exactly(books):
    own = books["chain.xlsx"]["自评"]

    scores = column(own, "自评得分")

    assert len(own.rows) == 166
    assert sum(column(own, "自评金额（万元）")) == 216_974
    assert sum(scores) / len(scores) == Decimal("96.08")
    assert set(column(own, "预算年度")) == {2019}
    assert set(column(own, "工作年度")) == {2020}


def test_tasks_come_out_exactly(books):
    rows = books["plan.xlsx"]["任务"].rows
    key = [row for row in rows if row[2] == "重点项目评价"]
    early = [row for row in rows if row[2] == "事前绩效评估"]

    assert (len(key), sum(row[7] for row in key)) == (15, 37_630)
    assert [sum(row[5] == who for row in key) for who in ("第三方机构", "财政部门")] == [11, 4]
    assert {row[6] for row in key} == {2019}
    assert (len(early), sum(row[7] for row in early)) == (74, 86_104)
    assert {(row[5], row[6]) for row in early} == {("预算单位", 2021)}
    assert {"区人社局就业援助资金事前绩效评估", "区市场监管局食用农产品委托检测资金事前绩效评估"} <= {
        row[3] for row in early
    }


def test_key_projects_touch_three_budgets_and_three_forms(books):
    table = books["projects.xlsx"]["项目"]
    key = [row for row in table.rows if row[1] in {name for name, *_rest in programme.KEY}]

    assert {row[4] for row in key} == {"", "PPP", "专项债券", "政府购买服务"}
    assert [sum(row[place] or 0 for row in key) > 0 for place in (6, 7, 8, 9)] == [True, True, True, False]
    assert all(row[5] == sum(part for part in row[6:10] if part) for row in table.rows)
    assert len(set(column(table, "项目编码"))) == len(table.rows)
    assert len(set(column(table, "项目名称"))) == len(table.rows)


def test_targets_and_pilots_come_out_exactly(books):
    assert len(books["chain.xlsx"]["绩效目标"].rows) == 535
    assert len(set(column(books["chain.xlsx"]["绩效目标"], "项目编码"))) == 535
    assert len(books["chain.xlsx"]["部门整体试点"].rows) == 14
    assert "101001" in column(books["chain.xlsx"]["部门整体试点"], "单位编码")


def test_register_and_pool_are_as_large_as_asked(books):
    experts = books["experts.xlsx"]["专家"]
    fields = {code[0] for codes in column(experts, "专业代码") for code in codes.split("、")}

    assert len(books["firms.xlsx"]["机构"].rows) == 30
    assert len(experts.rows) == 160
    assert len(fields) >= 8
    names = column(experts, "姓名") + column(books["firms.xlsx"]["主评人"], "姓名")
    assert {char for name in names for char in name} >= {"䶮", "㛃", "𬭎"}
    assert all("（演示）" in name for name in column(books["firms.xlsx"]["机构"], "机构名称"))


def test_invented_codes_are_valid_and_nobodys(books):
    codes = [code for book in books.values() for table in book.values() for row in table.rows for code in row]
    ids = [code for code in codes if isinstance(code, str) and len(code) == 18 and code.startswith("379999")]

    assert len(ids) > 400
    assert all(id_facts(code) for code in ids)
    assert all(is_uscc(uscc(kind, number)) for kind in ("91", "11", "12") for number in range(1, 600))
    assert len({People("a").next() for _turn in range(3)}) == 1


def test_story_goes_in_the_order_of_its_days_and_speaks_of_the_plans_tasks(books):
    titles = set(column(books["plan.xlsx"]["任务"], "任务名称"))
    steps = books["story.xlsx"]["经过"]

    assert column(steps, "日期") == sorted(column(steps, "日期"))
    for name, table in books["story.xlsx"].items():
        assert set(column(table, "任务")) - {""} <= titles, name
    assert {row[2] for row in steps.rows if not row[1]} == {"公布证书", *(step for _day, step, *_rest in BESIDE)}
    assert sum(bool(fault) for fault in column(books["story.xlsx"]["报告"], "植入缺陷")) == 6
    assert len(set(column(books["story.xlsx"]["特邀专家"], "任务"))) == 4
