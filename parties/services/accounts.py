"""For whom a user works here, and accounts of those outside the bureau."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.accounts.services import close_left_account, open_account
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import NotAllowed, Refusal
from parties.models import Membership, Organisation, Person
from parties.services.bodies import PartyRefused

OUTSIDE_ROLES = (Role.FIRM_ADMIN, Role.FIRM_MEMBER, Role.EXPERT, Role.UNIT)


@transaction.atomic
def add_membership(
    *, user: User, by: User, on: date, organisation: Organisation | None = None, person: Person | None = None
) -> Membership:
    """Let ``user`` work for an organisation, or as a person; raise ``PartyRefused`` for neither or both."""
    if (organisation is None) == (person is None):
        raise PartyRefused(Refusal("bad_membership", _("Name either an organisation or a person.")))
    row, _made = Membership.objects.get_or_create(
        user=user, organisation=organisation, person=person, ended_on=None, defaults={"started_on": on}
    )
    facts = {"organisation": organisation.pk if organisation else None, "person": person.pk if person else None}
    record(actor=by, action="parties.membership_added", subject=user, facts=facts)
    return row


@transaction.atomic
def open_outside_account(
    *, bureau: Bureau, username: str, name: str, role: Role, party: Organisation | Person, by: User, on: date
) -> tuple[User, str]:
    """Open an account for somebody outside the bureau and return it with its temporary password, known only now.

    It is bound to ``party``: the firm's or unit's organisation, or the expert's own person. Raise ``PartyRefused``
    where the role does not fit it or an expert has an account already, and as
    ``foundation.accounts.services.open_account``.
    """
    wanted = Person if role == Role.EXPERT else Organisation
    if role not in OUTSIDE_ROLES or not isinstance(party, wanted) or party.bureau_id != bureau.pk:
        raise PartyRefused(
            Refusal("wrong_party", _("The role does not fit for whom the account is."), {"field": "role"})
        )
    if isinstance(party, Person) and Membership.objects.filter(person=party, ended_on__isnull=True).exists():
        words = _("%(name)s has an account already. Reset its password instead.") % {"name": party.name}
        raise PartyRefused(Refusal("account_exists", words, {"field": "whom"}))
    user, password = open_account(bureau=bureau, username=username, name=name, roles=[role], by=by, on=on)
    if isinstance(party, Person):
        add_membership(user=user, person=party, by=by, on=on)
    else:
        add_membership(user=user, organisation=party, by=by, on=on)
    return user, password


@transaction.atomic
def move_membership(*, membership: Membership, organisation: Organisation, by: User, on: date) -> Membership:
    """Let a user work for another organisation from ``on``; the sign-in goes on, what was done for the first stays.

    Raise ``PartyRefused`` for one that has ended, or that is an own person's.
    """
    row = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    if not may(by, Capability.REGISTER):
        require(by, Capability.MANAGE_ACCOUNTS)
    if by.bureau_id != row.user.bureau_id or organisation.bureau_id != by.bureau_id:
        raise NotAllowed
    if row.ended_on is not None or row.organisation_id is None:
        raise PartyRefused(Refusal("membership_ended", _("This has ended already.")))
    row.ended_on = max(on, row.started_on)
    row.save(update_fields=["ended_on"])
    made = add_membership(user=row.user, organisation=organisation, by=by, on=on)
    facts = {"before": row.organisation_id, "after": organisation.pk, "on": on}
    record(actor=by, action="parties.membership_moved", subject=row.user, facts=facts)
    return made


@transaction.atomic
def end_membership(*, membership: Membership, by: User | str, on: date) -> Membership:
    """End that a user works for somebody; who works for nobody any more cannot sign in, what he did stays.

    ``by`` is who keeps accounts or the register, or ``system`` where the reason is a fact (a death, a joined record).
    """
    row = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=membership.pk)
    if isinstance(by, User):
        if not may(by, Capability.REGISTER):
            require(by, Capability.MANAGE_ACCOUNTS)
        if by.bureau_id != row.user.bureau_id:
            raise NotAllowed
    if row.ended_on is not None:
        raise PartyRefused(Refusal("membership_ended", _("This has ended already.")))
    row.ended_on = max(on, row.started_on)
    row.save(update_fields=["ended_on"])
    record(actor=by, action="parties.membership_ended", subject=row.user, facts={"on": on})
    if not Membership.objects.filter(user=row.user, ended_on__isnull=True).exists():
        close_left_account(user=row.user, on=on)
    return row
