"""Reads that span the rooms."""

from desk.selectors.accounts import doubtful_accounts
from desk.selectors.drafts import draft_of
from desk.selectors.leads import LeadFinding, lead_findings, leads_with_load
from desk.selectors.score_gaps import ScoreGap, score_gaps
from desk.selectors.search import Hit, search
from desk.selectors.today import Line, Today, today
from desk.selectors.year_end import OpenThing, YearEndStep, YearReview, closing_of, year_end_steps, year_review
from desk.selectors.years import pipeline, supply, work_years, year_grades, year_summary

__all__ = [
    "Hit",
    "LeadFinding",
    "Line",
    "OpenThing",
    "ScoreGap",
    "Today",
    "YearEndStep",
    "YearReview",
    "closing_of",
    "doubtful_accounts",
    "draft_of",
    "lead_findings",
    "leads_with_load",
    "pipeline",
    "score_gaps",
    "search",
    "supply",
    "today",
    "work_years",
    "year_end_steps",
    "year_grades",
    "year_review",
    "year_summary",
]
