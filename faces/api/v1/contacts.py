"""The directory 通讯录: who is called for what, where and from when; numbers masked, or read in clear for a purpose."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from faces.api.dated import ContactsOn, SpellSerializer
from faces.api.serializers import EVERYBODY, Ask, Visible, asked, phrase
from faces.api.views import BINARY_PDF, PDF, NounView, bureau_of, download, make, person, verb
from faces.documents import contact_list as paper
from faces.documents.contacts import directory_of
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.bureaus.models import Section
from foundation.core import clock
from foundation.core.errors import DomainError, Refusal
from parties import selectors as parties
from parties import services
from parties.enums import ContactOf
from parties.models import Contact

KEEPERS: Final = (Capability.REGISTER, Capability.FIRM_SIGN, Capability.UNIT_DESK)
ASKED: Final = [
    OpenApiParameter("on", OpenApiTypes.DATE, description="The day of the directory; today unless told."),
    OpenApiParameter("of", str, many=True, enum=ContactOf.values, description="Whose contacts; all unless told."),
]


class ContactSerializer(SpellSerializer[Contact]):
    """Who is called for a duty at a unit, a firm or a section, from a day to a day; the telephone is masked."""

    body = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = ("id", "of", "organisation", "section", "body", "duty", "name", "phone", "started_on", "ended_on")

    def get_body(self, row: Contact) -> str:
        """Return the name of the unit, firm or section; with ``on`` the one that a unit or firm bore on that day."""
        return parties.contact_body(row)

    def get_phone(self, row: Contact) -> str:
        """Return the telephone with its middle hidden."""
        return parties.shown_phone(row)


def own_sections(user: User) -> QuerySet[Section]:
    """Return the sections of the reader's bureau."""
    return Section.objects.filter(bureau_id=user.bureau_id or 0)


class ContactAsk(Ask):
    """Who is called for which duty, at a firm or unit or at a section of the bureau."""

    organisation = Visible(parties.organisations_visible_to, required=False)
    section = Visible(own_sections, required=False)
    duty = phrase(60)
    name = phrase(60)
    phone = serializers.RegexField(r"^[0-9+\- ]{5,20}$")
    started_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one body."""
        if ("organisation" in attrs) == ("section" in attrs):
            raise serializers.ValidationError({"organisation": [_("Name an organisation or a section, not both.")]})
        return attrs


class PurposeAsk(Ask):
    """What the numbers are needed for."""

    purpose = phrase(200)


class DirectoryAsk(Ask):
    """The day and whose contacts."""

    on = serializers.DateField(required=False)
    of = serializers.MultipleChoiceField(choices=ContactOf.choices, required=False, allow_empty=False)


class OpenDirectoryAsk(DirectoryAsk, PurposeAsk):
    """The day, whose contacts, and what the full numbers are needed for."""


class PhoneSerializer(serializers.Serializer[Any]):
    """A telephone in clear."""

    phone = serializers.CharField()


class ContactView(NounView[Contact]):
    """Contacts of the bureau's sections, units and firms; an outsider sees his own side's."""

    needs = EVERYBODY
    make_needs = KEEPERS
    serializer_class = ContactSerializer
    filterset_fields = ("of", "organisation", "section", "duty")
    filterset_base = ContactsOn

    def rows(self, user: User) -> QuerySet[Contact]:
        """Return the contacts that the reader may see."""
        return parties.contacts_visible_to(user).select_related("organisation", "section", "bureau")

    @make(ContactAsk)
    def create(self, given: dict[str, Any], by: User) -> Contact:
        """Name who is called from a day, today unless told; whoever had the duty before ends then."""
        return services.add_contact(by=by, on=clock.today(), **given)

    @verb(needs=KEEPERS)
    def end(self, row: Contact, _given: dict[str, Any], by: User) -> None:
        """End a contact without naming another; the past keeps the name."""
        services.end_contact(contact=row, by=by, on=clock.today())

    @extend_schema(request=PurposeAsk, responses=PhoneSerializer, filters=False)
    @action(detail=True, methods=["post"], needs=Capability.REGISTER)
    def reveal(self, request: Request, **_names: str) -> Response:
        """Return the telephone in clear, this once; who read it and what for is journaled and counted (R-51)."""
        given = asked(PurposeAsk, request.data, request)
        phone = services.reveal_contact(contact=self.get_object(), by=person(request), on=clock.today(), **given)
        return Response({"phone": phone}, headers={"Cache-Control": "private, no-store"})

    @extend_schema(parameters=ASKED, responses=BINARY_PDF, filters=False)
    @action(detail=False, methods=["get"], needs=Capability.READ_DESK, pagination_class=None, filter_backends=())
    def directory(self, request: Request) -> HttpResponse:
        """Return the directory of a day as PDF, the numbers masked."""
        query = {key: request.query_params.getlist(key) for key in request.query_params if key != "format"}
        shape = {key: values if key == "of" else values[-1] for key, values in query.items()}
        on, rows = self._directory(asked(DirectoryAsk, shape, request), request)
        phones = {row.pk: parties.shown_phone(row) for row in rows}
        return printed(rows, phones, on=on, purpose="", by=person(request))

    @extend_schema(request=OpenDirectoryAsk, responses=BINARY_PDF, filters=False)
    @action(
        detail=False, methods=["post"], needs=Capability.REGISTER, url_path="directory/reveal", pagination_class=None
    )
    def open_directory(self, request: Request) -> HttpResponse:
        """Return the directory of a day as PDF with every number in clear; journaled, and one reading (R-51)."""
        given, by = asked(OpenDirectoryAsk, request.data, request), person(request)
        purpose = given["purpose"]
        on, rows = self._directory(given, request)
        phones = services.reveal_directory(contacts=rows, purpose=purpose, by=by, on=clock.today())
        return printed(rows, phones, on=on, purpose=purpose.strip(), by=by)

    def _directory(self, given: dict[str, Any], request: Request) -> tuple[date, list[Contact]]:
        on = given.get("on") or clock.today()
        rows = list(parties.directory(person(request), on, given.get("of") or ContactOf.values))
        if not rows:
            message = _("Nobody was named on that day. Choose another day or kind.")
            raise DomainError(Refusal("nobody_named", message, {"field": "on"}))
        return on, rows


def printed(rows: Sequence[Contact], phones: Mapping[int, str], *, on: date, purpose: str, by: User) -> HttpResponse:
    """Return the paper of the directory."""
    facts = directory_of(rows, phones, bureau=bureau_of(by), on=on, purpose=purpose, printed_by=by.name)
    return download(paper.build(facts), name=f"contacts-{on.isoformat()}.pdf", media_type=PDF)
