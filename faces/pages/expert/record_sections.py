"""The sections of an expert's own record: each says what held on the day that is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from experts.selectors import recusals_on, term_on, title_on
from faces.pages.shared.as_of import end_then
from faces.pages.shared.entry_words import work_text
from faces.pages.shared.formats import full_day, yuan
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from parties.selectors import masked, name_then, person_name_on, shown_account, spells_visible_to, ties_of
from reviews.selectors import fees_visible_to
from training.selectors import attendances_visible_to

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from experts.models import Expert, SpecialtyAsk
    from foundation.accounts.models import User
    from parties.models import Employment


def spell(first: date, last: date | None) -> str:
    """Return a spell of days in words."""
    return f"{full_day(first)}—{full_day(last) if last else _('today')}"


def spell_then(first: date, last: date | None, day: date) -> str:
    """Return a spell as it was on ``day``: an end that came after a past day is none."""
    still = _("this day") if day < clock.today() else _("today")
    return f"{full_day(first)}—{end_then(last, day, still)}"


def end_words(row: Employment) -> str:
    """Return what was asked about the end of a spell, or with which words it was declined; a dash where nothing was."""
    if row.asked_end_on is not None:
        facts = {"day": full_day(row.asked_end_on)}
        return _("%(day)s; the bureau has not answered yet, until then it counts on") % facts
    return _("declined: %(words)s") % {"words": row.end_answer} if row.end_answer else "—"


def end_acts(row: Employment) -> tuple[Act, ...]:
    """Return the step by which the end of a spell is asked for."""
    if row.asked_end_on is not None:
        return ()
    word = _("Correct the end") if row.ended_on else _("It has ended")
    return (Act(word, reverse("pages:expert-employment-end", args=[row.pk])),)


def specialty_acts() -> tuple[Act, ...]:
    """Return what can be asked about one's own specialties."""
    return (
        Act(_("Ask for a further specialty"), reverse("pages:expert-specialty-ask")),
        Act(_("Ask that a specialty be ended"), reverse("pages:expert-specialty-ask-end")),
    )


def withdraw_ask(row: SpecialtyAsk) -> tuple[Act, ...]:
    """Return the step by which an open ask is taken back."""
    return (Act(_("Take it back"), reverse("pages:expert-specialty-ask-withdraw", args=[row.pk])),)


def employers(expert: Expert, user: User, day: date, *, edits: bool) -> Section:
    """Return where he works and worked; on a past day what had begun by then, without what was asked about its end."""
    is_past = day < clock.today()
    rows: QuerySet[Any] = spells_visible_to(user).filter(person=expert.person)
    if is_past:
        rows = rows.filter(started_on__lte=day)
    lines = [
        (
            one.name_then,
            one.get_kind_display(),
            spell_then(one.started_on, one.ended_on, day),
            one.source or "—",
            *(() if is_past else (end_words(one), Cell("", acts=end_acts(one) if edits else ()))),
        )
        for one in rows.annotate(name_then=name_then("organisation", day)).order_by("-started_on", "-pk")
    ]
    headings = (_("Employer"), _("As what"), _("From—to"), _("Said by"), _("End that I asked for"), _("Action"))
    act = Act(_("Add or correct an employer"), reverse("pages:expert-employment"))
    return Section(
        _("Where I work and worked"),
        grid=Grid(headings[:4] if is_past else headings, lines),
        acts=(act,) if edits else (),
        empty=_("No employer is known. Add the present one; it decides from which reviews you step back."),
    )


def relations(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the near relations that count in draws; on a past day those that had begun by then."""
    rows = ties_of(expert.person)
    if day < clock.today():
        rows = rows.filter(started_on__lte=day)
    lines = [
        (
            person_name_on(tie.second if tie.first_id == expert.person_id else tie.first, day),
            tie.get_kind_display(),
            spell_then(tie.started_on, tie.ended_on, day),
        )
        for tie in rows
    ]
    act = Act(_("Enter a near relation"), reverse("pages:expert-kin"))
    return Section(
        _("Near relations"),
        grid=Grid((_("Name"), _("Relation"), _("From—to")), lines),
        acts=(act,) if edits else (),
        empty=_("None is known. Enter who works for, owns or heads a unit or a firm of the register."),
    )


def absences(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the days on which he is not free; of a past day those that had begun."""
    rows = expert.unavailabilities.order_by("-started_on")
    if day < clock.today():  # when later ones were told is not kept
        rows = rows.filter(started_on__lte=day)
    lines = [(spell(one.started_on, one.ended_on), one.words) for one in rows]
    return Section(
        _("Days on which I am not free"),
        grid=Grid((_("From—to"), _("Remark")), lines),
        acts=(Act(_("Add days"), reverse("pages:expert-absence")),) if edits else (),
        empty=_("You count as free on every day."),
    )


def training(user: User, day: date) -> Section:
    """Return the training attended by ``day``."""
    rows = attendances_visible_to(user).filter(session__held_on__lte=day).select_related("session__course")
    lines = [
        (one.session.course.title, full_day(one.session.held_on), f"{one.hours_tenths / 10:g}")
        for one in rows.order_by("-session__held_on", "-pk")
    ]
    return Section(
        _("Training"),
        grid=Grid((_("Course"), _("Day"), _("Hours")), lines, frozenset({2})),
        empty=_("No training is recorded yet."),
    )


def fees(user: User, day: date) -> Section:
    """Return the fees paid by ``day``."""
    rows = fees_visible_to(user).filter(sheet__paid_on__lte=day).select_related("sheet__re_review")
    lines = [(one.sheet.re_review.number, yuan(one.net_cents), yuan(one.tax_cents)) for one in rows.order_by("-pk")]
    return Section(
        _("Fees paid"),
        grid=Grid((_("Review"), _("After tax, 元"), _("Tax, 元")), lines, frozenset({1, 2})),
        empty=_("No fee has been paid yet."),
    )


def in_pool(expert: Expert, day: date) -> Section:
    """Return how he stands in the pool; what is kept without days stands there today only."""
    is_past = day < clock.today()
    done = expert.undertakings.filter(year=day.year, accepted_on__lte=day).exists()
    missing = _("not accepted") if is_past else _("not yet accepted: without it you are not drawn")
    recusals: QuerySet[Any] = recusals_on([expert.pk], day).annotate(name_then=name_then("organisation", day))
    today_only: tuple[tuple[StrOrPromise, object], ...] = (
        (_("Telephone"), masked(expert.person)[1] or "—"),
        (_("E-mail"), expert.person.email or "—"),
        (_("Bank account"), shown_account(expert.person) or "—"),
    )
    pairs = (
        (_("Number"), expert.number),
        (pgettext("of a person", "Title"), title_on(expert, day)[0]),
        (_("At work since"), work_text(expert, day)),
        (_("Term ends on"), full_day(term_on(expert, day))),
        (_("Undertaking of %(year)s") % {"year": day.year}, _("accepted") if done else missing),
        *(() if is_past else today_only),
        (_("Always steps back from"), "、".join(one.name_then for one in recusals.order_by("pk")) or "—"),
    )
    note = _("Telephone, e-mail and bank account are kept without days: they stand on today’s page only.")
    return Section(_("In the pool"), pairs=pairs, note=note if is_past else "")
