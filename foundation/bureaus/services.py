"""Opening a bureau and its sections."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.bureaus.enums import SectionKind
from foundation.bureaus.models import Bureau, Section
from foundation.core.errors import DomainError, Refusal


class BureauRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The bureau cannot be opened or kept."""


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """A section by its name."""

    name: str
    kind: SectionKind


@transaction.atomic
def open_bureau(
    *,
    code: str,
    name: str,
    short_name: str,
    by: AbstractBaseUser | str,
    superior: Bureau | None = None,
    is_demo: bool = False,
) -> Bureau:
    """Open a bureau; raise ``BureauRefused`` where its 行政区划代码 is taken."""
    if Bureau.objects.filter(code=code).exists():
        words = _("The division code %(code)s is taken by another bureau.") % {"code": code}
        raise BureauRefused(Refusal("bureau_code_taken", words, {"field": "code"}))
    bureau = Bureau.objects.create(code=code, name=name, short_name=short_name, superior=superior, is_demo=is_demo)
    record(actor=by, action="bureaus.opened", subject=bureau, facts={"code": code, "name": name})
    return bureau


@transaction.atomic
def add_sections(*, bureau: Bureau, drafts: Sequence[SectionDraft], by: AbstractBaseUser | str) -> list[Section]:
    """Write sections by their names and return them in the order of ``drafts``; known ones get their new kind."""
    known = {row.name: row for row in Section.objects.select_for_update().filter(bureau=bureau)}
    for draft in drafts:
        row = known.get(draft.name)
        if row is None:
            known[draft.name] = Section.objects.create(bureau=bureau, name=draft.name, kind=draft.kind)
        elif row.kind != draft.kind:
            row.kind = draft.kind
            row.save(update_fields=["kind"])
    record(actor=by, action="bureaus.sections_recorded", subject=bureau, facts={"sections": len(drafts)})
    return [known[draft.name] for draft in drafts]
