"""A firm that shares something with a removed one is shown, never stopped, and can be set aside with a reason."""

from datetime import date

import pytest

from desk.selectors import today
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import LikenessSetAside
from evaluators.rules import MARKS, Marks, shared_marks
from evaluators.selectors import likenesses, marks_of, open_likenesses
from evaluators.services import FirmRefused, Heir, move_firms, record_succession, set_likeness_aside
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from parties.enums import RelationshipKind
from parties.services import change_facts, record_relationship
from tests.factories.assignments import FirmFactory, OrganisationFactory
from tests.factories.delivery import LeadEvaluatorFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-50")]
ON = date(2020, 6, 1)
FACTS = {"legal_person": "张 三", "address": "演示区（东）1号", "phone": "0531-8888 0000"}
SAME = {"legal_person": "张三", "address": "演示区(东)1号", "phone": "053188880000"}


@pytest.fixture
def people():
    return office()


def firm_with(people, *, removed=False, **facts):
    body = OrganisationFactory(bureau=people["bureau"], **facts)
    status = FirmStatus.REMOVED if removed else FirmStatus.ACTIVE
    return FirmFactory(bureau=people["bureau"], organisation=body, status=status)


def found(people, firm, on=ON):
    rows = likenesses(people["bureau"], marks_of([firm]), on).get(firm.pk, [])
    return [(one.removed, one.marks) for one in rows]


@pytest.mark.edge("E20")
@pytest.mark.parametrize("mark", [*SAME, "lead_evaluator"])
def test_each_shared_fact_is_an_alert_and_no_obstacle(people, mark):
    removed = firm_with(people, removed=True, **{mark: FACTS[mark]} if mark in FACTS else {})
    new = firm_with(people, **{mark: SAME[mark]} if mark in SAME else {})
    if mark == "lead_evaluator":
        lead = LeadEvaluatorFactory(firm=removed, ended_on=ON)
        LeadEvaluatorFactory(firm=new, person=lead.person, started_on=ON)

    assert found(people, new) == [(removed, (mark,))]
    suspended = move_firms(firms=[new], action=FirmAction.SUSPEND, by=people["clerk"], on=ON, reason="另案")
    assert move_firms(firms=suspended, action=FirmAction.RESTORE, by=people["clerk"], on=ON)[0].status == "ACTIVE"


@pytest.mark.edge("E20")
@pytest.mark.parametrize("whose", ["removed", "new"])
@pytest.mark.parametrize("mark", ["legal_person", "address"])
def test_former_legal_person_or_address_of_either_is_seen(people, whose, mark):
    removed, new = firm_with(people, removed=True, **{mark: FACTS[mark]}), firm_with(people, **{mark: SAME[mark]})
    changed = {"legal_person": "", "address": "", mark: "后来的"}
    body = (removed if whose == "removed" else new).organisation
    change_facts(organisation=body, reason="登记", by=people["clerk"], on=ON, day=ON, **changed)
    new.refresh_from_db()

    assert found(people, new) == [(removed, (mark,))]


def test_nothing_shared_or_nobody_removed_is_no_alert(people):
    firm_with(people, **FACTS)
    firm_with(people, removed=True, legal_person="李四")
    new = firm_with(people, **SAME)

    assert (found(people, new), open_likenesses(people["bureau"], ON)) == ([], [])


@pytest.mark.edge("E20")
def test_alert_stands_on_today_until_it_is_set_aside_with_a_reason_and_returns_when_more_is_shared(people):
    removed, new = firm_with(people, removed=True, **FACTS), firm_with(people, phone=SAME["phone"])

    def lines():
        return [(line.key, line.text) for line in today(people["clerk"], ON).waiting if line.kind == "LIKENESS"]

    assert lines() == [(new.number, removed.organisation.name)]
    set_likeness_aside(firm=new, removed=removed, reason="同一写字楼总机", by=people["clerk"], on=ON)
    assert lines() == []
    row = LikenessSetAside.objects.get()
    assert (row.marks, Entry.objects.filter(action="evaluators.likeness_set_aside").count()) == (["phone"], 1)
    new.organisation.legal_person = SAME["legal_person"]
    new.organisation.save()
    assert found(people, new) == [(removed, ("legal_person", "phone"))]


