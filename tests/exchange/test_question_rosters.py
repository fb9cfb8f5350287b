"""Rosters of other hands that leave something open (``rosters/make_questions.py``): asked, answered, remembered."""

import json
from pathlib import Path

import pytest

from evaluators.models import Firm
from experts.models import Expert
from faces.exchange.models import RunStatus
from faces.exchange.runs import answer, check_file, confirm, undo
from foundation.accounts.enums import Role
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.services import NodeDraft, add_nodes
from parties.enums import OrganisationKind
from parties.models import BudgetUnit, Person
from parties.selectors import masked
from parties.services import OrganisationDraft, PersonDraft, register_organisations, register_persons, rename_person
from projects.models import Project
from tests.factories.assignments import OrganisationFactory, ProjectFactory, UnitFactory
from tests.factories.foundation import BureauFactory, UserFactory
from tests.factories.questions import DAY

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "rosters"
ROSTERS = sorted(path for path in FOLDER.glob("*-questions-*") if path.suffix != ".json")
TREE = (NodeDraft("A", "演示领域"), NodeDraft("A01", "演示行业", "A"), NodeDraft("A0101", "演示专业", "A01"))
STORED = {
    "persons": lambda: [f"{one.name} {masked(one)[1][-4:]}" for one in Person.objects.all()],
    "units": lambda: [f"{one.code} {one.organisation.name}" for one in BudgetUnit.objects.all()],
    "firms": lambda: [
        f"{one.number} {one.organisation.name} {one.organisation.uscc} {one.organisation.founded_on}"
        for one in Firm.objects.select_related("organisation")
    ],
    "projects": lambda: [f"{one.code} {one.name} {one.amount_cents}" for one in Project.objects.all()],
    "experts": lambda: [
        f"{one.number} {one.person.name} {one.person.employments.get().started_on}" for one in Expert.objects.all()
    ],
}


@pytest.fixture
def clerk():
    bureau = BureauFactory(is_demo=True)
    clerk = UserFactory(bureau=bureau, role=Role.CLERK)
    add_nodes(bureau=bureau, tree=TreeKind.SPECIALTY, drafts=TREE, by=clerk, on=DAY)
    body = OrganisationFactory(bureau=bureau, name="演示单位", uscc=None, uscc_absent_reason="演示")
    UnitFactory(bureau=bureau, code="101001", organisation=body)
    return clerk


def make_known(clerk, known):
    """Write what the roster finds here."""
    for one in known.get("persons", ()):
        draft = PersonDraft(one.get("before", one["name"]), "", one["phone"])
        person = register_persons(bureau=clerk.bureau, drafts=[draft], by=clerk, on=DAY)[0]
        if "before" in one:
            rename_person(person=person, name=one["name"], reason="演示", by=clerk, on=DAY)
    drafts = [OrganisationDraft(one["name"], OrganisationKind.COMPANY, one["uscc"]) for one in known.get("bodies", ())]
    register_organisations(bureau=clerk.bureau, drafts=drafts, by=clerk, on=DAY)
    for one in known.get("units", ()):
        body = OrganisationFactory(
            bureau=clerk.bureau, name=one["name"], uscc=one.get("uscc"), uscc_absent_reason="演示"
        )
        UnitFactory(bureau=clerk.bureau, code=one["code"], organisation=body)
    for one in known.get("projects", ()):
        ProjectFactory(unit=BudgetUnit.objects.get(code="101001"), code=one["code"], name=one["name"])


def bare(choice):
    """Return a choice without the key of whom or what it names."""
    return "row-" if choice.startswith("row-") else choice.rstrip("0123456789")


def plain(questions):
    return sorted(
        [one["row"], one["column"], one["kind"], [bare(value) for value, _label in one["choices"]]] for one in questions
    )


def stored(names):
    return {name: sorted(STORED[name]()) for name in names}


def given(questions, answers):
    """Return the choice that was written down for each question, by its row or by sheet and row."""
    found = {}
    for one in questions:
        wanted = answers.get(str(one["row"])) or answers[f"{one['sheet']}{one['row']}"]
        found[one["id"]] = next(value for value, _label in one["choices"] if bare(value) == wanted)
    return found


@pytest.mark.edge("E5")
@pytest.mark.parametrize("path", ROSTERS, ids=lambda path: path.name)
def test_roster_asks_what_stands_beside_it_and_comes_to_it_once_answered(clerk, path):
    said = json.loads(path.with_name(f"{path.name}.json").read_text())
    make_known(clerk, said["known"])
    before = stored(said["stored"])
    told = {"bureau": clerk.bureau, "noun": said["noun"], "name": path.name, "content": path.read_bytes()}

    run_ = check_file(**told, by=clerk, on=DAY)

    report = run_.report
    assert (run_.status, report["faults"], report["read"]) == (RunStatus.FAULTY, [], said["read"])
    assert [[row, why] for _sheet, row, _text, why in report["skipped"]] == said["skipped"]
    assert plain(report["questions"]) == sorted(said["questions"])
    run_ = answer(run_=run_, answers=given(report["questions"], said["answers"]), by=clerk, on=DAY)
    assert [[one["row"], one["column"], one["code"]] for one in run_.report["faults"]] == said["faults"]
    if said["faults"]:
        assert stored(said["stored"]) == before
        return
    run_ = confirm(run_=run_, by=clerk, on=DAY)
    assert stored(said["stored"]) == {name: sorted(rows) for name, rows in said["stored"].items()}
    again = check_file(**told, by=clerk, on=DAY)
    assert (again.status, again.report["changes"]) == (RunStatus.CHECKED, [])
    assert sum(again.report["created"].values()) == 0
    undo(run_=run_, by=clerk, on=DAY)
    assert stored(said["stored"]) == before


def test_rosters_with_questions_come_from_every_writer_and_of_every_noun_that_asks():
    assert len(ROSTERS) >= 20
    assert {path.suffix for path in ROSTERS if "libreoffice" in path.name} == {".xlsx", ".xls", ".csv"}
    said = [json.loads(path.with_name(f"{path.name}.json").read_text()) for path in ROSTERS]
    assert {one["noun"] for one in said} == {"units", "firms", "projects", "experts"}
    assert {kind for one in said for *_place, kind, _choices in one["questions"]} == {
        "person", "name", "code", "unit", "project", "body",
    }  # fmt: skip
