"""Mergers, splits, conversions: the record closes, what passes passes, running tasks are answered for, nothing is lost."""

from datetime import date
from fractions import Fraction

import pytest

from appraisals.enums import TaskFate
from appraisals.models import FirmAppraisal
from appraisals.services import Fate, SuccessionRefused, compute_year, succeed
from assignments.enums import AssignmentStatus, Origin, TaskKind, TaskStatus
from assignments.models import Assignment
from assignments.selectors.eligibility import firm_eligibility
from assignments.services.routes import RouteRefused
from credit.selectors import running_events, running_points, with_points
from credit.services import record_violation
from delivery.models import Commission
from delivery.services.commissions import CommissionRefused
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import AssessedYear, Branch, CarriedBar, Firm, LeadEvaluator, Practitioner
from evaluators.rules import ADMISSION_ITEMS
from evaluators.selectors import predecessor_firms, standing_on, visible_to
from evaluators.services import FirmRefused, Heir, add_branch, move_firms, record_admission_checks
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from parties.enums import RelationshipKind
from parties.models import Membership, Organisation, Relationship
from tests.factories.assignments import (
    FirmAssignmentFactory,
    FirmFactory,
    OrganisationFactory,
    PersonFactory,
    ProjectFactory,
    TaskFactory,
    firm_user,
    ready_firm,
)
from tests.factories.delivery import CommissionFactory
from tests.factories.disclosure import make_rating, make_task
from tests.factories.foundation import office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-49")]
ON = date(2020, 6, 1)
MERGER, SPLIT, CONVERSION = (
    RelationshipKind.MERGED_INTO, RelationshipKind.SPLIT_FROM, RelationshipKind.CONVERTED_FROM,
)  # fmt: skip
OLD_CODE, NEW_CODE = "91350100M000100Y43", "91110108551385082Q"


@pytest.fixture
def people():
    return office()


@pytest.fixture
def pair(people):
    return ready_firm(people["bureau"]), ready_firm(people["bureau"])


def join(people, old, *heirs, kind=MERGER, fates=None, on=ON, **facts):
    return succeed(kind=kind, predecessor=old, heirs=heirs, fates=fates or {}, by=people["clerk"], on=on, **facts)


def codes(task, firm, on=ON):
    return [(row.code, row.facts["free_on"]) for row in firm_eligibility(task, on, [firm])[0].refusals]


@pytest.mark.edge("E19")
def test_merger_closes_the_record_and_people_and_branches_go_along(people, pair):
    old, heir = pair
    lead = old.lead_evaluators.get()
    staff = Practitioner.objects.create(firm=old, person=PersonFactory(bureau=people["bureau"]), started_on=ON)
    add_branch(firm=old, name="甲分所", address="", has_legal_personality=False, by=people["clerk"], on=ON)

    join(people, old, Heir(heir))

    old.refresh_from_db()
    assert (old.status, standing_on(old, date(2020, 5, 31))) == (FirmStatus.CLOSED, FirmStatus.ACTIVE)
    assert Organisation.objects.get(pk=old.organisation_id).closed_on == ON
    for model, person in ((LeadEvaluator, lead.person), (Practitioner, staff.person)):
        spells = model.objects.filter(person=person).order_by("started_on", "pk")
        assert list(spells.values_list("firm", "ended_on"))[-2:] == [(old.pk, ON), (heir.pk, None)]
    assert list(Branch.objects.order_by("pk").values_list("firm", "ended_on")) == [(old.pk, ON), (heir.pk, None)]
    row = Relationship.objects.get()
    assert (row.subject_id, row.other_id, row.passes_scores, row.passes_sanctions) == (
        old.organisation_id, heir.organisation_id, True, True,
    )  # fmt: skip
    assert Entry.objects.filter(action="evaluators.succeeded").count() == 1


