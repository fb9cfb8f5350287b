"""The year's projects and what was done about each, as rows: every total of the year comes out exactly."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from faces.documents.evaluation_report.facts import Dice
from faces.exchange.demo.book import Book, Table, Value, shares
from faces.exchange.demo.themes import ACTS, THEMES
from faces.exchange.demo.units import PILOTS, UNITS

GENERAL: Final = "一般公共预算"
FUND: Final = "政府性基金预算"
CAPITAL: Final = "国有资本经营预算"
INSURANCE: Final = "社会保险基金预算"
BUDGETS: Final = (GENERAL, FUND, CAPITAL, INSURANCE)

SELF_COUNT: Final = 166
SELF_TOTAL: Final = Decimal(216_974)
SELF_MEAN: Final = Decimal("96.08")
TARGET_COUNT: Final = 535
EX_ANTE_COUNT: Final = 74
EX_ANTE_TOTAL: Final = Decimal(86_104)
KEY_TOTAL: Final = Decimal(37_630)

# name, unit, kind, form, amount, parts by budget, executor
KEY: Final = (
    ("唐冶新区污水处理厂", "113003", "工程类", "PPP", 5860, {GENERAL: 1860, FUND: 4000}, "第三方机构"),
    ("创建国家义务教育优质均衡区", "103001", "政策类", "", 6200, {GENERAL: 6200}, "第三方机构"),
    ("既有建筑节能改造", "110003", "工程类", "", 3150, {GENERAL: 3150}, "第三方机构"),
    ("老旧小区配套基础设施专项债券项目", "110002", "工程类", "专项债券", 5000, {FUND: 5000}, "第三方机构"),
    ("社区居家养老服务购买", "106001", "其他", "政府购买服务", 980, {GENERAL: 980}, "第三方机构"),
    ("国有企业退休人员社会化管理", "131001", "政策类", "", 1200, {CAPITAL: 1200}, "第三方机构"),
    ("城乡环卫一体化服务", "111002", "其他", "政府购买服务", 3640, {GENERAL: 3640}, "第三方机构"),
    ("农村饮水安全巩固提升工程", "113002", "工程类", "", 2350, {GENERAL: 1350, FUND: 1000}, "第三方机构"),
    ("农村公路养护工程", "112002", "工程类", "", 1880, {GENERAL: 1880}, "第三方机构"),
    ("基本公共卫生服务补助", "117001", "政策类", "", 2460, {GENERAL: 2460}, "第三方机构"),
    ("高标准农田建设", "114001", "工程类", "", 1520, {GENERAL: 1520}, "第三方机构"),
    ("公共文化场馆免费开放", "116001", "其他", "", 640, {GENERAL: 640}, "财政部门"),
    ("职业技能提升培训补贴", "108002", "政策类", "", 760, {GENERAL: 760}, "财政部门"),
    ("科技创新平台扶持", "104001", "政策类", "", 1130, {GENERAL: 1130}, "财政部门"),
    ("智慧社区信息平台建设", "126001", "设备购置类", "", 860, {GENERAL: 860}, "财政部门"),
)
NAMED_EX_ANTE: Final = (
    ("就业援助资金", "108001", "政策类", 2180),
    ("食用农产品委托检测资金", "122001", "其他", 460),
)
PARTS: Final = ("一期", "二期", "三期", "东片区", "西片区", "南片区", "北片区", "续建")
HEADINGS: Final = (
    "项目编码",
    "项目名称",
    "单位编码",
    "项目类型",
    "特殊形式",
    "预算金额（万元）",
    *(f"{kind}（万元）" for kind in BUDGETS),
)


class Programme:
    """All projects of the year by the year they were first budgeted."""

    def __init__(self) -> None:
        """Invent every project, always the same."""
        self.dice = Dice("项目")
        self.seen: set[str] = set()
        self.rows: list[list[Value]] = []
        self.names: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.amounts: dict[str, Decimal] = {}
        self.key_codes = [self._key(*one) for one in KEY]
        rest = [self._weight() for _turn in range(SELF_COUNT - len(KEY))]
        self.old_codes = [self._other(2019, amount) for amount in shares(SELF_TOTAL - KEY_TOTAL, rest)]
        fresh = TARGET_COUNT - 120
        self.new_codes = [self._other(2020, Decimal(self._weight()) / 10) for _turn in range(fresh)]
        self.ex_ante_codes = self._ex_ante()

    @property
    def self_codes(self) -> list[str]:
        """Return the projects that evaluated themselves."""
        return [*self.key_codes, *self.old_codes]

    @property
    def target_codes(self) -> list[str]:
        """Return the projects whose targets were published: 120 that go on from 2019, the rest new."""
        return [*self.key_codes[:5], *self.old_codes[:115], *self.new_codes]

    def _weight(self) -> int:
        return self.dice.between(60, 900) * (4 if self.dice.below(9) == 0 else 1)

    def _code(self, year: int) -> str:
        number = sum(code.startswith(f"370112-{year}") for code in self.names) + 1
        return f"370112-{year}-{number:04d}"

    def _add(
        self, year: int, name: str, unit: str, kind: str, form: str, amount: Decimal, parts: dict[str, Value]
    ) -> str:
        code = self._code(year)
        self.names[code], self.units[code], self.amounts[code] = name, unit, amount
        self.rows.append([code, name, unit, kind, form, amount, *(parts.get(budget) for budget in BUDGETS)])
        return code

    def _key(
        self, name: str, unit: str, kind: str, form: str, amount: int, parts: dict[str, int], _executor: str
    ) -> str:
        self.seen.add(name)
        return self._add(2019, name, unit, kind, form, Decimal(amount), dict(parts))

    def _other(self, year: int, amount: Decimal) -> str:
        name, unit, kind = self._invent()
        form = "政府购买服务" if "委托服务" in name else ""
        turn = self.dice.below(20)
        parts: dict[str, Value] = {GENERAL: amount}
        if turn == 0 and amount > 40:
            parts = {GENERAL: amount - 20, FUND: Decimal(20)}
        elif turn == 1 and kind == "工程类":
            parts = {FUND: amount}
        elif turn == 2 and unit.startswith("108"):
            parts = {INSURANCE: amount}
        return self._add(year, name, unit, kind, form, amount, parts)

    def _invent(self) -> tuple[str, str, str]:
        while True:
            unit, _name, _short, field, _section = self.dice.pick(UNITS)
            act, kind = self.dice.pick(ACTS)
            name = self.dice.pick(THEMES[field]) + act
            if unit.startswith("13") and field == "街道":
                name = next(row[2] for row in UNITS if row[0] == unit) + name
            if name not in self.seen:
                self.seen.add(name)
                return name, unit, kind
            if len(self.seen) > 250:
                name = f"{name}（{self.dice.pick(PARTS)}）"
                if name not in self.seen:
                    self.seen.add(name)
                    return name, unit, kind

    def _ex_ante(self) -> list[str]:
        codes = [
            self._add(2021, name, unit, kind, "", Decimal(amount), {GENERAL: Decimal(amount)})
            for name, unit, kind, amount in NAMED_EX_ANTE
        ]
        left = EX_ANTE_TOTAL - sum(Decimal(amount) for *_rest, amount in NAMED_EX_ANTE)
        weights = [self._weight() for _turn in range(EX_ANTE_COUNT - len(NAMED_EX_ANTE))]
        return codes + [self._other(2021, amount) for amount in shares(left, weights)]


def self_scores() -> list[Decimal]:
    """Return the units' own scores; their mean is exactly 96.08."""
    dice = Dice("自评")
    scores = [9000 + dice.between(200, 960) for _turn in range(SELF_COUNT)]
    off = int(SELF_MEAN * 100) * SELF_COUNT - sum(scores)
    place = 0
    while off:
        step = max(-30, min(30, off))
        if 8800 <= scores[place] + step <= 9990:
            scores[place] += step
            off -= step
        place = (place + 1) % SELF_COUNT
    return [Decimal(score) / 100 for score in scores]


