"""What the sheets refer to by code: firms by number, units by code, experts by number, bodies by either."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from django.db.models import Q

from evaluators.enums import FirmKind
from evaluators.models import Firm
from experts.models import Expert
from faces.exchange.importing import Setting
from faces.exchange.tables import Record
from faces.exchange.traces import Touched
from foundation.bureaus.models import Bureau, Section
from foundation.core.crypto import blind_indexes
from foundation.core.identifiers import plain_phone
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.enums import OrganisationKind
from parties.models import BudgetUnit, Employment, FormerPersonName, Organisation, Person, SuspectedPair
from projects.models import Project

Named = TypeVar("Named", BudgetUnit, Project)
BODY_KINDS = {
    "企业": OrganisationKind.COMPANY,
    "公司": OrganisationKind.COMPANY,
    "合伙": OrganisationKind.PARTNERSHIP,
    "机关": OrganisationKind.GOVERNMENT,
    "事业": OrganisationKind.INSTITUTION,
    "事业单位": OrganisationKind.INSTITUTION,
    "高校": OrganisationKind.UNIVERSITY,
    "其他": OrganisationKind.OTHER,
}


BODY_KINDS_ALSO: Final = {
    "有限公司": "公司", "有限责任公司": "公司", "股份有限公司": "公司", "国有企业": "企业",
    "合伙企业": "合伙", "普通合伙": "合伙", "特殊普通合伙": "合伙", "有限合伙": "合伙",
    "行政机关": "机关", "党政机关": "机关", "行政单位": "机关", "国家机关": "机关",
    "参公事业单位": "事业单位", "公益一类": "事业单位", "公益二类": "事业单位", "公益一类事业单位": "事业单位",
    "公益二类事业单位": "事业单位", "科研院所": "事业单位", "高等学校": "高校", "高等院校": "高校", "大学": "高校",
    "社会团体": "其他", "民办非企业单位": "其他",
}  # fmt: skip


FIRM_KINDS: Final = {
    "咨询机构": FirmKind.CONSULTANCY,
    "会计师事务所": FirmKind.ACCOUNTANTS,
    "资产评估机构": FirmKind.APPRAISERS,
    "律师事务所": FirmKind.LAWYERS,
    "科研院所": FirmKind.RESEARCH,
    "高等院校": FirmKind.UNIVERSITY,
    "其他": FirmKind.OTHER,
}
FIRM_KINDS_ALSO: Final = {
    "咨询公司": "咨询机构", "管理咨询公司": "咨询机构", "咨询企业": "咨询机构", "会计事务所": "会计师事务所",
    "会计所": "会计师事务所", "评估公司": "资产评估机构", "评估机构": "资产评估机构", "律所": "律师事务所",
    "科研机构": "科研院所", "高校": "高等院校",
}  # fmt: skip


SAME: Final = "SAME"
OTHER: Final = "OTHER"
ANSWERS: Final = {"同一": SAME, "另一": OTHER}
ANSWER: Final = "同名答复"  # the column in which a file answers whether a known name is the same thing


def asked_names(
    rows: Sequence[Record],
    there: Mapping[str, Named],
    name_of: Callable[[Named], Hashable],
    named: Callable[[Record], Hashable],
) -> dict[str, list[Named]]:
    """Return what has the name of a row whose code is new, by that code: is it the same thing? Codes decide first.

    ``there`` are the known things by code; what this file lists by its own code is not asked about.
    """
    listed = {row["code"] for row in rows}
    by_name: dict[Hashable, list[Named]] = {}
    for code, one in there.items():
        if code not in listed:
            by_name.setdefault(name_of(one), []).append(one)
    return {row["code"]: by_name[named(row)] for row in rows if row["code"] not in there and named(row) in by_name}


def firms(bureau: Bureau, numbers: Iterable[str] | None = None) -> dict[str, Firm]:
    """Return the bureau's firms by number, or those with ``numbers``, with their organisations."""
    rows = Firm.objects.filter(bureau=bureau).select_related("organisation", "bureau")
    return {row.number: row for row in (rows if numbers is None else rows.filter(number__in=set(numbers)))}


