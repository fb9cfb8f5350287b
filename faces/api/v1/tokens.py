"""A person's own tokens: list, give, end."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from faces.api.models import Token
from faces.api.tokens import DAYS, end_token, give_token
from faces.api.views import NounView, person
from foundation.accounts.enums import Capability
from foundation.accounts.models import User


class TokenSerializer(serializers.ModelSerializer[Token]):
    """A token without its secret."""

    class Meta:
        model = Token
        fields = ("id", "name", "created_at", "expires_at", "ended_at")


class NewTokenSerializer(serializers.Serializer[Token]):
    """What a new token is called and how many days it lives."""

    name = serializers.CharField(max_length=60)
    days = serializers.IntegerField(min_value=1, max_value=365, default=DAYS)


class GivenTokenSerializer(TokenSerializer):
    """A new token with its secret: the only time it is shown."""

    secret = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "secret")  # type: ignore[assignment] # one field more


class TokenView(mixins.DestroyModelMixin, NounView[Token]):
    """The reader's own tokens."""

    needs = tuple(Capability)
    serializer_class = TokenSerializer
    filterset_fields = ("name",)

    def rows(self, user: User) -> QuerySet[Token]:
        """Return the reader's own."""
        return Token.objects.filter(user=user)

    @extend_schema(request=NewTokenSerializer, responses={201: GivenTokenSerializer})
    def create(self, request: Request) -> Response:
        """Give a token; its secret is in this answer and nowhere else."""
        asked = NewTokenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        token, secret = give_token(user=person(request), **asked.validated_data)
        body: dict[str, Any] = {**TokenSerializer(token).data, "secret": secret}
        return Response(body, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: Token) -> None:
        """End the token; its row stays."""
        end_token(token=instance, by=person(self.request))
