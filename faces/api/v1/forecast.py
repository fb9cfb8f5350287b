"""What the last look at a batch found, before any seed is known."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.models import AssignmentBatch, BatchTask
from assignments.selectors.batch_proofs import proof_words
from assignments.selectors.batches import experts_of, pairs_of, tasks_of
from assignments.selectors.eligibility import reason_words
from assignments.selectors.forecast import early_meetings, loads_of, reasons_of, rule_costs


class RuleCostSerializer(serializers.Serializer[Any]):
    """How many pairs of task and expert a rule takes away."""

    code = serializers.CharField()
    words = serializers.CharField()
    pairs = serializers.IntegerField()


class ForecastTaskSerializer(serializers.Serializer[Any]):
    """One re-review: how many are listed for it (null before a look), and whom each rule keeps away."""

    place = serializers.IntegerField()
    re_review = serializers.IntegerField(source="re_review_id")
    number = serializers.CharField(source="re_review.number")
    seats = serializers.IntegerField(source="re_review.panel_size")
    eligible = serializers.IntegerField(allow_null=True)
    rules = serializers.SerializerMethodField()

    @extend_schema_field(RuleCostSerializer(many=True))
    def get_rules(self, row: BatchTask) -> list[dict[str, Any]]:
        """Return the rules, the one that keeps most away first."""
        return costs(row.removed)


class LoadSerializer(serializers.Serializer[Any]):
    """An expert with a load in thousandths of a re-review: expected before the draw, drawn after it."""

    expert = serializers.IntegerField(source="expert.pk")
    number = serializers.CharField(source="expert.number")
    name = serializers.CharField(source="expert.person.name")
    employer = serializers.CharField()
    cap = serializers.IntegerField()
    load_permille = serializers.IntegerField(source="permille")


class PairSerializer(serializers.Serializer[Any]):
    """Who is named for a re-review or kept from it, and why."""

    place = serializers.IntegerField(source="task.place")
    expert = serializers.IntegerField(source="expert_id")
    number = serializers.CharField(source="expert.number")
    name = serializers.CharField(source="expert.person.name")
    kind = serializers.CharField()
    reason = serializers.CharField()
    entered_by_name = serializers.CharField(source="entered_by.name")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why seats cannot be filled, and the rule's source; null where no rule is named."""

    words = serializers.CharField()
    citation = serializers.CharField(allow_null=True)


class WarningSerializer(serializers.Serializer[Any]):
    """A re-review, and what is to be known of it; no bar."""

    re_review = serializers.CharField()
    code = serializers.CharField()
    words = serializers.CharField()
    citation = serializers.CharField()


class ForecastSerializer(serializers.Serializer[Any]):
    """The forecast: ``status`` is null before the first look; ``expected_total`` in millionths of fit.

    ``kept_apart`` lists the re-reviews of one unit, of which nobody takes two (R-17), ``apart_cost`` the expected fit
    that this costs in millionths, null where nothing is kept apart or the worst fitted re-review comes first.

    ``room`` is how many re-reviews the pool may still take this year; ``reasons`` say why seats cannot be filled,
    ``warnings`` which re-reviews meet too late to be drawn today (R-21, until the freeze), ``proof`` in sentences what
    the proof leaves open, what a floor promises and what the draw came to.
    """

    status = serializers.CharField(allow_null=True)
    surveyed = serializers.IntegerField()
    looks = serializers.IntegerField()
    seats = serializers.IntegerField()
    pool = serializers.IntegerField()
    room = serializers.IntegerField()
    yearly_cap = serializers.IntegerField(allow_null=True)
    employer_max = serializers.IntegerField(allow_null=True)
    chance_permille = serializers.IntegerField(allow_null=True)
    kept_apart = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    apart_cost = serializers.IntegerField(allow_null=True)
    expected_total = serializers.IntegerField(allow_null=True)
    reasons = ReasonSerializer(many=True)
    warnings = WarningSerializer(many=True)
    proof = serializers.ListField(child=serializers.CharField())
    rules = RuleCostSerializer(many=True)
    tasks = ForecastTaskSerializer(many=True)
    loads = LoadSerializer(many=True)
    pairs = PairSerializer(many=True)


def costs(rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - (code, how many) of each rule
    """Return each rule in words with what it takes away."""
    return [{"code": code, "words": str(reason_words(code)), "pairs": count} for code, count in rows]


def forecast(batch: AssignmentBatch, on: date) -> dict[str, Any]:
    """Return what the last run of the batch found, and what is to be known before it is frozen on ``on``."""
    tasks, solved = tasks_of(batch), batch.solved or {}
    told = {
        "surveyed": batch.surveyed,
        "looks": batch.looks,
        "seats": sum(task.re_review.panel_size for task in tasks),
        "pool": len(batch.pool),
        "room": sum(row["cap"] for row in batch.pool),
        "kept_apart": [[tasks[place].re_review.number for place in places] for places in solved.get("task_groups", [])],
        "reasons": [{"words": words, "citation": source} for words, source in reasons_of(batch)],
        "warnings": [
            {"re_review": review.number, "code": early.code, "words": early.message, "citation": early.source}
            for review, early in early_meetings(batch, tasks, on)
        ],
        "proof": proof_words(solved["proof"], record=batch.record) if solved.get("proof") else [],
        "rules": costs(rule_costs(tasks)),
        "tasks": tasks,
        "loads": loads_of(batch, experts_of(batch)),
        "pairs": pairs_of(batch),
    }
    names = "status", "yearly_cap", "employer_max", "chance_permille", "apart_cost", "expected_total"
    return dict(ForecastSerializer(told | {name: solved.get(name) for name in names}).data)
