"""Make the rosters that leave something open: ``python make_questions.py`` with what ``make.py`` needs.

Beside each stands what is known before it comes, which questions it must ask (row, column, kind, choices without their
keys), the answer to each by its row, and what is stored once they are given; written down by hand, as in ``make.py``.
"""

from make import BODIES, EXPERT_HEADS, FIRM_HEADS, FLAT, WORKBOOKS, expert, firm, grid, make, uscc

PERSON = ["p", "new"]
NAME = ["renamed", "kept", "mistake"]
UNIT_PEOPLE = ["预算单位编码", "岗位职责", "人员姓名", "身份证号码", "手机号码", "开始日期"]


def people_of_units():
    rows = [["演示区预算单位通讯录"], UNIT_PEOPLE]
    rows += [
        ["101001", "单位负责人", "演示张三", None, "13900000011", "2020.1"],
        [101001, "财务负责人", "演示晓明", None, 13800000002, "2020年1月"],
        ["101001", "绩效联络员", "演示旧名", None, "13900000013", "二〇二〇年一月"],
        ["101001", "经办人", "演示李四", None, "139 0000 0014", "2020/1/1"],
        ["１０１００１", "经办人二", "演示　李四", None, "13900000015", "2020.1.1"],
        ["101001", "经办人三", "演示张三", None, "１３８００００000１", "2020-01-01"],
        ["备注：演示数据"],
    ]
    facts = {
        "read": {"单位人员": 6},
        "skipped": [[1, "title"], [9, "tail"]],
        "known": {
            "persons": [
                {"name": "演示张三", "phone": "13800000001"},
                {"name": "演示小明", "phone": "13800000002"},
                {"name": "演示新名", "phone": "13800000003", "before": "演示旧名"},
            ]
        },
        "questions": [
            [3, "C", "person", PERSON],
            [4, "C", "person", ["p", "n", "new"]],
            [5, "C", "person", PERSON],
            [7, "C", "person", ["row-", "new"]],
        ],
        "answers": {"3": "new", "4": "p", "5": "p", "7": "row-"},
        "stored": {"persons": ["演示小明 0002", "演示张三 0001", "演示张三 0011", "演示新名 0013", "演示李四 0014"]},
    }
    make("units-people-questions", "units", [grid("单位人员", rows, [(1, 1, 1, 6)])], WORKBOOKS, **facts)


def units():
    rows = [["预算单位编码", "单位全称", "信用代码", "单位类别", "主管单位编码"]]
    rows += [
        ["101002", "演示二局新", None, "机关", None],
        ["101003", "演示叁局", None, "机关", "101002"],
        [None, "演示四局", None, "机关", None],
        ["801009", "演示单位", None, "机关", None],
        ["801011", "演示五局", uscc(32), "事业单位", None],
        ["合计", "5家"],
    ]
    facts = {
        "read": {"预算单位": 5},
        "skipped": [[7, "tail"]],
        "known": {
            "units": [
                {"code": "101002", "name": "演示二局"},
                {"code": "101003", "name": "演示三局", "uscc": uscc(31)},
                {"code": "101004", "name": "演示四局（本级）"},
            ]
        },
        "questions": [
            [2, "B", "name", NAME],
            [3, "B", "name", NAME],
            [4, "B", "code", ["k", "mistake"]],
            [5, "B", "unit", ["k", "new"]],
        ],
        "answers": {"2": "renamed", "3": "kept", "4": "k", "5": "new"},
        "stored": {
            "units": [
                "101001 演示单位",
                "101002 演示二局新",
                "101003 演示三局",
                "101004 演示四局（本级）",
                "801009 演示单位",
                "801011 演示五局",
            ]
        },
    }
    make("units-questions", "units", [grid("单位表", rows)], (*FLAT, "pyexcelerate.xlsx"), **facts)


BODIES_KNOWN = {
    "bodies": [
        {"name": "演示旧咨询有限公司", "uscc": uscc(41)},
        {"name": "演示已改制有限公司", "uscc": uscc(42)},
        {"name": "演示别家有限公司", "uscc": uscc(43)},
    ]
}
OTHER_NAME = firm(1, code=uscc(41), name="演示新咨询有限公司")
OTHER_CODE = firm(2, code=uscc(52), name="演示已改制有限公司")
FIRM_QUESTIONS = [[3, "C", "name", NAME], [4, "D", "body", ["c", "new", "mistake"]]]