@pytest.mark.parametrize(("reason", "again", "code"), [(" ", False, "reason_missing"), ("无关", True, "no_likeness")])
def test_setting_aside_without_reason_or_twice_is_refused(people, reason, again, code):
    removed, new = firm_with(people, removed=True, **FACTS), firm_with(people, **SAME)
    if again:
        set_likeness_aside(firm=new, removed=removed, reason="无关", by=people["clerk"], on=ON)

    with pytest.raises(FirmRefused) as caught:
        set_likeness_aside(firm=new, removed=removed, reason=reason, by=people["clerk"], on=ON)

    assert (caught.value.refusal.code, LikenessSetAside.objects.count()) == (code, int(again))


def test_only_who_keeps_this_register_sets_aside(people):
    removed, new = firm_with(people, removed=True, **FACTS), firm_with(people, **SAME)
    for by in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            set_likeness_aside(firm=new, removed=removed, reason="无关", by=by, on=ON)

    assert not LikenessSetAside.objects.exists()


def test_successor_is_known_and_no_likeness_but_a_third_firm_resembles_the_closed_record(people):
    removed, heir, third = (
        firm_with(people, removed=True, **FACTS),
        firm_with(people, **SAME),
        firm_with(people, **SAME),
    )
    move = {"by": people["clerk"], "on": ON}
    removed = move_firms(firms=[firm_with(people, **FACTS)], action=FirmAction.REMOVE, reason="造假", **move)[0]
    record_succession(kind=RelationshipKind.MERGED_INTO, predecessor=removed, heirs=[Heir(heir)], **move)

    assert removed not in [other for other, _marks in found(people, heir)]
    assert removed in [other for other, _marks in found(people, third)]


@pytest.mark.edge("E20")
@pytest.mark.rule("R-49")
@pytest.mark.parametrize("kind", [RelationshipKind.CONVERTED_FROM, RelationshipKind.SPLIT_FROM])
def test_a_link_along_which_no_removal_passed_silences_nothing(people, kind):
    removed, new = firm_with(people, removed=True, **FACTS), firm_with(people, **SAME)
    ends = {"subject": new.organisation, "kind": kind, "other": removed.organisation}
    record_relationship(**ends, by=people["clerk"], on=ON, passes_scores=True, passes_sanctions=True)

    assert found(people, new) == [(removed, tuple(SAME))]
    set_likeness_aside(firm=new, removed=removed, reason="已核实", by=people["clerk"], on=ON)
    assert found(people, new) == []


@pytest.mark.edge("E20")
@pytest.mark.rule("R-49")
def test_of_a_split_who_left_the_removal_with_another_still_resembles_the_removed_firm(people):
    takes, leaves = firm_with(people, **SAME), firm_with(people, **SAME)
    move = {"by": people["clerk"], "on": ON}
    old = move_firms(firms=[firm_with(people, **FACTS)], action=FirmAction.REMOVE, reason="造假", **move)[0]
    heirs = [Heir(takes), Heir(leaves, takes_sanctions=False)]
    record_succession(kind=RelationshipKind.SPLIT_FROM, predecessor=old, heirs=heirs, **move)

    assert (found(people, takes), found(people, leaves)) == ([], [(old, tuple(SAME))])
    assert found(people, takes, date(2030, 1, 1)) == []


def test_bureau_chooses_what_is_compared(people):
    removed, new = firm_with(people, removed=True, **FACTS), firm_with(people, **SAME)
    rules = RuleSetFactory(bureau=people["bureau"], effective_from=date(2020, 1, 1))
    RuleValueFactory(rule_set=rules, key="likeness_marks", value=["legal_person"])

    assert found(people, new) == [(removed, ("legal_person",))]


def test_another_bureau_s_removed_firms_are_not_compared(people):
    firm_with(office(), removed=True, **FACTS)

    assert found(people, firm_with(people, **SAME)) == []


def test_empty_facts_are_shared_with_nobody():
    assert shared_marks(Marks(), Marks(), compared=MARKS) == ()
    assert shared_marks(Marks("·"), Marks("-"), compared=MARKS) == ()
