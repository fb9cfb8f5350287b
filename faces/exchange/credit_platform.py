"""The file for the national credit platform: the firms of the register in six blocks, as of a day."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db.models import Q

from evaluators.enums import FirmStatus
from evaluators.models import Branch, Firm, FirmStanding, LeadEvaluator, Practitioner
from faces.exchange.exporters import workbook
from foundation.bureaus.models import Bureau
from parties.enums import EmploymentKind
from parties.models import Employment

FIRM: Final = ("机构名称", "统一社会信用代码")
BLOCKS: Final = {
    "机构": (*FIRM, "机构类型", "地址", "联系电话", "成立日期", "从业人数", "入库日期"),
    "法定代表人": (*FIRM, "姓名"),
    "主评人": (*FIRM, "姓名", "职称", "执业证书编号", "证书有效期至", "参加工作日期", "入职日期"),
    "分支机构": (*FIRM, "分支机构名称", "是否独立法人", "地址", "设立日期"),
    "合作专家": (*FIRM, "姓名", "职务", "起始日期"),
    "其他人员": (*FIRM, "姓名", "岗位", "入职日期"),
}


def platform_book(*, bureau: Bureau, on: date) -> bytes:
    """Return the workbook of the firms that were in the register on ``on``, with who belonged to them that day.

    Names only: numbers of identity cards are revealed one by one, with a purpose, and never by an export.
    """
    standing = FirmStanding.objects.filter(firm__bureau=bureau).on(on).filter(status=FirmStatus.ACTIVE)
    firms = list(
        Firm.objects.filter(pk__in=standing.values("firm")).select_related("organisation").order_by("number", "pk")
    )
    keys = [firm.pk for firm in firms]
    begun = Q(started_on__lte=on) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    of_firm = {"firm__in": keys}
    order = ("firm__number", "pk")
    leads = LeadEvaluator.objects.filter(begun, **of_firm).select_related("firm__organisation", "person")
    staff = Practitioner.objects.filter(begun, **of_firm).select_related("firm__organisation", "person")
    branches = Branch.objects.filter(begun, **of_firm).select_related("firm__organisation")
    advisers = Employment.objects.on(on).filter(
        organisation__in=[firm.organisation_id for firm in firms], kind=EmploymentKind.ADVISER
    )
    blocks: dict[str, Iterable[Sequence[object]]] = {
        "机构": (
            (
                *_firm(firm),
                firm.get_kind_display(),
                firm.organisation.address,
                firm.organisation.phone,
                firm.organisation.founded_on,
                firm.staff_count,
                firm.admitted_on,
            )
            for firm in firms
        ),
        "法定代表人": (
            (*_firm(firm), firm.organisation.legal_person) for firm in firms if firm.organisation.legal_person
        ),
        "主评人": (
            (
                *_firm(row.firm),
                row.person.name,
                row.title,
                row.certificate_number,
                row.certificate_valid_to,
                row.works_since,
                row.started_on,
            )
            for row in leads.order_by(*order)
        ),
        "分支机构": (
            (*_firm(row.firm), row.name, "是" if row.has_legal_personality else "否", row.address, row.started_on)
            for row in branches.order_by(*order)
        ),
        "合作专家": (
            (row.organisation.name, row.organisation.uscc, row.person.name, row.title, row.started_on)
            for row in advisers.select_related("organisation", "person").order_by("organisation__name", "pk")
        ),
        "其他人员": ((*_firm(row.firm), row.person.name, row.duty, row.started_on) for row in staff.order_by(*order)),
    }
    return workbook((name, BLOCKS[name], rows) for name, rows in blocks.items())


def _firm(firm: Firm) -> tuple[str, str | None]:
    return firm.organisation.name, firm.organisation.uscc
