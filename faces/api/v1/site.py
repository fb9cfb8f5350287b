"""What is asked and told about the declared team of a commission and the days on site."""

from typing import Any

from rest_framework import serializers

from delivery.selectors import site_visits_visible_to
from faces.api.serializers import Ask, Visible, phrase, several


class MemberAsk(Ask):
    """Somebody who works on the task, and what he does."""

    name = phrase(60)
    duty = phrase(60, required=False)


class TeamAsk(Ask):
    """The whole team beside the lead evaluator; who is not named leaves it."""

    members = several(MemberAsk(), most=100, least=1)


class VisitAsk(Ask):
    """The sign-in sheet of a day: who signed for the firm, and the scan."""

    visited_on = serializers.DateField()
    names = serializers.ListField(child=phrase(60), allow_empty=False, max_length=100)
    place = phrase(120, required=False)
    sheet = serializers.FileField(max_length=200)


class VoidVisitAsk(Ask):
    """Which sheet was entered wrongly, and why it does not count."""

    visit = Visible(site_visits_visible_to)
    words = phrase()


class MemberSerializer(serializers.Serializer[Any]):
    """One of the team, now or before."""

    name = serializers.CharField()
    duty = serializers.CharField(allow_blank=True)
    joined_on = serializers.DateField()
    left_on = serializers.DateField(allow_null=True)


class SiteDaySerializer(serializers.Serializer[Any]):
    """A sheet and how its names stand to the team of that day."""

    id = serializers.IntegerField(source="visit.pk")
    visited_on = serializers.DateField(source="visit.visited_on")
    place = serializers.CharField(source="visit.place", allow_blank=True)
    sheet = serializers.IntegerField(source="visit.sheet_id")
    declared = serializers.ListField(child=serializers.CharField(), source="compared.declared")
    not_declared = serializers.ListField(child=serializers.CharField(), source="compared.strangers")
    lead_came = serializers.BooleanField(source="compared.lead_came")


class SiteSerializer(serializers.Serializer[Any]):
    """Who was on site against who was declared; void sheets are left out."""

    team = MemberSerializer(many=True)
    former = MemberSerializer(many=True)
    days = SiteDaySerializer(many=True)
    never_seen = serializers.ListField(child=serializers.CharField())
    not_staff = serializers.SerializerMethodField()
    is_doubtful = serializers.BooleanField()

    def get_not_staff(self, check: Any) -> list[str]:  # noqa: ANN401 - a SiteCheck
        """Return the declared whom the register does not know as the firm's, in a fixed order."""
        return sorted(check.not_staff)
