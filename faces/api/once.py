"""Idempotency keys: a repeated post acts once. Only the row's id is kept; the answer is made anew for the reader."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from faces.api.models import Once
from foundation.accounts.models import User
from foundation.core.canon import dumps
from foundation.core.errors import DomainError, Refusal

HEADER: Final = "Idempotency-Key"
LIFE: Final = timedelta(days=1)
MOST: Final = 80


class KeyReused(DomainError):  # noqa: N818 - reads as a sentence
    """The key came before with other words."""


def once(*, request: Request, by: User, write: Callable[[], Model]) -> int:
    """Return the id of the row that ``write`` gave, doing it at most once per key; raise ``KeyReused``.

    What is refused leaves nothing, the key included: the same key may be tried again.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        return int(write().pk)
    if len(key) > MOST or not key.isascii() or not key.isprintable():
        raise ValidationError({HEADER: [_("At most %(n)d printable ASCII characters.") % {"n": MOST}]})
    asked = _digest_of(request)
    try:
        with transaction.atomic():
            Once.objects.filter(user=by, made_at__lte=timezone.now() - LIFE).delete()
            known = Once.objects.filter(user=by, key=key).first()
            if known is None:
                with transaction.atomic():
                    row = Once.objects.create(user=by, key=key, asked_sha256=asked)
                row.row_id = int(write().pk)
                row.save(update_fields=["row_id"])
                return row.row_id
    except IntegrityError:
        known = Once.objects.filter(user=by, key=key).first()
        if known is None:  # the clash was about something else
            raise
    if known.asked_sha256 != asked:
        words = _("This Idempotency-Key came before with other words. Take a new key.")
        raise KeyReused(Refusal("key_reused", words))
    return int(known.row_id or 0)


def _digest_of(request: Request) -> str:
    data = dict(request.data.lists()) if hasattr(request.data, "lists") else request.data  # a form says a key twice
    body = {str(key): _plain(value) for key, value in data.items()} if hasattr(data, "items") else {}
    asked = {"body": body, "method": request.method, "path": request.path}
    return hashlib.sha256(dumps(asked)).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON, or a file
    if isinstance(value, UploadedFile):
        value.seek(0)
        digest = hashlib.sha256(value.read()).hexdigest()
        value.seek(0)
        return digest
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
