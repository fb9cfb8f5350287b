"""The steps that a firm and an expert take about their own entry: confirm the year, apply for a further term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.enums import ConfirmationStatus
from admissions.selectors import STANDING, confirmation_of, facts_of, open_renewal_of, undertaking_version
from admissions.services import ask_renewal, confirm_year, withdraw_renewal
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from evaluators.selectors import is_renewable
from experts.enums import TitleLevel
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.application_words import FACTS, day_or_dash, undertaking_lines
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.sections import Act

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from admissions.models import Renewal
    from experts.models import Expert


ENTER_YEAR = gettext_lazy("Enter the year’s confirmation from paper")


def yearly_acts(entry: Firm | Expert, day: date, *, pages: str) -> tuple[Act, ...]:
    """Return what an entry's owner can do about its year and its term on ``day``; ``pages`` is firm or expert."""
    acts = []
    if is_unconfirmed(entry, day):
        acts.append(Act(_("Confirm this year"), reverse(f"pages:{pages}-undertaking")))
    is_asked = open_renewal_of(entry) is not None
    if not is_asked and entry.status == FirmStatus.ACTIVE and is_renewable(entry.bureau, entry.term_ends_on, day):
        acts.append(Act(_("Apply for a further term"), reverse(f"pages:{pages}-renewal-ask")))
    return tuple(acts)


def is_unconfirmed(entry: Firm | Expert, day: date) -> bool:
    """Return whether the year of ``day`` is still to be confirmed, or to be confirmed again."""
    known = confirmation_of(entry, day.year)
    is_open = known is not None and known.status == ConfirmationStatus.DECLINED
    return is_open or not entry.undertakings.filter(year=day.year).exists()


def paper_acts(entry: Firm | Expert, on: date, *, edits: bool) -> tuple[Act, ...]:
    """Return the step that enters the paper of the year of ``on``, while it is missing."""
    if not edits or entry.status not in STANDING or not is_unconfirmed(entry, on):
        return ()
    page = "pages:firm-year" if isinstance(entry, Firm) else "pages:expert-year"
    return (Act(ENTER_YEAR, reverse(page, args=[entry.number])),)


def withdraw_acts(entry: Firm | Expert, *, pages: str) -> tuple[Act, ...]:
    """Return the step that takes a running application for a further term back."""
    if open_renewal_of(entry) is None:
        return ()
    return (Act(_("Withdraw"), reverse(f"pages:{pages}-renewal-withdraw")),)


class FirmFactsForm(ActionForm):
    """What may have changed since last year; a field left empty stays as it is."""

    legal_person = forms.CharField(label=FACTS["legal_person"], max_length=60, required=False)
    address = forms.CharField(label=FACTS["address"], max_length=200, required=False)
    phone = forms.CharField(label=FACTS["phone"], max_length=40, required=False)
    staff_count = forms.IntegerField(label=FACTS["staff_count"], min_value=0, max_value=100_000, required=False)


class ExpertFactsForm(ActionForm):
    """What may have changed since last year; a field left empty stays as it is."""

    title = forms.CharField(label=FACTS["title"], max_length=60, required=False)
    level = forms.ChoiceField(label=FACTS["level"], choices=[("", "—"), *TitleLevel.choices], required=False)
    employer = forms.CharField(
        label=FACTS["employer"],
        max_length=120,
        required=False,
        help_text=gettext_lazy("Confirm it, or name the new one with its first day: the one before ends on that day."),
    )
    employed_since = forms.DateField(label=FACTS["employed_since"], required=False, widget=day())


class EntryStep(FormPage):
    """Something about the reader's own entry; afterwards back to its record."""

    record: ClassVar[str] = ""

    @property
    def entry(self) -> Firm | Expert:
        """The reader's own entry; 404 for who has none."""
        raise NotImplementedError

    def own(self, found: Firm | Expert | None) -> Firm | Expert:
        """Return what was found, or answer 404."""
        if found is None:
            raise Http404
        return found

    def get_success_url(self) -> str:
        """Return the record."""
        return reverse(self.record)


class ConfirmYear(EntryStep):
    """Say that the facts hold or what changed, and accept the undertaking of this year. Rules R-41, R-59."""

    title = gettext_lazy("Confirm this year")
    submit_label = gettext_lazy("Confirm, and accept the undertaking")

    def get_initial(self) -> dict[str, Any]:
        """Begin from what the register knows."""
        return {**super().get_initial(), **facts_of(self.entry)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what is promised, in which version, and what becomes of changes."""
        entry = self.entry
        kind = "FIRM" if isinstance(entry, Firm) else "EXPERT"
        version = undertaking_version(entry.bureau, kind, self.today)
        return [
            *undertaking_lines(entry.bureau, kind, self.today),
            _("Version %(version)s") % {"version": version},
            _("What you change here is declared; the bureau writes it into the register once it has seen the proof."),
        ]

    def act(self, form: ActionForm) -> str:
        """Confirm."""
        row = confirm_year(entry=self.entry, given=form.cleaned_data, by=self.user, on=self.today)
        if row.changes:
            return _("%(year)s is confirmed; the changes are with the bureau.") % {"year": row.year}
        return _("%(year)s is confirmed.") % {"year": row.year}


class RenewalForm(ActionForm):
    """What the bureau should know."""

    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(3))


class AskRenewal(EntryStep):
    """Apply for a further term. Rule R-13."""

    title, submit_label = gettext_lazy("Apply for a further term"), gettext_lazy("Apply for a further term")
    form_class = RenewalForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when the present term ends and what is asked."""
        return [
            _("The term ends on %(day)s now.") % {"day": day_or_dash(self.entry.term_ends_on)},
            _("The new term follows the old one. This year must have been confirmed."),
        ]

    def act(self, form: RenewalForm) -> str:
        """Apply."""
        ask_renewal(entry=self.entry, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The application is with the bureau.")


class WithdrawRenewal(EntryStep):
    """Take the application for a further term back."""

    title, submit_label = gettext_lazy("Withdraw the application for a further term"), gettext_lazy("Withdraw")
    danger = True

    @property
    def renewal(self) -> Renewal:
        """The application that runs; 404 for who has none."""
        found = open_renewal_of(self.entry)
        if found is None:
            raise Http404
        return found

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which, and what stays."""
        return [
            _("applied on %(day)s") % {"day": day_or_dash(self.renewal.asked_on)},
            _("The present term runs to its end; you can apply again before."),
        ]

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Withdraw."""
        withdraw_renewal(renewal=self.renewal, by=self.user, on=self.today)
        return _("The application is withdrawn.")
