"""Applications as an applicant leaves them: empty, complete, handed in."""

import io
from datetime import date

from PIL import Image

from admissions.enums import ApplicationKind
from admissions.models import Application
from admissions.selectors import items_of
from admissions.services import (
    PersonFacts,
    accept_undertaking,
    add_person,
    announce,
    review_items,
    save_profile,
    save_proof,
    submit,
)
from foundation.accounts.enums import Role
from foundation.core.identifiers import ID_CHECK, ID_WEIGHTS
from foundation.taxonomy.models import Node
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

USCC, OTHER_USCC = "91350100M000100Y43", "91110108551385082Q"
FILLED_ON = date(2020, 6, 1)
FIRM_FACTS = {
    "name": "演示评价咨询有限公司",
    "uscc": USCC,
    "kind": "CONSULTANCY",
    "form": "COMPANY",
    "legal_person": "法人演示",
    "address": "演示路1号",
    "phone": "0531-12345678",
    "founded_on": "2010-05-01",
    "staff_count": 12,
}


def id_number(turn, born=date(1970, 1, 1)):
    """Return a national ID number with a right check digit."""
    body = f"370102{born:%Y%m%d}{turn:03d}"
    return body + ID_CHECK[sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def picture(shade=0):
    """Return the bytes of a small PNG."""
    made = io.BytesIO()
    Image.new("L", (4, 4), shade).save(made, "PNG")
    return made.getvalue()


def opened(bureau):
    """Let the bureau take applications."""
    RuleValueFactory(rule_set=RuleSetFactory(bureau=bureau), key="self_registration", value=True)
    return bureau


def begun(bureau, kind=ApplicationKind.FIRM):
    """Return an empty application with its applicant."""
    user = UserFactory(bureau=bureau, role=Role.APPLICANT)
    return Application.objects.create(bureau=bureau, applicant=user, kind=kind, status_since=FILLED_ON)


def expert_facts(bureau):
    """Return the facts of an expert, with a specialty of the bureau."""
    path = f"Z{Node.objects.count()}"
    node = None
    for level in (1, 2, 3):
        node = Node.objects.create(
            bureau=bureau, tree="SPECIALTY", parent=node, level=level, code=path, name=f"专业{path}", path=path
        )
        path += "/1"
    return {
        "title": "高级会计师",
        "level": "SENIOR",
        "works_since": "2000-07-01",
        "employer": "演示大学",
        "employed_since": "2005-09-01",
        "main": node.pk,
        "others": [],
        "email": "",
    }


def complete(bureau, kind=ApplicationKind.FIRM, *, on=FILLED_ON, turn=1, born=date(1970, 1, 1), **facts):
    """Return an application in which nothing is missing."""
    row = begun(bureau, kind)
    given = {"application": row, "by": row.applicant, "on": on}
    is_firm = kind == ApplicationKind.FIRM
    save_profile(**given, values={**(FIRM_FACTS if is_firm else expert_facts(bureau)), **facts})
    person = PersonFacts(
        f"人员{turn}", id_number(turn, born), f"1390000{turn:04d}", "高级会计师" if is_firm else "", date(2000, 7, 1)
    )
    add_person(**given, person=person)
    for code in items_of(row, on):
        save_proof(**given, code=code, file=("证明.png", picture()), source="演示部门", valid_to=date(2030, 1, 1))
    accept_undertaking(**given)
    row.refresh_from_db()
    return row


def handed_in(bureau, kind=ApplicationKind.FIRM, **more):
    """Return an application that is with the bureau."""
    row = complete(bureau, kind, **more)
    return submit(application=row, by=row.applicant, on=more.get("on", FILLED_ON))


def checked(row, clerk, *, on=FILLED_ON):
    """Say that every condition is met."""
    answers = dict.fromkeys(items_of(row, on), (True, ""))
    return review_items(application=row, answers=answers, by=clerk, on=on)


def in_notice(row, clerk, *, on=FILLED_ON):
    """Return the application in its public notice."""
    checked(row, clerk, on=on)
    return announce(application=row, by=clerk, on=on)
