"""Keeping the pool: experts, their standing, specialties, recusals, free days and undertakings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.rules import may_reapply_from, renewable_from, renewed_until
from experts.enums import ExpertAction, ExpertSource, ExpertStatus, TitleLevel
from experts.models import (
    Expert,
    ExpertSpecialty,
    ExpertStanding,
    ExpertTerm,
    ExpertUndertaking,
    StandingRecusal,
    Unavailability,
)
from experts.rules import age_refusal, entry_refusal, lifting_needs, suspended_until
from experts.selectors import recusals_on
from experts.transitions import TRANSITIONS
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record, record_each
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.dates import years_after
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.papers.services import next_number
from foundation.rulesets.selectors import rules_for, wording_on
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal
from parties.enums import OrganisationKind
from parties.models import Employment, Organisation, Person
from parties.rules import same_name
from parties.selectors import memberships_of
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    PersonDraft,
    record_employments,
    register_organisations,
    register_persons,
)

UNDERTAKING_TEXT = "2020-1"
UNDERTAKING = "EXPERT_UNDERTAKING"
WORDS = {
    "expert_too_new": gettext_lazy("An intermediate title needs eight years of work."),
    "expert_too_old": gettext_lazy("The age limit of the pool is reached."),
}


class ExpertRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The expert cannot be written or moved."""


@dataclass(frozen=True, slots=True)
class ExpertDraft:
    """A person's role as expert; ``number`` empty: the next one is given. The first node is the main specialty."""

    person: Person
    title: str
    title_level: TitleLevel
    nodes: Sequence[Node] = field(default_factory=tuple)
    works_since: date | None = None
    source: ExpertSource = ExpertSource.OWN
    is_civil_servant: bool = False
    number: str = ""
    guest_for: str = ""


@transaction.atomic
def register_experts(*, bureau: Bureau, drafts: Sequence[ExpertDraft], by: User, on: date) -> list[Expert]:
    """Write experts as applicants, in the order of ``drafts``; a known one gets his new title and specialties.

    Raise ``ExpertRefused`` for who may not enter (R-14), and for a specialty that has ended and was not his before;
    guests are asked for one task and enter without the rule.
    """
    require(by, Capability.REGISTER)
    rules = rules_for(bureau=bureau, on=on)
    for draft in drafts:
        refusal = entry_refusal(
            level=draft.title_level,
            works_since=draft.works_since,
            born_on=draft.person.born_on,
            on=on,
            years=rules.value("expert_work_years"),
            age=rules.value("expert_age_limit"),
            source=rules.source("expert_work_years"),
        )
        if refusal and draft.source != ExpertSource.GUEST:
            raise ExpertRefused(replace(refusal, message=f"{draft.person.name}: {WORDS[refusal.code]}"))
    rows = Expert.objects.select_for_update().filter(person_id__in=[draft.person.pk for draft in drafts])
    known = {row.person_id: row for row in rows}
    _refuse_ended_nodes(drafts, known)
    made, changed, result = [], [], []
    for draft in drafts:
        row = known.get(draft.person.pk)
        if row is None:
            number = draft.number or f"专家{next_number(bureau=bureau, kind='EXPERT', year=on.year):04d}"
            row = Expert(bureau=bureau, person=draft.person, number=number, status_since=on, source=draft.source)
            known[draft.person.pk] = row
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.title, row.title_level = draft.title, draft.title_level
        row.is_civil_servant, row.guest_for = draft.is_civil_servant, draft.guest_for
        result.append(row)
    Expert.objects.bulk_create(made)
    fields = ["title", "title_level", "is_civil_servant", "guest_for"]
    Expert.objects.bulk_update(changed, fields, batch_size=500)
    ExpertStanding.objects.bulk_create([ExpertStanding(expert=r, status=r.status, started_on=on) for r in made])
    _write_specialties(drafts, result)
    facts = {"created": len(made), "updated": len(changed), "on": on}
    record(actor=by, action="experts.registered", subject=bureau, facts=facts)
    return result


