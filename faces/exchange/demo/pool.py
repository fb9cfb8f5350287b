"""Experts of the demonstration year, their employers and their dated employment, as rows."""

from dataclasses import dataclass
from typing import Final

from faces.documents.evaluation_report.facts import Dice
from faces.exchange.demo.book import Book, Table, Value
from faces.exchange.demo.firms import MARK, FirmsMade
from faces.exchange.demo.invent import Invented, People, uscc
from faces.exchange.demo.themes import TREE, leaves
from faces.exchange.demo.units import AREA, UNITS

COUNT: Final = 160
EMPLOYERS: Final = (
    ("齐鲁理政大学", "高校"),
    ("济水工程大学", "高校"),
    ("山东岱阳师范大学", "高校"),
    ("山东财税学院", "高校"),
    ("济南职业技术学院东校区", "高校"),
    ("省水务规划设计院", "事业"),
    ("济南市政工程设计研究院", "企业"),
    ("省建筑科学研究院", "企业"),
    ("省农业科学院经济所", "事业"),
    ("济南市第九医院", "事业"),
    ("省公共卫生研究院", "事业"),
    ("省生态环境规划院", "事业"),
    ("济南园林科学研究所", "事业"),
    ("省信息中心", "事业"),
    ("济南浪源软件有限公司", "企业"),
    ("省文博研究院", "事业"),
    ("济南群众艺术馆", "事业"),
    ("省社会科学院", "事业"),
    ("省就业研究中心", "事业"),
    ("济南慈航养老服务集团有限公司", "企业"),
    ("鲁东审计事务中心", "企业"),
    ("济南方圆造价咨询有限公司", "企业"),
    ("山东明德律师事务所", "合伙"),
    ("济南公共管理学会", "其他"),
    ("省水利科学研究院", "事业"),
    ("济南高新热力集团有限公司", "企业"),
    ("济南教育科学研究院", "事业"),
    ("省特检院泉城分院", "事业"),
    ("济南交通规划设计院", "企业"),
    ("济南钢城实业股份有限公司", "企业"),
)
FORMS: Final = {"高校": "12", "事业": "12", "企业": "91", "合伙": "31", "其他": "51"}
TITLES: Final = (
    ("教授", "高级"),
    ("副教授", "高级"),
    ("高级工程师", "高级"),
    ("正高级会计师", "高级"),
    ("高级会计师", "高级"),
    ("研究员", "高级"),
    ("主任医师", "高级"),
    ("高级经济师", "高级"),
    ("注册会计师", "中级"),
    ("工程师", "中级"),
)
JOBS: Final = ("教研室主任", "总工程师", "科长", "研究室主任", "院长助理", "财务总监", "副主任", "")


@dataclass(slots=True)
class PoolMade:
    """The book of the pool, and its people for the sheets that mention them again."""

    book: Book
    experts: list[tuple[str, Invented]]


def pool(people: People, register: FirmsMade) -> PoolMade:
    """Return the book of the pool: employers, experts, past employment, recusals, days off, undertakings."""
    dice = Dice("专家库")
    bodies = [(name + MARK, form, uscc(FORMS[form], 200 + index)) for index, (name, form) in enumerate(EMPLOYERS)]
    specialties = leaves()
    roll: list[list[Value]] = []
    spells: list[list[Value]] = []
    pledges: list[list[Value]] = []
    known: list[tuple[str, Invented]] = []
    for index in range(1, COUNT + 1):
        number = f"ZJ{index:04d}"
        person = people.next(born_from=1960, born_to=1982, rare=index in {8, 21, 64, 101})
        known.append((number, person))
        code, _name = specialties[index % len(specialties)]
        second = dice.pick(specialties)[0] if index % 2 else ""
        if index % 6 == 0:
            second = "I0101"
        title, level = dice.pick(TITLES)
        body_name, _form, body_code = bodies[(index * 7 + dice.below(3)) % len(bodies)]
        since = f"{dice.between(person.born_on.year + 24, 2012)}.{dice.between(1, 12)}.1"
        admitted = "2019-04-01" if index % 4 else "2019年12月2日"
        chosen = "、".join(dict.fromkeys(part for part in (code, second) if part))
        roll.append(
            [
                number,
                person.name,
                person.id_number,
                person.phone,
                title,
                level,
                chosen,
                body_name,
                body_code,
                dice.pick(JOBS),
                since,
                f"{person.born_on.year + 23}年7月",
                admitted,
                "是" if index % 53 == 0 else "否",
            ]
        )
        pledges += [[number, year, f"{year}-01-{5 + index % 20:02d}"] for year in (2019, 2020)]
        spells += _past(index, number, dice, register)
    recusals: list[list[Value]] = [
        ["ZJ0012", "103001", "配偶在该单位任职", "2019-04-01", ""],
        ["ZJ0033", "110001", "曾任该局下属项目法人顾问", "2019-04-01", ""],
        ["ZJ0057", "117001", "子女在该单位任职", "2020-01-06", ""],
    ]
    away: list[list[Value]] = [
        ["ZJ0019", "2020-09-01", "2020-12-31", "访学"],
        ["ZJ0046", "2020-10-08", "2020-10-20", "住院休养"],
        ["ZJ0088", "2020-11-02", "2020-11-06", "会议"],
    ]
    tables = (
        Table(
            "单位",
            "专家任职单位（演示，均为虚构）",
            ("单位名称", "统一社会信用代码", "单位性质"),
            [[n, c, f] for n, f, c in bodies],
        ),
        Table("专家", "济南市历城区预算绩效评审专家库（演示，人员均为虚构）", ROLL, list(roll)),
        Table("任职经历", "", ("专家编号", "单位代码", "关系", "职务", "起始日期", "终止日期"), list(spells)),
        Table("回避单位", "", ("专家编号", "单位代码", "原因", "起始日期", "终止日期"), list(recusals)),
        Table("请假", "", ("专家编号", "起始日期", "终止日期", "说明"), list(away)),
        Table("承诺书", "", ("专家编号", "年度", "签署日期"), list(pledges)),
    )
    return PoolMade(Book("experts.xlsx", tables), known)


