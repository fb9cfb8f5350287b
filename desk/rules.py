"""Arithmetic of the year's figures, in whole numbers."""


def mean_text(total_hundredths: int, count: int) -> str | None:
    """Return the mean of scores, given their sum in hundredths, half up at two decimals; None without any."""
    if count == 0:
        return None
    hundredths = (2 * total_hundredths + count) // (2 * count)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def supply_state(*, have: int, need: int, ratio: int) -> str:
    """Return LACKING below what is needed, THIN below ``ratio`` candidates for a seat (rule R-16), else ENOUGH."""
    if have < need:
        return "LACKING"
    return "THIN" if have < need * ratio else "ENOUGH"
