"""The lawful route of a firm task. Rules R-01 to R-03."""

from collections.abc import Collection
from typing import Final

from assignments.enums import FrameworkWay, Route
from foundation.core.errors import Refusal
from foundation.rulesets.rules import Rule

LAW: Final = "政府采购法；财预〔2021〕6号；财政部令第110号"
OWN_CHOICE: Final = [Route.DRAW.value, Route.COMPARISON.value, Route.DIRECT.value]
PROCURED: Final = [
    Route.FRAMEWORK.value, Route.OPEN_TENDER.value, Route.CONSULTATION.value, Route.NEGOTIATION.value,
    Route.INQUIRY.value, Route.SINGLE_SOURCE.value,
]  # fmt: skip
RULES: Final = (
    Rule("procurement_limit_cents", "R-01", 50_000_000, "分", "LOCAL"),
    Rule("routes_below_limit", "R-01", [*OWN_CHOICE, *PROCURED], "routes", "LAW", LAW),
    Rule("routes_above_limit", "R-01", PROCURED, "routes", "LAW", LAW),
    Rule("comparison_quotes", "R-01", 3, "offers", "DEFAULT"),
    Rule("splitting_flag", "R-02", default=True, unit="yes or no", tag="LAW", source="政府采购法实施条例 第二十八条"),
    Rule("register_binds_above_limit", "R-03", default=False, unit="yes or no", tag="LAW", source="财库〔2019〕38号"),
)
BELOW_LIMIT: Final = frozenset(OWN_CHOICE)
PROCUREMENT: Final = frozenset(PROCURED)
NEEDS_REASON: Final = frozenset({Route.DIRECT, Route.SINGLE_SOURCE})


def route_refusal(
    route: str, *, fee_cents: int | None, limit_cents: int, below: Collection[str], above: Collection[str], source: str
) -> Refusal | None:
    """Return why ``route`` is not lawful for a task whose fee may reach ``fee_cents`` (分); None where it is.

    A fee equal to the limit is above it. Without a fee limit no route below the limit can be judged. Rule R-01.
    """
    facts = {"field": "route", "limit_cents": limit_cents, "fee_cents": fee_cents}
    if route not in below and route not in above:
        return Refusal("route_unknown", "", facts, source)
    if fee_cents is None:
        return None if route in above else Refusal("fee_limit_missing", "", {**facts, "field": "fee_limit"}, source)
    if fee_cents >= limit_cents:
        return None if route in above else Refusal("route_needs_procurement", "", facts, source)
    return None if route in below else Refusal("route_not_below", "", facts, source)


def framework_refusal(route: str, way: str, *, source: str) -> Refusal | None:
    """Return why ``way`` does not go with ``route``: a framework has its three ways, other routes none. Rule R-01."""
    facts = {"field": "framework_way"}
    if route == Route.FRAMEWORK:
        return None if way in FrameworkWay.values else Refusal("framework_way_missing", "", facts, source)
    return Refusal("framework_way_elsewhere", "", facts, source) if way else None


def is_split(*, fee_cents: int, others_cents: int, limit_cents: int) -> bool:
    """Return whether this fee stays below the limit only because the year's other fees stand apart. Rule R-02."""
    return fee_cents < limit_cents <= fee_cents + others_cents


def register_binds(route: str, *, above_too: bool) -> bool:
    """Return whether membership, shares and rotation decide on this route; elsewhere they inform. Rule R-03."""
    return route in BELOW_LIMIT or above_too