def projects(year: Programme) -> Book:
    """Return the book of projects."""
    title = "济南市历城区项目库（演示；具名项目之外均为虚构）"
    return Book("projects.xlsx", (Table("项目", title, HEADINGS, list(year.rows)),))


def chain(year: Programme) -> Book:
    """Return the book of self-evaluations, targets, monitoring and pilots."""
    dice = Dice("链条")
    scores = self_scores()
    own: list[list[Value]] = [
        [code, 2020, 2019, year.amounts[code], scores[place], f"2020-0{dice.between(3, 5)}-{dice.between(10, 28)}"]
        for place, code in enumerate(year.self_codes)
    ]
    targets: list[list[Value]] = [
        [code, 2020, 2020, _target(year.names[code]), "2020年7月2日" if place < 300 else "2020年7月3日"]
        for place, code in enumerate(year.target_codes)
    ]
    monitored: list[list[Value]] = [
        [code, 2020, 2020, "2020.7.31", (year.amounts[code] * dice.between(28, 71) / 100).quantize(Decimal("0.01")), ""]
        for code in year.target_codes
    ]
    pilots: list[list[Value]] = [
        [unit, 2020, 2020, "2020-08-15", f"2020-08-{dice.between(5, 14):02d}"] for unit in PILOTS
    ]
    tables = (
        Table("自评", "", ("项目编码", "工作年度", "预算年度", "自评金额（万元）", "自评得分", "提交日期"), list(own)),
        Table("绩效目标", "", ("项目编码", "工作年度", "预算年度", "绩效目标", "公开日期"), list(targets)),
        Table(
            "运行监控",
            "",
            ("项目编码", "工作年度", "预算年度", "数据截止日", "支出金额（万元）", "说明"),
            list(monitored),
        ),
        Table("部门整体试点", "", ("单位编码", "工作年度", "预算年度", "报送期限", "报送日期"), list(pilots)),
    )
    return Book("chain.xlsx", tables)


def _target(name: str) -> str:
    return f"完成{name}年度任务，质量达标，按期支付，受益对象满意度不低于90%。"


def plan(tasks: list[Sequence[Value]]) -> Book:
    """Return the book of the plan with its tasks: 15 key evaluations, 74 ex-ante evaluations, a few others."""
    headings = ("工作年度", "项目编码", "任务类型", "任务名称", "单位编码", "实施主体", "预算年度", "评价金额（万元）")
    head = (2020, "济历城财绩〔2020〕6号（演示）", "2020-05-20", 2)
    tables = (
        Table("计划", "", ("工作年度", "文号", "印发日期", "涉密项目数"), [head]),
        Table("任务", "济南市历城区2020年度财政绩效评价任务", headings, tasks),
    )
    return Book("plan.xlsx", tables)
