"""Budget units with their superiors, and who is to be called there."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import asked, known, people
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from parties.models import BudgetUnit, Contact, Organisation
from parties.rules import same_name
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    UnitDraft,
    add_contact,
    recode_unit,
    record_employments,
    register_organisations,
    register_units,
)

UNITS: Final = Layout(
    "预算单位",
    (
        Column("code", "单位编码", cells.code(20), also=("预算单位编码",), required=False, default=""),
        Column("name", "单位名称", cells.body_name),
        Column("uscc", "统一社会信用代码", cells.uscc, required=False),
        Column("kind", "单位性质", cells.one_of(known.BODY_KINDS)),
        Column("superior", "主管部门编码", cells.code(20), required=False, default=""),
        Column("section", "归口科室", cells.text(60), required=False, default=""),
        Column("is_bureau", "是否本局", cells.yes_no, required=False, default=False),
        Column("same", known.ANSWER, cells.one_of(known.ANSWERS), required=False),
    ),
)
PEOPLE: Final = Layout(
    "单位人员",
    (
        Column("code", "单位编码", cells.code(20)),
        Column("duty", "职责", cells.text(60)),
        Column("name", "姓名", cells.name),
        Column("id_number", "身份证号", cells.id_number, required=False, default=""),
        Column("phone", "手机号", cells.phone, required=False, default=""),
        Column("since", "起始日期", cells.day),
    ),
)


def check_units(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: repeated codes, codes of other bodies, unknown superiors and sections."""
    there = known.units(setting.bureau)
    yield from asked.fill_codes(
        rows, there, lambda unit: _near(unit.organisation.name), lambda row: _near(row["name"]), setting
    )
    rows = [row for row in rows if row["code"]]
    yield from repeated(rows, "code")
    yield from repeated([row for row in rows if row["uscc"]], "uscc")
    setting.bring("unit", (row["code"] for row in rows))
    codes = {*there, *(row["code"] for row in rows)}
    yield from unknown(rows, "superior", codes, _("There is no unit %(code)s."))
    yield from unknown(rows, "section", known.sections(setting.bureau), _("There is no section %(code)s."))
    for row in rows:
        held = there.get(row["code"])
        if held and row["uscc"] and held.organisation.uscc != row["uscc"]:
            sentence = _("The unit code %(code)s belongs to %(name)s.")
            yield row.fault("code", sentence % {"code": row["code"], "name": held.organisation.name}, "code_taken")
        if row["superior"] == row["code"]:
            yield row.fault("superior", _("A unit is not its own superior."))
    sentence = _("A unit called %(name)s has the code %(codes)s. Is it the same? Answer 同一 or 另一 under %(column)s.")
    asked.ask_names(rows, _twins(rows, setting), sentence, "unit", setting)


def _near(name: str) -> str:
    """Return a name without what stands in brackets: 甲局（本级） may be meant by 甲局."""
    return re.sub(r"\([^()]*\)", "", same_name(name))


def _twins(rows: Sequence[Record], setting: Setting) -> dict[str, list[BudgetUnit]]:
    """Return the units that have the name of a row whose code is new, by that code."""
    return known.asked_names(
        rows,
        known.units(setting.bureau),
        lambda unit: same_name(unit.organisation.name),
        lambda row: same_name(row["name"]),
    )


def write_units(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the bodies, then their role as units; a unit that was said to be the same gets its new code first."""
    twins = _twins(rows, setting)
    for row in rows:
        if row["same"] == known.SAME and row["code"] in twins:
            recode_unit(unit=asked.twin_of(row, twins[row["code"]]), code=row["code"], by=setting.by, on=setting.on)
    held = known.units(setting.bureau)
    sections = known.sections(setting.bureau)
    bodies = register_organisations(
        bureau=setting.bureau,
        drafts=[
            OrganisationDraft(
                name=row["name"],
                kind=row["kind"],
                uscc=row["uscc"],
                uscc_absent_reason="" if row["uscc"] else "无",
                is_another=row["code"] in twins and row["code"] not in held,
            )
            for row in rows
        ],
        by=setting.by,
        on=setting.on,
    )
    for place, row in enumerate(rows):  # of two bodies of one name the code says which
        unit = held.get(row["code"])
        if unit and not row["uscc"] and same_name(unit.organisation.name) == same_name(row["name"]):
            bodies[place] = unit.organisation
    register_units(
        bureau=setting.bureau,
        drafts=[
            UnitDraft(
                organisation=body,
                code=row["code"],
                superior_code=row["superior"],
                section=sections.get(row["section"]),
                is_bureau_itself=row["is_bureau"],
            )
            for row, body in zip(rows, bodies, strict=True)
        ],
        by=setting.by,
        on=setting.on,
    )
    created = sum(row["code"] not in held for row in rows)
    return Written(created, len(rows) - created)


def check_people(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: units that nobody knows, and people whom a second import could not find again."""
    codes = {*known.units(setting.bureau), *setting.brought.get("unit", ())}
    yield from unknown(rows, "code", codes, _("There is no unit %(code)s."))
    people.ask_people(rows, setting)
    with_question = {(one.sheet, one.row) for one in setting.questions.asked}
    for row in rows:
        if not row["id_number"] and not row["phone"] and (row.sheet, row.row) not in with_question:
            yield row.fault("name", _("Give the ID number or the phone; a name alone may be two people."), "empty")


def write_people(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the people, their employment, and that they are to be called."""
    units = known.units(setting.bureau)
    bodies: list[Organisation] = [units[row["code"]].organisation for row in rows]
    persons = people.register_people(rows, setting)
    record_employments(
        drafts=[
            EmploymentDraft(person, body, row["since"], title=row["duty"])
            for row, body, person in zip(rows, bodies, persons, strict=True)
        ],
        by=setting.by,
        on=setting.on,
    )
    created = 0
    for row, body in zip(rows, bodies, strict=True):
        if not body.contacts.filter(duty=row["duty"], name=row["name"], ended_on__isnull=True).exists():
            add_contact(
                organisation=body,
                duty=row["duty"],
                name=row["name"],
                phone=row["phone"],
                by=setting.by,
                on=row["since"],
            )
            created += 1
    return Written(created, len(rows) - created)


def touched_units(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the bodies and units of the rows; a body without a code is found by its name."""
    found = Q(uscc__in=[row["uscc"] for row in rows if row["uscc"]]) | Q(uscc__isnull=True)
    same = [unit.pk for found in _twins(rows, setting).values() for unit in found]
    own = Q(code__in=[row["code"] for row in rows]) | Q(pk__in=same)
    units = BudgetUnit.objects.filter(own, bureau=setting.bureau)
    return [
        Touched(Organisation.objects.filter(found, bureau=setting.bureau), "name", {"kind": "单位性质"}),
        Touched(units, "organisation__name", {"code": "单位编码", "is_bureau_itself": "是否本局"}),
    ]


def touched_people(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the people of the rows, and who is to be called in the units."""
    codes = [row["code"] for row in rows]
    units = BudgetUnit.objects.filter(bureau=setting.bureau, code__in=codes)
    contacts = Contact.objects.filter(organisation__in=units.values("organisation"))
    return [*known.touched_people(rows, setting), Touched(contacts, "name", {"ended_on": "终止日期"})]


NOUN: Final = register(
    Noun(
        "units",
        gettext_lazy("budget units"),
        (
            Part(UNITS, write_units, check_units, touched_units),
            Part(PEOPLE, write_people, check_people, touched_people),
        ),
    )
)
