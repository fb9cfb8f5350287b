"""The register: firms, their qualifications, lead evaluators, staff, branches and undertakings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.models import EntryCheck
from admissions.services import tick_roster
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import (
    AdmissionCheck,
    Firm,
    FirmStanding,
    FirmTerm,
    FirmUndertaking,
    LeadEvaluator,
    Practitioner,
    Qualification,
)
from evaluators.rules import ADMISSION_ITEMS
from evaluators.services import (
    FirmDraft,
    LeadDraft,
    PractitionerDraft,
    QualificationDraft,
    accept_undertakings,
    add_lead_evaluators,
    add_practitioners,
    add_qualifications,
    move_firms,
    next_firm_number,
    register_firms,
)
from faces.exchange import cells
from faces.exchange.faults import Ended, Fault, Kept
from faces.exchange.importing import AT_ONCE, Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import asked, branches, conversions, ends, known, people, renamed, takeovers
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from parties.models import FormerFact, FormerName, Organisation, Person, Relationship
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    record_employments,
    register_organisations,
)

CHECKED: Final = dict.fromkeys(ADMISSION_ITEMS, True)
NOTICE_DAYS: Final = timedelta(days=7)  # 公示
OUTSIDE: Final = frozenset({FirmStatus.APPLIED, FirmStatus.LEFT, FirmStatus.REMOVED, FirmStatus.CLOSED})

NUMBER: Final = Column("number", "名录编号", cells.code(20), also=("机构编号",))
OWN_NUMBER: Final = replace(NUMBER, required=False, default="")  # empty: the known one, else the next
FIRMS: Final = Layout(
    "机构",
    (
        OWN_NUMBER,
        Column("name", "机构名称", cells.body_name, also=("第三方机构名称",)),
        Column("uscc", "统一社会信用代码", cells.uscc, also=("社会信用代码",)),
        Column("kind", "机构类型", cells.one_of(known.FIRM_KINDS, known.FIRM_KINDS_ALSO)),
        Column("form", "组织形式", cells.one_of(known.BODY_KINDS, known.BODY_KINDS_ALSO)),
        Column("legal_person", "法定代表人", cells.name, required=False, default="", also=("负责人",)),
        Column("address", "地址", cells.text(200), required=False, default="", also=("住所",)),
        Column("phone", "联系电话", cells.phone, required=False, default=""),
        Column("founded_on", "成立日期", cells.day, required=False),
        Column("admitted_on", "入库日期", cells.day, required=False),
        Column("staff_count", "从业人数", cells.whole(0, 100_000), required=False, default=0),
    ),
    also=("第三方机构", "机构名录"),
)
QUALIFICATIONS: Final = Layout(
    "资质",
    (
        NUMBER,
        Column("name", "资质名称", cells.text(80)),
        Column("certificate", "证书编号", cells.text(60)),
        Column("issuer", "发证机关", cells.text(100)),
        Column("valid_from", "有效期起", cells.day),
        Column("valid_to", "有效期止", cells.day, required=False),
    ),
)
PERSON: Final = (
    Column("name", "姓名", cells.name),
    Column("id_number", "身份证号", cells.id_number),
    Column("phone", "手机号", cells.phone, required=False, default=""),
)
LEADS: Final = Layout(
    "主评人",
    (
        NUMBER,
        *PERSON,
        Column("title", "职称", cells.text(60), required=False, default=""),
        Column("certificate", "执业证书编号", cells.text(60), required=False, default=""),
        Column("valid_to", "证书有效期至", cells.day, required=False),
        Column("works_since", "参加工作日期", cells.day),
        Column("since", "入职日期", cells.day),
    ),
)
STAFF: Final = Layout(
    "从业人员",
    (
        NUMBER,
        *PERSON,
        Column("duty", "岗位", cells.text(60), required=False, default=""),
        Column("since", "入职日期", cells.day),
    ),
)
PLEDGES: Final = Layout(
    "承诺书",
    (
        NUMBER,
        Column("year", "年度", cells.year),
        Column("signed_on", "签署日期", cells.day),
        Column("signer", "签署人", cells.name),
    ),
)


def check_firms(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: numbers and codes repeated or of others, days of admission; ask about codes with other names."""
    yield from renamed.ask_renamed_bodies(rows, setting)
    yield from repeated([row for row in rows if row["number"]], "number")
    yield from repeated(rows, "uscc")
    yield from asked.ask_bodies(rows, setting)
    yield from conversions.check_conversions(rows, setting)
    there = known.firms(setting.bureau)
    by_code = {firm.organisation.uscc: number for number, firm in there.items()}
    for row in rows:
        row.decide("number", row["number"] or by_code.get(row["uscc"], ""))
        held = there.get(row["number"])
        if held and held.organisation.uscc != row["uscc"]:
            words = _("The number %(number)s belongs to %(name)s.")
            facts = {"number": row["number"], "name": held.organisation.name}
            yield row.fault("number", words % facts, "number_taken")
        elif by_code.get(row["uscc"], row["number"]) != row["number"]:
            words = _("This firm has the number %(number)s already.")
            yield row.fault("number", words % {"number": by_code[row["uscc"]]}, "number_differs")
    yield from takeovers.check_days(rows, setting, Firm.objects.all())
    setting.bring("firm", (row["number"] for row in rows if row["number"]))


