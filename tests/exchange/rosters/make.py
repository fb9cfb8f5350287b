"""Make the rosters of this folder, each with what must come of it: ``python make.py`` beside LibreOffice.

Needs openpyxl, xlsxwriter, xlwt, pandas, PyExcelerate and ``soffice``; none of them reads files in Gongping. What is
expected is written down here by hand, never taken from the importer. All data are invented (演示).
"""

import csv
import json
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pyexcelerate
import xlsxwriter
import xlwt

HERE = Path(__file__).parent
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DAY = date(2015, 3, 5)


def uscc(number):
    body = f"91379999MA{number:07d}"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    return body + USCC[-sum(USCC.index(char) * weight for char, weight in zip(body, weights, strict=True)) % 31]


def id_number(born, number):
    body = f"379999{born}{number:03d}"
    return body + "10X98765432"[sum(int(char) * (2 ** (17 - place) % 11) for place, char in enumerate(body)) % 11]


def grid(sheet, rows, merges=(), hidden=(), unseen=False):
    """A sheet: ``merges`` as (top, left, bottom, right) and ``hidden`` rows from 1."""
    return {"sheet": sheet, "rows": rows, "merges": merges, "hidden": hidden, "unseen": unseen}


def openpyxl_writes(path, grids):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for one in grids:
        sheet = book.create_sheet(one["sheet"])
        for row in one["rows"]:
            sheet.append(row)
        for top, left, bottom, right in one["merges"]:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for row in one["hidden"]:
            sheet.row_dimensions[row].hidden = True
        sheet.sheet_state = "hidden" if one["unseen"] else "visible"
    book.save(path)


def xlsxwriter_writes(path, grids):
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for one in grids:
        sheet = book.add_worksheet(one["sheet"])
        for row, values in enumerate(one["rows"]):
            for column, value in enumerate(values):
                if isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif value is not None:
                    (sheet.write_string if isinstance(value, str) else sheet.write_number)(row, column, value)
        for top, left, bottom, right in one["merges"]:
            sheet.merge_range(top - 1, left - 1, bottom - 1, right - 1, one["rows"][top - 1][left - 1])
        for row in one["hidden"]:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        if one["unseen"]:
            sheet.hide()
    book.close()


def xlwt_writes(path, grids):
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for one in grids:
        sheet = book.add_sheet(one["sheet"], cell_overwrite_ok=True)
        for row, values in enumerate(one["rows"]):
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write(row, column, value, *([day] if isinstance(value, date) else []))
        for top, left, bottom, right in one["merges"]:
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
        for row in one["hidden"]:
            sheet.row(row - 1).hidden = True
        sheet.visibility = 1 if one["unseen"] else 0
    book.save(str(path))


def pandas_writes(path, grids):
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        for one in grids:
            pd.DataFrame(one["rows"], dtype=object).to_excel(book, sheet_name=one["sheet"], header=False, index=False)


def pyexcelerate_writes(path, grids):
    book = pyexcelerate.Workbook()
    for one in grids:
        book.new_sheet(one["sheet"], data=[["" if cell is None else cell for cell in row] for row in one["rows"]])
    book.save(str(path))


def csv_writes(encoding, delimiter=","):
    def write(path, grids):
        with path.open("w", encoding=encoding, newline="") as out:
            csv.writer(out, delimiter=delimiter).writerows(grids[0]["rows"])

    return write


