"""Freezing a copy and withdrawing it: one way for everything that is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import PublicationKind, WithdrawnFor
from disclosure.models import Publication
from disclosure.permissions import may_publish
from disclosure.rules import faults_in, slug_of
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.canon import digest, dumps
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.papers.services import next_number

LETTERS = {
    PublicationKind.RATING: "r",
    PublicationKind.DRAW: "d",
    PublicationKind.BATCH: "b",
    PublicationKind.REPORT: "p",
}
KINDS_OF_DATA = {
    "ID_NUMBER": gettext_lazy("a national ID number"),
    "PHONE": gettext_lazy("a telephone number"),
}


class PublicationRefused(DomainError):  # noqa: N818 - reads as a sentence
    """It may not be published or withdrawn."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be frozen: ``body`` is everything that strangers will read."""

    kind: PublicationKind
    subject: models.Model
    title: str
    work_year: int
    body: Mapping[str, Any]
    grade: str = ""
    unit_name: str = ""
    firm_name: str = ""
    slug: str = ""
    is_demo: bool = False
    outside_address: str = ""


def moment_on(on: date) -> datetime:
    """Return the present time of day on ``on``, in Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(on, timezone.localtime(clock.now()).time()))


def freeze_copy(copy: Copy, *, bureau: Bureau, by: User, on: date) -> Publication:
    """Freeze ``copy`` as the next version at its subject's address.

    Raise ``PublicationRefused`` where a live copy exists, or where the text holds an ID number or a phone.
    """
    earlier = Publication.objects.select_for_update().filter(
        kind=copy.kind, subject_kind=copy.subject._meta.label_lower, subject_id=copy.subject.pk
    )
    last = earlier.order_by("-version").first()
    if last is not None and last.withdrawn_at is None:
        facts = {"slug": last.slug}
        raise PublicationRefused(Refusal("already_published", _("This is published already."), facts))
    refuse_personal_data({"title": copy.title, **copy.body})
    row = Publication.objects.create(
        bureau_code=bureau.code,
        bureau_name=bureau.name,
        slug=last.slug if last else copy.slug or _next_slug(copy, bureau),
        version=last.version + 1 if last else 1,
        kind=copy.kind,
        subject_kind=copy.subject._meta.label_lower,
        subject_id=copy.subject.pk,
        title=copy.title,
        work_year=copy.work_year,
        grade=copy.grade,
        unit_name=copy.unit_name,
        firm_name=copy.firm_name,
        body=dict(copy.body),
        text=dumps(copy.body).decode(),
        sha256=digest(dict(copy.body)),
        published_at=moment_on(on),
        outside_address=copy.outside_address,
        is_demo=copy.is_demo or bureau.is_demo,
    )
    record(
        actor=by,
        action=f"disclosure.{copy.kind.lower()}.published",
        subject=row,
        facts={"slug": row.slug, "version": row.version, "sha256": row.sha256, "subject": copy.subject.pk, "on": on},
    )
    return row


def supersede(copy: Copy, *, by: User, on: date) -> None:
    """Withdraw the live copy of the same subject if its body is another one: the next version takes its place."""
    live = Publication.objects.select_for_update().filter(
        kind=copy.kind,
        subject_kind=copy.subject._meta.label_lower,
        subject_id=copy.subject.pk,
        withdrawn_at__isnull=True,
    )
    row = live.first()
    if row is not None and row.body != copy.body:
        row.withdrawn_at, row.withdrawn_for = moment_on(on), WithdrawnFor.VERSION
        row.withdrawn_reason = _("Replaced by the next version of the same record.")
        row.save(update_fields=["withdrawn_at", "withdrawn_for", "withdrawn_reason"])
        record(actor=by, action="disclosure.superseded", subject=row, facts={"slug": row.slug, "on": on})


def _next_slug(copy: Copy, bureau: Bureau) -> str:
    number = next_number(bureau=bureau, kind=f"PUBLIC_{copy.kind}", year=copy.work_year)
    return slug_of(letter=LETTERS[copy.kind], bureau_code=bureau.code, year=copy.work_year, number=number)


def refuse_personal_data(body: Mapping[str, Any]) -> None:
    """Raise ``PublicationRefused`` naming the first place with an ID number or a phone. Rule R-45."""
    fault = next(faults_in(dict(body)), None)
    if fault:
        message = _("%(kind)s stands in the text (%(place)s: %(shown)s). Take it out there, then publish.") % {
            "kind": KINDS_OF_DATA[fault.kind],
            "place": fault.place,
            "shown": fault.shown,
        }
        facts = {"place": fault.place, "kind": fault.kind}
        raise PublicationRefused(Refusal("personal_data", message, facts))


@transaction.atomic
def withdraw(*, publication: Publication, reason: str, by: User, on: date) -> Publication:
    """Withdraw a copy: its address stays and says since when and why. Raise ``PublicationRefused`` without a reason."""
    row = Publication.objects.select_for_update().get(pk=publication.pk)
    bureau = Bureau.objects.get(code=row.bureau_code)
    if not may_publish(by, bureau):
        raise NotAllowed
    if row.withdrawn_at is not None:
        raise PublicationRefused(Refusal("already_withdrawn", _("This copy was withdrawn before.")))
    if not reason.strip():
        raise PublicationRefused(Refusal("reason_missing", _("Say why it is withdrawn."), {"field": "reason"}))
    refuse_personal_data({"reason": reason})
    row.withdrawn_at, row.withdrawn_reason = moment_on(on), reason.strip()
    row.withdrawn_for = WithdrawnFor.DECISION
    row.save(update_fields=["withdrawn_at", "withdrawn_for", "withdrawn_reason"])
    facts = {"slug": row.slug, "version": row.version, "reason": row.withdrawn_reason, "on": on}
    record(actor=by, action="disclosure.withdrawn", subject=row, facts=facts)
    return row
