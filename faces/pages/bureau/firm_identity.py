"""Sections of a firm's page about people, papers and who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from desk.selectors import leads_with_load
from evaluators.enums import QualificationStatus
from evaluators.selectors import likenesses, marks_of, practitioners_running, with_certificates
from faces.pages.bureau.firm_sections import full_day, hours_text
from faces.pages.bureau.rule_words import marks_words
from faces.pages.shared.as_of import end_then
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from foundation.rulesets.selectors import rules_for
from parties.enums import SUCCESSIONS
from parties.models import Relationship
from parties.selectors import facts_on, name_then, person_name_then
from training.selectors import hours_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from evaluators.models import Branch, Firm
    from foundation.accounts.models import User


def leads(firm: Firm, day: date, user: User, *, edits: bool) -> Section:
    """Return the lead evaluators of ``day``, with certificate, load and hours of then, and the steps about them."""
    found = with_certificates(leads_with_load(user, day, is_past=day < clock.today()).filter(firm=firm), day)
    rows: list[Any] = list(found.annotate(name_then=person_name_then("person", day)).order_by("pk"))
    most = rules_for(bureau=firm.bureau, on=day).value("lead_running_tasks")
    hours = hours_of([one.person_id for one in rows], day.year, until=day)
    lines = []
    for one in rows:
        number, runs_out = one.certificate_then, one.certificate_ends_then
        holds = runs_out is None or runs_out >= day
        paper = Cell(f"{number} {full_day(runs_out) if runs_out else ''}".strip() or "—")
        if not holds:
            paper = Cell(_("run out on %(day)s") % {"day": full_day(runs_out)}, shape="over")
        end = (Act(_("End"), reverse("pages:firm-lead-end", args=[one.pk])),) if edits and not one.ended_on else ()
        lines.append(
            (
                Cell(one.name_then, reverse("pages:person", args=[one.person_id])),
                one.title or "—",
                paper,
                full_day(one.works_since),
                full_day(one.started_on),
                load_cell(one.load, most),
                hours_text(hours.get(one.person_id, 0)),
                Cell("", acts=end),
            )
        )
    headings = (
        _("Name"),
        _("Professional title"),
        _("Certificate"),
        _("At work since"),
        _("Here since"),
        _("Running tasks"),
        _("Hours this year"),
        _("Action"),
    )
    act = Act(_("Enter a lead evaluator"), reverse("pages:firm-lead", args=[firm.number]))
    return Section(
        _("Lead evaluators"),
        grid=Grid(headings, lines, frozenset({5, 6})),
        count=len(lines),
        empty=_("Nobody leads: without a lead evaluator the firm cannot be chosen."),
        acts=(
            *((act,) if edits else ()),
            Act(_("What does not fit together"), reverse("pages:lead-findings")),
        ),
    )


def load_cell(load: int, most: int) -> Cell:
    """Return how many tasks run of how many are allowed. Rule R-10."""
    words = _("%(load)d of %(most)d") % {"load": load, "most": most}
    return Cell(words, shape="over") if load > most else Cell(words)


def staff(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return the other staff of ``day``."""
    rows = list(practitioners_running(firm, day).annotate(name_then=person_name_then("person", day)))
    hours = hours_of([one.person_id for one in rows], day.year, until=day)
    lines = []
    for one in rows:
        end = (Act(_("End"), reverse("pages:firm-staff-end", args=[one.pk])),) if edits and not one.ended_on else ()
        lines.append(
            (
                Cell(one.name_then, reverse("pages:person", args=[one.person_id])),
                one.duty or "—",
                full_day(one.started_on),
                hours_text(hours.get(one.person_id, 0)),
                Cell("", acts=end),
            )
        )
    act = Act(_("Enter one of the staff"), reverse("pages:firm-staff", args=[firm.number]))
    return Section(
        _("Staff"),
        grid=Grid((_("Name"), _("Duty"), _("Here since"), _("Hours this year"), _("Action")), lines, frozenset({3})),
        count=len(lines),
        empty=_("Nobody is recorded."),
        note=_("Nobody works in two firms at once."),
        acts=(act,) if edits else (),
    )


