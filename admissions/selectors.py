"""Applications: who sees which, what is missing, who is known already; what those who stand ask for."""

import hashlib
from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from admissions.enums import (
    ApplicationKind,
    ApplicationStatus,
    ConfirmationStatus,
    ObjectionOutcome,
    RenewalStatus,
)
from admissions.models import (
    Application,
    ApplicationPerson,
    Confirmation,
    EntryCheck,
    Invitation,
    Objection,
    Renewal,
)
from admissions.rules import Gap, Proof, profile_gaps, proof_gaps
from evaluators.enums import FirmStatus
from evaluators.models import AdmissionCheck, Firm, FirmUndertaking
from evaluators.rules import Marks, lead_refusal, may_reapply_from
from evaluators.selectors import Likeness, likenesses
from evaluators.selectors import visible_to as firms_visible_to
from evaluators.services import undertaking_version as firm_version
from experts.enums import ExpertStatus
from experts.models import Expert, ExpertUndertaking
from experts.rules import entry_refusal
from experts.selectors import visible_to as experts_visible_to
from experts.services import undertaking_version as expert_version
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.core.crypto import blind_indexes, decrypt
from foundation.core.identifiers import id_facts, masked_id
from foundation.rulesets.selectors import rules_for
from parties.enums import EmploymentKind
from parties.models import Employment, Person

STANDING = {FirmStatus.ACTIVE.value, FirmStatus.SUSPENDED.value}
FREE_AGAIN = {FirmStatus.REMOVED.value, FirmStatus.LEFT.value, ExpertStatus.REMOVED.value, ExpertStatus.LEFT.value}


def visible_to(user: User) -> models.QuerySet[Application]:
    """Return what was ever handed in to the reader's bureau; an applicant sees his own."""
    rows = Application.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows.filter(submitted_on__isnull=False)
    return rows.filter(applicant=user)


def files_visible_to(user: User) -> models.QuerySet[Application]:
    """Return the applications whose proofs the reader may open: those he sees, and the one of his own entry."""
    if may(user, Capability.READ_ALL):
        return visible_to(user)
    return Application.objects.filter(Q(applicant=user) | _of_own(user), bureau_id=user.bureau_id or 0)


def people_of(user: User) -> models.QuerySet[ApplicationPerson]:
    """Return the persons named in the reader's own application."""
    return ApplicationPerson.objects.filter(application__in=own_of(user))


def own_of(user: User) -> models.QuerySet[Application]:
    """Return the application of the reader himself."""
    return Application.objects.filter(applicant=user, bureau_id=user.bureau_id or 0)


def open_bureaus(on: date) -> list[Bureau]:
    """Return the bureaus that take applications on ``on``. Rule R-47."""
    return [row for row in Bureau.objects.order_by("pk") if rules_for(bureau=row, on=on).value("self_registration")]


def announced(on: date) -> models.QuerySet[Application]:
    """Return the applications whose public notice runs on ``on``, the last day included."""
    rows = Application.objects.filter(status=ApplicationStatus.NOTICE, announced_on__lte=on, notice_until__gte=on)
    return rows.select_related("bureau").order_by("notice_until", "pk")


def waiting(bureau_id: int, on: date) -> models.QuerySet[Application]:
    """Return what the bureau does next: applications handed in, and notices that have run."""
    run = models.Q(status=ApplicationStatus.NOTICE, notice_until__lt=on)
    return Application.objects.filter(models.Q(status=ApplicationStatus.SUBMITTED) | run, bureau_id=bureau_id).order_by(
        "status_since", "pk"
    )


def items_of(application: Application, on: date) -> list[str]:
    """Return the admission items in force on ``on`` for this kind. Rules R-12, R-14."""
    return checklist_items(application.bureau, application.kind, on)


def checklist_items(bureau: Bureau, kind: str, on: date) -> list[str]:
    """Return the items that ``bureau`` asks of this kind of entry on ``on``. Rules R-12, R-14."""
    rules = rules_for(bureau=bureau, on=on)
    is_firm = kind == ApplicationKind.FIRM
    return list(rules.value("firm_admission_items") if is_firm else rules.value("expert_admission_items"))


def checklist_source(bureau: Bureau, kind: str, on: date) -> str:
    """Return from where the items of ``checklist_items`` are; empty for the bureau's own."""
    rules = rules_for(bureau=bureau, on=on)
    is_firm = kind == ApplicationKind.FIRM
    return rules.source("firm_admission_items") if is_firm else rules.source("expert_admission_items")


