"""Applications: who sees which, what is missing, who is known already."""

from datetime import date

from django.db import models

from admissions.enums import ApplicationKind, ApplicationStatus
from admissions.models import Application, ApplicationPerson
from admissions.rules import Gap, Proof, profile_gaps, proof_gaps
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from evaluators.rules import Marks, lead_refusal, may_reapply_from
from evaluators.selectors import Likeness, likenesses
from evaluators.services import UNDERTAKING_TEXT as FIRM_TEXT
from experts.enums import ExpertStatus
from experts.models import Expert
from experts.rules import entry_refusal
from experts.services import UNDERTAKING_TEXT as EXPERT_TEXT
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.core.crypto import blind_indexes, decrypt
from foundation.core.identifiers import id_facts, masked_id
from foundation.rulesets.selectors import rules_for
from parties.models import Person

UNDERTAKINGS = {ApplicationKind.FIRM: FIRM_TEXT, ApplicationKind.EXPERT: EXPERT_TEXT}
FREE_AGAIN = {FirmStatus.REMOVED.value, FirmStatus.LEFT.value, ExpertStatus.REMOVED.value, ExpertStatus.LEFT.value}


def visible_to(user: User) -> models.QuerySet[Application]:
    """Return what was ever handed in to the reader's bureau; an applicant sees his own."""
    rows = Application.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows.filter(submitted_on__isnull=False)
    return rows.filter(applicant=user)


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
    rules = rules_for(bureau=application.bureau, on=on)
    is_firm = application.kind == ApplicationKind.FIRM
    return list(rules.value("firm_admission_items") if is_firm else rules.value("expert_admission_items"))


def gaps(application: Application, on: date) -> list[Gap]:
    """Return everything that keeps the application from being handed in on ``on``."""
    found = profile_gaps(application.kind, application.profile)
    found += _people_gaps(application, on)
    proofs = {row.code: Proof(row.proof_id is not None, row.valid_to) for row in application.items.all()}
    found += proof_gaps(items_of(application, on), proofs, on=on)
    if application.undertaking_version != UNDERTAKINGS[ApplicationKind(application.kind)]:
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
                    certificate_number=person.certificate_number,
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


def free_from(firm: Firm, on: date) -> date | None:
    """Return the day from which a removed firm may apply again, where it lies after ``on``. Rule R-26."""
    if firm.status != FirmStatus.REMOVED:
        return None
    day = may_reapply_from(firm.status_since, years=rules_for(bureau=firm.bureau, on=on).value("removal_years"))
    return day if on < day else None


def masked_number(person: ApplicationPerson) -> str:
    """Return the person's ID number with its middle hidden."""
    return masked_id(decrypt(person.id_sealed))