def firms():
    rows = [["演示机构名录"], FIRM_HEADS, OTHER_NAME, OTHER_CODE, firm(3, code=uscc(44))]
    rows += [firm(4, code=uscc(43), name="演示别家有限公司"), ["备注"]]
    facts = {
        "read": {"机构": 4},
        "skipped": [[1, "title"], [7, "tail"]],
        "known": BODIES_KNOWN,
        "questions": FIRM_QUESTIONS,
        "answers": {"3": "renamed", "4": "c"},
        "stored": {
            "firms": [
                f"YS1 演示新咨询有限公司 {uscc(41)} 2015-03-05",
                f"YS2 演示已改制有限公司 {uscc(52)} 2015-03-05",
                f"YS3 演示咨询3有限公司 {uscc(44)} 2015-03-05",
                f"YS4 演示别家有限公司 {uscc(43)} 2015-03-05",
            ]
        },
    }
    writers = ("openpyxl.xlsx", "pandas.xlsx", "xlwt.xls", "gb18030.csv", "libreoffice.xls")
    make("firms-questions", "firms", [grid("机构", rows)], writers, **facts)


def mistakes():
    rows = [["演示机构名录"], FIRM_HEADS, OTHER_NAME, OTHER_CODE]
    facts = {
        "read": {"机构": 2},
        "skipped": [[1, "title"]],
        "known": BODIES_KNOWN,
        "questions": FIRM_QUESTIONS,
        "answers": {"3": "mistake", "4": "mistake"},
        "faults": [[3, "D", "name_differs"], [4, "D", "code_wrong"]],
        "stored": {"firms": []},
    }
    writers = ("xlsxwriter.xlsx", "bom.csv", "libreoffice.xlsx")
    make("firms-mistakes-questions", "firms", [grid("机构", rows)], writers, **facts)


def projects():
    rows = [["项目代码", "项目名称", "预算单位代码", "项目类别", "预算金额\n（万元）"]]
    rows += [
        ["YSP1", "演示河道治理", "101001", "其他", 10],
        [None, "演示绿化(一期)", "101001", "其他", "20"],
        ["YSN3", "演示道路", "101001", "其他", "30万元"],
        ["YSP9", "演示新项目", "101001", "其他", 40],
    ]
    facts = {
        "read": {"项目": 4},
        "known": {
            "projects": [
                {"code": "YSP1", "name": "演示污水处理"},
                {"code": "YSP2", "name": "演示绿化（一期）"},
                {"code": "YSP3", "name": "演示道路"},
            ]
        },
        "questions": [
            [2, "B", "name", NAME],
            [3, "B", "code", ["k", "mistake"]],
            [4, "B", "project", ["k", "new"]],
        ],
        "answers": {"2": "renamed", "3": "k", "4": "k"},
        "stored": {
            "projects": [
                "YSN3 演示道路 30000000",
                "YSP1 演示河道治理 10000000",
                "YSP2 演示绿化（一期） 20000000",
                "YSP9 演示新项目 40000000",
            ]
        },
    }
    writers = ("xlsxwriter.xlsx", "pyexcelerate.xlsx", "gb18030.csv", "libreoffice.xlsx")
    make("projects-questions", "projects", [grid("项目", rows)], writers, **facts)


def pool():
    rows = [EXPERT_HEADS, expert(1, name="演示张三"), expert(2, name="演示李四")]
    facts = {
        "read": {"单位": 1, "专家": 2},
        "known": {
            "persons": [{"name": "演示张三", "phone": "13700000001"}],
            "bodies": [{"name": "演示老大学", "uscc": uscc(90)}],
        },
        "questions": [[2, "A", "name", NAME], [2, "B", "person", PERSON]],
        "answers": {"单位2": "kept", "专家2": "p"},
        "stored": {
            "experts": ["YSZJ1 演示张三 2010-03-01", "YSZJ2 演示李四 2010-03-01"],
            "persons": ["演示张三 0001", "演示李四 0002"],
        },
    }
    writers = ("openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "libreoffice.xlsx")
    make("experts-questions", "experts", [BODIES, grid("专家", rows)], writers, **facts)


CASES = (people_of_units, units, firms, mistakes, projects, pool)
if __name__ == "__main__":
    for case in CASES:
        case()