@pytest.mark.edge("E19")
def test_deductions_follow_a_merger_from_its_day_and_through_the_next_one(people, pair):
    old, heir = pair
    last = ready_firm(people["bureau"])
    record_violation(
        bureau=people["bureau"], organisation=old.organisation, code="heavy", words="迟交", by=people["head"], on=ON
    )
    join(people, old, Heir(heir))
    join(people, heir, Heir(last), on=date(2020, 6, 2))
    bodies = [firm.organisation_id for firm in (old, heir, last)]

    before, after = running_points(bodies, ON), running_points(bodies, date(2020, 6, 2))
    listed = with_points(Firm.objects.order_by("pk"), date(2020, 6, 2)).values_list("deducted", flat=True)

    assert before == {bodies[0]: -15, bodies[1]: -15}
    assert after == dict.fromkeys(bodies, -15)
    assert list(listed) == [15, 15, 15]
    assert running_events(bodies[2:], date(2020, 12, 1)) == {}


@pytest.mark.edge("E19")
def test_scores_count_for_the_successor_in_the_year_of_the_merger_and_for_the_old_firm_before(people, pair):
    old, heir = pair
    make_rating(people, task=make_task(people, year=2019), firm=old, score="60")
    make_rating(people, task=make_task(people, year=2020), firm=old, score="70")
    make_rating(people, task=make_task(people, year=2020), firm=heir, score="90")
    join(people, old, Heir(heir), fates=dict.fromkeys(
        Assignment.objects.filter(firm=old).values_list("task", flat=True), Fate(TaskFate.TAKE_OVER))
    )  # fmt: skip

    compute_year(bureau=people["bureau"], year=2019, by=people["clerk"], on=date(2020, 12, 20))
    compute_year(bureau=people["bureau"], year=2020, by=people["clerk"], on=date(2020, 12, 20))

    def mean(firm, year):
        row = FirmAppraisal.objects.get(firm=firm, year=year)
        return [Fraction(score) for part in row.parts if part["code"] == "score" for score in part["facts"]["scores"]]

    assert mean(old, 2019) == [Fraction(60)]
    assert sorted(mean(heir, 2020)) == [Fraction(70), Fraction(90)]
    assert not FirmAppraisal.objects.filter(firm=old, year=2020).exists()


@pytest.mark.edge("E19")
@pytest.mark.parametrize(
    ("action", "first_free"), [(FirmAction.REMOVE, date(2023, 5, 1)), (FirmAction.SUSPEND, date(2021, 5, 1))]
)
def test_suspension_and_removal_hold_for_who_takes_the_sanctions_until_their_day(people, pair, action, first_free):
    old, heir = pair
    move_firms(firms=[old], action=action, by=people["clerk"], on=date(2020, 5, 1), reason="串通")
    task = TaskFactory(plan__bureau=people["bureau"])

    join(people, old, Heir(heir))

    assert codes(task, heir) == [("carried_bar", first_free.isoformat())]
    assert CarriedBar.objects.get().predecessor_id == old.pk
    assert [code for code, _day in codes(task, heir, first_free)] != ["carried_bar"]


@pytest.mark.edge("E19")
def test_converted_firm_does_not_come_back_clean_under_its_new_code(people):
    bureau = people["bureau"]
    old = FirmFactory(bureau=bureau, organisation=OrganisationFactory(bureau=bureau, uscc=OLD_CODE))
    move_firms(firms=[old], action=FirmAction.REMOVE, by=people["clerk"], on=date(2020, 5, 1), reason="造假")
    heir = FirmFactory(
        bureau=bureau, organisation=OrganisationFactory(bureau=bureau, uscc=NEW_CODE), status=FirmStatus.NOTICE,
        admitted_on=None, term_ends_on=None,
    )  # fmt: skip
    met = dict.fromkeys(ADMISSION_ITEMS, True)
    record_admission_checks(firm=heir, met=met, by=people["clerk"], on=ON)
    join(people, old, Heir(heir), kind=CONVERSION)

    with pytest.raises(FirmRefused) as caught:
        move_firms(firms=[heir], action=FirmAction.ADMIT, by=people["clerk"], on=date(2023, 4, 30))

    heir.refresh_from_db()
    refusal = caught.value.refusal
    assert (refusal.code, refusal.facts["free_on"], heir.status) == (
        "predecessor_removed", "2023-05-01", FirmStatus.NOTICE,
    )  # fmt: skip
    admitted = move_firms(firms=[heir], action=FirmAction.ADMIT, by=people["clerk"], on=date(2023, 5, 1))
    assert admitted[0].status == FirmStatus.ACTIVE