def gaps(application: Application, on: date) -> list[Gap]:
    """Return everything that keeps the application from being handed in on ``on``."""
    found = profile_gaps(application.kind, application.profile)
    found += _people_gaps(application, on)
    proofs = {row.code: Proof(row.proof_id is not None, row.valid_to) for row in application.items.all()}
    found += proof_gaps(items_of(application, on), proofs, on=on)
    if application.undertaking_version != undertaking_version(application.bureau, application.kind, on):
        found.append(Gap("undertaking"))
    return found


def parts_count(application: Application, on: date) -> int:
    """Return how many things must be there: the measure of completeness."""
    return len(profile_gaps(application.kind, {})) + len(items_of(application, on)) + 2


def _people_gaps(application: Application, on: date) -> list[Gap]:
    people = list(application.people.order_by("pk"))
    if not people:
        return [Gap("people")]
    rules = rules_for(bureau=application.bureau, on=on)
    if application.kind == ApplicationKind.FIRM:
        return [
            Gap("people", person.name, refusal.code)
            for person in people
            if (
                refusal := lead_refusal(
                    title=person.title,
                    certificate_number=person.certificate_number if _holds(person, on) else "",
                    works_since=person.works_since or on,
                    on=on,
                    years=rules.value("lead_work_years"),
                    source=rules.source("lead_work_years"),
                )
            )
        ]
    since = application.profile.get("works_since")
    facts = id_facts(decrypt(people[0].id_sealed))
    refusal = entry_refusal(
        level=application.profile.get("level", ""),
        works_since=date.fromisoformat(since) if since else None,
        born_on=facts.born_on if facts else None,
        on=on,
        years=rules.value("expert_work_years"),
        age=rules.value("expert_age_limit"),
        source=rules.source("expert_work_years"),
    )
    return [Gap("people", people[0].name, refusal.code)] if refusal else []


def _holds(person: ApplicationPerson, on: date) -> bool:
    """Return whether the person's certificate has not run out; its last day still counts."""
    return person.certificate_valid_to is None or on <= person.certificate_valid_to


def undertaking_version(bureau: Bureau, kind: str, on: date) -> str:
    """Return the version of the undertaking that an applicant of this kind accepts on ``on``. Rule R-41."""
    return firm_version(bureau, on=on) if kind == ApplicationKind.FIRM else expert_version(bureau, on=on)


def known_firm(application: Application) -> Firm | None:
    """Return the firm of this bureau that has the application's code already (edge case 4)."""
    rows = Firm.objects.filter(bureau=application.bureau_id, organisation__uscc=application.profile.get("uscc") or "-")
    return rows.select_related("organisation").first()


def known_expert(application: Application) -> Expert | None:
    """Return the expert of this bureau who has the same ID number, found by its keyed hash (edge case 5)."""
    keys = _indexes(application)
    same = models.Q(person__id_index__in=keys) | models.Q(person__joined__id_index__in=keys)
    return Expert.objects.filter(same, bureau=application.bureau_id).select_related("person").first()


def _indexes(application: Application) -> list[str]:
    """Return the blind indexes of the people's ID numbers under every key, as they may stand elsewhere."""
    sealed = application.people.values_list("id_sealed", flat=True)
    return [key for one in sealed for key in blind_indexes(decrypt(one), use="id")]


def known_entry(application: Application) -> Firm | Expert | None:
    """Return the entry of the register or the pool that the application would double."""
    return known_firm(application) if application.kind == ApplicationKind.FIRM else known_expert(application)


def twins_of(application: Application) -> models.QuerySet[Application]:
    """Return other running applications to this bureau with the same code, or the same person."""
    over = [ApplicationStatus.DRAFT, ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN, ApplicationStatus.ADMITTED]
    rows = Application.objects.filter(bureau=application.bureau_id, kind=application.kind).exclude(status__in=over)
    rows = rows.exclude(pk=application.pk)
    if application.kind == ApplicationKind.FIRM:
        return rows.filter(profile__uscc=application.profile.get("uscc") or "-")
    return rows.filter(people__id_index__in=_indexes(application)).distinct()


def resembled(application: Application, on: date) -> list[Likeness]:
    """Return the removed firms that share something with the applicant (edge case 20), a hint. Rule R-50."""
    given = application.profile
    keys = _indexes(application)
    people = Person.objects.filter(bureau=application.bureau_id, id_index__in=keys)
    own = Marks(
        given.get("legal_person") or "",
        given.get("address") or "",
        given.get("phone") or "",
        frozenset(people.values_list("pk", flat=True)),
    )
    known = known_firm(application)
    key = known.pk if known else 0
    return likenesses(application.bureau, {key: own}, on).get(key, [])