@transaction.atomic
def register_expert(
    *,
    bureau: Bureau,
    person: PersonDraft,
    title: str,
    level: TitleLevel,
    works_since: date | None,
    nodes: Sequence[Node],
    employer: str,
    employed_since: date | None,
    by: User,
    on: date,
) -> Expert:
    """Write one applicant with his person and his present employer.

    Raise ``ExpertRefused`` as ``register_experts``, and with the known row's facts for a person who is an expert.
    """
    require(by, Capability.REGISTER)
    human = register_persons(bureau=bureau, drafts=[person], by=by, on=on)[0]
    known = Expert.objects.filter(person=human).first()
    if known is not None:
        message = _("%(name)s is in the pool already: number %(number)s, %(state)s since %(day)s.") % {
            "name": human.name,
            "number": known.number,
            "state": known.get_status_display(),
            "day": known.status_since.isoformat(),
        }
        facts = {"field": "id_number", "expert": known.pk, "number": known.number}
        raise ExpertRefused(Refusal("expert_known", message, facts))
    draft = ExpertDraft(person=human, title=title, title_level=level, works_since=works_since, nodes=tuple(nodes))
    row = register_experts(bureau=bureau, drafts=[draft], by=by, on=on)[0]
    if employer.strip():
        declare_employment(expert=row, employer=employer, title=title, started_on=employed_since or on, by=by, on=on)
    return row


@transaction.atomic
def declare_employment(
    *,
    expert: Expert,
    employer: str,
    title: str,
    started_on: date,
    by: User,
    on: date,
    ended_on: date | None = None,
) -> Employment:
    """Write where the expert works or worked; he himself or a clerk may say so, and the row says who did.

    Raise ``ExpertRefused`` for a spell that begins after ``on`` or without an employer's name.
    """
    is_own = _own_or_clerk(expert, by)
    if not employer.strip():
        raise ExpertRefused(Refusal("employer_missing", _("Name the employer."), {"field": "employer"}))
    if started_on > on:
        message = _("The first day lies in the future.")
        raise ExpertRefused(Refusal("begins_later", message, {"field": "started_on"}))
    body = body_by_name(bureau=expert.bureau, name=employer, by=by, on=on)
    source = "本人申报" if is_own else "经办登记"
    draft = EmploymentDraft(expert.person, body, started_on, ended_on, title=title, source=source)
    row = record_employments(drafts=[draft], by=by, on=on)[0]
    record(actor=by, action="experts.employment_declared", subject=expert, facts={"organisation": body.pk, "on": on})
    return row


def body_by_name(*, bureau: Bureau, name: str, by: User, on: date) -> Organisation:
    """Return the organisation of that name; an unknown one is written without a code, and says why it has none."""
    wanted = name.strip()
    spellings = {wanted, same_name(wanted), wanted.replace("(", "（").replace(")", "）")}
    found = Organisation.objects.filter(bureau=bureau, name__in=spellings).order_by("uscc", "pk").first()
    if found is not None:
        return found
    draft = OrganisationDraft(wanted, OrganisationKind.OTHER, uscc_absent_reason="仅由人员申报，代码待补")
    return register_organisations(bureau=bureau, drafts=[draft], by=by, on=on)[0]


def _refuse_ended_nodes(drafts: Sequence[ExpertDraft], known: Mapping[int, Expert]) -> None:
    """Raise ``ExpertRefused`` for an ended specialty that is chosen anew; whoever has it keeps it (edge case 55)."""
    chosen = [(known.get(draft.person.pk), node) for draft in drafts for node in draft.nodes if node.retired_on]
    if not chosen:
        return
    rows = ExpertSpecialty.objects.filter(expert__in=[row.pk for row, _node in chosen if row])
    held = set(rows.values_list("expert_id", "node_id"))
    anew = [node for row, node in chosen if row is None or (row.pk, node.pk) not in held]
    if refusal := retired_refusal(anew):
        raise ExpertRefused(refusal)


def _write_specialties(drafts: Sequence[ExpertDraft], rows: Sequence[Expert]) -> None:
    specialties = [
        ExpertSpecialty(expert=row, node=node, is_main=index == 0)
        for draft, row in zip(drafts, rows, strict=True)
        for index, node in enumerate(draft.nodes)
    ]
    ExpertSpecialty.objects.bulk_create(
        specialties, update_conflicts=True, unique_fields=["expert", "node"], update_fields=["is_main"]
    )


