"""From an application to an entry: the standings bear the days on which things happened."""

from datetime import date

from admissions.models import Application
from admissions.selectors import items_of
from admissions.services.checking import CheckDraft, record_checks
from admissions.services.owners import applicant_of
from evaluators.enums import FirmAction, FirmKind, FirmStatus
from evaluators.models import Firm
from evaluators.services import FirmDraft, move_firms, register_firms, register_lead
from evaluators.services import accept_undertakings as firms_undertake
from experts.enums import ExpertAction, ExpertStatus, TitleLevel
from experts.models import Expert
from experts.services import ExpertDraft, declare_employment, move_experts, register_experts
from experts.services import accept_undertakings as experts_undertake
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.services import end_grant, grant_role
from foundation.core.crypto import decrypt
from foundation.taxonomy.models import Node
from parties.enums import OrganisationKind
from parties.services import (
    OrganisationDraft,
    PersonDraft,
    add_membership,
    register_organisations,
    register_persons,
)


def enter_firm(row: Application, *, by: User, on: date) -> Firm:
    """Write organisation, firm, checklist with its proofs, lead evaluators and undertaking; give the account its firm.

    Raise as the services of the register: a lead evaluator of another firm (R-11), one name too many for a code.
    """
    applied_on, announced_on = row.submitted_on or on, row.announced_on or on
    given = row.profile
    body = OrganisationDraft(
        name=given["name"],
        kind=OrganisationKind(given["form"]),
        uscc=given["uscc"],
        legal_person=given["legal_person"],
        address=given["address"],
        phone=given["phone"],
        founded_on=date.fromisoformat(given["founded_on"]),
    )
    organisation = register_organisations(bureau=row.bureau, drafts=[body], by=by, on=on)[0]
    draft = FirmDraft(organisation, FirmKind(given["kind"]), given.get("staff_count") or 0)
    firm = register_firms(bureau=row.bureau, drafts=[draft], by=by, on=applied_on)[0]
    if firm.status in {FirmStatus.REMOVED, FirmStatus.LEFT}:
        move_firms(firms=[firm], action=FirmAction.REAPPLY, by=by, on=applied_on)
    move_firms(firms=[firm], action=FirmAction.ANNOUNCE, by=by, on=announced_on)
    record_checks(entry=firm, answers=answers_of(row, on), by=by, on=on)
    firm = move_firms(firms=[firm], action=FirmAction.ADMIT, by=by, on=on)[0]
    for person in row.people.order_by("pk"):
        register_lead(
            firm=firm,
            person=PersonDraft(person.name, decrypt(person.id_sealed), decrypt(person.phone_sealed)),
            title=person.title,
            works_since=person.works_since or on,
            certificate_number=person.certificate_number,
            certificate_valid_to=person.certificate_valid_to,
            by=by,
            on=on,
        )
    undertaken_on = row.undertaken_on or on
    firms_undertake(
        firms=[firm],
        year=undertaken_on.year,
        accepted_by=applicant_of(row).name,
        by=by,
        on=undertaken_on,
        at=row.undertaken_at,
    )
    add_membership(user=applicant_of(row), organisation=organisation, by=by, on=on)
    hand_over(applicant_of(row), Role.FIRM_ADMIN, on=on)
    return firm


def enter_expert(row: Application, *, by: User, on: date) -> Expert:
    """Write person, expert, checklist with its proofs, employer and undertaking; give the account its person.

    Raise ``ExpertRefused`` for who may not enter on the day of admission itself (R-14, edge case 37).
    """
    applied_on, announced_on = row.submitted_on or on, row.announced_on or on
    given, human = row.profile, row.people.order_by("pk")[0]
    draft = PersonDraft(human.name, decrypt(human.id_sealed), decrypt(human.phone_sealed), given.get("email", ""))
    person = register_persons(bureau=row.bureau, drafts=[draft], by=by, on=on)[0]
    wanted = [given["main"], *given.get("others", [])]
    known = Node.objects.filter(bureau=row.bureau).select_related("successor").in_bulk(wanted)
    nodes = {pk: node.successor or node for pk, node in known.items()}  # merged since he applied
    role = ExpertDraft(
        person=person,
        title=given["title"],
        title_level=TitleLevel(given["level"]),
        nodes=list(dict.fromkeys(nodes[pk] for pk in wanted if pk in nodes)),
        works_since=date.fromisoformat(given["works_since"]),
    )
    register_experts(bureau=row.bureau, drafts=[role], by=by, on=applied_on)
    expert = register_experts(bureau=row.bureau, drafts=[role], by=by, on=on)[0]  # asks the age again, on this day
    if expert.status in {ExpertStatus.REMOVED, ExpertStatus.LEFT}:
        move_experts(experts=[expert], action=ExpertAction.REAPPLY, by=by, on=applied_on)
    move_experts(experts=[expert], action=ExpertAction.ANNOUNCE, by=by, on=announced_on)
    record_checks(entry=expert, answers=answers_of(row, on), by=by, on=on)
    expert = move_experts(experts=[expert], action=ExpertAction.ADMIT, by=by, on=on)[0]
    declare_employment(
        expert=expert,
        employer=given["employer"],
        title=given["title"],
        started_on=date.fromisoformat(given["employed_since"]),
        by=by,
        on=on,
    )
    undertaken_on = row.undertaken_on or on
    experts_undertake(experts=[expert], year=undertaken_on.year, by=by, on=undertaken_on, at=row.undertaken_at)
    add_membership(user=applicant_of(row), person=person, by=by, on=on)
    hand_over(applicant_of(row), Role.EXPERT, on=on)
    return expert


def answers_of(row: Application, on: date) -> dict[str, CheckDraft]:
    """Return what was found about each item that is asked for on ``on``, with the proof that was given for it."""
    wanted = items_of(row, on)
    return {
        item.code: CheckDraft(bool(item.is_met), item.source, item.valid_to, item.remark, proof=item.proof)
        for item in row.items.filter(code__in=wanted).select_related("proof")
    }


def hand_over(user: User, role: Role, *, on: date) -> None:
    """Let the applicant's account work in its new role; it applies no more."""
    for grant in user.grants.filter(role=Role.APPLICANT, ended_on__isnull=True):
        end_grant(grant=grant, by="system", on=on)
    grant_role(user=user, role=role, by="system", on=on)
