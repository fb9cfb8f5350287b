"""A stranger opens an account that can do one thing: apply."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationKind, ApplicationStatus
from admissions.models import Application, ApplicationMove
from admissions.rules import OPENED_AN_HOUR
from admissions.services.moving import ApplicationRefused
from foundation.accounts.enums import Role
from foundation.accounts.services import UserDraft, add_users
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import rules_for


@transaction.atomic
def open_application(
    *, bureau: Bureau, kind: ApplicationKind, username: str, password: str, name: str, on: date
) -> Application:
    """Open an account with an empty application; it stands in no register.

    Raise ``ApplicationRefused`` where the bureau takes none (R-47) or too many came within an hour, and as
    ``foundation.accounts.services.add_users``.
    """
    if not rules_for(bureau=bureau, on=on).value("self_registration"):
        message = _("This bureau takes no applications here. Please ask it directly.")
        raise ApplicationRefused(Refusal("not_open", message, {"field": "bureau"}))
    an_hour_ago = clock.now() - timedelta(hours=1)
    if Application.objects.filter(bureau=bureau, opened_at__gt=an_hour_ago).count() >= OPENED_AN_HOUR:
        raise ApplicationRefused(Refusal("too_many", _("Too many applications were opened. Try again in an hour.")))
    draft = UserDraft(username=username, name=name, roles=[Role.APPLICANT], password=password)
    user = add_users(bureau=bureau, drafts=[draft], by="system", on=on)[0]
    row = Application.objects.create(bureau=bureau, applicant=user, kind=kind, status_since=on)
    ApplicationMove.objects.create(application=row, status=ApplicationStatus.DRAFT, moved_on=on)
    record(actor=user, action="admissions.opened", subject=row, facts={"kind": kind, "on": on})
    return row
