"""How figures, days and digests are written: one place, both languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from django.utils import timezone
from django.utils.translation import get_language

if TYPE_CHECKING:
    from fractions import Fraction

CENTS_PER_YUAN: Final = 100
CENTS_PER_WAN: Final = 1_000_000
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_ZH: Final = "一二三四五六日"


def half_widths(text: str) -> int:
    """Return how wide the text runs, counting a Chinese character as two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def in_chinese() -> bool:
    """Return whether the page is in Chinese."""
    return (get_language() or "zh").startswith("zh")


def grouped(value: Decimal) -> str:
    """Return the number with thousands separators and a true minus sign."""
    return f"{value:,f}".replace("-", "−")


def yuan(amount_cents: int) -> str:
    """Return an amount of 分 in 元 with two decimals and thousands: 1,234.50."""
    return grouped((Decimal(amount_cents) / CENTS_PER_YUAN).quantize(Decimal("0.01")))


def wan(amount_cents: int) -> str:
    """Return an amount of 分 in 万元 with thousands, exactly, without needless zeros: 37,630 or 38.6."""
    exact = (Decimal(amount_cents) / CENTS_PER_WAN).normalize()
    return grouped(exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact)


def yuan_with_unit(amount_cents: int) -> str:
    """Return ``yuan`` with its unit: 1,234.50 元 or CNY 1,234.50."""
    return f"{yuan(amount_cents)} 元" if in_chinese() else f"CNY {yuan(amount_cents)}"


def wan_with_unit(amount_cents: int) -> str:
    """Return an amount of 分 as 37,630 万元; in English, where 万 is no unit, in whole yuan: CNY 376,300,000."""
    if in_chinese():
        return f"{wan(amount_cents)} 万元"
    return f"CNY {yuan(amount_cents).removesuffix('.00')}"


def local_day(value: date | datetime) -> date:
    """Return the day in Asia/Shanghai."""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def day(value: date | datetime, *, with_year: bool = False) -> str:
    """Return 10月19日 or 19 Oct, with the year 2020年10月19日 or 19 Oct 2020."""
    on = local_day(value)
    if in_chinese():
        return f"{on.year}年{on.month}月{on.day}日" if with_year else f"{on.month}月{on.day}日"
    short = f"{on.day} {MONTHS[on.month - 1]}"
    return f"{short} {on.year}" if with_year else short


def month(value: date) -> str:
    """Return 10月 or Oct, for below a day's number."""
    return f"{value.month}月" if in_chinese() else MONTHS[value.month - 1]


def moment(value: datetime) -> str:
    """Return 10月19日 15:02 or 19 Oct 15:02, in Asia/Shanghai."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)} {local:%H:%M}"


def weekday(value: date | datetime) -> str:
    """Return 星期一 or Monday."""
    index = local_day(value).weekday()
    return f"星期{DAYS_ZH[index]}" if in_chinese() else DAYS_EN[index]


def digest(value: str, *, blocks: int = 2, width: int = 4) -> str:
    """Return the first blocks of a hash, enough to compare by eye: 9f31 c07a."""
    return " ".join(hash_blocks(value[: blocks * width], width=width))


def hash_blocks(value: str, *, width: int = 8) -> list[str]:
    """Return a hash cut into blocks of ``width``."""
    return [value[at : at + width] for at in range(0, len(value), width)]


def score(value: int | Fraction | Decimal, *, places: int = 2) -> str:
    """Return a score rounded half up for display. An ``int`` counts hundredths; the rest are points."""
    points = Decimal(value) / 100 if isinstance(value, int) else _decimal(value)
    step = Decimal(1).scaleb(-places)
    sign = -1 if points < 0 else 1
    return grouped(sign * (abs(points) + step / 2).quantize(step, rounding="ROUND_DOWN"))


def _decimal(value: Fraction | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value.numerator) / Decimal(value.denominator)


def full_day(value: date | None) -> str:
    """Return a day with its year, or a dash."""
    return day(value, with_year=True) if value else "—"