@pytest.mark.edge("E19")
def test_in_a_split_who_inherits_is_chosen(people, pair):
    old, first = pair
    second = ready_firm(people["bureau"])
    record_violation(
        bureau=people["bureau"], organisation=old.organisation, code="light", words="迟交", by=people["head"], on=ON
    )
    AssessedYear.objects.create(firm=old, year=2019, points_hundredths=4000, recorded_on=ON)

    heirs = (Heir(first, takes_scores=True, takes_sanctions=False), Heir(second, takes_scores=False))
    join(people, old, *heirs, kind=SPLIT)

    bodies = {firm.organisation_id: firm for firm in (first, second)}
    assert running_points(bodies, ON) == {second.organisation_id: -10}
    assert predecessor_firms([first.pk, second.pk], ON, passing="scores") == {first.pk: {old.pk}}
    task = TaskFactory(plan__bureau=people["bureau"], plan__work_year=2020)
    assert [code for code, _day in codes(task, first)] == ["assessed_low"]
    assert codes(task, second) == []
    assert not LeadEvaluator.objects.filter(firm=old, ended_on__isnull=True).exists()


def test_split_that_goes_on_keeps_its_people_and_its_tasks(people, pair):
    old, heir = pair
    seat = FirmAssignmentFactory(task=TaskFactory(plan__bureau=people["bureau"]), firm=old)
    nothing = Heir(heir, takes_scores=False, takes_sanctions=False)

    join(people, old, nothing, kind=SPLIT, closes=False, fates={seat.task_id: Fate(TaskFate.STAY)})

    old.refresh_from_db()
    seat.refresh_from_db()
    assert (old.status, seat.firm_id, seat.status == AssignmentStatus.VOID) == (FirmStatus.ACTIVE, old.pk, False)
    assert old.lead_evaluators.filter(ended_on__isnull=True).count() == 1


@pytest.mark.edge("E19")
def test_successor_takes_over_a_running_task_where_it_stands_and_the_letter_keeps_the_old_name(people, pair):
    old, heir = pair
    lead = old.lead_evaluators.get()
    commission = CommissionFactory(
        task__plan__bureau=people["bureau"], task__clerk=people["clerk"], assignment__firm=old, lead_evaluator=lead
    )
    task, seat = commission.task, commission.assignment

    join(people, old, Heir(heir), fates={task.pk: Fate(TaskFate.TAKE_OVER)})

    seat.refresh_from_db()
    commission.refresh_from_db()
    task.refresh_from_db()
    now = Assignment.objects.get(task=task, firm=heir)
    assert (seat.status, seat.firm_id) == (AssignmentStatus.VOID, old.pk)
    assert (now.origin, now.status, now.replaces_id) == (Origin.SUCCESSION, AssignmentStatus.DECLARED, seat.pk)
    assert (commission.firm, commission.assignment, commission.lead_evaluator.person) == (heir, now, lead.person)
    assert (task.status, commission.ended_on) == (TaskStatus.COMMISSIONED, None)
    facts = Entry.objects.get(action="delivery.commission.passed_on").text
    assert old.organisation.name in facts


def test_task_can_be_given_anew_instead(people, pair):
    old, heir = pair
    commission = CommissionFactory(
        task__plan__bureau=people["bureau"], task__clerk=people["clerk"], assignment__firm=old,
        lead_evaluator=old.lead_evaluators.get(),
    )  # fmt: skip

    join(people, old, Heir(heir), fates={commission.task_id: Fate(TaskFate.ANEW)})

    commission.refresh_from_db()
    commission.task.refresh_from_db()
    assert (commission.ended_on, commission.task.status) == (ON, TaskStatus.PLANNED)
    assert not Assignment.objects.filter(task=commission.task).exclude(status=AssignmentStatus.VOID).exists()


def untouched(old):
    old.refresh_from_db()
    return (old.status, Relationship.objects.count(), CarriedBar.objects.count()) == (FirmStatus.ACTIVE, 0, 0)


