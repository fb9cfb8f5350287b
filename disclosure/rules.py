"""What may never stand in a published text, and how a name is hidden. Rule R-45."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from foundation.core.identifiers import id_facts, masked_id, masked_phone
from foundation.rulesets.rules import Rule

ID_KIND: Final = "ID_NUMBER"
PHONE_KIND: Final = "PHONE"
RULES: Final = (Rule("publication_redaction", "R-45", [ID_KIND, PHONE_KIND], "kinds", "DEFAULT", is_fixed=True),)

ID_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx])(?![0-9A-Za-z])")
PHONE: Final = re.compile(r"(?<![0-9A-Za-z])(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[- ]\d{7,8})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Fault:
    """Personal data at ``place`` of the text to publish; ``shown`` is masked."""

    place: str
    kind: str
    shown: str


def faults_in(value: object, place: str = "") -> Iterator[Fault]:
    """Yield every ID number and phone in the strings of ``value``, with the place where it stands."""
    if isinstance(value, str):
        yield from _faults_of_text(unicodedata.normalize("NFKC", value), place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from faults_in(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value, 1):
            yield from faults_in(inner, f"{place}[{number}]")


def _faults_of_text(text: str, place: str) -> Iterator[Fault]:
    for match in ID_NUMBER.finditer(text):
        if id_facts(match.group(1).upper()):
            yield Fault(place, ID_KIND, masked_id(match.group(1)))
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group(1))
        yield Fault(place, PHONE_KIND, masked_phone(digits))


def masked_name(name: str) -> str:
    """Return a person's name as a stranger may read it: the first character, then stars."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def slug_of(*, letter: str, bureau_code: str, year: int, number: int) -> str:
    """Return the address of a publication: r-370112-2020-3; numbers count publications only."""
    return f"{letter}-{bureau_code}-{year}-{number}"
