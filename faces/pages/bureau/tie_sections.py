"""Sections about who is tied to whom: posts and pool entries of one person, near relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluators.models import LeadEvaluator, Practitioner
from evaluators.selectors import leads_running, practitioners_running
from experts.enums import ExpertStatus
from experts.models import Expert
from experts.selectors import as_of
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.as_of import end_then
from faces.pages.shared.contact_words import duty_word
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from parties.models import Contact
from parties.selectors import contacts_on, name_then, person_name_on, shown_phone, ties_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm
    from parties.models import Employment, Person


def pool_experts(firm: Firm, day: date) -> Section:
    """Return who of the firm's people is in the expert pool, too: never drawn, as long as he is with a firm."""
    rows: list[LeadEvaluator | Practitioner] = [*leads_running(firm, day), *practitioners_running(firm, day)]
    persons = {row.person_id for row in rows}
    experts: QuerySet[Any] = as_of(Expert.objects.filter(person__in=persons), day)
    lines = [
        (
            Cell(one.person_name_then, reverse("pages:person", args=[one.person_id])),
            Cell(one.number, reverse("pages:expert", args=[one.number])),
            Cell("", status=ExpertStatus(one.status_then)),
        )
        for one in experts.order_by("number")
    ]
    return Section(
        _("In the expert pool, too"),
        grid=Grid((_("Name"), _("Number"), _("State")), lines),
        count=len(lines),
        empty=_("None of its people is in the expert pool."),
        note=_("Who is with a registered firm is in no draw of experts (R-07).") if lines else "",
    )


def contacts(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return who is called at the firm on ``day``."""
    rows = contacts_on(Contact.objects.filter(organisation=firm.organisation_id), day).order_by("duty", "pk")
    lines = [
        (
            one.name,
            duty_word(one),
            shown_phone(one),
            full_day(one.started_on),
            Cell("", acts=(Act(_("Reveal"), reverse("pages:contact-reveal", args=[one.pk])),) if edits else ()),
        )
        for one in rows
    ]
    act = Act(_("Name a contact"), reverse("pages:firm-contact", args=[firm.number]))
    return Section(
        _("Contacts"),
        grid=Grid((_("Name"), _("Duty"), _("Phone"), _("Since"), _("Action")), lines),
        count=len(lines),
        empty=_("Nobody is named yet. Letters and reminders need a contact."),
        acts=(act,) if edits else (),
    )


def posts(person: Person, day: date) -> Section:
    """Return the posts of a person in firms of the register that had begun by ``day``."""
    lines = [
        (
            word,
            Cell(one.firm_then, reverse("pages:firm", args=[one.firm.number])),
            full_day(one.started_on),
            end_then(one.ended_on, day, _("this day")),
        )
        for word, one in posts_of(person, day)
    ]
    return Section(
        _("Posts in firms of the register"),
        grid=Grid((_("Role"), _("Firm"), _("From"), _("Until")), lines),
        count=len(lines),
        empty=_("None."),
        note=_("While a post runs this person is in no draw of experts (R-07).") if lines else "",
    )


def posts_of(person: Person, day: date) -> Iterator[tuple[StrOrPromise, Any]]:
    """Yield (word, post) for each post in a firm that had begun by ``day``; ``firm_then`` is the firm's name then."""
    for model, word in ((LeadEvaluator, _("lead evaluator")), (Practitioner, _("staff"))):
        rows = model._default_manager.filter(person=person, started_on__lte=day).select_related("firm")
        for one in rows.annotate(firm_then=name_then("firm__organisation", day)).order_by("pk"):
            yield word, one


def spells(person: Person, day: date, *, edits: bool) -> Section:
    """Return where a person works and worked and what he owns, advises or heads, each with its end to be written.

    Of a past day: what had begun, under the names of then.
    """
    rows: QuerySet[Any] = person.employments.annotate(body_then=name_then("organisation", day))
    if day < clock.today():
        rows = rows.filter(started_on__lte=day)
    lines = [
        (
            one.body_then,
            one.get_kind_display(),
            one.title or "—",
            full_day(one.started_on),
            _spell_end(one, day),
            one.source or "—",
            Cell("", acts=_spell_acts(one) if edits else ()),
        )
        for one in rows.order_by("-started_on", "-pk")
    ]
    headings = (_("Employer"), _("Kind"), _("Position"), _("From"), _("Until"), _("Said by"), _("Action"))
    act = Act(_("Enter an employer or another tie"), reverse("pages:person-spell", args=[person.pk]))
    return Section(
        _("Employment"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("No employer is known."),
        acts=(act,) if edits else (),
    )


def _spell_end(spell: Employment, day: date) -> str:
    is_past = day < clock.today()
    end = end_then(spell.ended_on, day, _("this day") if is_past else _("today"))
    if is_past or spell.asked_end_on is None:
        return end
    return _("%(end)s (he asks for %(day)s)") % {"end": end, "day": full_day(spell.asked_end_on)}


def _spell_acts(spell: Employment) -> tuple[Act, ...]:
    if spell.asked_end_on is not None:
        return (
            Act(_("Accept the end"), reverse("pages:spell-end-accept", args=[spell.pk])),
            Act(_("Decline"), reverse("pages:spell-end-decline", args=[spell.pk])),
        )
    word = _("Correct the end") if spell.ended_on else _("End")
    return (Act(word, reverse("pages:spell-end", args=[spell.pk])),)


def near_relations(person: Person, day: date, *, edits: bool) -> Section:
    """Return the near relations that had begun by ``day``, dated, and who said so."""
    lines = []
    for tie in ties_of(person).filter(started_on__lte=day):
        other = tie.second if tie.first_id == person.pk else tie.first
        end = (Act(_("End"), reverse("pages:tie-end", args=[tie.pk])),) if edits and not tie.ended_on else ()
        lines.append(
            (
                Cell(person_name_on(other, day), reverse("pages:person", args=[other.pk])),
                tie.get_kind_display(),
                full_day(tie.started_on),
                end_then(tie.ended_on, day, _("this day")),
                tie.source or "—",
                Cell("", acts=end),
            )
        )
    act = Act(_("Enter a near relation"), reverse("pages:person-tie", args=[person.pk]))
    return Section(
        _("Near relations"),
        grid=Grid((_("Name"), _("Relation"), _("From"), _("Until"), _("Said by"), _("Action")), lines),
        count=len(lines),
        empty=_("None is known."),
        note=_("What a near relation works for, owns or heads counts in the draws of experts (R-07).") if lines else "",
        acts=(act,) if edits else (),
    )
