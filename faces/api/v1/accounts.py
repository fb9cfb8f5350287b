"""The bureau and the accounts of its people."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from faces.api.serializers import EVERYBODY, NounSerializer, Only
from faces.api.views import NounView, person
from foundation.accounts import selectors as accounts
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau, Section


class SectionSerializer(NounSerializer[Section]):
    """A section of the bureau."""

    class Meta:
        model = Section
        fields = ("id", "name", "kind")


class BureauSerializer(NounSerializer[Bureau]):
    """A bureau with its sections."""

    sections = SectionSerializer(many=True)

    class Meta:
        model = Bureau
        fields = ("id", "code", "name", "short_name", "superior", "is_demo", "sections")


class BureauView(NounView[Bureau]):
    """The reader's bureau."""

    needs = EVERYBODY
    serializer_class = BureauSerializer
    filterset_fields = ("code",)

    def rows(self, user: User) -> QuerySet[Bureau]:
        """Return the one bureau that the reader belongs to."""
        return Bureau.objects.filter(pk=user.bureau_id or 0).prefetch_related("sections")


class GrantSerializer(NounSerializer[RoleGrant]):
    """A role from a day to a day."""

    class Meta:
        model = RoleGrant
        fields = ("role", "section", "started_on", "ended_on")


class AccountSerializer(NounSerializer[User]):
    """An account; passwords, second factors and addresses stay out."""

    only: ClassVar[Only] = {"has_temporary_password": Capability.MANAGE_ACCOUNTS}
    grants = GrantSerializer(many=True)

    class Meta:
        model = User
        fields = ("id", "username", "name", "is_active", "has_temporary_password", "grants")


class MeSerializer(AccountSerializer):
    """The own account with what it may do today."""

    capabilities = serializers.SerializerMethodField()

    class Meta(AccountSerializer.Meta):
        fields = (*AccountSerializer.Meta.fields, "capabilities")  # type: ignore[assignment] # one field more

    def get_capabilities(self, row: User) -> list[str]:
        """Return the capabilities of today."""
        return [capability.value for capability in Capability if may(row, capability)]


class AccountView(NounView[User]):
    """The own account, or all of the bureau for who manages accounts."""

    needs = EVERYBODY
    serializer_class = AccountSerializer
    filterset_fields = ("username", "is_active")

    def rows(self, user: User) -> QuerySet[User]:
        """Return the accounts that the reader may see."""
        return accounts.visible_to(user).prefetch_related("grants")

    @extend_schema(responses=MeSerializer, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def me(self, request: Request) -> Response:
        """Return the own account and what it may do."""
        return Response(MeSerializer(person(request), context=self.get_serializer_context()).data)
