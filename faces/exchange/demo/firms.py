"""Firms of the demonstration year and their people, as rows."""

from dataclasses import dataclass
from typing import Final

from faces.documents.evaluation_report.facts import Dice
from faces.exchange.demo.book import Book, Table, Value
from faces.exchange.demo.invent import Invented, People, uscc

# name before the mark, kind, form
FIRMS: Final = (
    ("济南泉衡绩效评价咨询有限公司", "咨询机构", "企业"),
    ("山东正言会计师事务所（特殊普通合伙）", "会计师事务所", "合伙"),
    ("济南明湖工程咨询有限公司", "咨询机构", "企业"),
    ("山东岱宗资产评估有限公司", "资产评估机构", "企业"),
    ("齐州财政绩效研究院", "科研院所", "其他"),
    ("济南历山会计师事务所（普通合伙）", "会计师事务所", "合伙"),
    ("山东东原管理咨询有限公司", "咨询机构", "企业"),
    ("济南鹊华项目管理有限公司", "咨询机构", "企业"),
    ("山东汇泽律师事务所", "律师事务所", "合伙"),
    ("青州衡准会计师事务所有限公司", "会计师事务所", "企业"),
    ("济南佛山苑工程造价咨询有限公司", "咨询机构", "企业"),
    ("山东泰华经济研究中心", "科研院所", "其他"),
    ("齐鲁理政大学公共绩效研究所", "高等院校", "高校"),
    ("济南知本绩效管理咨询有限公司", "咨询机构", "企业"),
    ("山东金衡资产评估事务所（普通合伙）", "资产评估机构", "合伙"),
    ("济南大明会计师事务所有限公司", "会计师事务所", "企业"),
    ("山东恒信达工程咨询有限公司", "咨询机构", "企业"),
    ("淄川至公管理咨询有限公司", "咨询机构", "企业"),
    ("济南千佛财税咨询有限公司", "咨询机构", "企业"),
    ("山东同勘水务咨询有限公司", "咨询机构", "企业"),
    ("济南稼轩社会调查有限公司", "其他", "企业"),
    ("山东文渊教育评估中心", "科研院所", "其他"),
    ("济南华山会计师事务所有限公司", "会计师事务所", "企业"),
    ("山东康评卫生经济咨询有限公司", "咨询机构", "企业"),
    ("济南绿原生态咨询有限公司", "咨询机构", "企业"),
    ("山东经纬资产评估有限公司", "资产评估机构", "企业"),
    ("济南信言律师事务所", "律师事务所", "合伙"),
    ("山东科讯信息工程咨询有限公司", "咨询机构", "企业"),
    ("济南趵突泉绩效评价有限公司", "咨询机构", "企业"),
    ("山东惠农发展咨询有限公司", "咨询机构", "企业"),
)
MARK: Final = "（演示）"
DUTIES: Final = ("项目经理", "绩效评价师", "造价工程师", "审计助理", "数据分析员", "现场调查员")
TITLES: Final = ("高级会计师", "高级经济师", "注册会计师", "注册咨询工程师", "资产评估师", "高级工程师", "中级经济师")
PAPERS: Final = {
    "咨询机构": ("工程咨询单位乙级资信", "山东省工程咨询协会"),
    "会计师事务所": ("会计师事务所执业证书", "山东省财政厅"),
    "资产评估机构": ("资产评估机构备案公告", "山东省财政厅"),
    "律师事务所": ("律师事务所执业许可证", "山东省司法厅"),
    "科研院所": ("民办非企业单位登记证书", "山东省民政厅"),
    "高等院校": ("事业单位法人证书", "山东省事业单位登记管理局"),
    "其他": ("涉外调查许可证", "山东省统计局"),
}
STREETS: Final = ("经十路", "历山路", "山大北路", "工业南路", "华信路", "花园路", "世纪大道", "唐冶西路")


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of a firm, for the sheets that mention him again."""

    firm: str
    firm_name: str
    person: Invented
    since: str


@dataclass(slots=True)
class FirmsMade:
    """The book of the register, and what other books say about its firms."""

    book: Book
    codes: list[str]
    names: list[str]
    leads: list[Staff]
    staff: list[Staff]


def firms(people: People) -> FirmsMade:
    """Return the book of the register: firms, qualifications, lead evaluators, staff, branches, undertakings."""
    dice = Dice("名录")
    made = FirmsMade(Book("firms.xlsx", ()), [], [], [], [])
    roll: list[list[Value]] = []
    papers: list[list[Value]] = []
    leads: list[list[Value]] = []
    staff: list[list[Value]] = []
    pledges: list[list[Value]] = []
    for index, (name, kind, form) in enumerate(FIRMS, start=1):
        number, marked = f"JG{index:03d}", name + MARK
        code = uscc("12" if form == "高校" else "52" if form == "其他" else "91", index)
        made.codes.append(code)
        made.names.append(marked)
        founded = f"{dice.between(1998, 2015)}年{dice.between(1, 12)}月{dice.between(1, 28)}日"
        admitted = "2019-03-01" if index % 3 else "2019-12-02"
        boss = people.next(born_from=1963, born_to=1978)
        place = f"济南市历城区{dice.pick(STREETS)}{dice.between(10, 3200)}号"
        size = dice.between(9, 46)
        phone = f"0531-8800{index:04d}"
        roll.append([number, marked, code, kind, form, boss.name, place, phone, founded, admitted, size])
        paper, issuer = PAPERS[kind]
        papers.append([number, paper, f"鲁演{2010 + index % 8}-{index:04d}", issuer, "2018.1.1", "2023.12.31"])
        pledges += [[number, year, f"{year}-01-{10 + index % 15}", "2020版", boss.name] for year in (2019, 2020)]
        for place_in_firm in range(2 + index % 2):
            lead = people.next(born_from=1966, born_to=1982, rare=index in {1, 4} and place_in_firm == 0)
            since = f"{dice.between(2012, 2016)}-{dice.between(1, 9):02d}-01"
            made.leads.append(Staff(number, marked, lead, since))
            certificate = f"演示证{index:02d}{place_in_firm + 1:02d}"
            works = f"{dice.between(1996, 2008)}-07-01"
            leads.append(
                [
                    number,
                    lead.name,
                    lead.id_number,
                    lead.phone,
                    dice.pick(TITLES),
                    certificate,
                    "2023-06-30",
                    works,
                    since,
                ]
            )
        for _turn in range(dice.between(4, 7)):
            member = people.next(born_from=1978, born_to=1994)
            since = f"{dice.between(2015, 2018)}-{dice.between(1, 9):02d}-01"
            made.staff.append(Staff(number, marked, member, since))
            staff.append([number, member.name, member.id_number, member.phone, dice.pick(DUTIES), since])
    branches: list[list[Value]] = [
        [
            "JG002",
            "山东正言会计师事务所（特殊普通合伙）章丘分所（演示）",
            "否",
            "济南市章丘区明水大街18号",
            "2016-05-01",
        ]
    ]
    tables = (
        Table("机构", "济南市历城区第三方评价机构名录（演示，机构与人员均为虚构）", ROLL, list(roll)),
        Table("资质", "", ("名录编号", "资质名称", "证书编号", "发证机关", "有效期起", "有效期止"), list(papers)),
        Table("主评人", "", LEADS, list(leads)),
        Table("从业人员", "", ("名录编号", "姓名", "身份证号", "手机号", "岗位", "入职日期"), list(staff)),
        Table("分支机构", "", ("名录编号", "分支机构名称", "是否独立法人", "地址", "设立日期"), list(branches)),
        Table("承诺书", "", ("名录编号", "年度", "签署日期", "文本版本", "签署人"), list(pledges)),
    )
    made.book = Book("firms.xlsx", tables)
    return made


ROLL: Final = (
    "名录编号",
    "机构名称",
    "统一社会信用代码",
    "机构类型",
    "组织形式",
    "法定代表人",
    "地址",
    "联系电话",
    "成立日期",
    "入库日期",
    "从业人数",
)
LEADS: Final = (
    "名录编号",
    "姓名",
    "身份证号",
    "手机号",
    "职称",
    "执业证书编号",
    "证书有效期至",
    "参加工作日期",
    "入职日期",
)
