"""Batch assignment: plain values in, plain values out, no Django. What it promises is written in docs/assignment.md."""

from assignments.matching.engine import FEASIBLE, INFEASIBLE, OPTIMAL, Sample, Solution, sample, solve, solvers
from assignments.matching.problem import MAX_MIN, NO_FLOOR, UNITS, Problem, ProblemError, read_problem
from assignments.matching.reasons import is_fillable, lifted
from assignments.matching.record import (
    BatchTerms,
    Replacement,
    batch_record,
    freeze_document,
    read_freeze,
    replace_expert,
    replacement_key,
    result_document,
)
from assignments.matching.words import Names, Reason

__all__ = [
    "FEASIBLE",
    "INFEASIBLE",
    "MAX_MIN",
    "NO_FLOOR",
    "OPTIMAL",
    "UNITS",
    "BatchTerms",
    "Names",
    "Problem",
    "ProblemError",
    "Reason",
    "Replacement",
    "Sample",
    "Solution",
    "batch_record",
    "freeze_document",
    "is_fillable",
    "lifted",
    "read_freeze",
    "read_problem",
    "replace_expert",
    "replacement_key",
    "result_document",
    "sample",
    "solve",
    "solvers",
]