def units(bureau: Bureau) -> dict[str, BudgetUnit]:
    """Return the bureau's budget units by code, with their organisations."""
    return {row.code: row for row in BudgetUnit.objects.filter(bureau=bureau).select_related("organisation", "bureau")}


def experts(bureau: Bureau, numbers: Iterable[str] | None = None) -> dict[str, Expert]:
    """Return the bureau's experts by number, or those with ``numbers``, with their persons."""
    rows = Expert.objects.filter(bureau=bureau).select_related("person", "bureau")
    return {row.number: row for row in (rows if numbers is None else rows.filter(number__in=set(numbers)))}


def expert_numbers(bureau: Bureau) -> set[str]:
    """Return the numbers of the bureau's experts."""
    return set(Expert.objects.filter(bureau=bureau).values_list("number", flat=True))


def firm_numbers(bureau: Bureau) -> set[str]:
    """Return the numbers of the bureau's firms."""
    return set(Firm.objects.filter(bureau=bureau).values_list("number", flat=True))


def projects(bureau: Bureau) -> dict[str, Project]:
    """Return the bureau's projects by code."""
    return {row.code: row for row in Project.objects.filter(bureau=bureau).select_related("unit", "bureau")}


def sections(bureau: Bureau) -> dict[str, Section]:
    """Return the bureau's sections by name."""
    return {row.name: row for row in bureau.sections.all()}


def specialties(bureau: Bureau) -> dict[str, Node]:
    """Return the living nodes of the specialty tree by code."""
    rows = Node.objects.filter(bureau=bureau, tree=TreeKind.SPECIALTY, retired_on__isnull=True)
    return {row.code: row for row in rows}


def bodies(bureau: Bureau, codes: Iterable[str]) -> dict[str, Organisation]:
    """Return the organisations with these codes: their USCC or, where they are budget units, their unit code too."""
    asked = set(codes)
    rows = {row.uscc: row for row in Organisation.objects.filter(bureau=bureau, uscc__in=asked) if row.uscc}
    return rows | {code: unit.organisation for code, unit in units(bureau).items() if code in asked}


def body_codes(bureau: Bureau) -> set[str]:
    """Return every code by which an organisation of the bureau can be named."""
    rows = Organisation.objects.filter(bureau=bureau, uscc__isnull=False).values_list("uscc", flat=True)
    return {code for code in rows if code} | set(units(bureau))


def persons(bureau: Bureau, numbers: Iterable[str]) -> dict[str, Person]:
    """Return the persons with these ID numbers; who was joined into another record is found there."""
    wanted = {key: number for number in numbers for key in blind_indexes(number.upper(), use="id")}
    rows = Person.objects.filter(bureau=bureau, id_index__in=wanted).select_related("joined_into")
    return {wanted[row.id_index]: row.joined_into or row for row in rows if row.id_index}


def touched_people(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the persons whom the rows name by ID number or phone, their employment, names and suspected doubles."""
    ids = {key for row in rows for key in blind_indexes(row["id_number"].upper(), use="id")}
    phones = {key for row in rows for key in blind_indexes(plain_phone(row["phone"]), use="phone")}
    said = {row.decided("person") for row in rows} - {None}  # whom an answer named
    found = Q(id_index__in=ids) | Q(phone_index__in=phones) | Q(pk__in=said)
    theirs = Q(person__id_index__in=ids) | Q(person__phone_index__in=phones) | Q(person__in=said)
    people = Person.objects.filter(found, bureau=setting.bureau)
    return [
        Touched(people, "name", {"name": "姓名"}),
        Touched(
            Employment.objects.filter(theirs, person__bureau=setting.bureau),
            "person__name",
            {"ended_on": "终止日期", "title": "职务"},
        ),
        Touched(FormerPersonName.objects.filter(theirs, person__bureau=setting.bureau)),
        Touched(SuspectedPair.objects.filter(Q(first__in=people) | Q(second__in=people))),
    ]


def called(one: BudgetUnit | Project) -> str:
    """Return what a unit or project is called here."""
    return one.name if isinstance(one, Project) else one.organisation.name
