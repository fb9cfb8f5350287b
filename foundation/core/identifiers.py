"""Identifiers of the field: USCC and the national ID number."""

from dataclasses import dataclass
from datetime import date

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK = "10X98765432"


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What an ID number says: birth date and whether the check digit holds."""

    born_on: date


def uscc_check_character(body: str) -> str:
    """Return the check character for the 17 characters ``body`` (GB 32100—2015); remainder 0 gives ``0``."""
    total = sum(USCC_ALPHABET.index(char) * weight for char, weight in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_uscc(text: str) -> bool:
    """Return whether ``text`` is a unified social credit code with a right check character."""
    return (
        len(text) == 18 and all(char in USCC_ALPHABET for char in text) and uscc_check_character(text[:17]) == text[17]
    )


def id_facts(text: str) -> IdFacts | None:
    """Return the facts of an 18-digit national ID number (GB 11643—1999), or None where it is wrong.

    An area code unknown today is no fault: areas were renamed after people were born.
    """
    if len(text) != 18 or not text[:17].isascii() or not text[:17].isdigit():
        return None
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], ID_WEIGHTS, strict=True))
    if ID_CHECK[total % 11] != text[17].upper():
        return None
    try:
        return IdFacts(born_on=date(int(text[6:10]), int(text[10:12]), int(text[12:14])))
    except ValueError:
        return None


def masked_id(text: str) -> str:
    """Return the ID number with its middle hidden: 3701**********0013."""
    return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}" if len(text) > 8 else "*" * len(text)


def masked_phone(text: str) -> str:
    """Return the phone number with its middle hidden: 138****0000."""
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "*" * len(text)


def masked_mail(text: str) -> str:
    """Return a mail address with all of its name but the first character hidden: z***@example.org; nothing for none."""
    if not text:
        return ""
    name, at, domain = text.partition("@")
    return f"{name[:1]}***{at}{domain}"


def plain_phone(text: str) -> str:
    """Return a telephone number as it is kept and compared: without blanks, hyphens and the country's own prefix."""
    plain = "".join(char for char in text if char not in " -\u3000()（）")
    return plain.removeprefix("+86").removeprefix("0086")


def masked_account(text: str) -> str:
    """Return a bank account with all but its last four digits hidden: **** 0013."""
    return f"**** {text[-4:]}" if len(text) > 4 else "*" * len(text)
