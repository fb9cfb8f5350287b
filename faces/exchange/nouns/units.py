"""Budget units with their superiors, and who is to be called there."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Ended, Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import asked, ends, known, people, renamed
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from parties.models import BudgetUnit, Contact, FormerName, Organisation
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
    rename_organisation,
)

UNITS: Final = Layout(
    "预算单位",
    (
        Column("code", "单位编码", cells.code(20), also=("预算单位编码",), required=False, default=""),
        Column("name", "单位名称", cells.body_name),
        Column("uscc", "统一社会信用代码", cells.uscc, required=False),
        Column("kind", "单位性质", cells.one_of(known.BODY_KINDS, known.BODY_KINDS_ALSO)),
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
    """Yield faults: repeated codes, codes of other bodies, unknown superiors and sections; ask what a name means."""
    there = known.units(setting.bureau)
    yield from asked.fill_codes(
        rows, there, lambda unit: _near(unit.organisation.name), lambda row: _near(row["name"]), setting
    )
    rows = [row for row in rows if row["code"]]
    yield from _ask_renamed(rows, there, setting)
    yield from repeated(rows, "code")
    yield from repeated([row for row in rows if row["uscc"]], "uscc")
    setting.bring("unit", (row["code"] for row in rows))
    codes = {*there, *(row["code"] for row in rows)}
    yield from unknown(rows, "superior", codes, _("There is no unit %(code)s."))
    yield from unknown(rows, "section", known.sections(setting.bureau), _("There is no section %(code)s."))
    for row in rows:
        if row["superior"] == row["code"]:
            yield row.fault("superior", _("A unit is not its own superior."))
    sentence = _("A unit called %(name)s has the code %(codes)s. Is it the same? Answer 同一 or 另一 under %(column)s.")
    twins = _twins(rows, setting)
    asked.ask_names(rows, twins, sentence, "unit", setting)
    yield from _codes_of_others(rows, there, twins, setting)


def _ask_renamed(rows: Sequence[Record], there: Mapping[str, BudgetUnit], setting: Setting) -> Iterator[Fault]:
    """Ask about each row whose unit code, or with a new one whose USCC, stands here with another name."""
    by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for code, unit in there.items():
        by_name[same_name(unit.organisation.name)].append((unit.pk, code))
    bodies = {code: unit.organisation for code, unit in there.items()}
    told = [(row, bodies[row["code"]]) for row in rows if row["code"] in bodies]
    held = {row["code"]: body.name for row, body in told if not body.uscc or row["uscc"] in {None, body.uscc}}
    yield from renamed.ask_renamed(rows, "code", held, lambda row: by_name.get(same_name(row["name"]), ()), setting)
    fresh = [row for row in rows if row["uscc"] and row["code"] not in there]
    yield from renamed.ask_renamed_bodies(fresh, setting)


def _codes_of_others(
    rows: Sequence[Record],
    there: Mapping[str, BudgetUnit],
    twins: Mapping[str, Sequence[BudgetUnit]],
    setting: Setting,
) -> Iterator[Fault]:
    """Yield a fault for each row whose code is another body's, or whose body is a unit under another code."""
    stored = dict(
        Organisation.objects.filter(
            bureau=setting.bureau, uscc__in={row["uscc"] for row in rows if row["uscc"]}
        ).values_list("uscc", "budget_unit__code")
    )
    for row in rows:
        held, unit_code = there.get(row["code"]), stored.get(row["uscc"])
        found = twins.get(row["code"], ())
        if held and row["uscc"] and held.organisation.uscc != row["uscc"]:
            if held.organisation.uscc or row["uscc"] in stored:
                sentence = _("The unit code %(code)s belongs to %(name)s.")
                facts = {"code": row["code"], "name": held.organisation.name}
                yield row.fault("code", sentence % facts, "code_taken")
        elif unit_code not in {None, row["code"]} and not _may_be_recoded(row, unit_code, found):
            sentence = _("The body with this code is the unit %(code)s already; write that unit code.")
            yield row.fault("uscc", sentence % {"code": unit_code}, "code_taken")