@transaction.atomic
def move_experts(
    *, experts: Sequence[Expert], action: ExpertAction, by: User, on: date, reason: str = ""
) -> list[Expert]:
    """Change the standing of experts from ``on``; raise ``TransitionRefused`` for the first that cannot.

    Who keeps the pool; an expert himself may only leave it. A removed expert may apply again after his years (R-26).
    """
    _require_mover(experts, action, by)
    if action in {ExpertAction.SUSPEND, ExpertAction.REMOVE, ExpertAction.RETURN} and not reason.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    rows = list(
        Expert.objects.select_for_update(of=("self",))
        .select_related("bureau", "person")
        .filter(pk__in=[expert.pk for expert in experts])
        .order_by("pk")
    )
    years: dict[int, int] = {}
    for row in rows:
        after = TRANSITIONS.get((ExpertStatus(row.status), action))
        if after is None:
            message = _("%(name)s is in the state “%(state)s”; this step does not follow.") % {
                "name": row.person.name,
                "state": row.get_status_display(),
            }
            raise TransitionRefused(noun="expert", status=row.status, action=action, message=message)
        if action == ExpertAction.REAPPLY and row.status == ExpertStatus.REMOVED:
            _refuse_too_early(row, on)
        if action == ExpertAction.ADMIT:
            if row.bureau_id not in years:
                years[row.bureau_id] = rules_for(bureau=row.bureau, on=on).value("register_term_years")
            row.admitted_on, row.term_ends_on = on, years_after(on, years[row.bureau_id])
        row.status, row.status_since = after, on
    fields = ["status", "status_since", "admitted_on", "term_ends_on"]
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:  # many move together: one statement for all who stand alike, where a CASE for each would cost
        alike[tuple(getattr(row, name) for name in fields)].append(row.pk)
    for values, keys in alike.items():
        Expert.objects.filter(pk__in=keys).update(**dict(zip(fields, values, strict=True)))
    spells = ExpertStanding.objects.filter(expert__in=rows)
    spells.filter(started_on__gt=on).update(ended_on=F("started_on"))  # a return that was foreseen does not come now
    spells.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on).update(ended_on=on)
    ExpertStanding.objects.bulk_create(
        [ExpertStanding(expert=row, status=row.status, started_on=on, reason=reason[:300]) for row in rows]
    )
    if action == ExpertAction.ADMIT:
        _give_terms(rows, on=on)
    facts = [(row, {"action": action, "status": row.status, "reason": reason, "on": on}) for row in rows]
    record_each(actor=by, action="experts.moved", acts=facts)
    return rows


def _give_terms(rows: Sequence[Expert], *, on: date) -> None:
    """Keep each expert's term as it is from ``on``: past days answer with the term that held then."""
    ExpertTerm.objects.bulk_create(
        [ExpertTerm(expert=row, decided_on=on, ends_on=row.term_ends_on) for row in rows if row.term_ends_on]
    )


def _refuse_too_early(row: Expert, on: date) -> None:
    """Raise ``ExpertRefused`` before the first day on which a removed expert may apply again. Rule R-26."""
    rules = rules_for(bureau=row.bureau, on=on)
    free_on = may_reapply_from(row.status_since, years=rules.value("removal_years"))
    if on < free_on:
        message = _("A removed expert may apply again from %(day)s.") % {"day": free_on.isoformat()}
        facts = {"free_on": free_on.isoformat()}
        raise ExpertRefused(Refusal("removed_too_recently", message, facts, rules.source("removal_years")))


@transaction.atomic
def renew_expert(*, expert: Expert, by: User, on: date) -> Expert:
    """Renew the term of an expert of the pool. Rule R-13.

    Raise ``ExpertRefused`` outside the window before its end, at the age limit (R-14), and for who has not accepted
    this year's undertaking: that is the yearly confirmation (R-41).
    """
    require(by, Capability.REGISTER)
    row = Expert.objects.select_for_update(of=("self",)).select_related("bureau", "person").get(pk=expert.pk)
    rules = rules_for(bureau=row.bureau, on=on)
    if row.status != ExpertStatus.ACTIVE or row.term_ends_on is None:
        raise ExpertRefused(Refusal("not_in_register", _("Only who stands in the register can be renewed.")))
    opens_on = renewable_from(row.term_ends_on, days=rules.value("renewal_window_days"))
    if on < opens_on:
        message = _("The term can be renewed from %(day)s.") % {"day": opens_on.isoformat()}
        raise ExpertRefused(Refusal("renewal_too_early", message, {"free_on": opens_on.isoformat()}))
    age, source = rules.value("expert_age_limit"), rules.source("expert_age_limit")
    if refusal := age_refusal(born_on=row.person.born_on, on=on, age=age, source=source):
        raise ExpertRefused(replace(refusal, message=str(WORDS[refusal.code])))
    if not row.undertakings.filter(year=on.year).exists():
        message = _("The undertaking of %(year)s is not accepted yet.") % {"year": on.year}
        raise ExpertRefused(Refusal("not_confirmed", message, {"year": on.year}))
    before = row.term_ends_on
    row.term_ends_on = renewed_until(before, on=on, years=rules.value("register_term_years"))
    row.save(update_fields=["term_ends_on"])
    _give_terms([row], on=on)
    facts = {"before": before, "after": row.term_ends_on, "on": on}
    record(actor=by, action="experts.renewed", subject=row, facts=facts)
    return row


