"""What a cell says: each reader returns the value, or raises ``CellWrong`` with what would be right."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from django.utils.translation import gettext as _

from faces.exchange.sheets import Cell
from foundation.core.dates import is_in_reach
from foundation.core.identifiers import id_facts, is_uscc
from foundation.core.money import from_wan

Value = TypeVar("Value")
Reader = Callable[[Cell], Value]

FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
CHINESE_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
NUMERIC_DATE: Final = re.compile(r"([0-9]{4})\s*[-./年]\s*([0-9]{1,2})(?:\s*[-./月]\s*([0-9]{1,2})\s*日?|\s*月)?")
EIGHT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
SCIENTIFIC: Final = re.compile(r"\d+(\.\d+)?[eE]\+?\d+")
CJK_GAP: Final = re.compile(r"(?<=[\u2e80-\U0003ffff])\s+(?=[\u2e80-\U0003ffff])")
EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
SERIALS: Final = range(10_000, 80_000)  # 1927 to 2119
MIDDLE_DOTS: Final = str.maketrans(dict.fromkeys("•‧・･．", "·"))
WIDE_LETTERS: Final = {wide: narrow for wide, narrow in FULL_WIDTH.items() if chr(narrow).isalnum()}
NONE: Final = frozenset({"无", "-", "—", "/", "None"})  # what stands in a cell that may be empty


class CellWrong(ValueError):  # noqa: N818 - reads as a sentence
    """The cell's text is not what the column asks for."""

    def __init__(self, message: str, code: str = "wrong") -> None:
        """Carry the sentence."""
        super().__init__(message)
        self.message = message
        self.code = code


def narrow(text: str) -> str:
    """Return ``text`` with full-width letters, digits and signs made half-width, and without outer blanks."""
    return text.translate(FULL_WIDTH).strip()


def text(most: int = 200) -> Reader[str]:
    """Read free text of at most ``most`` characters."""

    def reader(cell: Cell) -> str:
        words = _told(cell).text
        if len(words) > most:
            raise CellWrong(_("At most %(most)d characters; here are %(count)d.") % {"most": most, "count": len(words)})
        return words

    return reader


def name(cell: Cell) -> str:
    """Read a person's name: blanks between Chinese characters go, every middle dot becomes ·."""
    words = CJK_GAP.sub("", narrow(_told(cell).text).translate(MIDDLE_DOTS))
    if len(words) > 60 or any(char.isdigit() for char in words):
        raise CellWrong(_("A name has no digits and at most 60 characters."))
    return words


def body_name(cell: Cell) -> str:
    """Read the name of a body; half-width brackets round Chinese words become full-width."""
    words = CJK_GAP.sub("", _told(cell).text.translate(WIDE_LETTERS)).replace("(", "（").replace(")", "）")
    if len(words) > 120:
        raise CellWrong(_("A name of a body has at most 120 characters."))
    return words


def code(most: int = 30) -> Reader[str]:
    """Read a code of letters, digits and - / . _ : upper case, half-width, without blanks."""

    def reader(cell: Cell) -> str:
        words = narrow(_told(cell).text).replace(" ", "").upper()
        if not re.fullmatch(rf"[A-Z0-9\-/._〔〕]{{1,{most}}}", words):
            raise CellWrong(_("A code has letters, digits and - only, at most %(most)d of them.") % {"most": most})
        return words

    return reader


def code_or_name(most: int = 30) -> Reader[str]:
    """Read a code as ``code`` does; what is none is the name of a body, which a question turns into its code."""
    as_code = code(most)

    def reader(cell: Cell) -> str:
        try:
            return as_code(cell)
        except CellWrong:
            return body_name(cell)

    return reader


def uscc(cell: Cell) -> str:
    """Read a unified social credit code; never repair one."""
    words = narrow(_told(cell).text).replace(" ", "").upper()
    if len(words) != 18:
        raise CellWrong(
            _("A unified social credit code has 18 characters; here are %(count)d.") % {"count": len(words)}
        )
    if strange := sorted(set(words) & set("IOSVZ")):
        sentence = _("A unified social credit code has no %(letters)s; is it a digit?")
        raise CellWrong(sentence % {"letters": " ".join(strange)})
    if not is_uscc(words):
        raise CellWrong(_("The check character is wrong. Compare with the licence."))
    return words


def id_number(cell: Cell) -> str:
    """Read a national ID number of 18 characters; never repair one."""
    words = narrow(_told(cell).text).replace(" ", "").upper()
    if len(words) != 18:
        raise CellWrong(_("An ID number has 18 characters; here are %(count)d.") % {"count": len(words)})
    if words.endswith("000") and id_facts(words) is None:  # a spreadsheet keeps 15 digits and writes zeros behind
        raise _lost()
    if id_facts(words) is None:
        raise CellWrong(_("The ID number's check digit or birth date is wrong. Ask the person."))
    return words


def phone(cell: Cell) -> str:
    """Read a telephone number: digits, with - between the parts."""
    words = re.sub(r"[\s－—]", "-", narrow(_told(cell).text))
    words = re.sub(r"-+", "-", words)
    digits = words.replace("-", "").removeprefix("+86")
    if not digits.isascii() or not digits.isdigit() or not 7 <= len(digits) <= 16:
        raise CellWrong(_("A telephone number has 7 to 16 digits."))
    return digits if len(digits) == 11 and digits.startswith("1") else words


