"""The file of six blocks for the national credit platform of evaluation firms: what it holds, and what is missing.

What firms tell the platform follows 财监〔2021〕4号: the firm, its legal person, lead evaluators, branches, cooperating
experts and other staff. A branch that is a legal person of its own tells the platform itself and stands in no block.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from evaluators.enums import FirmStatus
from evaluators.models import Branch, Firm, LeadEvaluator, Practitioner
from evaluators.selectors import visible_to
from experts.models import Expert
from faces.exchange.exporters import workbook
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.core.crypto import decrypt
from foundation.core.errors import DomainError, NotAllowed, Refusal
from parties.enums import EmploymentKind
from parties.models import Employment, Person

SOURCE: Final = "财监〔2021〕4号"
UNREAD: Final = "●"  # stands for a sealed number while it is only asked whether there is one
FIRM_KEYS: Final = ("统一社会信用代码", "机构名称")
WHO: Final = ("姓名", "身份证号", "手机号")
Read = Callable[[str], str]
Row = TypeVar("Row", LeadEvaluator, Practitioner)


class PlatformRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file cannot be made."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What the platform asks for and the register does not have: of which firm, in which block, of whom."""

    firm: Firm
    block: str
    who: str
    heading: str


@dataclass(slots=True)
class Block:
    """One sheet: its headings, those that must be filled, and the rows by firm."""

    name: str
    headings: tuple[str, ...]
    needed: frozenset[str]
    rows: list[tuple[Firm, tuple[str, ...]]] = field(default_factory=list)

    def add(self, firm: Firm, *values: object) -> None:
        """Add a row of ``firm``: its code and name, then ``values``."""
        said = ("" if value is None else str(value) for value in values)
        self.rows.append((firm, (firm.organisation.uscc or "", firm.organisation.name, *said)))

    def gaps(self) -> Iterator[Gap]:
        """Yield each empty cell that must be filled."""
        name = self.headings.index("姓名") if "姓名" in self.headings else 1
        for firm, values in self.rows:
            for heading, value in zip(self.headings, values, strict=True):
                if heading in self.needed and not value:
                    yield Gap(firm, self.name, values[name], heading)


def in_register(user: User) -> QuerySet[Firm]:
    """Return the firms of the reader's bureau that stand in the register, suspended ones too."""
    rows = visible_to(user).filter(status__in=[FirmStatus.ACTIVE, FirmStatus.SUSPENDED])
    return rows.select_related("organisation", "bureau").order_by("number", "pk")


def gaps(*, firms: Sequence[Firm], on: date) -> list[Gap]:
    """Return what is missing for the platform, firm by firm; nothing sealed is opened."""
    blocks = _blocks(firms, on, read=lambda sealed: UNREAD if sealed else "")
    led = {firm.pk for firm, _values in blocks[2].rows}
    none = [Gap(firm, blocks[2].name, "", "姓名") for firm in firms if firm.pk not in led]
    order = {firm.pk: place for place, firm in enumerate(firms)}
    return sorted((*none, *(gap for block in blocks for gap in block.gaps())), key=lambda gap: order[gap.firm.pk])


@transaction.atomic
def platform_file(*, firms: Sequence[Firm], purpose: str, by: User, on: date) -> bytes:
    """Return the workbook of six sheets with numbers in clear; who made it, of whom and what for is in the journal.

    Raise ``NotAllowed`` for who does not keep this register, ``PlatformRefused`` without a purpose or a firm.
    """
    require(by, Capability.REGISTER)
    if by.bureau is None or any(firm.bureau_id != by.bureau_id for firm in firms):
        raise NotAllowed
    if not purpose.strip():
        raise PlatformRefused(Refusal("purpose_missing", _("Say what you need it for."), {"field": "purpose"}))
    if not firms:
        message = _("No firm stands in the register; admit one first.")
        raise PlatformRefused(Refusal("no_firms", message, source=SOURCE))
    blocks = _blocks(firms, on, read=decrypt)
    people = sum(len(block.rows) for block in blocks if "身份证号" in block.headings)
    facts = {"firms": [firm.number for firm in firms], "people": people, "purpose": purpose.strip()[:200], "on": on}
    record(actor=by, action="exchange.platform_file_made", subject=by.bureau, facts=facts)
    return workbook((block.name, block.headings, [values for _firm, values in block.rows]) for block in blocks)


