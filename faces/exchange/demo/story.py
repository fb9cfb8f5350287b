"""What happened in 2020, as rows: steps in the order of their days, reports, opinions, scores, rectification."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from faces.documents.evaluation_report.facts import Dice
from faces.exchange.demo.book import Book, Table, Value
from faces.exchange.demo.courses import (
    BESIDE,
    COURSES,
    FIRM_STEPS,
    FURTHER,
    OWN_STEPS,
    OWN_UNTIL,
    REPORTS,
    SCORES,
    SEATS,
    WAITING,
    Course,
)
from faces.exchange.demo.invent import People
from faces.exchange.demo.programme import KEY, Programme
from faces.exchange.demo.schooling import COURSES as SCHOOLING
from faces.exchange.demo.units import UNITS
from faces.exchange.demo.words import (
    CONCLUSIONS,
    EARLY,
    EARLY_PANEL,
    FINDINGS,
    PANEL,
    RECTIFIED,
    Said,
)

ITEMS: Final = ("方案", "分析", "建议", "结构")
MOST: Final = (20, 25, 15, 10)
RE_REVIEWED: Final = ("就业援助资金", "食用农产品委托检测资金")


def title_of(name: str) -> str:
    """Return the title of a key project's task; a further task is called by its title already."""
    if any(name == title for title, *_rest in FURTHER):
        return name
    return f"{name.removesuffix('项目')}项目绩效评价"


def early_title(name: str, unit: str) -> str:
    """Return the title of an ex-ante evaluation: 区 and the unit's short name before the project's."""
    return f"区{next(row[2] for row in UNITS if row[0] == unit)}{name}事前绩效评估"


def tasks(year: Programme) -> list[Sequence[Value]]:
    """Return the tasks of the plan, as rows."""
    rows: list[Sequence[Value]] = [
        [2020, code, "重点项目评价", title_of(name), unit, executor, 2019, Decimal(amount)]
        for code, (name, unit, _kind, _form, amount, _parts, executor) in zip(year.key_codes, KEY, strict=True)
    ]
    rows += [
        [
            2020,
            code,
            "事前绩效评估",
            early_title(year.names[code], year.units[code]),
            year.units[code],
            "预算单位",
            2021,
            year.amounts[code],
        ]
        for code in year.ex_ante_codes
    ]
    rows += [
        [2020, "", kind, title, unit, "第三方机构", 2020, Decimal(amount)]
        for title, kind, unit, amount, *_rest in FURTHER
    ]
    return rows