def _past(index: int, number: str, dice: Dice, register: FirmsMade) -> list[list[Value]]:
    """Return earlier employment: some left a registered firm or a budget unit less than three years ago."""
    if index % 9 == 4:
        firm = register.codes[(index * 5) % len(register.codes)]
        ended = f"201{dice.between(7, 8)}-{dice.between(8, 12):02d}-30" if index % 2 else "2015-06-30"
        return [[number, firm, "在职", "合伙人助理", "2010-07-01", ended]]
    if index % 9 == 7:
        unit = UNITS[(index * 11) % len(UNITS)][0]
        ended = f"2018-{dice.between(3, 12):02d}-28" if index % 2 else "2014-12-31"
        return [[number, unit, "在职", "科员", "2006-03-01", ended]]
    if index % 27 == 9:
        firm = register.codes[(index * 3) % len(register.codes)]
        return [[number, firm, "顾问", "外聘顾问", "2018-01-01", ""]]
    return []


def specialties() -> Book:
    """Return the book of the three-level tree."""
    rows: list[list[Value]] = []
    for field, industries in TREE.items():
        for industry, names in industries.items():
            over = f"{field[0]}{industry[:2]}"
            for place, name in enumerate(names, start=1):
                rows.append([field[0], field[2:], over, industry[3:], f"{over}{place:02d}", name])
    headings = ("领域代码", "领域", "行业代码", "行业", "专业代码", "专业")
    return Book("specialties.xlsx", (Table("专业分类", "", headings, list(rows)),))


def units(people: People) -> tuple[Book, list[tuple[str, Invented]]]:
    """Return the book of the budget units with a contact each, and the contact people."""
    dice = Dice("预算单位")
    roll: list[list[Value]] = []
    contacts: list[list[Value]] = []
    known: list[tuple[str, Invented]] = []
    for index, (code, name, short, _field, section) in enumerate(UNITS, start=1):
        kind = "机关" if code.endswith("001") else "事业"
        body = uscc("11" if kind == "机关" else "12", 500 + index)
        superior = "" if code.endswith("001") else f"{code[:3]}001"
        roll.append(
            [code, AREA + name, "区" + short, body, kind, superior, section, "是" if code == "101001" else "否"]
        )
        for duty in ("单位负责人", "财务负责人", "绩效联络员"):
            person = people.next(born_from=1964, born_to=1990)
            contacts.append(
                [
                    code,
                    duty,
                    person.name,
                    person.id_number,
                    person.phone,
                    f"201{dice.between(6, 9)}-0{dice.between(1, 9)}-01",
                ]
            )
            if duty == "绩效联络员":
                known.append((code, person))
    headings = ("单位编码", "单位名称", "简称", "统一社会信用代码", "单位性质", "主管部门编码", "归口科室", "是否本局")
    tables = (
        Table("预算单位", "济南市历城区预算单位基本信息", headings, list(roll)),
        Table("单位人员", "", ("单位编码", "职责", "姓名", "身份证号", "手机号", "起始日期"), list(contacts)),
    )
    return Book("units.xlsx", tables), known


ROLL: Final = (
    "专家编号",
    "姓名",
    "身份证号",
    "手机号",
    "职称",
    "职称级别",
    "专业代码",
    "工作单位",
    "单位代码",
    "职务",
    "任职起始",
    "参加工作日期",
    "入库日期",
    "是否公务员",
)
