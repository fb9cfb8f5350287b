"""Who may take a task or sit on a panel, and which rule says no to whom."""

from assignments.selectors.eligibility.cases import (
    Eligibility,
    RuleCount,
    Supply,
    WayOut,
    counts_by_rule,
    refusals_by_rule,
    supply,
)
from assignments.selectors.eligibility.experts import expert_eligibility, pool_answers
from assignments.selectors.eligibility.exploring import STATES, Exploration, Question, explore, node_names
from assignments.selectors.eligibility.firms import firm_eligibility
from assignments.selectors.eligibility.words import REASONS, own_fact, reason_words

__all__ = [
    "REASONS",
    "STATES",
    "Eligibility",
    "Exploration",
    "Question",
    "RuleCount",
    "Supply",
    "WayOut",
    "counts_by_rule",
    "expert_eligibility",
    "explore",
    "firm_eligibility",
    "node_names",
    "own_fact",
    "pool_answers",
    "reason_words",
    "refusals_by_rule",
    "supply",
]
