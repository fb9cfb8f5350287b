"""What an adopted amount may be."""


def adoption_problem(outcome: str, *, proposed_cents: int, adopted_cents: int) -> str:
    """Return what is wrong with an adopted amount: not_full, not_between, not_zero; empty where it fits."""
    if outcome == "FULLY":
        return "" if adopted_cents == proposed_cents else "not_full"
    if outcome == "NOT":
        return "" if adopted_cents == 0 else "not_zero"
    fits = 0 < adopted_cents < proposed_cents or (proposed_cents == 0 and adopted_cents == 0)
    return "" if fits else "not_between"