def papers(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return the qualifications and whether they held on ``day``, as far as they were accepted by then."""
    lines = []
    recognised = set(firm.qualifications.recognised_on(day).values_list("pk", flat=True))
    is_past = day < clock.today()
    found: QuerySet[Any] = firm.qualifications.annotate(person_then=person_name_then("lead__person", day))
    for one in found.order_by("name", "-valid_from", "pk"):
        if one.pk not in recognised:
            is_later = one.status == QualificationStatus.ACCEPTED
            if is_past and not is_later:  # which state it had then is not kept
                continue
            state = Cell(_("not accepted yet"), shape="wait") if is_later else Cell("", status=one)
        elif one.valid_from > day:
            state = Cell(_("not yet"), shape="wait")
        elif one.valid_to is None or one.valid_to >= day:
            state = Cell(_("valid"), shape="done")
        else:
            state = Cell(_("run out"), shape="over")
        proof = Cell(_("Scan"), reverse("pages:file", args=[one.proof_id])) if one.proof_id else Cell("—")
        until = full_day(one.valid_to) if one.valid_to else _("no end")
        name = f"{one.name}（{one.person_then}）" if one.lead_id else one.name
        link = Cell(name, reverse("pages:qualification", args=[one.pk]))
        lines.append((link, one.number, one.issuer, full_day(one.valid_from), until, proof, state))
    headings = (
        _("Qualification"), _("Number"), _("Issued by"), _("From"), _("Until"), _("Scan"), _("On this day"),
    )  # fmt: skip
    act = Act(_("Add a qualification"), reverse("pages:firm-qualification", args=[firm.number]))
    return Section(
        _("Qualifications"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("No qualification is recorded."),
        acts=(act,) if edits else (),
    )


def branches(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return the branches opened by ``day``; one without legal personality cannot contract."""
    lines = [
        (
            Cell(one.name, reverse("pages:firm", args=[one.own_firm.number])) if one.own_firm else one.name,
            _("registers itself") if one.has_legal_personality else _("belongs to its head office"),
            one.uscc or "—",
            one.address or "—",
            full_day(one.started_on),
            end_then(one.ended_on, day),
            Cell("", acts=_branch_acts(one) if edits and one.ended_on is None else ()),
        )
        for one in firm.branches.filter(started_on__lte=day).select_related("own_firm").order_by("started_on", "pk")
    ]
    act = Act(_("Add a branch"), reverse("pages:firm-branch", args=[firm.number]))
    return Section(
        _("Branches"),
        grid=Grid((_("Branch"), _("Standing"), _("Code"), _("Address"), _("From"), _("Until"), _("Action")), lines),
        count=len(lines),
        empty=_("No branch is recorded."),
        acts=(act,) if edits else (),
    )


def _branch_acts(row: Branch) -> tuple[Act, ...]:
    return (
        Act(_("Standing"), reverse("pages:firm-branch-standing", args=[row.pk])),
        Act(_("End"), reverse("pages:firm-branch-end", args=[row.pk])),
    )


def identity(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return who the firm is, with the legal representative and the address of ``day``.

    What is kept without days stands here today only.
    """
    body, then = firm.organisation, facts_on(firm.organisation, day)
    act = Act(_("Change legal representative or address"), reverse("pages:firm-facts", args=[firm.number]))
    is_past = day < clock.today()
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (_("Unified social credit code"), body.uscc or body.uscc_absent_reason or "—"),
        (_("Legal representative"), then["legal_person"] or "—"),
        (_("Address"), then["address"] or "—"),
        (_("Founded on"), full_day(body.founded_on)),
    ]
    if not is_past:
        pairs += [
            (_("Kind"), firm.get_kind_display()),
            (_("Form"), body.get_kind_display()),
            (_("Telephone"), body.phone or "—"),
            (_("Staff, as declared"), str(firm.staff_count)),
        ]
    note = _("Kind, form, telephone and declared staff are kept without days: they stand on today’s page only.")
    return Section(_("Who it is"), pairs=pairs, note=note if is_past else "", acts=(act,) if edits else ())


def former_facts(firm: Firm, day: date) -> tuple[Section, ...]:
    """Return the legal representatives and addresses that it had had before ``day``; without any, nothing."""
    rows = firm.organisation.former_facts.filter(until_on__lte=day).order_by("-until_on", "-pk")
    lines = [(one.get_kind_display(), one.value, full_day(one.until_on), one.reason or "—") for one in rows]
    headings = (_("Fact"), _("What it was"), _("Until"), _("Reason"))
    title = _("Former legal representatives and addresses")
    return (Section(title, grid=Grid(headings, lines), count=len(lines)),) if lines else ()


def names(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return the names that the firm had borne before ``day``."""
    rows = firm.organisation.former_names.filter(until_on__lte=day).order_by("-until_on", "-pk")
    lines = [(one.name, full_day(one.until_on)) for one in rows]
    act = Act(_("Enter a new name"), reverse("pages:firm-rename", args=[firm.number]))
    return Section(
        _("Former names"),
        grid=Grid((_("Former name"), _("Until")), lines),
        empty=_("It never had another name here."),
        acts=(act,) if edits else (),
    )


def relations(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return how the firm was related to other bodies by ``day``, from both ends."""
    body = firm.organisation
    rows: QuerySet[Any] = Relationship.objects.filter(Q(subject=body) | Q(other=body), started_on__lte=day)
    rows = rows.annotate(subject_then=name_then("subject", day), other_then=name_then("other", day))
    lines = [
        (
            one.subject_then,
            one.get_kind_display(),
            one.other_then,
            full_day(one.started_on),
            end_then(one.ended_on, day),
            _passed(one),
            one.note or "—",
        )
        for one in rows.order_by("-started_on", "-pk")
    ]
    headings = (_("Who"), _("Relation"), _("To whom"), _("From"), _("Until"), _("What passed"), _("Remark"))
    act = Act(_("Enter a relation"), reverse("pages:firm-relation", args=[firm.number]))
    follow = Act(_("Merger, split or conversion"), reverse("pages:firm-succeed", args=[firm.number]))
    return Section(
        _("Predecessors and relations"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("None is recorded. A firm that was converted or split names its predecessor here."),
        acts=(act, follow) if edits else (),
    )


def _passed(row: Relationship) -> str:
    """Return what passed to the successor; a relation of another kind passes nothing."""
    if row.kind not in SUCCESSIONS:
        return "—"
    found = [
        word for passes, word in ((row.passes_scores, _("scores")), (row.passes_sanctions, _("sanctions"))) if passes
    ]
    return pgettext("between shared facts", ", ").join(found) or _("nothing")


def resemblance(firm: Firm, day: date, *, edits: bool) -> list[Section]:
    """Return the removed firms that ``firm`` resembles; without any, nothing stands there. Rule R-50."""
    found = likenesses(firm.bureau, marks_of([firm]), day).get(firm.pk, [])
    if not found:
        return []
    lines = [
        (
            Cell(one.removed.organisation.name, reverse("pages:firm", args=[one.removed.number])),
            Cell(marks_words(one.marks), shape="warn"),
            Cell("", acts=(_aside(firm, one.removed),) if edits else ()),
        )
        for one in found
    ]
    return [
        Section(
            _("Resembles a removed firm"),
            grid=Grid((_("Firm"), _("What they share"), _("Action")), lines),
            count=len(lines),
            note=_("A hint, no obstacle: look, then decide as you see fit."),
        )
    ]


def _aside(firm: Firm, removed: Firm) -> Act:
    return Act(_("Set aside"), reverse("pages:firm-likeness", args=[firm.number, removed.number]))
