"""What the verbs of a task ask for."""

from django.db.models import QuerySet
from rest_framework import serializers

from assignments.enums import Executor, FrameworkWay, Route, TaskAction, TaskKind
from assignments.selectors import plans
from evaluators import selectors as firms
from faces.api.serializers import Ask, Choice, Visible, cents, phrase, several, year
from foundation.accounts import selectors as accounts
from foundation.accounts.models import User
from foundation.core import clock
from parties import selectors as parties
from projects import selectors as projects


def colleagues(user: User) -> QuerySet[User]:
    """Return whom somebody may name for a task: the people of the bureau, himself included."""
    return accounts.colleagues_of(user, on=clock.today()) | User.objects.filter(pk=user.pk)


class TaskAsk(Ask):
    """A new task."""

    plan = Visible(plans.visible_to)
    kind = Choice(TaskKind)
    title = phrase(160)
    executor = Choice(Executor)
    unit = Visible(parties.units_visible_to)
    project = Visible(projects.visible_to, required=False, allow_null=True)
    budget_year = year()
    amount_cents = cents()
    fee_limit_cents = cents(required=False)
    procurement_item = phrase(60, required=False)
    commissioner = Visible(parties.units_visible_to, required=False, allow_null=True)
    place = phrase(120, required=False)
    half_days = serializers.IntegerField(min_value=1, max_value=1_000, required=False, allow_null=True)


class AmendAsk(Ask):
    """What a planned task says."""

    title = phrase(160)
    amount_cents = cents()
    fee_limit_cents = cents(required=False)
    procurement_item = phrase(60, required=False)
    place = phrase(120, required=False)
    half_days = serializers.IntegerField(min_value=1, max_value=1_000, required=False, allow_null=True)


class RouteAsk(Ask):
    """How the firm is found."""

    route = Choice(Route)
    reason = phrase(required=False)
    fee_limit_cents = cents(required=False)
    framework_way = Choice(FrameworkWay, required=False, allow_blank=True)


class AwardAsk(Ask):
    """Who won the procurement."""

    firm = Visible(firms.visible_to)
    notice_number = phrase(60)
    amount_cents = cents()
    awarded_on = serializers.DateField(required=False)


class QuoteAsk(Ask):
    """One firm's offer."""

    firm = Visible(firms.visible_to)
    fee_cents = cents()
    words = phrase(required=False)


class ComparisonAsk(Ask):
    """The compared offers and the choice."""

    quotes = several(QuoteAsk(), least=1, most=50)
    chosen = Visible(firms.visible_to)
    reason = phrase(required=False)


class AppointAsk(Ask):
    """Whom to appoint directly, and why."""

    firm = Visible(firms.visible_to)
    reason = phrase()


class TaskMoveAsk(Ask):
    """A step that needs no paper and no file."""

    action = Choice(TaskAction)
    words = phrase(required=False)


class NoteAsk(Ask):
    """Words, where there are some."""

    words = phrase(required=False)


class HandOverAsk(Ask):
    """Who takes care from now on."""

    to = Visible(colleagues)


class SectionScoreAsk(Ask):
    """The section's score for an item, in hundredths of a point."""

    code = phrase(20)
    score_hundredths = serializers.IntegerField(min_value=0, max_value=10_000)
    reason = phrase(500, required=False)


class SectionScoresAsk(Ask):
    """The scores of the items that the bureau scores."""

    scores = several(SectionScoreAsk(), least=1, most=100)
