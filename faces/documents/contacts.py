"""From the contacts of a day to the directory 通讯录."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from faces.documents.contact_list import ContactGroup, ContactLine, ContactList
from foundation.bureaus.models import Bureau
from parties.enums import ContactOf
from parties.models import Contact
from parties.selectors import contact_body

TITLES: Final = {ContactOf.SECTION: "局内科室", ContactOf.UNIT: "预算单位", ContactOf.FIRM: "第三方机构"}


def directory_of(
    rows: Sequence[Contact], phones: Mapping[int, str], *, bureau: Bureau, on: date, purpose: str, printed_by: str
) -> ContactList:
    """Return the facts of the directory of ``on``: by kind and body, each with the telephone that ``phones`` gives.

    ``purpose`` is empty where the telephones are masked.
    """
    groups = []
    for kind, title in TITLES.items():
        found = sorted((row for row in rows if row.of == kind), key=lambda row: (contact_body(row), row.pk))
        lines = [ContactLine(contact_body(row), row.duty, row.name, phones[row.pk]) for row in found]
        if lines:
            groups.append(ContactGroup(title, lines))
    return ContactList(bureau=bureau.name, held_on=on, groups=groups, purpose=purpose, printed_by=printed_by)
