"""The telephone call list: whom to call, what earlier calls gave, the numbers in clear for a purpose."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assignments.models import Assignment, CallAttempt
from assignments.selectors.calls import MOST_CALLS, SCOPES, to_call
from faces.api.serializers import Ask, Needs, NounSerializer, asked, person, phrase, text
from faces.api.views import HasNeeds
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties.models import Contact, Person
from parties.selectors import contacts_on, contacts_visible_to, masked, shown_phone
from parties.services import numbers_of, reveal_call_list

ASKED: Final = [OpenApiParameter(name, str, description=f"Only those of the {name} of this number.") for name in SCOPES]


class CallSerializer(NounSerializer[CallAttempt]):
    """One call: when, what it gave, entered by whom."""

    entered_by_name = text("entered_by.name")

    class Meta:
        model = CallAttempt
        fields = ("id", "called_at", "outcome", "words", "entered_by_name")


class PhoneLineSerializer(serializers.Serializer[Any]):
    """A telephone: of an expert himself (``contact`` empty), or of a firm's contact."""

    contact = serializers.CharField(allow_blank=True)
    phone = serializers.CharField()


class ToCallSerializer(serializers.Serializer[Any]):
    """Somebody who was chosen and has not answered: for which work, when it meets, where to call, earlier calls."""

    assignment = serializers.IntegerField()
    name = serializers.CharField()
    number = serializers.CharField()
    meets_on = serializers.DateField(allow_null=True)
    phones = PhoneLineSerializer(many=True)
    calls = CallSerializer(many=True)


class ScopeAsk(Ask):
    """What the list is narrowed to."""

    draw = phrase(40, required=False)
    batch = phrase(40, required=False)
    re_review = phrase(40, required=False)
    format = serializers.CharField(max_length=10, required=False)


class OpenCallListAsk(Ask):
    """What the numbers are needed for, and what the list is narrowed to."""

    purpose = phrase(200)
    draw = phrase(40, required=False)
    batch = phrase(40, required=False)
    re_review = phrase(40, required=False)


class CallListView(APIView):
    """Everybody who was chosen and has not answered, the first to meet first; 400 at most, so narrow a long list."""

    needs: Needs = Capability.COMMISSION
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(parameters=ASKED, responses=ToCallSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the list, the numbers masked; a call is written at ``assignments/<id>/call/``."""
        given = asked(ScopeAsk, request.query_params.dict(), request)
        return Response(ToCallSerializer(CallSheet(person(request), given).lines(), many=True).data)

    @extend_schema(request=OpenCallListAsk, responses=ToCallSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Return the list with every number in clear; journaled, and one reading that says how many (R-51)."""
        given, by = asked(OpenCallListAsk, request.data, request), person(request)
        sheet = CallSheet(by, given)
        persons = [one for one in sheet.persons.values() if one.phone_sealed]
        contacts = [one for rows in sheet.contacts.values() for one in rows]
        on = clock.today()
        row = reveal_call_list(persons=persons, contacts=contacts, purpose=given["purpose"], by=by, on=on)
        own, of_contacts = numbers_of(reveal=row, persons=persons, contacts=contacts, by=by, on=on)
        shown = ToCallSerializer(sheet.lines(own, of_contacts), many=True).data
        return Response(shown, headers={"Cache-Control": "private, no-store"})


class CallSheet:
    """Whom ``user`` has to call, and where: experts themselves, firms by their contacts of today."""

    def __init__(self, user: User, given: Mapping[str, Any]) -> None:
        """Look them up: four queries, however long the list is."""
        scope = {name: given[name] for name in SCOPES if given.get(name)}
        self.seats: list[Assignment] = list(to_call(user, **scope)[:MOST_CALLS])
        self.persons: dict[int, Person] = {
            seat.expert.person_id: seat.expert.person for seat in self.seats if seat.expert
        }
        bodies = {seat.firm.organisation_id for seat in self.seats if seat.firm}
        rows = contacts_on(contacts_visible_to(user).filter(organisation__in=bodies), clock.today())
        self.contacts: dict[int, list[Contact]] = defaultdict(list)
        for row in rows.exclude(phone_sealed="").order_by("pk"):
            self.contacts[row.organisation_id or 0].append(row)

    def lines(self, own: Mapping[int, str] = {}, of_contacts: Mapping[int, str] = {}) -> list[dict[str, Any]]:
        """Return everybody to call, each number as it was opened, else masked."""
        return [
            {
                "assignment": seat.pk,
                "name": seat.expert.person.name if seat.expert else seat.firm.organisation.name if seat.firm else "",
                "number": seat.re_review.number if seat.re_review else seat.task.number if seat.task else "",
                "meets_on": seat.re_review.meets_on if seat.re_review else None,
                "phones": self._phones(seat, own, of_contacts),
                "calls": seat.calls.all(),
            }
            for seat in self.seats
        ]

    def _phones(self, seat: Assignment, own: Mapping[int, str], of_contacts: Mapping[int, str]) -> list[dict[str, str]]:
        if seat.expert is not None:
            one = seat.expert.person
            return [{"contact": "", "phone": own.get(one.pk) or masked(one)[1]}] if one.phone_sealed else []
        rows = self.contacts.get(seat.firm.organisation_id, []) if seat.firm else []
        return [
            {"contact": f"{row.duty} {row.name}", "phone": of_contacts.get(row.pk) or shown_phone(row)} for row in rows
        ]