def day(cell: Cell) -> date:
    """Read a date: 2020-03-05, 2020.3.5, 2020/3/5, 2020年3月5日, 二〇二〇年三月, 20200305, or a serial number."""
    words = narrow(_told(cell).text)
    if cell.number and re.fullmatch(r"[0-9]{5}", words) and int(words) in SERIALS:
        return EXCEL_DAY_ZERO + timedelta(days=int(words))
    if cell.number and re.fullmatch(r"\d{4}\.1", words):
        raise CellWrong(_("Is it January or October? Write the date as 2020-10-01."))
    words = words.removesuffix(" 00:00:00")
    found = NUMERIC_DATE.fullmatch(words) or EIGHT.fullmatch(words) or NUMERIC_DATE.fullmatch(_chinese(words))
    if found is None:
        raise CellWrong(_("This is no date. Write it as 2020-03-05."))
    year, month, of_month = (int(part) if part else 1 for part in found.groups())
    try:
        found_day = date(year, month, of_month)
    except ValueError:
        raise CellWrong(_("There is no such day. Write it as 2020-03-05.")) from None
    if not is_in_reach(found_day):
        raise CellWrong(_("The year lies outside 1900 to 2100."))
    return found_day


def year(cell: Cell) -> int:
    """Read a year."""
    words = narrow(_told(cell).text).removesuffix("年度").removesuffix("年")
    if not re.fullmatch(r"(19|20)[0-9][0-9]", words):
        raise CellWrong(_("This is no year. Write it as 2020."))
    return int(words)


def whole(low: int = 0, high: int = 10**9) -> Reader[int]:
    """Read a whole number from ``low`` to ``high``."""

    def reader(cell: Cell) -> int:
        words = narrow(_told(cell).text).replace(",", "")
        if not re.fullmatch(r"-?[0-9]{1,12}", words) or not low <= int(words) <= high:
            raise CellWrong(_("A whole number from %(low)d to %(high)d is asked for.") % {"low": low, "high": high})
        return int(words)

    return reader


def wan(cell: Cell) -> int:
    """Read an amount in 万元 and return 分."""
    words = narrow(_told(cell).text).replace(" ", "").removesuffix("万元").removesuffix("万")
    if words.endswith("元"):
        raise CellWrong(_("Amounts stand in 万元 here."))
    try:
        cents = from_wan(words)
    except ValueError:
        raise CellWrong(_("This is no amount in 万元 with at most six decimals.")) from None
    if not 0 <= cents <= 10**15:
        raise CellWrong(_("The amount lies outside 0 to 1,000,000,000 万元."))
    return cents


def hundredths(most: int = 100) -> Reader[int]:
    """Read a score of at most ``most`` points with at most two decimals and return hundredths."""
    return _scaled(100, most)


def tenths(most: int = 1000) -> Reader[int]:
    """Read hours with at most one decimal and return tenths."""
    return _scaled(10, most)


def yes_no(cell: Cell) -> bool:
    """Read 是 or 否."""
    words = narrow(_told(cell).text).lower()
    if words in {"是", "有", "y", "yes", "true", "1", "√"}:
        return True
    if words in {"否", "无", "n", "no", "false", "0", "×"}:
        return False
    raise CellWrong(_("Write 是 or 否."))


def one_of(words_of: Mapping[str, Value], also: Mapping[str, str] | None = None) -> Reader[Value]:
    """Read one of the given words and return what it stands for; ``also`` are other ways to write one of them."""
    same = also or {}

    def reader(cell: Cell) -> Value:
        words = narrow(_told(cell).text)
        words = same.get(words, words)
        if words not in words_of:
            raise CellWrong(_("Write one of: %(words)s.") % {"words": "、".join(words_of)}, "not_in_list")
        return words_of[words]

    return reader


def codes(cell: Cell) -> tuple[str, ...]:
    """Read several codes parted by 、 , ; or blanks."""
    parts = [part for part in re.split(r"[、,;\s]+", narrow(_told(cell).text).replace("；", ";")) if part]
    return tuple(dict.fromkeys(part.upper() for part in parts))


def _scaled(factor: int, most: int) -> Reader[int]:
    def reader(cell: Cell) -> int:
        try:
            scaled = Decimal(narrow(_told(cell).text).removesuffix("分")) * factor
        except InvalidOperation:
            raise CellWrong(_("This is no number.")) from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 <= scaled <= most * factor:
            places = len(str(factor)) - 1
            sentence = _("A number from 0 to %(most)d with at most %(places)d decimals is asked for.")
            raise CellWrong(sentence % {"most": most, "places": places})
        return int(scaled)

    return reader


def _told(cell: Cell) -> Cell:
    """Return the cell unless it is a number that lost digits."""
    if cell.lost or SCIENTIFIC.fullmatch(cell.text):
        raise _lost()
    return cell


def _lost() -> CellWrong:
    return CellWrong(_("Digits of this number are lost. Format the column as text and type it again."), "digits_lost")


def _chinese(words: str) -> str:
    """Return a date in Chinese numerals with Arabic digits: 二〇二〇年三月十五日 → 2020年3月15日."""

    def number(found: re.Match[str]) -> str:
        tens, _ten, ones = found.group().partition("十")
        return f"{(tens or '一').translate(CHINESE_DIGITS)}{(ones or '0').translate(CHINESE_DIGITS)}"

    return re.sub(r"[一二三]?十[一二三四五六七八九]?", number, words).translate(CHINESE_DIGITS)
