"""What the proof of a batch leaves open, and what its floor promises, in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from assignments.matching import UNITS

MILLIONTHS: Final = 1_000_000


def proof_left(
    certificate: Mapping[str, Any], *, expected_units: int, q_permille: int | None
) -> dict[str, int | bool | None]:
    """Return what a certificate leaves open, in thousandths of a millionth of fit.

    ``gap`` is how much better the total could be at most, ``floor_gap`` the floor; ``floor`` is None without one, and
    ``is_sure`` whether every sample keeps it: without a probability cap the chances are whole.
    """
    floor = certificate.get("floor_units")
    gap = 0 if "cases" in certificate else certificate.get("bound_units", expected_units) - expected_units
    floor_gap = 0 if floor is None or "floor_cases" in certificate else certificate["floor_bound_units"] - floor
    return {
        "expected": expected_units,
        "gap": gap if gap >= UNITS else 0,
        "floor": floor,
        "floor_gap": floor_gap if floor_gap >= UNITS else 0,
        "is_sure": q_permille is None,
    }


def proof_words(proof: Mapping[str, Any], *, record: Mapping[str, Any] | None = None) -> list[str]:
    """Return the sentences of what ``proof_left`` found; none where the optimum is proved and there is no floor.

    Beside the floor stands what the draw of ``record`` came to, once there is one.
    """
    said = []
    if proof["gap"]:
        words = _("The proof leaves a gap: another assignment could have at most %(gap)s more fit (%(share)s %%).")
        share = f"{100 * proof['gap'] / max(1, proof['expected']):.2f}"
        said.append(words % {"gap": _fit(proof["gap"]), "share": share})
    if proof["floor"] is not None:
        words = (
            _("Floor: the seats of the worst fitted re-review have a fit of %(floor)s together, in every sample.")
            if proof["is_sure"]
            else _(
                "Floor: the seats of the worst fitted re-review have an expected fit of %(floor)s together; "
                "a single sample may fall below it."
            )
        )
        said.append(words % {"floor": _fit(proof["floor"])})
        if drawn := (record or {}).get("draw"):
            words = _("This draw: the seats of the worst fitted re-review had a fit of %(least)s together when drawn.")
            said.append(words % {"least": _fit(drawn["min_task"] * UNITS)})
    if proof["floor_gap"]:
        words = _("The proof leaves a gap at the floor, too: it could be higher by at most %(gap)s.")
        said.append(words % {"gap": _fit(proof["floor_gap"])})
    return said


def _fit(units: int) -> str:
    return f"{units / UNITS / MILLIONTHS:.3f}"
