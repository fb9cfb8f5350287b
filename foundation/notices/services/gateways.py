"""What carries a notice out of the system. A bureau names its own gateway for short messages in SMS_GATEWAY."""

import json
from datetime import datetime
from pathlib import Path
from smtplib import SMTPException
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from foundation.core import clock


class GatewayError(Exception):
    """The message could not be handed over; it is tried again later. The words are shown to who keeps accounts."""


class Gateway(Protocol):
    """Hands one message to whoever carries it."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        """Hand over ``text`` for ``to``; return the carrier's receipt, perhaps empty. Raise ``GatewayError``.

        ``reference`` is the same each time one message is tried, so that a carrier can drop a repetition.
        """


class FileGateway:
    """Writes each short message as a file of its own under SMS_FOLDER: for trials, and for a modem that reads files."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        """Write the file, whole or not at all; a message that is tried again replaces its own file."""
        folder = Path(settings.SMS_FOLDER)
        kept = {"to": to, "text": text, "at": moment(clock.now())}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{reference}.json"
            draft = target.with_suffix(".part")
            draft.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
            draft.replace(target)
        except OSError as error:
            raise GatewayError(str(error)) from error
        return target.name


class MailGateway:
    """Sends by Django's mail settings."""

    def send(self, *, to: str, text: str, reference: str) -> str:
        """Send it; the first line is the subject."""
        subject = " ".join(text.split())[:60]
        mail = EmailMessage(f"公评　{subject}", text, to=[to], headers={"Message-ID": f"<{reference}@gongping>"})
        try:
            mail.send()
        except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that no header can hold
            raise GatewayError(f"{type(error).__name__}: {error}"[:300]) from error
        return ""


def sms_gateway() -> Gateway:
    """Return the gateway that SMS_GATEWAY names."""
    found: Gateway = import_string(settings.SMS_GATEWAY)()
    return found


def moment(at: datetime) -> str:
    """Return a moment as text."""
    return at.isoformat(timespec="seconds")