def _may_be_recoded(row: Record, code: str | None, found: Sequence[BudgetUnit]) -> bool:
    """Return whether the row was said, or may still be said, to be the unit with ``code`` under a new code."""
    if all(unit.code != code for unit in found) or row["same"] == known.OTHER:
        return False
    return row["same"] is None or asked.twin_of(row, found).code == code


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
    """Write the bodies, then their role as units; what was said to be the same gets its new code or name first."""
    twins = _twins(rows, setting)
    for row in rows:
        if row["same"] == known.SAME and row["code"] in twins:
            recode_unit(unit=asked.twin_of(row, twins[row["code"]]), code=row["code"], by=setting.by, on=setting.on)
    _rename(rows, setting)
    held = known.units(setting.bureau)
    sections = known.sections(setting.bureau)
    drafts = [_body_of(row, held.get(row["code"]), is_another=row["code"] in twins) for row in rows]
    bodies = register_organisations(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
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


def _rename(rows: Sequence[Record], setting: Setting) -> None:
    """Give the units' bodies the names that were said to be their new ones."""
    told = {row["code"]: row["name"] for row in rows if row.decided(renamed.NAMED)}
    for code, unit in known.units(setting.bureau).items() if told else ():
        if code in told:
            rename_organisation(organisation=unit.organisation, name=told[code], by=setting.by, on=setting.on)
    renamed.rename_bodies(rows, setting)


def _body_of(row: Record, unit: BudgetUnit | None, *, is_another: bool) -> OrganisationDraft:
    """Return the body of a row; that of a known unit is the unit's, whatever the row says of its USCC."""
    body = unit.organisation if unit else None
    uscc = row["uscc"] or (body.uscc if body else None)
    return OrganisationDraft(
        name=row["name"],
        kind=row["kind"],
        uscc=uscc,
        uscc_absent_reason="" if uscc else "无",
        is_another=is_another or body is not None,
        known=body.pk if body else None,
    )


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
    spells = record_employments(
        drafts=[
            EmploymentDraft(person, body, row["since"], title=row["duty"], keeps_end=True)
            for row, body, person in zip(rows, bodies, persons, strict=True)
        ],
        by=setting.by,
        on=setting.on,
    )
    created = 0
    known_rows: list[Record] = []
    found: list[Contact] = []
    told = sorted(zip(rows, bodies, persons, strict=True), key=lambda one: one[0]["since"])
    for row, body, person in told:
        same = Q(ended_on__isnull=True) | Q(started_on=row["since"])
        there = body.contacts.filter(same, duty=row["duty"], name=person.name)
        contact = there.order_by(F("ended_on").desc(nulls_first=True), "pk").first()
        if contact is None:
            add_contact(
                organisation=body,
                duty=row["duty"],
                name=person.name,
                phone=row["phone"],
                by=setting.by,
                started_on=row["since"],
                on=max(setting.on, row["since"]),  # a list may name who is to be called from a day ahead
            )
            created += 1
        else:
            known_rows.append(row)
            found.append(contact)
    kept = [
        *ends.kept(Ended.EMPLOYMENT, rows, spells, (row["name"] for row in rows)),
        *ends.kept(Ended.CONTACT, known_rows, found, (row["name"] for row in known_rows)),
    ]
    return Written(created, len(rows) - created, kept)


def touched_units(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the bodies and units of the rows; a body without a code is found by its name."""
    found = Q(uscc__in=[row["uscc"] for row in rows if row["uscc"]]) | Q(uscc__isnull=True)
    same = [unit.pk for found in _twins(rows, setting).values() for unit in found]
    own = Q(code__in=[row["code"] for row in rows]) | Q(pk__in=same)
    units = BudgetUnit.objects.filter(own, bureau=setting.bureau)
    of_units = Q(pk__in=list(units.values_list("organisation", flat=True)))
    bodies = Organisation.objects.filter(found | of_units, bureau=setting.bureau)
    return [
        Touched(bodies, "name", {"name": "单位名称", "kind": "单位性质"}),
        Touched(FormerName.objects.filter(organisation__in=bodies)),
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