@transaction.atomic
def suspend_expert(*, expert: Expert, months: int, reason: str, by: User, on: date) -> Expert:
    """Suspend an expert for one of the rule's spells; a short one ends by itself, longer ones by application (R-57).

    Of two suspensions the later end counts. Raise ``ExpertRefused`` for another length (R-27), ``TransitionRefused``
    for who is neither in the pool nor suspended.
    """
    rules = rules_for(bureau=expert.bureau, on=on)
    if months not in (allowed := list(rules.value("expert_suspension_months"))):
        message = _("A suspension lasts one of: %(months)s months.") % {"months": "、".join(map(str, allowed))}
        source = rules.source("expert_suspension_months")
        raise ExpertRefused(Refusal("months_out_of_range", message, {"field": "months"}, source))
    spells = ExpertStanding.objects.filter(expert=expert, status=ExpertStatus.SUSPENDED).on(on)
    before = spells.order_by("-started_on", "-pk").first()
    row = before.expert if before else None
    if row is None or row.status != ExpertStatus.SUSPENDED:
        row = move_experts(experts=[expert], action=ExpertAction.SUSPEND, by=by, on=on, reason=reason)[0]
        before = None
    until = suspended_until(on, months=months)
    asks, _test = lifting_needs(
        months, application_from=rules.value("lifting_application_months"), test_from=rules.value("lifting_test_months")
    )
    has_open_end = asks or (before is not None and before.ended_on is None)
    ends = [until, *([before.ended_on] if before and before.ended_on else [])]
    foresee_return(expert=row, day=None if has_open_end else max(ends), by=by, on=on)
    record(actor=by, action="experts.suspended", subject=row, facts={"months": months, "until": until, "on": on})
    return row


@transaction.atomic
def foresee_return(*, expert: Expert, day: date | None, by: User, on: date) -> None:
    """Write on which day a suspended expert stands in the pool again; None takes a foreseen return back."""
    require(by, Capability.REGISTER)
    spells = ExpertStanding.objects.select_for_update(of=("self",)).filter(expert=expert)
    spells.filter(started_on__gt=on).update(ended_on=F("started_on"))
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    spells.filter(running, status=ExpertStatus.SUSPENDED, started_on__lte=on).update(ended_on=day)
    if day is not None:
        reason = _("The suspension ended by itself.")
        ExpertStanding.objects.create(expert=expert, status=ExpertStatus.ACTIVE, started_on=day, reason=reason)
    record(actor=by, action="experts.return_foreseen", subject=expert, facts={"day": day, "on": on})


@transaction.atomic
def end_due_suspensions(*, on: date) -> int:
    """Bring today's state of experts in line with suspensions that ended by ``on``; return how many. Run daily."""
    count = 0
    back = ExpertStanding.objects.on(on).filter(status=ExpertStatus.ACTIVE, expert__status=ExpertStatus.SUSPENDED)
    for spell in back.select_related("expert__bureau").order_by("pk"):
        row = spell.expert
        row.status, row.status_since = ExpertStatus.ACTIVE, spell.started_on
        row.save(update_fields=["status", "status_since"])
        record(actor="system", action="experts.suspension_ended", subject=row, facts={"on": on})
        count += 1
    return count


@transaction.atomic
def add_recusal(*, expert: Expert, organisation: Organisation, reason: str, by: User, on: date) -> StandingRecusal:
    """Write that the expert always steps back from an organisation; the expert himself or a clerk may say so."""
    _own_or_clerk(expert, by)
    if not reason.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    row = StandingRecusal.objects.create(expert=expert, organisation=organisation, reason=reason, started_on=on)
    record(actor=by, action="experts.recusal_added", subject=expert, facts={"organisation": organisation.pk, "on": on})
    return row


@transaction.atomic
def recuse_from(*, expert: Expert, body: str, reason: str, by: User, on: date) -> StandingRecusal:
    """Write a standing recusal from the organisation of that name; an unknown one is written, too."""
    _own_or_clerk(expert, by)
    if not body.strip():
        raise ExpertRefused(Refusal("body_missing", _("Name the organisation."), {"field": "body"}))
    organisation = body_by_name(bureau=expert.bureau, name=body, by=by, on=on)
    if recusals_on([expert.pk], on).filter(organisation=organisation).exists():
        message = _("This recusal stands already.")
        raise ExpertRefused(Refusal("recusal_stands", message, {"field": "body"}))
    return add_recusal(expert=expert, organisation=organisation, reason=reason, by=by, on=on)


