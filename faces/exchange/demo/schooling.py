"""Courses of the demonstration year and who sat in them, as rows."""

from typing import Final

from faces.exchange.demo.book import Book, Table, Value
from faces.exchange.demo.firms import FirmsMade, Staff
from faces.exchange.demo.invent import Invented
from faces.exchange.demo.units import PILOTS

# title, audience, hours, day, place, teacher
COURSES: Final = (
    ("预算绩效评审专家业务培训（2019）", "专家", 20, "2019-04-18", "历城区财政局会议中心", "齐鲁理政大学（演示）教授"),
    (
        "第三方机构执业规范培训（2019）",
        "第三方机构",
        20,
        "2019-10-16",
        "历城区财政局会议中心",
        "区财政局预算绩效管理科",
    ),
    (
        "第三方机构执业规范培训（2020）",
        "第三方机构",
        20,
        "2020-06-11",
        "历城区财政局会议中心",
        "区财政局预算绩效管理科",
    ),
    ("评审专家线上轮训（2020）", "专家", 20, "2020-06-18", "线上", "山东财税学院（演示）"),
    (
        "部门整体支出绩效自评培训",
        "预算单位",
        6,
        "2020-07-23",
        "历城区政务中心三楼报告厅",
        "济南泉衡绩效评价咨询有限公司（演示）工程师",
    ),
    ("绩效运行监控布置与辅导", "预算单位", 4, "2020-08-21", "历城区财政局会议中心", "区财政局预算绩效管理科"),
)


def schooling(register: FirmsMade, experts: list[tuple[str, Invented]], contacts: list[tuple[str, Invented]]) -> Book:
    """Return the book of courses, attendance and certificates."""
    courses: list[list[Value]] = [[title, audience, hours] for title, audience, hours, *_rest in COURSES]
    sessions: list[list[Value]] = [[title, day, place, teacher] for title, _a, _h, day, place, teacher in COURSES]
    sat: list[list[Value]] = []
    for title, audience, hours, day, _place, _teacher in COURSES:
        if audience == "专家":
            sat += [
                _seat(title, day, person, "", hours) for place, (_n, person) in enumerate(experts) if _came(place, day)
            ]
        elif audience == "第三方机构":
            sat += [_firm_seat(title, day, one, hours) for place, one in enumerate(register.leads) if _came(place, day)]
        else:
            pilots = [one for one in contacts if one[0] in PILOTS or "监控" in title]
            sat += [_seat(title, day, person, unit, hours) for unit, person in pilots]
    tables = (
        Table("课程", "", ("课程名称", "对象", "学时"), list(courses)),
        Table("场次", "", ("课程名称", "日期", "地点", "授课人"), list(sessions)),
        Table("参训", "", ("课程名称", "日期", "姓名", "身份证号", "代表单位", "学时", "发证"), list(sat)),
    )
    return Book("training.xlsx", tables)


def _came(place: int, day: str) -> bool:
    return day.startswith("2020") or place % 29 != 17


def _seat(title: str, day: str, person: Invented, unit: str, hours: int) -> list[Value]:
    return [title, day, person.name, person.id_number, unit, hours, "是" if day.startswith("2020") else "否"]


def _firm_seat(title: str, day: str, one: Staff, hours: int) -> list[Value]:
    return [
        title,
        day,
        one.person.name,
        one.person.id_number,
        one.firm,
        hours,
        "是" if day.startswith("2020") else "否",
    ]
