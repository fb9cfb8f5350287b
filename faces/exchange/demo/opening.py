"""Opening the demonstration bureau: sections, accounts, working days, rules, the rubric."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import chinese_calendar
from django.conf import settings

from faces.exchange import cells
from faces.exchange.faults import ImportRefused, Report
from faces.exchange.sheets import read
from faces.exchange.tables import Column, Layout, Record, records
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.services import UserDraft, add_users
from foundation.bureaus.enums import SectionKind
from foundation.bureaus.models import Bureau
from foundation.bureaus.services import SectionDraft, add_sections, open_bureau
from foundation.rulesets.services import ensure_default_rule_sets
from foundation.workdays.services import OverrideDraft, record_overrides
from rubrics.services import ensure_default

FOLDER: Final = Path(__file__).parent
OPENED_ON: Final = date(2019, 1, 2)
CLOCK_DAY: Final = date(2020, 12, 21)  # the day on which the pages of the demonstration begin
NOTICE: Final = "国务院办公厅关于部分节假日安排的通知（{year}年）"
ROLES: Final = {
    "账号管理员": Role.ADMINISTRATOR,
    "经办人": Role.CLERK,
    "科室负责人": Role.SECTION_HEAD,
    "局领导": Role.BUREAU_LEADER,
    "业务科室": Role.BUSINESS_SECTION,
    "监督人员": Role.SUPERVISOR,
    "机构管理员": Role.FIRM_ADMIN,
    "机构人员": Role.FIRM_MEMBER,
    "专家": Role.EXPERT,
    "预算单位": Role.UNIT,
}
DUTIES: Final = {
    "绩效科": SectionKind.PERFORMANCE,
    "业务科室": SectionKind.BUSINESS,
    "采购科": SectionKind.PROCUREMENT,
    "国库科": SectionKind.TREASURY,
    "法规科": SectionKind.LEGAL,
    "纪检监察": SectionKind.DISCIPLINE,
}
BUREAU: Final = Layout(
    "财政部门",
    (
        Column("code", "行政区划代码", cells.code(12)),
        Column("name", "名称", cells.text(100)),
        Column("short_name", "简称", cells.text(20)),
    ),
)
SECTIONS: Final = Layout(
    "科室", (Column("name", "科室名称", cells.text(60)), Column("kind", "职能", cells.one_of(DUTIES)))
)
ACCOUNTS: Final = Layout(
    "账号",
    (
        Column("username", "账号", cells.text(60)),
        Column("name", "姓名", cells.name, required=False, default=""),
        Column("role", "角色", cells.one_of(ROLES)),
        Column("section", "科室", cells.text(60), required=False, default=""),
    ),
)


def sheet_of(book: str, layout: Layout) -> list[Record]:
    """Return the rows of one sheet of a book of the demonstration; raise ``ImportRefused`` where it has faults."""
    report = Report()
    sheets = {sheet.name: sheet for sheet in read((FOLDER / book).read_bytes(), book)}
    found = records(sheets[layout.name], layout, report)
    if report.faults:
        raise ImportRefused(report)
    return found


def open_demo() -> tuple[Bureau, dict[str, User]]:
    """Return the bureau and its accounts by sign-in name, with working days, rules and rubric in place."""
    row = sheet_of("bureau.xlsx", BUREAU)[0]
    bureau = open_bureau(code=row["code"], name=row["name"], short_name=row["short_name"], by="system", is_demo=True)
    drafts = [SectionDraft(row["name"], row["kind"]) for row in sheet_of("bureau.xlsx", SECTIONS)]
    sections = {section.name: section for section in add_sections(bureau=bureau, drafts=drafts, by="system")}
    users = add_users(
        bureau=bureau,
        drafts=[
            UserDraft(
                row["username"],
                row["name"] or row["username"],
                (row["role"],),
                section=sections.get(row["section"]),
                password=settings.GONGPING_DEMO_PASSWORD,
            )
            for row in sheet_of("bureau.xlsx", ACCOUNTS)
        ],
        by="system",
        on=OPENED_ON,
    )
    by_name = {user.username: user for user in users}
    ensure_default_rule_sets(bureau=bureau, by=by_name["head"])
    record_overrides(drafts=overrides(), by=by_name["clerk"])
    ensure_default(bureau=bureau, by=by_name["clerk"])
    return bureau, by_name


def overrides(first: date = date(2019, 1, 1)) -> list[OverrideDraft]:
    """Return every day since ``first`` that is no plain working day or no plain weekend, as far as notices are out."""
    last = max(chinese_calendar.holidays)
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    found = []
    for day in days:
        is_workday = chinese_calendar.is_workday(day)
        if is_workday != (day.weekday() < 5):
            name = "调休上班" if is_workday else "法定节假日"
            found.append(OverrideDraft(day, is_workday, name, NOTICE.format(year=day.year)))
    return found
