"""Writing rubrics: a version in force never changes, a new one replaces it."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal
from rubrics.enums import RubricStatus
from rubrics.models import Indicator, Rubric, RubricItem, RubricVersion, Veto
from rubrics.rules import INDICATORS, ITEMS, REPORT_QUALITY, REPORT_QUALITY_NAME, VETOES, Item, weight_problem
from rubrics.selectors import in_force

SHIPPED_SINCE = date(2020, 1, 1)
PROJECT_KINDS = ("POLICY", "WORKS", "EQUIPMENT", "OTHER")
WORDS = {
    "code_twice": gettext_lazy("Two items have the same code."),
    "weight_not_positive": gettext_lazy("Every item has a weight above zero."),
    "weights_not_100": gettext_lazy("The weights of the items do not add up to 100 points."),
}


class RubricRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The rubric cannot be written."""


@transaction.atomic
def ensure_default(*, bureau: Bureau, by: User, on: date = SHIPPED_SINCE) -> RubricVersion:
    """Return the report-quality rubric in force; write the shipped one and the indicator library on first use."""
    found = in_force(bureau, max(on, SHIPPED_SINCE))
    if found:
        return found
    rows = [
        Indicator(bureau=bureau, project_kind=kind, level_1=first, level_2=second, name=name)
        for kind in PROJECT_KINDS
        for first, second, name in INDICATORS
    ]
    Indicator.objects.bulk_create(rows, ignore_conflicts=True)
    return put_in_force(
        bureau=bureau,
        code=REPORT_QUALITY,
        name=REPORT_QUALITY_NAME,
        items=ITEMS,
        vetoes=VETOES,
        by=by,
        on=min(on, SHIPPED_SINCE),
    )


@transaction.atomic
def put_in_force(
    *,
    bureau: Bureau,
    code: str,
    name: str,
    items: Sequence[Item],
    vetoes: Sequence[tuple[str, str]],
    by: User,
    on: date,
) -> RubricVersion:
    """Write the next version of a rubric, in force from ``on``; raise ``RubricRefused`` for weights that miss 100."""
    if problem := weight_problem(items):
        raise RubricRefused(Refusal(problem, str(WORDS[problem]), {"field": "items"}))
    rubric, _made = Rubric.objects.get_or_create(bureau=bureau, code=code, defaults={"name": name})
    rubric = Rubric.objects.select_for_update().get(pk=rubric.pk)
    last = rubric.versions.order_by("-number").first()
    if last and last.in_force_from and last.in_force_from > on:
        message = _("A later version is in force already.")
        raise RubricRefused(Refusal("later_version", message, {"field": "in_force_from"}))
    rubric.versions.filter(status=RubricStatus.IN_FORCE).update(status=RubricStatus.REPLACED)
    version = RubricVersion.objects.create(
        rubric=rubric, number=(last.number if last else 0) + 1, status=RubricStatus.IN_FORCE, in_force_from=on
    )
    RubricItem.objects.bulk_create(
        [
            RubricItem(
                version=version,
                position=position,
                code=item.code,
                name=item.name,
                guide=item.guide,
                weight_hundredths=item.weight_hundredths,
                scorer=item.scorer,
            )
            for position, item in enumerate(items, 1)
        ]
    )
    Veto.objects.bulk_create([Veto(version=version, code=c, name=n) for c, n in vetoes])
    record(actor=by, action="rubrics.in_force", subject=version, facts={"code": code, "number": version.number})
    return version