def _blocks(firms: Sequence[Firm], on: date, *, read: Read) -> list[Block]:
    leads, staff = _on(LeadEvaluator.objects.all(), firms, on), _on(Practitioner.objects.all(), firms, on)
    ties = _ties(firms, on)
    bodies = Block(
        "机构",
        (*FIRM_KEYS, "名录编号", "机构类型", "组织形式", "成立日期", "地址", "联系电话", "从业人数", "入库日期"),
        frozenset({"统一社会信用代码", "成立日期", "地址", "联系电话", "从业人数"}),
    )
    heads = Block("法定代表人", (*FIRM_KEYS, *WHO), frozenset(WHO))
    led = Block(
        "主评人",
        (*FIRM_KEYS, *WHO, "职称", "执业证书编号", "证书有效期至", "参加工作日期", "入职日期"),
        frozenset(WHO),
    )
    branches = Block(
        "分支机构", (*FIRM_KEYS, "分支机构名称", "地址", "设立日期"), frozenset({"分支机构名称", "地址", "设立日期"})
    )
    experts = Block("合作专家", (*FIRM_KEYS, *WHO, "职称", "合作起始"), frozenset({*WHO, "职称"}))
    others = Block("其他人员", (*FIRM_KEYS, *WHO, "岗位", "入职日期"), frozenset({*WHO}))
    titles = _titles(ties)
    own_branches = _branches(firms, on)
    for firm in firms:
        body = firm.organisation
        facts = (firm.number, firm.get_kind_display(), body.get_kind_display(), body.founded_on, body.address)
        bodies.add(firm, *facts, body.phone, firm.staff_count or "", firm.admitted_on)
        heads.add(firm, body.legal_person, *_numbers(_head_of(firm, ties, leads, staff), read))
        leading = set()
        for lead in leads[firm.pk]:
            leading.add(lead.person_id)
            certificate = (lead.certificate_number, lead.certificate_valid_to)
            led.add(firm, *_who(lead.person, read), lead.title, *certificate, lead.works_since, lead.started_on)
        for branch in own_branches[firm.pk]:
            branches.add(firm, branch.name, branch.address, branch.started_on)
        for tie in ties[body.pk]:
            if tie.kind == EmploymentKind.ADVISER:
                title = titles.get(tie.person_id) or tie.title
                experts.add(firm, *_who(tie.person, read), title, tie.started_on)
        for one in staff[firm.pk]:
            if one.person_id not in leading:
                others.add(firm, *_who(one.person, read), one.duty, one.started_on)
    return [bodies, heads, led, branches, experts, others]


def _who(person: Person, read: Read) -> tuple[str, str, str]:
    return (person.name, *_numbers(person, read))


def _numbers(person: Person | None, read: Read) -> tuple[str, str]:
    return (read(person.id_sealed), read(person.phone_sealed)) if person else ("", "")


def _head_of(
    firm: Firm,
    ties: dict[int, list[Employment]],
    leads: dict[int, list[LeadEvaluator]],
    staff: dict[int, list[Practitioner]],
) -> Person | None:
    """Return the record of the legal person: tied to the body as such, else of that name among the firm's people."""
    name = firm.organisation.legal_person
    tied = [tie.person for tie in ties[firm.organisation_id] if tie.kind == EmploymentKind.LEGAL_PERSON]
    own = [*(row.person for row in leads[firm.pk]), *(row.person for row in staff[firm.pk])]
    return next((person for person in (*tied, *own) if person.name == name), None)


def _running(on: date) -> Q:
    return Q(ended_on__isnull=True) | Q(ended_on__gt=on)


def _on(rows: QuerySet[Row], firms: Sequence[Firm], on: date) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    kept = rows.filter(_running(on), firm__in=firms, started_on__lte=on).select_related("person")
    for row in kept.order_by("started_on", "pk"):
        found[row.firm_id].append(row)
    return found


def _ties(firms: Sequence[Firm], on: date) -> dict[int, list[Employment]]:
    found: dict[int, list[Employment]] = defaultdict(list)
    rows = Employment.objects.filter(
        _running(on),
        organisation__in=[firm.organisation_id for firm in firms],
        kind__in=[EmploymentKind.ADVISER, EmploymentKind.LEGAL_PERSON],
        started_on__lte=on,
    )
    for row in rows.select_related("person").order_by("started_on", "pk"):
        found[row.organisation_id].append(row)
    return found


def _titles(ties: dict[int, list[Employment]]) -> dict[int, str]:
    """Return the titles of those who are experts of the pool."""
    people = {tie.person_id for some in ties.values() for tie in some}
    return dict(Expert.objects.filter(person__in=people).values_list("person_id", "title"))


def _branches(firms: Sequence[Firm], on: date) -> dict[int, list[Branch]]:
    found: dict[int, list[Branch]] = defaultdict(list)
    rows = Branch.objects.filter(_running(on), firm__in=firms, has_legal_personality=False, started_on__lte=on)
    for row in rows.order_by("started_on", "pk"):
        found[row.firm_id].append(row)
    return found