def libreoffice_writes(path, grids):
    """Save as .xlsx, .xls, or .csv in UTF-8 (76) with every cell as it is shown."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"{path.stem}.ods"
        openpyxl_writes(Path(folder) / f"{path.stem}.xlsx", grids)
        form = {".csv": "csv:Text - txt - csv (StarCalc):44,34,76,1", ".xls": "xls:MS Excel 97"}
        convert(Path(folder) / f"{path.stem}.xlsx", "ods", folder)
        convert(source, form.get(path.suffix, "xlsx:Calc MS Excel 2007 XML"), HERE)


def convert(source, form, folder):
    subprocess.run(
        ["soffice", "--headless", "--convert-to", form, "--outdir", str(folder), str(source)],
        check=True, capture_output=True,
    )  # fmt: skip


WRITERS = {
    "openpyxl.xlsx": openpyxl_writes,
    "xlsxwriter.xlsx": xlsxwriter_writes,
    "xlwt.xls": xlwt_writes,
    "pandas.xlsx": pandas_writes,
    "pyexcelerate.xlsx": pyexcelerate_writes,
    "utf8.csv": csv_writes("utf-8"),
    "bom.csv": csv_writes("utf-8-sig"),
    "gb18030.csv": csv_writes("gb18030"),
    "tabs.csv": csv_writes("gb18030", "\t"),
    "libreoffice.xlsx": libreoffice_writes,
    "libreoffice.xls": libreoffice_writes,
    "libreoffice.csv": libreoffice_writes,
}
WORKBOOKS = ("openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "libreoffice.xlsx", "libreoffice.xls")
FLAT = ("utf8.csv", "bom.csv", "gb18030.csv", "libreoffice.csv")
NO_MERGES = ("pandas.xlsx", "pyexcelerate.xlsx")


def make(name, noun, grids, writers, **expected):
    """Write the roster with each writer, and what must come of it."""
    for writer in writers:
        stem, _dot, kind = writer.partition(".")
        path = HERE / f"{name}-{stem}.{kind}"
        WRITERS[writer](path, grids)
        said = {"noun": noun, "skipped": [], "faults": [], "stored": [], **expected}
        path.with_name(f"{path.name}.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n")


FIRM_HEADS = [
    "序号",
    "机构编号",
    "单位名称",
    "信用代码",
    "机构类别",
    "企业性质",
    "法人代表",
    "住所",
    "成立时间",
    "入库时间",
]
CLEAN = [f"YS{n} 演示咨询{n}有限公司 {uscc(n)} 2015-03-05" for n in (1, 2, 3)]


def firm(n, code=None, founded="2015.3.5", kind="咨询机构", form="公司", name=None):
    return [
        n,
        f"YS{n}",
        name or f"演示咨询{n}有限公司",
        code or uscc(n),
        kind,
        form,
        "演示甲",
        "演示路1号",
        founded,
        "",
    ]


def titled():
    rows = [["演示区第三方机构名录（2020年）"], [], FIRM_HEADS]
    rows += [firm(1), firm(2, founded="二〇一五年三月五日"), firm(3, founded="2015年3月5日")]
    rows += [["合 计", None, "3家"], ["备注：本表为演示数据"]]
    facts = {"read": {"机构": 3}, "skipped": [[1, "title"], [7, "tail"], [8, "tail"]], "stored": CLEAN}
    make("firms-title", "firms", [grid("Sheet1", rows, [(1, 1, 1, 10)])], WORKBOOKS, **facts)
    make("firms-title", "firms", [grid("Sheet1", rows)], (*FLAT, *NO_MERGES), **facts)


def two_rows():
    top = ["序号", "名录编号", "机构名称", "统一社会信用代码", "类型", None, "联系信息", None, "日期", None]
    below = [None, None, None, None, "机构类型", "组织形式", "法定代表人", "地址", "成立日期", "入库日期"]
    rows = [["演示机构名录"], top, below, firm(1, founded=DAY), firm(2, founded=DAY), firm(3, founded=DAY)]
    merges = [(1, 1, 1, 10), *((2, n, 3, n) for n in (1, 2, 3, 4)), (2, 5, 2, 6), (2, 7, 2, 8), (2, 9, 2, 10)]
    facts = {"read": {"机构": 3}, "skipped": [[1, "title"]], "stored": CLEAN}
    make("firms-two-rows", "firms", [grid("机构", rows, merges)], WORKBOOKS, **facts)
    make("firms-two-rows", "firms", [grid("机构", rows)], ("utf8.csv", "pandas.xlsx"), **facts)


def merged_and_hidden():
    rows = [FIRM_HEADS, firm(1), firm(2, kind=None, form=None), firm(9), [], FIRM_HEADS, firm(3), [4], ["备注：演示"]]
    sheets = [
        grid("第三方机构", rows, [(2, 5, 3, 5), (2, 6, 3, 6)], hidden=[4]),
        grid("资质", [["名录编号"], ["不读"]], unseen=True),
    ]
    passed = [[4, "hidden"], [5, "blank"], [6, "headings"], [8, "unread"], [9, "tail"]]
    make("firms-merged", "firms", sheets, WORKBOOKS, read={"机构": 3}, skipped=passed, stored=CLEAN)


def wrong_firms():
    bad = uscc(2)[:-1] + USCC[(USCC.index(uscc(2)[-1]) + 1) % 31]
    rows = [
        FIRM_HEADS, firm(1), firm(2, code=bad), firm(3, code="9.13701E+17"), firm(4, founded="2015.13.5"),
        firm(5, founded="2015-02-30"), firm(6, code="O" + uscc(6)[1:]), firm(7, code=uscc(7)[:17]), firm(8, kind="饭店"),
        firm(1),
    ]  # fmt: skip
    faults = [
        [3, "D", "wrong"], [4, "D", "digits_lost"], [5, "I", "wrong"], [6, "I", "wrong"], [7, "D", "wrong"],
        [8, "D", "wrong"], [9, "E", "not_in_list"], [10, "B", "repeated"], [10, "D", "repeated"],
    ]  # fmt: skip
    writers = ("openpyxl.xlsx", "xlwt.xls", "pandas.xlsx", "gb18030.csv", "libreoffice.xlsx", "libreoffice.csv")
    make("firms-wrong", "firms", [grid("机构", rows)], writers, read={"机构": 9}, faults=faults)


def wide():
    code = "".join(chr(ord(char) + 0xFEE0) for char in uscc(1))
    rows = [[" 名录\n编号 ", "机 构 名 称*", "统一社会信用代码：", "机构类型（可选）", "组织形式"]]
    rows += [
        ["ＹＳ１", "演示 咨询１(演示)有限公司", code, "咨询机构", "公司"],
        ["YS2", "演示　咨询2有限公司", uscc(2), "其他", "企业"],
    ]
    stored = [f"YS1 演示咨询1（演示）有限公司 {uscc(1)} None", f"YS2 演示咨询2有限公司 {uscc(2)} None"]
    writers = ("xlsxwriter.xlsx", "tabs.csv", "bom.csv", "libreoffice.xls")
    make("firms-wide", "firms", [grid("名录", rows)], writers, read={"机构": 2}, stored=stored)


EXPERT_HEADS = [
    "入库编号",
    "专家姓名",
    "身份证号码",
    "联系电话",
    "职称",
    "职称等级",
    "专业",
    "工作单位代码",
    "任职时间",
    "参加工作时间",
]


def expert(n, number=None, since="2010.3", name="演示 张三", phone="13800000000"):
    code = number or id_number(19700101, n)
    return [f"YSZJ{n}", name, code, phone[:-1] + str(n), "高级会计师", "高级", "A0101", uscc(90), since, "1995.7"]


BODIES = grid("单位", [["单位名称", "统一社会信用代码", "单位性质"], ["演示大学", uscc(90), "高校"]])


def people():
    dates = ["2010.3", "二〇一〇年三月", 40238, date(2010, 3, 1), "2010/3/1", "２０１０年３月１日"]
    rows = [["演示专家库"], EXPERT_HEADS, *(expert(n, since=day) for n, day in enumerate(dates, start=1))]
    rows[3][1], rows[4][1], rows[5][1] = "演示·阿不都", "演示•阿不都", "演示　龚䶮"
    names = ["演示张三", "演示·阿不都", "演示·阿不都", "演示龚䶮", "演示张三", "演示张三"]
    stored = [f"YSZJ{n} {name} 2010-03-01" for n, name in enumerate(names, start=1)]
    sheets = [BODIES, grid("专家库", rows, [(1, 1, 1, 10)]), grid("说明", [["演示"]])]
    facts = {"read": {"单位": 1, "专家": 6}, "skipped": [[1, "title"]], "stored": stored}
    make("experts-dates", "experts", sheets, WORKBOOKS, **facts)


def wrong_people():
    good = id_number(19700101, 2)
    flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
    rows = [EXPERT_HEADS, expert(1), expert(2, number=flipped), expert(3, number="3.70112E+17")]
    rows += [
        expert(4, number=float(379999197001010030)),
        expert(5, number=id_number(19701301, 5)),
        expert(6, phone="12"),
    ]
    rows += [expert(7, number="379999700101001"), expert(8, since="2010.2.30"), expert(9, name="演示9")]
    faults = [
        [3, "C", "wrong"], [4, "C", "digits_lost"], [5, "C", "digits_lost"], [6, "C", "wrong"], [7, "D", "wrong"],
        [8, "C", "wrong"], [9, "I", "wrong"], [10, "B", "wrong"],
    ]  # fmt: skip
    facts = {"read": {"单位": 1, "专家": 9}, "faults": faults}
    make("experts-wrong", "experts", [BODIES, grid("专家", rows)], WORKBOOKS, **facts)


def tree():
    heads = ["领域编码", "领域名称", "行业编码", "行业名称", "专业代码", "专业名称"]
    rows = [heads, ["Y", "演示领域", "Y01", "演示行业甲", "Y0101", "演示专业一"], [None] * 4 + ["Y0102", "演示专业二"]]
    rows += [[None, None, "Y02", "演示行业乙", "Y0201", "演示专业三"], [None] * 4 + ["Y0202", "演示专业四"]]
    merges = [(2, 1, 5, 1), (2, 2, 5, 2), (2, 3, 3, 3), (2, 4, 3, 4), (4, 3, 5, 3), (4, 4, 5, 4)]
    stored = [
        "Y 演示领域",
        "Y01 演示行业甲",
        "Y0101 演示专业一",
        "Y0102 演示专业二",
        "Y02 演示行业乙",
        "Y0201 演示专业三",
        "Y0202 演示专业四",
    ]
    make(
        "specialties-merged",
        "specialties",
        [grid("专业", rows, merges)],
        WORKBOOKS,
        read={"专业分类": 4},
        stored=stored,
    )
    faults = [[row, column, "empty"] for row in (3, 5) for column in "ABCD"] + [[4, column, "empty"] for column in "AB"]
    make("specialties-torn", "specialties", [grid("专业", rows)], ("utf8.csv",), read={"专业分类": 4}, faults=faults)


def units():
    rows = [["预算单位编码", "单位全称", "信用代码", "单位类别", "主管单位编码"]]
    rows += [[801001, "演示局", "无", "机关", None], [801002, "演示中心", "", "事业单位", 801001], [], ["总计", 2]]
    stored = ["801001 演示局", "801002 演示中心"]
    writers = ("openpyxl.xlsx", "pyexcelerate.xlsx", "bom.csv", "libreoffice.xls", "libreoffice.csv")
    facts = {"read": {"预算单位": 2}, "skipped": [[4, "blank"], [5, "tail"]], "stored": stored}
    make("units-numbers", "units", [grid("单位表", rows)], writers, **facts)


def projects():
    heads = ["项目代码", "项目名称", "预算单位代码", "项目类别", "预算金额\n（万元）"]
    rows = [
        ["演示项目表"],
        heads,
        ["YSP1", "演示项目一", 101001, "其他", "1,860.10"],
        ["小计", None, None, None, 1860.1],
    ]
    rows += [
        ["YSP2", "演示项目二", "101001", "工程类", "37630万元"],
        ["YSP3", "演示项目三", "１０１００１", "其他", 0.5],
    ]
    stored = ["YSP1 演示项目一 1860100000", "YSP2 演示项目二 37630000000", "YSP3 演示项目三 500000"]
    facts = {"read": {"项目": 3}, "skipped": [[1, "title"], [4, "tail"]], "stored": stored}
    writers = ("xlsxwriter.xlsx", "xlwt.xls", "gb18030.csv", "libreoffice.xlsx")
    make("projects-amounts", "projects", [grid("项目", rows)], writers, **facts)
    rows = [[*heads[:4], "预算金额（元）"], ["YSP1", "演示项目一", "101001", "其他", "18601000"]]
    faults = [[1, "", "no_column"]]
    make(
        "projects-yuan", "projects", [grid("项目", rows)], ("openpyxl.xlsx", "bom.csv"), read={"项目": 1}, faults=faults
    )


def courses():
    rows = [["培训课程", "对象", "课时"], ["演示课程甲", "专家", 6], ["演示课程乙", "第三方机构", "4.5"], ["注1：演示"]]
    facts = {"read": {"课程": 2}, "skipped": [[4, "tail"]], "stored": ["演示课程甲 60", "演示课程乙 45"]}
    make("training", "training", [grid("课程", rows)], ("xlwt.xls", "gb18030.csv", "libreoffice.xlsx"), **facts)


def no_roster():
    faults = [[0, "", "no_headings"]]
    rows = [["演示通知"], ["请各单位于3月5日前报送名录。"]]
    make(
        "firms-letter",
        "firms",
        [grid("通知", rows)],
        ("xlwt.xls", "utf8.csv", "libreoffice.xlsx"),
        read={},
        faults=faults,
    )


CASES = (titled, two_rows, merged_and_hidden, wrong_firms, wide, people, wrong_people, tree, units, projects, courses, no_roster)  # fmt: skip
if __name__ == "__main__":
    for case in CASES:
        case()