def free_from(entry: Firm | Expert, on: date) -> date | None:
    """Return the day from which who was removed may apply again, where it lies after ``on``. Rule R-26."""
    if entry.status != FirmStatus.REMOVED:
        return None
    day = may_reapply_from(entry.status_since, years=rules_for(bureau=entry.bureau, on=on).value("removal_years"))
    return day if on < day else None


def masked_number(person: ApplicationPerson) -> str:
    """Return the person's ID number with its middle hidden."""
    return masked_id(decrypt(person.id_sealed))


def objections_visible_to(user: User) -> models.QuerySet[Objection]:
    """Return the objections against admissions of the reader's bureau; nobody outside reads who raised them."""
    if not may(user, Capability.READ_ALL):
        return Objection.objects.none()
    return Objection.objects.filter(application__bureau_id=user.bureau_id or 0)


def objections_that_count(application: Application) -> models.QuerySet[Objection]:
    """Return what was raised against the running notice and is not dismissed: it keeps the admission back."""
    rows = application.objections.exclude(outcome=ObjectionOutcome.DISMISSED)
    return rows.filter(raised_on__gte=application.announced_on) if application.announced_on else rows


def confirmations_visible_to(user: User) -> models.QuerySet[Confirmation]:
    """Return the yearly confirmations of the reader's bureau; a firm or an expert sees the own ones."""
    rows = Confirmation.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.filter(_of_own(user))


def renewals_visible_to(user: User) -> models.QuerySet[Renewal]:
    """Return the applications for a further term at the reader's bureau; a firm or an expert sees the own ones."""
    rows = Renewal.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.filter(_of_own(user))


def invitations_visible_to(user: User) -> models.QuerySet[Invitation]:
    """Return the invitations of the reader's bureau to claim an entry."""
    if not may(user, Capability.READ_ALL):
        return Invitation.objects.none()
    return Invitation.objects.filter(bureau_id=user.bureau_id or 0)


def _of_own(user: User) -> Q:
    own = Q(firm__in=firms_visible_to(user))
    return own | Q(expert__in=experts_visible_to(user))


def of_entry(entry: Firm | Expert) -> dict[str, Firm | Expert]:
    """Return the field of an ``OfEntry`` row that names ``entry``."""
    return {"firm" if isinstance(entry, Firm) else "expert": entry}


def kind_of(entry: Firm | Expert) -> ApplicationKind:
    """Return as what ``entry`` stands."""
    return ApplicationKind.FIRM if isinstance(entry, Firm) else ApplicationKind.EXPERT


def checks_visible_to(user: User) -> models.QuerySet[EntryCheck]:
    """Return the answers to checklists of the reader's bureau; a firm or an expert sees the own ones."""
    rows = EntryCheck.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.filter(_of_own(user))


def checks_as_of(rows: models.QuerySet[EntryCheck], day: date) -> models.QuerySet[EntryCheck]:
    """Keep the answers that held on ``day``: of each entry and item the newest that was given by then."""
    same = Q(firm=OuterRef("firm")) | Q(expert=OuterRef("expert"))
    given = EntryCheck.objects.filter(same, code=OuterRef("code"), checked_on__lte=day)
    newest = given.order_by("-checked_on", "-pk").values("pk")[:1]
    return rows.filter(checked_on__lte=day, pk=models.Subquery(newest))


def checks_on(entry: Firm | Expert, day: date) -> dict[str, EntryCheck | AdmissionCheck]:
    """Return by code the answers to the entry's checklist that held on ``day``.

    What a register that was taken over had ticked stands at its firms only, until an item is looked at again.
    """
    found: dict[str, EntryCheck | AdmissionCheck] = {}
    if isinstance(entry, Firm):
        found = {one.code: one for one in entry.admission_checks.filter(checked_on__lte=day)}
    rows = EntryCheck.objects.filter(**of_entry(entry), checked_on__lte=day).order_by("checked_on", "pk")
    return found | {one.code: one for one in rows}


def unmet_items(entry: Firm | Expert, on: date) -> list[str]:
    """Return the items of the entry's checklist that are not met on ``on``, or whose proof has run out by then."""
    known = checks_on(entry, on)
    holds = {code for code, one in known.items() if one.is_met and (one.valid_to is None or on <= one.valid_to)}
    return [code for code in checklist_items(entry.bureau, kind_of(entry), on) if code not in holds]


