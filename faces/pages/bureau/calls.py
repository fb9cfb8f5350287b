"""The telephone call list of a draw, a batch, a panel or all: numbers, what each call gave, 代录 in place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DeclineReason
from assignments.selectors.calls import MOST_CALLS, SCOPES, to_call
from faces.pages.bureau.re_reviews import OUTCOMES
from faces.pages.shared.actions import ActionForm, FormPage
from foundation.accounts.enums import Capability
from foundation.core import clock
from parties.models import Contact, Person, Reveal
from parties.selectors import contacts_on, contacts_visible_to, masked
from parties.services import numbers_of, reveal_call_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment, CallAttempt

OPEN_KEY: Final = "call-list"
OPEN_FOR: Final = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Number:
    """One number to call: whose it is, and the digits, masked unless they were opened."""

    whose: str
    digits: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was made, in words."""

    made: CallAttempt
    word: StrOrPromise


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody to call: where the numbers are, what earlier calls gave. ``work`` is a number, no title."""

    seat: Assignment
    name: str
    work: str
    meets: object
    numbers: Sequence[Number]
    calls: Sequence[Call]


class PurposeForm(ActionForm):
    """What the numbers are needed for."""

    purpose = forms.CharField(label=gettext_lazy("What the numbers are needed for"), max_length=200)


class CallList(FormPage):
    """Everybody who was chosen and has not answered. The form opens the numbers for an hour, once, for a purpose."""

    audience, needs = "bureau", Capability.COMMISSION
    template_name, title = "bureau/calls.html", gettext_lazy("Call list")
    form_class, submit_label = PurposeForm, gettext_lazy("Show the numbers")

    @cached_property
    def scope(self) -> dict[str, str]:
        """What the list is narrowed to."""
        asked = {key: self.request.GET.get(key, "").strip()[:40] for key in SCOPES}
        return {key: value for key, value in asked.items() if value and "\x00" not in value}

    def get_success_url(self) -> str:
        """Return the same list."""
        return self.address

    @property
    def address(self) -> str:
        """The address of this list."""
        query = urlencode(self.scope)
        return reverse("pages:calls") + (f"?{query}" if query else "")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the usual purpose."""
        return {"purpose": _("To call whom was chosen")}

    @cached_property
    def seats(self) -> list[Assignment]:
        """Whom to call."""
        return list(to_call(self.user, **self.scope)[:MOST_CALLS])

    @cached_property
    def persons(self) -> dict[int, Person]:
        """The experts to call."""
        return {seat.expert.person_id: seat.expert.person for seat in self.seats if seat.expert}

    @cached_property
    def contacts(self) -> dict[int, list[Contact]]:
        """Whom to call at the firms, by organisation."""
        keys = {seat.firm.organisation_id for seat in self.seats if seat.firm}
        rows = contacts_on(contacts_visible_to(self.user).filter(organisation__in=keys), self.today)
        found: dict[int, list[Contact]] = defaultdict(list)
        for row in rows.exclude(phone_sealed="").order_by("pk"):
            found[row.organisation_id or 0].append(row)
        return found

    @cached_property
    def opened(self) -> tuple[Mapping[int, str], Mapping[int, str]]:
        """The numbers that this reader opened within the hour, by person and by contact."""
        kept = self.request.session.get(OPEN_KEY)
        if not kept or clock.now() > datetime.fromisoformat(kept["until"]):
            return {}, {}
        row = Reveal.objects.filter(pk=kept["reveal"], by=self.user, revealed_on=self.today).first()
        if row is None:
            return {}, {}
        persons = [one for key, one in self.persons.items() if key in kept["persons"]]
        contacts = [one for rows in self.contacts.values() for one in rows if one.pk in kept["contacts"]]
        return numbers_of(reveal=row, persons=persons, contacts=contacts, by=self.user, on=self.today)

    def act(self, form: PurposeForm) -> str:
        """Open the numbers of everybody on the list."""
        persons = [row for row in self.persons.values() if row.phone_sealed]
        contacts = [row for rows in self.contacts.values() for row in rows]
        purpose = form.cleaned_data["purpose"]
        row = reveal_call_list(persons=persons, contacts=contacts, purpose=purpose, by=self.user, on=self.today)
        self.request.session[OPEN_KEY] = {
            "reveal": row.pk,
            "persons": [one.pk for one in persons],
            "contacts": [one.pk for one in contacts],
            "until": (clock.now() + OPEN_FOR).isoformat(),
        }
        return _("The numbers are shown for an hour. That you opened them, and what for, stands in the journal.")

    def _numbers(self, seat: Assignment) -> list[Number]:
        own, of_contacts = self.opened
        if seat.expert is not None:
            person = seat.expert.person
            if not person.phone_sealed:
                return []
            return [Number("", own.get(person.pk) or masked(person)[1], person.pk in own)]
        rows = self.contacts.get(seat.firm.organisation_id, []) if seat.firm else []
        return [Number(f"{row.duty} {row.name}", of_contacts.get(row.pk, "***"), row.pk in of_contacts) for row in rows]

    def lines(self) -> list[Line]:
        """Return everybody to call, with what earlier calls gave."""
        return [
            Line(
                seat=seat,
                name=seat.expert.person.name if seat.expert else seat.firm.organisation.name if seat.firm else "",
                work=seat.re_review.number if seat.re_review else seat.task.number if seat.task else "",
                meets=seat.re_review.meets_on if seat.re_review else None,
                numbers=self._numbers(seat),
                calls=[Call(made, OUTCOMES.get(made.outcome, made.outcome)) for made in seat.calls.all()],
            )
            for seat in self.seats
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the list, and where a call that was logged leads back to."""
        own, of_contacts = self.opened
        return super().get_context_data(
            **(
                {
                    "lines": self.lines(),
                    "has_numbers": any(row.phone_sealed for row in self.persons.values()) or bool(self.contacts),
                    "is_open": bool(own or of_contacts),
                    "back": self.address,
                    "scope": " ".join(self.scope.values()),
                    "reasons": DeclineReason.choices,
                    "is_cut": len(self.seats) == MOST_CALLS,
                }
                | kwargs
            )
        )


urls = [path("calls/", CallList.as_view(), name="calls")]
