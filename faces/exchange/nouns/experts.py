"""The pool: employers, experts with specialties and employment, past employment, recusals, days off, undertakings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.enums import ExpertAction, ExpertStatus, TitleLevel
from experts.models import (
    Expert,
    ExpertSpecialty,
    ExpertStanding,
    ExpertTerm,
    ExpertUndertaking,
    FormerTitle,
    StandingRecusal,
    Unavailability,
)
from experts.services import (
    ExpertDraft,
    accept_undertakings,
    add_recusal,
    add_unavailability,
    move_experts,
    next_expert_number,
    register_experts,
)
from faces.exchange import cells
from faces.exchange.faults import Ended, Fault, Kept
from faces.exchange.importing import AT_ONCE, Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import employers, ends, known, people, renamed, takeovers
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.core.crypto import blind_indexes
from parties.enums import EmploymentKind
from parties.models import Employment, FormerName, Organisation
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    record_employments,
    register_organisations,
)

NOTICE_DAYS: Final = timedelta(days=7)  # 公示
OUTSIDE: Final = frozenset({ExpertStatus.APPLIED, ExpertStatus.LEFT, ExpertStatus.REMOVED})
LEVELS: Final = {"院士": TitleLevel.ACADEMICIAN, "高级": TitleLevel.SENIOR, "中级": TitleLevel.INTERMEDIATE}
TIES: Final = {
    "在职": EmploymentKind.EMPLOYEE,
    "股东": EmploymentKind.OWNER,
    "合伙人": EmploymentKind.OWNER,
    "顾问": EmploymentKind.ADVISER,
    "法定代表人": EmploymentKind.LEGAL_PERSON,
}

NUMBER: Final = Column("number", "专家编号", cells.code(20), also=("入库编号",))
OWN_NUMBER: Final = replace(NUMBER, required=False, default="")  # empty: the known one, else the next
BODIES: Final = Layout(
    "单位",
    (
        Column("name", "单位名称", cells.body_name),
        Column("uscc", "统一社会信用代码", cells.uscc),
        Column("kind", "单位性质", cells.one_of(known.BODY_KINDS, known.BODY_KINDS_ALSO)),
    ),
    also=("任职单位",),
)
EXPERTS: Final = Layout(
    "专家",
    (
        OWN_NUMBER,
        Column("name", "姓名", cells.name),
        Column("id_number", "身份证号", cells.id_number),
        Column("phone", "手机号", cells.phone, also=("联系电话", "手机")),
        Column("title", "职称", cells.text(60)),
        Column("level", "职称级别", cells.one_of(LEVELS)),
        Column("specialties", "专业代码", cells.codes, also=("专业",)),
        Column("body", "单位代码", cells.code_or_name(20), also=("工作单位代码",)),
        Column("post", "职务", cells.text(60), required=False, default=""),
        Column("since", "任职起始", cells.day),
        Column("works_since", "参加工作日期", cells.day, required=False),
        Column("admitted_on", "入库日期", cells.day, required=False),
        Column("is_civil_servant", "是否公务员", cells.yes_no, required=False, default=False),
    ),
    also=("专家库", "增补专家"),
)
SPELLS: Final = Layout(
    "任职经历",
    (
        NUMBER,
        Column("body", "单位代码", cells.code_or_name(20)),
        Column("tie", "关系", cells.one_of(TIES)),
        Column("post", "职务", cells.text(60), required=False, default=""),
        Column("since", "起始日期", cells.day),
        Column("until", "终止日期", cells.day, required=False),
    ),
)
RECUSALS: Final = Layout(
    "回避单位",
    (
        NUMBER,
        Column("body", "单位代码", cells.code(20)),
        Column("reason", "原因", cells.text(200)),
        Column("since", "起始日期", cells.day),
    ),
)
AWAY: Final = Layout(
    "请假",
    (
        NUMBER,
        Column("since", "起始日期", cells.day),
        Column("until", "终止日期", cells.day),
        Column("words", "说明", cells.text(120), required=False, default=""),
    ),
)
PLEDGES: Final = Layout(
    "承诺书", (NUMBER, Column("year", "年度", cells.year), Column("signed_on", "签署日期", cells.day))
)


def check_bodies(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: codes named twice; ask about codes that stand here with another name."""
    yield from renamed.ask_renamed_bodies(rows, setting)
    setting.bring("body", (row["uscc"] for row in rows))
    yield from repeated(rows, "uscc")