@transaction.atomic
def end_recusal(*, recusal: StandingRecusal, by: User, on: date) -> StandingRecusal:
    """End a standing recusal on ``on``; only who keeps the pool may, so that nobody opens a way for himself."""
    require(by, Capability.REGISTER)
    recusal = StandingRecusal.objects.select_for_update(of=("self",)).select_related("expert").get(pk=recusal.pk)
    if recusal.ended_on is not None:
        raise ExpertRefused(Refusal("recusal_ended", _("This recusal has ended already.")))
    recusal.ended_on = on
    recusal.save(update_fields=["ended_on"])
    facts = {"organisation": recusal.organisation_id, "on": on}
    record(actor=by, action="experts.recusal_ended", subject=recusal.expert, facts=facts)
    return recusal


@transaction.atomic
def add_unavailability(
    *, expert: Expert, started_on: date, ended_on: date, words: str, by: User, on: date
) -> Unavailability:
    """Write days on which the expert is not free, both ends included."""
    _own_or_clerk(expert, by)
    if ended_on < started_on:
        message = _("The last day lies before the first.")
        raise ExpertRefused(Refusal("ends_before_start", message, {"field": "ended_on"}))
    row = Unavailability.objects.create(expert=expert, started_on=started_on, ended_on=ended_on, words=words)
    facts = {"from": started_on, "until": ended_on, "on": on}
    record(actor=by, action="experts.unavailable", subject=expert, facts=facts)
    return row


@transaction.atomic
def accept_undertakings(
    *, experts: Sequence[Expert], year: int, by: User, on: date, at: datetime | None = None
) -> None:
    """Write that experts accepted the undertaking (承诺书) of ``year`` in the text in force on ``on``. Rule R-41.

    Accepting again changes nothing: version, day and moment (``at``, now unless told) stay those of the first time.
    """
    if not may(by, Capability.REGISTER):
        for expert in experts:
            _own_or_clerk(expert, by)
    bureaus = {expert.bureau_id: expert.bureau for expert in experts}
    versions = {pk: undertaking_version(bureau, on=on) for pk, bureau in bureaus.items()}
    rows = [
        ExpertUndertaking(
            expert=expert,
            year=year,
            text_version=versions[expert.bureau_id],
            accepted_on=on,
            accepted_at=at or clock.now(),
        )
        for expert in experts
    ]
    ExpertUndertaking.objects.bulk_create(rows, ignore_conflicts=True)
    for expert in experts:
        record(actor=by, action="experts.undertaking_accepted", subject=expert, facts={"year": year, "on": on})


def undertaking_version(bureau: Bureau, *, on: date) -> str:
    """Return the version of the undertaking that experts of ``bureau`` accept on ``on``: the shipped or its own."""
    own = wording_on(bureau=bureau, code=UNDERTAKING, on=on)
    return own.version if own else UNDERTAKING_TEXT


@transaction.atomic
def change_title(*, expert: Expert, title: str, level: TitleLevel, by: User, on: date) -> Expert:
    """Write an expert's new professional title and its level; who keeps the pool has seen the proof."""
    require(by, Capability.REGISTER)
    row = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if not title.strip():
        raise ExpertRefused(Refusal("title_missing", _("Name the title."), {"field": "title"}))
    facts = {"before": [row.title, row.title_level], "after": [title.strip(), level], "on": on}
    row.title, row.title_level = title.strip()[:60], level
    row.save(update_fields=["title", "title_level"])
    record(actor=by, action="experts.title_changed", subject=row, facts=facts)
    return row


def _require_mover(experts: Sequence[Expert], action: ExpertAction, by: User) -> None:
    if action != ExpertAction.LEAVE:
        require(by, Capability.REGISTER)
        return
    for expert in experts:
        _own_or_clerk(expert, by)


def _own_or_clerk(expert: Expert, by: User) -> bool:
    """Return whether ``by`` is the expert himself; raise ``NotAllowed`` for who is neither he nor keeps the pool."""
    is_own = memberships_of(by).filter(person_id=expert.person_id).exists()
    if not is_own and not (by.bureau_id == expert.bureau_id and may(by, Capability.REGISTER)):
        raise NotAllowed
    return is_own
