"""Write dates the way papers do."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def in_words(day: date) -> str:
    """Return 成文日期 in the form of GB/T 9704—2012: Arabic figures, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def to_the_minute(moment: datetime) -> str:
    """Return an aware moment in Shanghai time, to the minute."""
    local = moment.astimezone(SHANGHAI)
    return f"{in_words(local.date())} {local:%H:%M}"
