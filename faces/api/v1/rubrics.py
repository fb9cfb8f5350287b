"""Rubrics, their versions and the indicator library: who is scored may know by what."""

from django.db.models import QuerySet

from faces.api.serializers import EVERYBODY, NounSerializer, text
from faces.api.views import NounView
from foundation.accounts.models import User
from rubrics import selectors as rubrics
from rubrics.models import Indicator, Rubric, RubricItem, RubricVersion, Veto


class RubricSerializer(NounSerializer[Rubric]):
    """A family of versions."""

    class Meta:
        model = Rubric
        fields = ("id", "code", "name")


class RubricView(NounView[Rubric]):
    """Rubrics of the bureau."""

    needs = EVERYBODY
    serializer_class = RubricSerializer
    filterset_fields = ("code",)

    def rows(self, user: User) -> QuerySet[Rubric]:
        """Return the rubrics that the reader may see."""
        return rubrics.visible_to(user)


class RubricItemSerializer(NounSerializer[RubricItem]):
    """An item with its weight in hundredths of a point."""

    class Meta:
        model = RubricItem
        fields = ("id", "position", "code", "name", "guide", "weight_hundredths", "scorer")


class VetoSerializer(NounSerializer[Veto]):
    """A veto item."""

    class Meta:
        model = Veto
        fields = ("code", "name")


class RubricVersionSerializer(NounSerializer[RubricVersion]):
    """A version with its items and vetoes."""

    rubric_code = text("rubric.code")
    items = RubricItemSerializer(many=True)
    vetoes = VetoSerializer(many=True)

    class Meta:
        model = RubricVersion
        fields = ("id", "rubric", "rubric_code", "number", "status", "in_force_from", "items", "vetoes")


class RubricVersionView(NounView[RubricVersion]):
    """Versions in force or replaced."""

    needs = EVERYBODY
    serializer_class = RubricVersionSerializer
    filterset_fields = ("rubric", "number", "status")

    def rows(self, user: User) -> QuerySet[RubricVersion]:
        """Return the versions that the reader may see."""
        rows = rubrics.versions_visible_to(user).select_related("rubric")
        return rows.prefetch_related("items", "vetoes")


class IndicatorSerializer(NounSerializer[Indicator]):
    """An indicator of the library."""

    class Meta:
        model = Indicator
        fields = ("id", "project_kind", "level_1", "level_2", "name", "guide")


class IndicatorView(NounView[Indicator]):
    """The indicator library."""

    needs = EVERYBODY
    serializer_class = IndicatorSerializer
    filterset_fields = ("project_kind", "level_1", "level_2")

    def rows(self, user: User) -> QuerySet[Indicator]:
        """Return the indicators that the reader may see."""
        return rubrics.indicators_visible_to(user)