def number_firms(rows: Sequence[Record], setting: Setting) -> None:
    """Give each new firm without a number the next one."""
    for row in rows:
        row.decide("number", row["number"] or next_firm_number(bureau=setting.bureau, on=setting.on))


def write_firms(rows: Sequence[Record], setting: Setting) -> Written:
    """Write bodies and firms; one with a day of admission is taken over into the register from that day."""
    before = set(known.firms(setting.bureau, (row["number"] for row in rows)))
    renamed.rename_bodies(rows, setting)
    bodies = register_organisations(
        bureau=setting.bureau,
        drafts=[
            OrganisationDraft(
                name=row["name"],
                kind=row["form"],
                uscc=row["uscc"],
                legal_person=row["legal_person"],
                address=row["address"],
                phone=row["phone"],
                founded_on=row["founded_on"],
                known=row.decided(asked.FILLED),
            )
            for row in rows
        ],
        by=setting.by,
        on=setting.on,
    )
    before_them = conversions.predecessors(rows, setting)
    kept: list[Kept] = []
    pairs = sorted(zip(rows, bodies, strict=True), key=lambda pair: pair[0]["admitted_on"] or setting.on)
    for day, grouped in groupby(pairs, key=lambda pair: pair[0]["admitted_on"]):
        told_on, group = day - NOTICE_DAYS if day else setting.on, list(grouped)
        drafts = [FirmDraft(body, row["kind"], row["staff_count"], row["number"]) for row, body in group]
        firms = register_firms(bureau=setting.bureau, drafts=drafts, by=setting.by, on=told_on)
        conversions.convert([row for row, _body in group], firms, before_them, setting)
        fresh = [firm for firm in firms if takeovers.is_admitted_by_roster(firm)]
        if day and fresh:
            announced = move_firms(firms=fresh, action=FirmAction.ANNOUNCE, by=setting.by, on=told_on)
            tick_roster(firms=announced, met=CHECKED, remark="随名录导入", by=setting.by, on=day)
            move_firms(firms=announced, action=FirmAction.ADMIT, by=setting.by, on=day)
            takeovers.end_notices(announced, setting)
        kept += _closed([row for row, _body in group], firms)
    created = sum(row["number"] not in before for row in rows)
    return Written(created, len(rows) - created, kept)


def _closed(rows: Sequence[Record], firms: Sequence[Firm]) -> list[Kept]:
    """Return the rows that tell of an admission after which the firm left the register or applied anew."""
    return [
        Kept(row.sheet, row.row, row["name"], Ended.STANDING, firm.status_since)
        for row, firm in zip(rows, firms, strict=True)
        if row["admitted_on"] and firm.status in OUTSIDE and firm.admitted_on is not None
    ]