@pytest.mark.parametrize(
    ("fate", "code"), [(None, "choice_missing"), (TaskFate.STAY, "record_closes"), (TaskFate.TAKE_OVER, "no_heir")]
)
def test_running_task_without_an_answer_that_fits_stops_everything(people, pair, fate, code):
    old, heir = pair
    stranger = ready_firm(people["bureau"])
    seat = FirmAssignmentFactory(task=TaskFactory(plan__bureau=people["bureau"]), firm=old)
    fates = {seat.task_id: Fate(fate, stranger)} if fate else {}

    with pytest.raises(SuccessionRefused) as caught:
        join(people, old, Heir(heir), fates=fates)

    assert (caught.value.refusal.code, untouched(old)) == (code, True)


def test_successor_with_ties_of_its_own_takes_over_nothing(people, pair):
    old, heir = pair
    task = TaskFactory(plan__bureau=people["bureau"], clerk=people["clerk"])
    seat = FirmAssignmentFactory(task=task, firm=old)
    Relationship.objects.create(
        subject=heir.organisation, other=task.unit.organisation, kind=RelationshipKind.ADVISED, started_on=ON
    )

    with pytest.raises(RouteRefused) as caught:
        join(people, old, Heir(heir), fates={task.pk: Fate(TaskFate.TAKE_OVER)})

    seat.refresh_from_db()
    old.refresh_from_db()
    assert (caught.value.refusal.code, seat.firm_id, old.status) == ("prior_work", old.pk, FirmStatus.ACTIVE)


def test_split_firm_takes_over_only_with_the_lead_evaluator(people, pair):
    old, heir = pair
    commission = CommissionFactory(
        task__plan__bureau=people["bureau"], task__clerk=people["clerk"], assignment__firm=old,
        lead_evaluator=old.lead_evaluators.get(),
    )  # fmt: skip

    with pytest.raises(CommissionRefused) as caught:
        join(people, old, Heir(heir), kind=SPLIT, fates={commission.task_id: Fate(TaskFate.TAKE_OVER)})

    commission.refresh_from_db()
    assert (caught.value.refusal.code, commission.firm_id, untouched(old)) == ("lead_of_other_firm", old.pk, True)


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (MERGER, {"heirs": "none"}, "heirs_wrong"),
        (MERGER, {"heirs": "itself"}, "heirs_wrong"),
        (MERGER, {"heirs": "twice"}, "heirs_wrong"),
        (MERGER, {"heirs": "two"}, "one_heir_takes_all"),
        (MERGER, {"closes": False}, "one_heir_takes_all"),
        (CONVERSION, {"takes_sanctions": False}, "one_heir_takes_all"),
        (CONVERSION, {}, "code_unchanged"),
        (SPLIT, {"takes_scores": False}, "nobody_inherits"),
        (SPLIT, {"takes_sanctions": False}, "nobody_inherits"),
    ],
)
def test_succession_that_does_not_fit_its_kind_changes_nothing(people, pair, kind, facts, code):
    old, heir = pair
    one = Heir(heir, facts.get("takes_scores", True), facts.get("takes_sanctions", True))
    heirs = {
        "none": (), "itself": (Heir(old),), "twice": (one, one), "two": (one, Heir(ready_firm(people["bureau"]))),
    }.get(facts.get("heirs"), (one,))  # fmt: skip

    with pytest.raises(FirmRefused) as caught:
        join(people, old, *heirs, kind=kind, closes=facts.get("closes", True))

    assert (caught.value.refusal.code, untouched(old)) == (code, True)


def test_nothing_follows_a_closed_record_and_nothing_is_entered_twice(people, pair):
    old, heir = pair
    third = ready_firm(people["bureau"])
    keeps = Heir(third, takes_scores=False, takes_sanctions=False)
    join(people, heir, keeps, kind=SPLIT, closes=False)
    with pytest.raises(FirmRefused) as twice:
        join(people, heir, keeps, kind=SPLIT, closes=False)
    join(people, old, Heir(heir))
    with pytest.raises(FirmRefused) as again:
        join(people, old, Heir(third))
    with pytest.raises(FirmRefused) as into:
        join(people, third, Heir(old))

    assert [caught.value.refusal.code for caught in (twice, again, into)] == [
        "entered_before", "record_closed", "record_closed",
    ]  # fmt: skip
    assert Relationship.objects.count() == 2