def write_bodies(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the employers; those that were said to be renamed get their new names first."""
    renamed.rename_bodies(rows, setting)
    before = set(known.bodies(setting.bureau, (row["uscc"] for row in rows)))
    drafts = [OrganisationDraft(row["name"], row["kind"], row["uscc"]) for row in rows]
    register_organisations(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    created = sum(row["uscc"] not in before for row in rows)
    return Written(created, len(rows) - created)


def check_experts(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: repeated people and numbers, unknown employers and specialties, others' numbers, admission days."""
    yield from repeated([row for row in rows if row["number"]], "number")
    yield from repeated(rows, "id_number")
    people.ask_people(rows, setting)
    yield from employers.name_employers(rows, setting)
    yield from unknown(rows, "specialties", known.specialties(setting.bureau), _("There is no specialty %(code)s."))
    there = {
        number: (name, index)
        for number, name, index in Expert.objects.filter(bureau=setting.bureau).values_list(
            "number", "person__name", "person__id_index"
        )
    }
    number_of = {index: number for number, (_name, index) in there.items()}
    for row in rows:
        indexes = blind_indexes(row["id_number"].upper(), use="id")
        other = next((number_of[index] for index in indexes if index in number_of), row["number"])
        row.decide("number", row["number"] or other)
        held = there.get(row["number"])
        if held and held[1] not in indexes:
            words = _("The number %(number)s belongs to %(name)s.")
            yield row.fault("number", words % {"number": row["number"], "name": held[0]}, "number_taken")
        elif other != row["number"]:
            words = _("This person is in the pool with the number %(number)s.")
            yield row.fault("id_number", words % {"number": other}, "number_differs")
        elif row["level"] == TitleLevel.INTERMEDIATE and row["works_since"] is None:
            yield row.fault("works_since", _("An intermediate title needs the day on which work began."), "empty")
    yield from takeovers.check_days(rows, setting, Expert.objects.all())
    setting.bring("expert", (row["number"] for row in rows if row["number"]))


def number_experts(rows: Sequence[Record], setting: Setting) -> None:
    """Give each new expert without a number the next one."""
    for row in rows:
        row.decide("number", row["number"] or next_expert_number(bureau=setting.bureau, on=setting.on))


def write_experts(rows: Sequence[Record], setting: Setting) -> Written:
    """Write people, employment and experts; one with a day of admission is taken over into the pool from that day."""
    before = set(known.experts(setting.bureau, (row["number"] for row in rows)))
    bodies = known.bodies(setting.bureau, (row["body"] for row in rows))
    nodes = known.specialties(setting.bureau)
    persons = people.register_people(rows, setting)
    spells = record_employments(
        drafts=[
            EmploymentDraft(person, bodies[row["body"]], row["since"], title=row["post"], keeps_end=True)
            for row, person in zip(rows, persons, strict=True)
        ],
        by=setting.by,
        on=setting.on,
    )
    kept = ends.kept(Ended.EMPLOYMENT, rows, spells, (row["name"] for row in rows))
    pairs = sorted(zip(rows, persons, strict=True), key=lambda pair: pair[0]["admitted_on"] or setting.on)
    for day, group in groupby(pairs, key=lambda pair: pair[0]["admitted_on"]):
        told_on, pairs_of_day = day - NOTICE_DAYS if day else setting.on, list(group)
        experts = register_experts(
            bureau=setting.bureau,
            drafts=[
                ExpertDraft(
                    person=person,
                    title=row["title"],
                    title_level=row["level"],
                    nodes=[nodes[code] for code in row["specialties"]],
                    works_since=row["works_since"],
                    is_civil_servant=row["is_civil_servant"],
                    number=row["number"],
                )
                for row, person in pairs_of_day
            ],
            by=setting.by,
            on=told_on,
        )
        fresh = [expert for expert in experts if takeovers.is_admitted_by_roster(expert)]
        if day and fresh:
            announced = move_experts(experts=fresh, action=ExpertAction.ANNOUNCE, by=setting.by, on=told_on)
            move_experts(experts=announced, action=ExpertAction.ADMIT, by=setting.by, on=day)
            takeovers.end_notices(announced, setting)
        kept += [
            Kept(row.sheet, row.row, row["name"], Ended.STANDING, expert.status_since)
            for (row, _person), expert in zip(pairs_of_day, experts, strict=True)
            if day and expert.status in OUTSIDE and expert.admitted_on is not None
        ]
    created = sum(row["number"] not in before for row in rows)
    return Written(created, len(rows) - created, kept)


def check_number(rows: Sequence[Record], setting: Setting) -> Iterable[Fault]:
    """Return faults: experts that nobody knows."""
    numbers = known.expert_numbers(setting.bureau) | setting.brought.get("expert", set())
    return unknown(rows, "number", numbers, _("There is no expert %(code)s."))


def check_body(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: experts and bodies that nobody knows."""
    yield from check_number(rows, setting)
    bodies = known.body_codes(setting.bureau) | setting.brought.get("body", set())
    yield from unknown(rows, "body", bodies, _("There is no body with the code %(code)s; add it to the sheet 单位."))


def check_spells(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: experts and bodies that nobody knows, and spells that end before they begin."""
    yield from check_number(rows, setting)
    yield from employers.name_employers(rows, setting)
    yield from (_turned(row) for row in rows if row["until"] and row["until"] < row["since"])


def check_away(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown experts, and days that end before they begin."""
    yield from check_number(rows, setting)
    yield from (_turned(row) for row in rows if row["until"] < row["since"])


def _turned(row: Record) -> Fault:
    return row.fault("until", _("The last day lies before the first."), "turned")


def write_spells(rows: Sequence[Record], setting: Setting) -> Written:
    """Write earlier and further employment."""
    before = Employment.objects.count()
    experts = known.experts(setting.bureau, (row["number"] for row in rows))
    bodies = known.bodies(setting.bureau, (row["body"] for row in rows))
    drafts = [
        EmploymentDraft(
            experts[row["number"]].person,
            bodies[row["body"]],
            row["since"],
            row["until"],
            kind=row["tie"],
            title=row["post"],
            keeps_end=True,
        )
        for row in rows
    ]
    spells = record_employments(drafts=drafts, by=setting.by, on=setting.on)
    created = Employment.objects.count() - before
    kept = ends.kept(Ended.EMPLOYMENT, rows, spells, (draft.person.name for draft in drafts))
    return Written(created, len(rows) - created, kept)


def write_recusals(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the standing recusals that are not there yet; one that was ended since the same first day stays so."""
    experts = known.experts(setting.bureau, (row["number"] for row in rows))
    bodies = known.bodies(setting.bureau, (row["body"] for row in rows))
    created = 0
    found: list[StandingRecusal] = []
    for row in rows:
        expert, body = experts[row["number"]], bodies[row["body"]]
        same = Q(ended_on__isnull=True) | Q(started_on=row["since"])
        there = StandingRecusal.objects.filter(same, expert=expert, organisation=body).select_related("expert__person")
        recusal = there.order_by(F("ended_on").desc(nulls_first=True), "pk").first()
        if recusal is None:
            since = {"started_on": row["since"], "on": setting.on}
            recusal = add_recusal(expert=expert, organisation=body, reason=row["reason"], by=setting.by, **since)
            created += 1
        found.append(recusal)
    kept = ends.kept(Ended.RECUSAL, rows, found, (one.expert.person.name for one in found))
    return Written(created, len(rows) - created, kept)


def write_away(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the days off that are not there yet."""
    experts = known.experts(setting.bureau, (row["number"] for row in rows))
    created = 0
    for row in rows:
        expert, since, until = experts[row["number"]], row["since"], row["until"]
        if not Unavailability.objects.filter(expert=expert, started_on=since, ended_on=until).exists():
            add_unavailability(
                expert=expert, started_on=since, ended_on=until, words=row["words"], by=setting.by, on=since
            )
            created += 1
    return Written(created, len(rows) - created)


def _experts(rows: Sequence[Record], setting: Setting) -> QuerySet[Expert]:
    return Expert.objects.filter(bureau=setting.bureau, number__in=[row["number"] for row in rows])


def touched_bodies(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the bodies of the rows, with their names of before."""
    bodies = Organisation.objects.filter(bureau=setting.bureau, uscc__in=[row["uscc"] for row in rows])
    return [
        Touched(bodies, "name", {"name": "单位名称", "kind": "单位性质"}),
        Touched(FormerName.objects.filter(organisation__in=bodies)),
    ]


def touched_experts(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the people of the rows, and what makes them experts."""
    experts = _experts(rows, setting)
    words = {
        "title": "职称",
        "title_level": "职称级别",
        "works_since": "参加工作日期",
        "is_civil_servant": "是否公务员",
    }
    return [
        *known.touched_people(rows, setting),
        Touched(experts, "person__name", words),
        Touched(ExpertStanding.objects.filter(expert__in=experts)),
        Touched(ExpertTerm.objects.filter(expert__in=experts)),
        *takeovers.touched_notices(experts),
        Touched(ExpertSpecialty.objects.filter(expert__in=experts)),
        Touched(FormerTitle.objects.filter(expert__in=experts)),
    ]


def touched_spells(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the employment of the experts."""
    people = _experts(rows, setting).values("person")
    return [Touched(Employment.objects.filter(person__in=people), "person__name", {"ended_on": "终止日期"})]


def touched_recusals(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the standing recusals of the experts."""
    return [Touched(StandingRecusal.objects.filter(expert__in=_experts(rows, setting)))]


def touched_away(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the days off of the experts."""
    return [Touched(Unavailability.objects.filter(expert__in=_experts(rows, setting)))]


def touched_pledges(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the undertakings of the experts."""
    return [Touched(ExpertUndertaking.objects.filter(expert__in=_experts(rows, setting)))]


def write_pledges(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the undertakings of the year."""
    before = ExpertUndertaking.objects.count()
    experts = known.experts(setting.bureau, (row["number"] for row in rows))
    ordered = sorted(rows, key=lambda row: (row["year"], row["signed_on"]))
    for (year, day), group in groupby(ordered, key=lambda row: (row["year"], row["signed_on"])):
        accept_undertakings(experts=[experts[row["number"]] for row in group], year=year, by=setting.by, on=day)
    created = ExpertUndertaking.objects.count() - before
    return Written(created, len(rows) - created)


BODIES_PART: Final = Part(BODIES, write_bodies, check_bodies, touched_bodies, AT_ONCE)
SPELLS_PART: Final = Part(SPELLS, write_spells, check_spells, touched_spells, AT_ONCE)
NOUN: Final = register(
    Noun(
        "experts",
        gettext_lazy("expert pool"),
        (
            BODIES_PART,
            Part(EXPERTS, write_experts, check_experts, touched_experts, AT_ONCE, number_experts),
            SPELLS_PART,
            Part(RECUSALS, write_recusals, check_body, touched_recusals, AT_ONCE),
            Part(AWAY, write_away, check_away, touched_away, AT_ONCE),
            Part(PLEDGES, write_pledges, check_number, touched_pledges, AT_ONCE),
        ),
    )
)
EMPLOYMENT: Final = register(
    Noun("employment", gettext_lazy("employment of experts"), (BODIES_PART, SPELLS_PART), SPELLS_PART)
)