def touched_firms(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the bodies and firms of the rows, with their standing and their checklist."""
    said = {row.decided(asked.FILLED) for row in rows} - {None}
    own = Q(uscc__in=[row["uscc"] for row in rows]) | Q(pk__in=said)
    bodies = Organisation.objects.filter(own, bureau=setting.bureau)
    numbers = [row["number"] for row in rows]
    words = {
        "name": "机构名称",
        "kind": "组织形式",
        "legal_person": "法定代表人",
        "address": "地址",
        "phone": "联系电话",
        "founded_on": "成立日期",
    }
    firms = Firm.objects.filter(bureau=setting.bureau, number__in=numbers)
    return [
        Touched(bodies, "name", words),
        Touched(FormerName.objects.filter(organisation__in=bodies)),
        Touched(FormerFact.objects.filter(organisation__in=bodies)),
        Touched(Relationship.objects.filter(subject__in=bodies)),
        Touched(firms, "organisation__name", {"kind": "机构类型", "staff_count": "从业人数"}),
        Touched(FirmStanding.objects.filter(firm__in=firms)),
        Touched(FirmTerm.objects.filter(firm__in=firms)),
        Touched(AdmissionCheck.objects.filter(firm__in=firms)),
        Touched(EntryCheck.objects.filter(firm__in=firms)),
        *takeovers.touched_notices(firms),
        *conversions.touched_predecessors(rows, firms, bodies, setting),
    ]


def check_number(rows: Sequence[Record], setting: Setting) -> Iterable[Fault]:
    """Return faults: firms that nobody knows."""
    numbers = known.firm_numbers(setting.bureau) | setting.brought.get("firm", set())
    return unknown(rows, "number", numbers, _("There is no firm %(code)s."))


def check_staff(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown firms, and people named twice."""
    yield from check_number(rows, setting)
    yield from repeated(rows, "id_number")
    people.ask_people(rows, setting)


def _firms(rows: Sequence[Record], setting: Setting) -> QuerySet[Firm]:
    return Firm.objects.filter(bureau=setting.bureau, number__in=[row["number"] for row in rows])


def touched_qualifications(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the qualifications of the firms."""
    words = {"issuer": "发证机关", "valid_from": "有效期起", "valid_to": "有效期止"}
    return [Touched(Qualification.objects.filter(firm__in=_firms(rows, setting)), "name", words)]


def touched_leads(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the people of the rows, and their posts as lead evaluators."""
    people = known.touched_people(rows, setting)
    words = {"title": "职称", "certificate_number": "执业证书编号", "certificate_valid_to": "证书有效期至"}
    return [*people, Touched(LeadEvaluator.objects.filter(person__in=people[0].rows), "person__name", words)]


def touched_staff(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the people of the rows, and their posts as staff."""
    people = known.touched_people(rows, setting)
    return [*people, Touched(Practitioner.objects.filter(person__in=people[0].rows), "person__name", {"duty": "岗位"})]


def touched_pledges(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the undertakings of the firms."""
    return [Touched(FirmUndertaking.objects.filter(firm__in=_firms(rows, setting)))]


def write_qualifications(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the qualifications."""
    before = Qualification.objects.count()
    firms = known.firms(setting.bureau, (row["number"] for row in rows))
    drafts = [
        QualificationDraft(
            firms[row["number"]], row["name"], row["certificate"], row["issuer"], row["valid_from"], row["valid_to"]
        )
        for row in rows
    ]
    add_qualifications(drafts=drafts, by=setting.by, on=setting.on)
    return _written(rows, Qualification.objects.count() - before)


def _people(
    rows: Sequence[Record], setting: Setting, post: str
) -> tuple[list[tuple[Record, Firm, Person]], list[Kept]]:
    """Write the persons and their employment with their firms, and return which of it stays ended.

    ``post`` is the column of their title.
    """
    firms = known.firms(setting.bureau, (row["number"] for row in rows))
    persons = people.register_people(rows, setting)
    told = [(row, firms[row["number"]], person) for row, person in zip(rows, persons, strict=True)]
    drafts = [
        EmploymentDraft(person, firm.organisation, row["since"], title=row[post], keeps_end=True)
        for row, firm, person in told
    ]
    spells = record_employments(drafts=drafts, by=setting.by, on=setting.on)
    return told, ends.kept(Ended.EMPLOYMENT, rows, spells, (row["name"] for row in rows))


def write_leads(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the lead evaluators."""
    before = LeadEvaluator.objects.count()
    told, kept = _people(rows, setting, "title")
    drafts = [
        LeadDraft(
            firm=firm,
            person=person,
            title=row["title"],
            works_since=row["works_since"],
            started_on=row["since"],
            certificate_number=row["certificate"],
            certificate_valid_to=row["valid_to"],
            keeps_end=True,
        )
        for row, firm, person in told
    ]
    posts = add_lead_evaluators(drafts=drafts, by=setting.by, on=setting.on)
    kept += ends.kept(Ended.POST, rows, posts, (row["name"] for row in rows))
    return _written(rows, LeadEvaluator.objects.count() - before, kept)


def write_staff(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the other staff."""
    before = Practitioner.objects.count()
    told, kept = _people(rows, setting, "duty")
    drafts = [PractitionerDraft(firm, person, row["since"], row["duty"], keeps_end=True) for row, firm, person in told]
    posts = add_practitioners(drafts=drafts, by=setting.by, on=setting.on)
    kept += ends.kept(Ended.POST, rows, posts, (row["name"] for row in rows))
    return _written(rows, Practitioner.objects.count() - before, kept)


def write_pledges(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the undertakings of the year."""
    before = FirmUndertaking.objects.count()
    firms = known.firms(setting.bureau, (row["number"] for row in rows))
    for row in rows:
        accept_undertakings(
            firms=[firms[row["number"]]],
            year=row["year"],
            accepted_by=row["signer"],
            by=setting.by,
            on=row["signed_on"],
        )
    return _written(rows, FirmUndertaking.objects.count() - before)


def _written(rows: Sequence[Record], created: int, kept: Sequence[Kept] = ()) -> Written:
    return Written(created, len(rows) - created, kept)


STAFF_PART: Final = Part(STAFF, write_staff, check_staff, touched_staff, AT_ONCE)
LEADS_PART: Final = Part(LEADS, write_leads, check_staff, touched_leads, AT_ONCE)
NOUN: Final = register(
    Noun(
        "firms",
        gettext_lazy("register of firms"),
        (
            Part(FIRMS, write_firms, check_firms, touched_firms, AT_ONCE, prepare=number_firms),
            Part(QUALIFICATIONS, write_qualifications, check_number, touched_qualifications, AT_ONCE),
            LEADS_PART,
            STAFF_PART,
            Part(branches.layout(NUMBER), branches.write, branches.check, branches.touched, AT_ONCE),
            Part(PLEDGES, write_pledges, check_number, touched_pledges, AT_ONCE),
        ),
    )
)
PRACTITIONERS: Final = register(
    Noun("practitioners", gettext_lazy("staff and lead evaluators of firms"), (LEADS_PART, STAFF_PART), STAFF_PART)
)