class Story:
    """Collects the rows of every sheet."""

    def __init__(self, year: Programme, people: People) -> None:
        """Write all sheets down."""
        self.year, self.people = year, people
        self.dice = Dice("经过")
        self.steps: list[tuple[str, int, list[Value]]] = []
        self.scores: list[list[Value]] = []
        self.findings: list[list[Value]] = []
        self.opinions: list[list[Value]] = []
        self.panels: list[list[Value]] = []
        self.section: list[list[Value]] = []
        self.guests: list[list[Value]] = []
        self.reports: list[list[Value]] = [
            [title_of(name), version, Decimal(score), grade, fault] for name, version, score, grade, fault in REPORTS
        ]
        for day, step, whom, number, words in BESIDE:
            self.step(day, "", step, whom=whom, number=number, words=words)
        for place, course in enumerate(COURSES):
            self._firm_course(place, course)
        for place, further in enumerate(FURTHER):
            self._further(place, *further)
        own = [name for name, *_rest, executor in KEY if executor == "财政部门"]
        for name, until in zip(own, OWN_UNTIL, strict=True):
            self._line(title_of(name), OWN_STEPS, until)
        self._early()
        for taught, _audience, _hours, held_on, _place, _teacher in SCHOOLING:
            if held_on.startswith("2020"):  # the check page answers for the certificates of the year
                self.step("09-30", "", "公布证书", whom=taught)

    def step(
        self, day: str, task: str, step: str, whom: str = "", number: str = "", fee: Value = None, words: str = ""
    ) -> None:
        """Write one step down; ``day`` is month-day of 2020."""
        self.steps.append((day, len(self.steps), [f"2020-{day}", task, step, whom, number, fee, words]))

    def _choice(self, task: str, route: str, fee: Decimal, firm: str, number: str, words: str, shift: int) -> None:
        reason = words if route != "抽取" else ""
        self.step("05-25", task, "选定方式", whom=route, fee=fee, words=reason)
        day = f"06-0{1 + shift % 2}"
        if route == "抽取":
            self.step(day, task, "抽取机构", number=number)
        elif route == "比选":
            self.step(day, task, "比选机构", whom=firm, fee=fee, words="三家报价，综合评分第一名中选。")
        elif route == "直接委托":
            self.step(day, task, "直接委托", whom=firm, words=words)
        else:
            self.step(day, task, "中标", whom=firm, number=number, fee=fee)

    def _line(self, task: str, steps: tuple[tuple[str, str], ...], until: str) -> None:
        seats = next((seats for name, seats in SEATS.items() if title_of(name) == task), "")
        for day, step in steps:
            self.step(day, task, step, whom=seats if step == "抽取专家" else "")
            if step == until:
                return

    def _firm_course(self, place: int, course: Course) -> None:
        task = title_of(course.project)
        self._choice(task, course.route, course.fee, course.firm, course.number, course.words, place)
        steps: tuple[tuple[str, str], ...] = FIRM_STEPS
        if course.project == "既有建筑节能改造":  # the late one: due on 30 September
            late = {"提交定稿": "10-14", "验收": "10-15", "科室评分": "10-16", "审定": "10-16", "计算评级": "10-16"}
            late |= {
                "呈批评级": "10-19",
                "审批评级": "10-19",
                "告知评级": "10-20",
                "反馈整改": "10-20",
                "报送": "10-22",
                "定级": "11-06",
            }
            late |= {"公开": "11-09"}
            steps = tuple((late.get(step, day), step) for day, step in FIRM_STEPS)
        if course.project == "国有企业退休人员社会化管理":  # its panel is the one that signs in, so it is drawn first
            steps = tuple(("09-02" if step == "抽取专家" else day, step) for day, step in FIRM_STEPS)
        self._line(task, steps, course.until)
        for day, step, whom, words in course.special:
            self.step(day, task, step, whom=whom, words=words)
        if course.project in SCORES:
            self._opinions(task, course.project)

    def _further(
        self, place: int, title: str, _kind: str, _unit: str, _amount: int, route: str, until: str, fee: str, firm: str
    ) -> None:
        if not route:
            return
        words = "该机构连续两年参与同一课题，前期资料完备。" if route == "直接委托" else ""
        self._choice(title, route, Decimal(fee), firm, "", words, place)
        if until == "抽取机构":
            return
        if until == "中止任务":
            self.step("06-04", title, "确认回避")
            self.step("06-15", title, "中止任务", words="单位机构改革，评价对象并入其他任务。")
            return
        steps = tuple((WAITING.get(step, day) if step == until else day, step) for day, step in FIRM_STEPS)
        self._line(title, steps, "提交工作方案" if until == "退回工作方案" else until)
        if title in SCORES:
            self._opinions(title, title)
        if until == "退回工作方案":
            self.step("06-24", title, "退回工作方案", words="抽样方案未说明样本选取方法，请补充后重新提交。")

    def _opinions(self, task: str, project: str) -> None:
        seats, section, discipline = SCORES[project]
        said = FINDINGS[project]
        for seat, scores in enumerate(seats, start=1):
            self._opinion(task, seat, scores, said)
        if section:
            self.section.append(
                [task, "实施", Decimal(str(section)), "底稿齐全，现场记录与样本清单相符，个别访谈记录缺签名。"]
            )
            self.section.append([task, "时效", Decimal(str(discipline)), "遵守工作纪律；逾期由系统扣分。"])
        if len(seats) == 3:
            dissent = "对“收益平衡”一项的结论持保留意见，认为问题应定为较重。" if "专项债券" in project else ""
            self.panels.append([task, PANEL, None, None, 2 if dissent else None, dissent])

    def _opinion(self, task: str, seat: int, scores: tuple[float, ...], said: tuple[Said, ...]) -> None:
        mine = [one for one in said if one.seat == seat]
        for item, score, most in zip(ITEMS, scores, MOST, strict=True):
            about = next((one for one in mine if one.item == item), None)
            page = about.page if about else 5 + seat
            reason = f"{about.words[:40]}……" if about else "个别内容不够充分。" if score < most else ""
            self.scores.append([task, seat, item, Decimal(str(score)), page, reason])
        for one in mine:
            self.findings.append([task, seat, one.page, one.severity, one.item, one.words])
        self.opinions.append([task, seat, CONCLUSIONS[(seat - 1) % 3]])

    def _early(self) -> None:
        """74 ex-ante evaluations by the units; exactly four are looked at again by guests of the province."""
        again = self.year.ex_ante_codes[:4]
        ends = ("验收", "验收", "验收", "定稿", "送审", "初稿", "实施", "计划")
        for place, code in enumerate(self.year.ex_ante_codes):
            name, unit = self.year.names[code], self.year.units[code]
            task = early_title(name, unit)
            if code in again:
                self._again(task, name, self.year.amounts[code])
                continue
            end = ends[place % len(ends)]
            until = {"定稿": "提交定稿", "送审": "提交送审稿", "初稿": "提交初稿"}.get(end, end)
            if until != "计划":
                steps = (
                    ("10-12", "实施"),
                    ("10-26", "提交初稿"),
                    ("11-09", "提交送审稿"),
                    ("11-20", "提交定稿"),
                    ("11-27", "验收"),
                )
                self._line(task, steps, until)

    def _again(self, task: str, name: str, amount: Decimal) -> None:
        steps = (
            ("10-12", "实施"),
            ("10-23", "提交初稿"),
            ("11-02", "提交送审稿"),
            ("11-04", "组织评审"),
            ("11-05", "邀请专家"),
            ("11-06", "通知专家"),
            ("11-09", "专家声明"),
            ("11-12", "专家评审"),
            ("11-13", "专家组意见"),
            ("11-20", "提交定稿"),
            ("11-27", "验收"),
        )
        self._line(task, steps, "验收")
        score = Decimal(self.dice.between(8000, 8900)) / 100
        self.reports += [[task, version, score, "良", ""] for version in ("送审稿", "定稿")]
        said = FINDINGS.get(name, EARLY)
        for seat in (1, 2, 3):
            person = self.people.next(born_from=1958, born_to=1975)
            title, body = (("教授", "齐鲁理政大学"), ("研究员", "省社会科学院"), ("高级会计师", "鲁东审计事务中心"))[
                seat - 1
            ]
            self.guests.append(
                [task, seat, person.name, person.id_number, person.phone, title, "高级", f"{body}（演示）"]
            )
            scores = tuple(float(most) - self.dice.between(3, 9) / 2 for most in MOST)
            self._opinion(task, seat, scores, said)
        supported = (
            (amount * Decimal("0.82")).quantize(Decimal("0.1")) if name in RE_REVIEWED else amount * Decimal("0.9")
        )
        self.panels.append([task, EARLY_PANEL, amount, supported.quantize(Decimal("0.01")), None, ""])

    def book(self) -> Book:
        """Return the book."""
        rows = [row for _day, _place, row in sorted(self.steps)]
        rectified: list[list[Value]] = [
            [title_of(name), asked, "2020-11-30", told] for name, (asked, told) in RECTIFIED.items()
        ]
        tables = (
            Table(
                "经过",
                "2020年大事记（演示）",
                ("日期", "任务", "步骤", "对象", "编号", "金额（万元）", "说明"),
                list(rows),
            ),
            Table("报告", "", ("任务", "版本", "项目得分", "绩效等级", "植入缺陷"), list(self.reports)),
            Table("评分", "", ("任务", "席位", "评分项", "得分", "页码", "理由"), list(self.scores)),
            Table("问题", "", ("任务", "席位", "页码", "严重程度", "评分项", "内容"), list(self.findings)),
            Table("个人结论", "", ("任务", "席位", "结论"), list(self.opinions)),
            Table(
                "专家组",
                "",
                ("任务", "意见", "申请金额（万元）", "支持金额（万元）", "异议席位", "异议"),
                list(self.panels),
            ),
            Table("科室评分", "", ("任务", "评分项", "得分", "理由"), list(self.section)),
            Table("整改", "", ("任务", "整改要求", "期限", "整改报告"), list(rectified)),
            Table(
                "特邀专家",
                "",
                ("任务", "席位", "姓名", "身份证号", "手机号", "职称", "职称级别", "工作单位"),
                list(self.guests),
            ),
        )
        return Book("story.xlsx", tables)
