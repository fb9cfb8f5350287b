"""Looking through the answers: by rule, state, word and field; how the pool shrinks, and what would be enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from assignments.selectors.eligibility.cases import Eligibility, RuleCount, Supply, counts_by_rule, supply
from foundation.taxonomy.models import Node

ELIGIBLE, REFUSED = "yes", "no"
STATES = (ELIGIBLE, REFUSED)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks of the answers; empty: everybody. ``nodes`` narrows the pool, the rest what is shown of it."""

    state: str = ""
    code: str = ""
    word: str = ""
    nodes: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Exploration:
    """The pool that was asked about, what each rule takes out of it, and those that are shown."""

    pool: list[Eligibility]
    shown: list[Eligibility]
    rules: list[RuleCount]
    supply: Supply


def explore(
    answers: Sequence[Eligibility], question: Question, *, seats: int, ratio: int, group_max: int = 0
) -> Exploration:
    """Return the answers as asked for; a rule that says no to nobody of the pool shows nobody."""
    nodes = question.nodes
    pool = list(answers) if nodes is None else [answer for answer in answers if answer.nodes & nodes]
    shown = [answer for answer in pool if _fits(answer, question)]
    return Exploration(pool, shown, counts_by_rule(pool), supply(pool, seats=seats, ratio=ratio, group_max=group_max))


def _fits(answer: Eligibility, question: Question) -> bool:
    if question.state and answer.is_eligible != (question.state == ELIGIBLE):
        return False
    if question.code and question.code not in answer.codes:
        return False
    return not question.word or question.word in answer.name or question.word in str(answer.party.number)


def node_names(answers: Sequence[Eligibility]) -> dict[int, str]:
    """Return the names of the specialties of these answers: one query, none where nobody has any."""
    wanted = {pk for answer in answers for pk in answer.nodes}
    return dict(Node.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
