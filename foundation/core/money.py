"""Money is integer 分; 万元 is only a way to print and to read it."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow

CENTS_PER_WAN = 1_000_000
CENT = Decimal("0.01")
MOST_DIGITS = 17  # what fits a 64-bit column


def wan(cents: int) -> str:
    """Return ``cents`` (分) in 万元 with two decimals, half up."""
    return str((Decimal(cents) / CENTS_PER_WAN).quantize(CENT, rounding=ROUND_HALF_UP))


def yuan(cents: int) -> str:
    """Return ``cents`` (分) in 元 with two decimals."""
    return str((Decimal(cents) / 100).quantize(CENT))


def from_wan(text: str | int | Decimal) -> int:
    """Return 分 for an amount in 万元; raise ``ValueError`` where it has a fraction of 分 or is no number."""
    return _cents(text, CENTS_PER_WAN)


def from_yuan(text: str | int | Decimal) -> int:
    """Return 分 for an amount in 元; raise ``ValueError`` where it has a fraction of 分 or is no number."""
    return _cents(text, 100)


def _cents(text: str | int | Decimal, factor: int) -> int:
    try:
        cents = Decimal(str(text).replace(",", "").strip()) * factor
    except (InvalidOperation, Overflow) as error:
        raise ValueError(f"{text!r} is not an amount") from error
    if cents.is_finite() and cents.adjusted() > MOST_DIGITS:
        raise ValueError(f"{text!r} is not an amount: no bureau has as much")
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise ValueError(f"{text!r} is finer than one 分")
    return int(cents)