def _entered(entry: Firm | Expert) -> models.QuerySet[Application]:
    """Return the public notices of an entry that a clerk wrote."""
    rows = Application.objects.filter(**of_entry(entry), applicant__isnull=True)
    return rows.select_related("bureau").order_by("-pk")


def notice_of_entry(entry: Firm | Expert) -> Application | None:
    """Return the public notice of an entry that a clerk wrote, until it is decided."""
    return _entered(entry).filter(status=ApplicationStatus.NOTICE).first()


def entries_with_notice(entries: Sequence[Firm] | Sequence[Expert]) -> set[int]:
    """Return the keys of those entries, all firms or all experts, whose own notice runs or was returned; one query."""
    undecided = Application.objects.filter(
        applicant__isnull=True, status__in=[ApplicationStatus.NOTICE, ApplicationStatus.TO_CORRECT]
    )
    name = "firm" if entries and isinstance(entries[0], Firm) else "expert"
    return set(undecided.filter(**{f"{name}__in": entries}).values_list(f"{name}_id", flat=True))


def returned_notice_of(entry: Firm | Expert) -> Application | None:
    """Return the public notice of such an entry that was returned for correction: the next one follows it."""
    return _entered(entry).filter(status=ApplicationStatus.TO_CORRECT).first()


def employment_of(expert: Expert) -> Employment | None:
    """Return the employment without an end that began last: the one that a yearly confirmation asks about."""
    rows = Employment.objects.filter(person=expert.person_id, kind=EmploymentKind.EMPLOYEE, ended_on__isnull=True)
    return rows.select_related("organisation").order_by("-started_on", "-pk").first()


def facts_of(entry: Firm | Expert) -> dict[str, object]:
    """Return the present facts that a yearly confirmation asks about."""
    if isinstance(entry, Expert):
        job = employment_of(entry)
        return {
            "title": entry.title,
            "level": entry.title_level,
            "employer": job.organisation.name if job else "",
            "employed_since": job.started_on.isoformat() if job else "",
        }
    body = entry.organisation
    return {
        "legal_person": body.legal_person,
        "address": body.address,
        "phone": body.phone,
        "staff_count": entry.staff_count,
    }


def confirmation_of(entry: Firm | Expert, year: int) -> Confirmation | None:
    """Return what the entry's owner confirmed for ``year``."""
    return Confirmation.objects.filter(**of_entry(entry), year=year).first()


def open_renewal_of(entry: Firm | Expert) -> Renewal | None:
    """Return the running application for a further term."""
    return Renewal.objects.filter(**of_entry(entry), status=RenewalStatus.ASKED).first()


def last_renewal_of(entry: Firm | Expert) -> Renewal | None:
    """Return the newest application for a further term, whatever became of it."""
    return Renewal.objects.filter(**of_entry(entry)).order_by("-pk").first()


def to_settle(bureau_id: int) -> tuple[int, int]:
    """Return how many declared changes and how many renewals wait for the bureau."""
    changes = Confirmation.objects.filter(bureau_id=bureau_id, status=ConfirmationStatus.CHANGED).count()
    return changes, Renewal.objects.filter(bureau_id=bureau_id, status=RenewalStatus.ASKED).count()


def unconfirmed_firms(rows: models.QuerySet[Firm], year: int) -> models.QuerySet[Firm]:
    """Keep the firms of the register that have not accepted the undertaking of ``year``. Rule R-41."""
    done = FirmUndertaking.objects.filter(firm=OuterRef("pk"), year=year)
    return rows.filter(~Exists(done), status__in=STANDING)


def unconfirmed_experts(rows: models.QuerySet[Expert], year: int) -> models.QuerySet[Expert]:
    """Keep the experts of the pool who have not accepted the undertaking of ``year``. Rule R-41."""
    done = ExpertUndertaking.objects.filter(expert=OuterRef("pk"), year=year)
    return rows.filter(~Exists(done), status__in=STANDING)


def usable_invitation(secret: str, on: date) -> Invitation | None:
    """Return the invitation that ``secret`` opens on ``on``; None for a used, ended, run out or unknown one."""
    rows = Invitation.objects.filter(digest=digest_of(secret), used_on__isnull=True, ended_on__isnull=True)
    rows = rows.filter(valid_to__gte=on).exclude(Q(firm__status__in=FREE_AGAIN) | Q(expert__status__in=FREE_AGAIN))
    return rows.select_related("bureau", "firm__organisation", "expert__person").first()


def digest_of(secret: str) -> str:
    """Return the hash under which an invitation is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
