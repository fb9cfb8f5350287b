"""Writing the journal: ``record`` in the act's transaction, ``seal`` before an act is acknowledged."""

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models, transaction
from django.utils import timezone

from foundation.audit.models import Anchor, Entry, Head, Link, Payload, Pending
from foundation.audit.rules import GENESIS_HASH, link_hash, payload_hash, text_of
from foundation.core.errors import DomainError, Refusal

BATCH: Final = 2_000
BACKWARDS_US: Final = 2_000_000


class JournalRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The journal cannot be sealed."""


def record(
    *,
    actor: AbstractBaseUser | str,
    action: str,
    subject: models.Model,
    facts: Mapping[str, Any] | None = None,
    private: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one entry in the caller's transaction.

    ``actor`` is the user, or the name of a system actor such as ``"system"``. ``facts`` are plain values without
    personal data; ``private`` goes to the payload and only its hash into the text.
    """
    salt, data = (secrets.token_hex(32), text_of(_plain(private))) if private else ("", "")
    digest = payload_hash(salt=salt, data=data) if private else ""
    entry = _entry(actor=actor, action=action, subject=subject, facts=facts or {}, payload=digest)
    entry.save(force_insert=True)
    if private:
        Payload.objects.create(entry=entry, salt=salt, data=data)
    Pending.objects.create(entry=entry)
    _link_after_commit()
    return entry


def record_each(
    *,
    actor: AbstractBaseUser | str,
    action: str,
    acts: Iterable[tuple[models.Model, Mapping[str, Any]]],
    private: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write one entry for each (subject, facts) of a step that was taken for many at once.

    ``private``: what goes to the payload of each, in the order of ``acts``; empty where nothing does.
    """
    kept = [(secrets.token_hex(32), text_of(_plain(one))) for one in private]
    digests = [payload_hash(salt=salt, data=data) for salt, data in kept]
    made = [
        _entry(actor=actor, action=action, subject=subject, facts=facts, payload=digests[place] if digests else "")
        for place, (subject, facts) in enumerate(acts)
    ]
    Entry.objects.bulk_create(made, batch_size=BATCH)
    Payload.objects.bulk_create(
        [Payload(entry=entry, salt=salt, data=data) for entry, (salt, data) in zip(made, kept, strict=False)],
        batch_size=BATCH,
    )
    Pending.objects.bulk_create([Pending(entry=entry) for entry in made], batch_size=BATCH)
    if made:
        _link_after_commit()


def _entry(
    *, actor: AbstractBaseUser | str, action: str, subject: models.Model, facts: Mapping[str, Any], payload: str = ""
) -> Entry:
    now = timezone.now()
    bureau = getattr(subject, "bureau", None) or getattr(actor, "bureau", None)
    bureau_code = getattr(bureau, "code", "") or ""
    body: dict[str, Any] = {
        "action": action,
        "actor": _actor(actor),
        "at": now.isoformat(),
        "bureau": bureau_code,
        "facts": _plain(facts),
        "subject": {"id": subject.pk, "kind": subject._meta.label_lower},
    }
    if payload:
        body["payload"] = payload
    return Entry(
        recorded_at=now,
        bureau_code=bureau_code,
        actor_kind=body["actor"]["kind"],
        actor_id=body["actor"]["id"],
        action=action,
        subject_kind=body["subject"]["kind"],
        subject_id=subject.pk,
        text=text_of(body),
    )


def _link_after_commit() -> None:
    if not any(hook[1] is _link_soon for hook in connection.run_on_commit):  # one link at the end serves all entries
        transaction.on_commit(_link_soon)


def seal() -> Head:
    """Link every entry that this transaction can see and return the head; call it before acknowledging an act."""
    with transaction.atomic():
        return _link(wait=True)


def anchor(*, handed_to: str) -> Anchor:
    """Seal, and write down the head that is handed outside."""
    head = seal()
    return Anchor.objects.create(number=head.number, hash=head.hash, made_at=timezone.now(), handed_to=handed_to)


def _link_soon() -> None:
    with transaction.atomic():
        _link(wait=False)


def _link(*, wait: bool) -> Head:
    Head.objects.get_or_create(pk=1, defaults={"hash": GENESIS_HASH})
    skip = not wait and connection.features.has_select_for_update_skip_locked
    head = Head.objects.select_for_update(skip_locked=skip).filter(pk=1).first()
    if head is None:  # another process links right now and will be followed by the next commit or run_due
        return Head.objects.get(pk=1)
    rows = Pending.objects.order_by("entry_id").values_list("pk", "entry_id", "entry__text")
    while waiting := list(rows[:BATCH]):
        links = []
        for _key, entry, text in waiting:
            now = time.time_ns() // 1_000
            if now < head.sealed_at_us - BACKWARDS_US and not getattr(settings, "GONGPING_CLOCK_MAY_GO_BACK", False):
                raise JournalRefused(
                    Refusal(
                        "clock_went_back", "The clock went back by more than 2 seconds. Set it right, then try again."
                    )
                )
            head.sealed_at_us = max(head.sealed_at_us, now)
            head.number += 1
            head.hash = link_hash(number=head.number, sealed_at_us=head.sealed_at_us, previous=head.hash, text=text)
            links.append(Link(number=head.number, entry_id=entry, sealed_at_us=head.sealed_at_us, hash=head.hash))
        Link.objects.bulk_create(links)
        Pending.objects.filter(pk__in=[key for key, _entry, _text in waiting]).delete()
    head.save(update_fields=["number", "hash", "sealed_at_us"])
    return head


def _actor(actor: AbstractBaseUser | str) -> dict[str, Any]:
    if isinstance(actor, AbstractBaseUser):
        return {"id": actor.pk, "kind": "user", "name": actor.get_username()}
    return {"id": None, "kind": "system", "name": actor}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, models.Model):
        return value.pk
    return json.loads(json.dumps(str(value)))