def test_what_was_split_off_may_come_back(people, pair):
    old, heir = pair
    join(people, old, Heir(heir), kind=SPLIT, closes=False)
    join(people, heir, Heir(old), on=date(2020, 9, 1))

    assert predecessor_firms([old.pk, heir.pk], date(2020, 9, 1)) == {old.pk: {heir.pk}, heir.pk: {old.pk}}


def test_only_who_keeps_the_register_of_this_bureau_enters_it(people, pair):
    old, heir = pair
    for by in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            succeed(kind=MERGER, predecessor=old, heirs=[Heir(heir)], fates={}, by=by, on=ON)

    assert untouched(old)


@pytest.mark.edge("E19")
def test_ties_of_a_predecessor_bar_its_successor(people, pair):
    old, heir = pair
    task = TaskFactory(plan__bureau=people["bureau"], plan__work_year=2020)
    task.project = ProjectFactory(unit=task.unit)
    task.save()
    Relationship.objects.create(
        subject=old.organisation, other=task.unit.organisation, kind=RelationshipKind.ADVISED, started_on=ON
    )
    done = TaskFactory(
        plan=task.plan, unit=task.unit, project=task.project, kind=TaskKind.EX_ANTE,
        status=TaskStatus.ACCEPTED,
    )  # fmt: skip
    FirmAssignmentFactory(task=done, firm=old)

    before = [code for code, _day in codes(task, heir)]
    join(people, old, Heir(heir))

    assert before == []
    assert {code for code, _day in codes(task, heir)} == {"prior_work", "did_ex_ante"}
    assert Commission.objects.count() == 0


def working(user):
    return list(Membership.objects.filter(user=user, ended_on=None).values_list("organisation_id", flat=True))


@pytest.mark.edge("E34")
@pytest.mark.parametrize("kind", [MERGER, CONVERSION, SPLIT])
def test_closed_record_closes_its_sign_ins_but_those_that_go_on_for_the_successor(client, people, pair, kind):
    old, heir = pair
    if kind == CONVERSION:
        for firm, code in ((old, OLD_CODE), (heir, NEW_CODE)):
            Organisation.objects.filter(pk=firm.organisation_id).update(uscc=code)
    going, gone = firm_user(old), firm_user(old)

    join(people, old, Heir(heir), kind=kind, accounts={going.pk: heir})

    going.refresh_from_db()
    gone.refresh_from_db()
    assert (working(going), going.is_active) == ([heir.organisation_id], True)
    assert (working(gone), gone.is_active) == ([], False)
    assert list(visible_to(going)) == [heir]
    acts = Entry.objects.filter(action__in=["parties.membership_moved", "parties.membership_ended"])
    assert sorted(acts.values_list("action", "subject_id")) == [
        ("parties.membership_ended", gone.pk), ("parties.membership_moved", going.pk),
    ]  # fmt: skip


@pytest.mark.edge("E34")
def test_split_that_leaves_the_record_moves_only_who_is_named(people, pair):
    old, heir = pair
    going, staying = firm_user(old), firm_user(old)

    join(people, old, Heir(heir), kind=SPLIT, closes=False, accounts={going.pk: heir})

    assert (working(going), working(staying)) == ([heir.organisation_id], [old.organisation_id])


@pytest.mark.parametrize("whose", ["another firm", "no heir"])
def test_sign_in_that_goes_astray_is_refused_and_nothing_happens(people, pair, whose):
    old, heir = pair
    third = ready_firm(people["bureau"])
    user = firm_user(third if whose == "another firm" else old)

    with pytest.raises(FirmRefused) as caught:
        join(people, old, Heir(heir), accounts={user.pk: heir if whose == "another firm" else third})

    assert (caught.value.refusal.code, Relationship.objects.count(), len(working(user))) == ("account_astray", 0, 1)
