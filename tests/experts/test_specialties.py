"""Specialties and titles of experts by day: added, ended, asked for; each past day keeps its own."""

import io
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from PIL import Image

from assignments.selectors.eligibility import expert_eligibility
from experts.enums import AskStatus, SpecialtyChange, TitleLevel
from experts.models import ExpertSpecialty, FormerTitle, SpecialtyAsk
from experts.selectors import as_of, specialties_of, specialty_asks_visible_to, title_on, with_first_specialties
from experts.services import (
    ExpertDraft,
    ExpertRefused,
    Proof,
    accept_specialty_ask,
    add_specialty,
    ask_specialty,
    change_title,
    end_specialty,
    make_main,
    refuse_specialty_ask,
    register_experts,
    withdraw_specialty_ask,
)
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.audit.services import record
from foundation.core import clock
from foundation.core.errors import NotAllowed
from foundation.files.permissions import may_read
from foundation.notices.models import Notice
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import retire_node
from parties.services import rename_person
from tests.factories.assigned import NOW, TODAY, batch_office
from tests.factories.assignments import ExpertFactory, expert_user
from tests.factories.foundation import LONG_AGO, UserFactory, office

pytestmark = pytest.mark.django_db
BEFORE, ON, LATER = date(2020, 5, 31), date(2020, 6, 1), date(2020, 9, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def expert(people):
    return ExpertFactory(bureau=people["bureau"])


def node(bureau, code):
    return Node.objects.create(
        bureau=bureau, tree=TreeKind.SPECIALTY, level=1, code=code, name=f"专业{code}", path=code
    )


def scan():
    made = io.BytesIO()
    Image.new("L", (4, 4), 0).save(made, "PNG")
    return Proof("证书.png", made.getvalue())


def added(people, expert, what, **more):
    given = {"reason": "造价工程师证书", "on": ON} | more
    return add_specialty(expert=expert, node=what, by=people["clerk"], **given)


def known(expert, day):
    return specialties_of([expert.pk], day).get(expert.pk, set())


def test_specialty_counts_from_its_day_to_its_end_and_the_past_keeps_it(people, expert):
    one = node(people["bureau"], "A")
    row = added(people, expert, one, day=ON, on=LATER, proof=scan())
    end_specialty(specialty=row, reason="不再从事", day=LATER, on=LATER, by=people["clerk"], proof=scan())
    row.refresh_from_db()

    assert [known(expert, day) for day in (BEFORE, ON, LATER)] == [set(), {one.pk}, set()]
    assert (row.reason, row.end_reason, row.ended_on) == ("造价工程师证书", "不再从事", LATER)
    assert may_read(people["clerk"], row.proof)
    assert may_read(expert_user(expert), row.end_proof)
    assert not may_read(expert_user(ExpertFactory(bureau=people["bureau"])), row.proof)
    again = added(people, expert, one, on=LATER)
    assert (again.pk != row.pk, known(expert, LATER)) == (True, {one.pk})
    acts = [f"experts.specialty_{word}" for word in ("added", "ended", "added")]
    assert list(Entry.objects.filter(action__in=set(acts)).order_by("pk").values_list("action", flat=True)) == acts


def test_main_specialty_changes_hands_by_day(people, expert):
    first, second = node(people["bureau"], "A"), node(people["bureau"], "B")
    added(people, expert, first, is_main=True, day=LONG_AGO)
    other = added(people, expert, second, day=LONG_AGO)

    make_main(specialty=other, by=people["clerk"], on=LATER)

    def shown(day):
        row = with_first_specialties(type(expert).objects.all(), day).get(pk=expert.pk)
        return row.main_specialty, row.other_specialty

    assert (shown(ON), shown(LATER)) == (("专业A", "专业B"), ("专业B", "专业A"))
    assert expert.specialties.running().filter(is_main=True).count() == 1
    with pytest.raises(ExpertRefused):
        make_main(specialty=expert.specialties.running().get(is_main=True), by=people["clerk"], on=LATER)


REFUSED = {
    "reason_missing": lambda p, e, n: added(p, e, n, reason=" "),
    "begins_later": lambda p, e, n: added(p, e, n, day=LATER),
    "no_specialty": lambda p, e, n: added(p, e, node(office()["bureau"], "X")),
    "specialty_held": lambda p, e, n: added(p, e, added(p, e, n).node),
    "node_retired": lambda p, e, n: added(p, e, retire_node(node=n, by=p["clerk"], on=ON)),
    "spells_overlap": lambda p, e, n: (
        end_specialty(specialty=added(p, e, n, day=BEFORE), reason="x", by=p["clerk"], on=ON),
        added(p, e, n, day=BEFORE),
    ),
    "ends_before_start": lambda p, e, n: end_specialty(
        specialty=added(p, e, n), reason="x", day=BEFORE, by=p["clerk"], on=ON
    ),
    "specialty_ended": lambda p, e, n: [
        end_specialty(specialty=row, reason="x", by=p["clerk"], on=ON) for row in [added(p, e, n)] * 2
    ],
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_is_refused(people, expert, code):
    with pytest.raises(ExpertRefused) as caught:
        REFUSED[code](people, expert, node(people["bureau"], "A"))

    assert caught.value.refusal.code == code


def test_only_who_keeps_this_pool_writes(people, expert):
    one = node(people["bureau"], "A")
    row = added(people, expert, one)
    for by in (UserFactory(role=Role.CLERK), expert_user(expert)):
        for act in (
            lambda by=by: add_specialty(expert=expert, node=one, reason="x", by=by, on=ON),
            lambda by=by: end_specialty(specialty=row, reason="x", by=by, on=ON),
            lambda by=by: change_title(expert=expert, title="教授", level=TitleLevel.SENIOR, by=by, on=ON),
        ):
            with pytest.raises(NotAllowed):
                act()


def asked(expert, user, what, **more):
    given = {"change": SpecialtyChange.ADD, "reason": "新取得证书", "proof": scan(), "on": ON} | more
    return ask_specialty(expert=expert, node=what, by=user, **given)


def test_expert_asks_and_the_bureau_accepts_with_his_proof(people, expert):
    user, one = expert_user(expert), node(people["bureau"], "A")
    ask = asked(expert, user, one)
    assert (known(expert, ON), Notice.objects.filter(user=people["clerk"], code="specialty_asked").count()) == (
        set(),
        1,
    )

    accept_specialty_ask(ask=ask, by=people["clerk"], on=LATER)
    ask.refresh_from_db()

    row = ExpertSpecialty.objects.get()
    assert (row.started_on, row.reason, row.proof_id) == (LATER, "新取得证书", ask.proof_id)
    assert (ask.status, ask.decided_by, ask.decided_on) == (AskStatus.ACCEPTED, people["clerk"], LATER)
    assert Notice.objects.filter(user=user, code="specialty_ask_decided").exists()
    ended = asked(expert, user, one, change=SpecialtyChange.END, proof=None, on=LATER)
    accept_specialty_ask(ask=ended, by=people["clerk"], on=LATER)
    assert known(expert, LATER) == set()


def test_refused_ask_says_why_and_may_come_again(people, expert):
    user, one = expert_user(expert), node(people["bureau"], "A")
    ask = asked(expert, user, one)
    with pytest.raises(ExpertRefused) as silent:
        refuse_specialty_ask(ask=ask, words=" ", by=people["clerk"], on=ON)
    refuse_specialty_ask(ask=ask, words="证书已过期", by=people["clerk"], on=ON)
    with pytest.raises(ExpertRefused) as settled:
        accept_specialty_ask(ask=ask, by=people["clerk"], on=ON)

    again = asked(expert, user, one)
    withdraw_specialty_ask(ask=again, by=user, on=ON)

    assert (silent.value.refusal.code, settled.value.refusal.code) == ("reason_missing", "ask_settled")
    states = list(SpecialtyAsk.objects.order_by("pk").values_list("status", "words"))
    assert states == [("REFUSED", "证书已过期"), ("WITHDRAWN", "")]
    assert known(expert, ON) == set()


ASKS = {
    "reason_missing": {"reason": ""},
    "proof_missing": {"proof": None},
    "specialty_not_held": {"change": SpecialtyChange.END},
}


@pytest.mark.parametrize("code", ASKS)
def test_ask_that_lacks_something_is_refused(people, expert, code):
    with pytest.raises(ExpertRefused) as caught:
        asked(expert, expert_user(expert), node(people["bureau"], "A"), **ASKS[code])

    assert (caught.value.refusal.code, SpecialtyAsk.objects.count()) == (code, 0)


def test_nobody_asks_for_another_expert_or_twice(people, expert):
    one, user = node(people["bureau"], "A"), expert_user(expert)
    other = expert_user(ExpertFactory(bureau=people["bureau"]))
    for by in (other, people["clerk"]):
        with pytest.raises(NotAllowed):
            asked(expert, by, one)
    ask = asked(expert, user, one)
    with pytest.raises(ExpertRefused):
        asked(expert, user, one)
    with pytest.raises(NotAllowed):
        withdraw_specialty_ask(ask=ask, by=other, on=ON)
    with pytest.raises(NotAllowed):
        accept_specialty_ask(ask=ask, by=user, on=ON)

    assert (specialty_asks_visible_to(user).count(), specialty_asks_visible_to(other).count()) == (1, 0)


def test_title_of_a_past_day_is_the_one_of_that_day(people, expert):
    change_title(
        expert=expert, title="正高级会计师", level=TitleLevel.ACADEMICIAN, by=people["clerk"], on=LATER, day=ON,
        reason="证书",
    )  # fmt: skip
    expert.refresh_from_db()

    assert [title_on(expert, day) for day in (BEFORE, ON)] == [
        ("高级会计师", "SENIOR"), ("正高级会计师", "ACADEMICIAN"),
    ]  # fmt: skip
    for day in (BEFORE, ON):
        row = as_of(type(expert).objects.all(), day).get(pk=expert.pk)
        assert (row.title_then, row.level_then) == title_on(expert, day)
    with pytest.raises(ExpertRefused) as caught:
        change_title(expert=expert, title="教授", level=TitleLevel.SENIOR, by=people["clerk"], on=LATER, day=BEFORE)
    assert caught.value.refusal.code == "changed_later"


def test_name_of_a_past_day_is_the_one_of_that_day(people, expert):
    old = expert.person.name
    rename_person(person=expert.person, name="改名后", reason="户籍", by=people["clerk"], on=ON)

    assert [as_of(type(expert).objects.all(), day).get().person_name_then for day in (BEFORE, ON)] == [old, "改名后"]


def test_roster_updates_title_and_specialties_by_day(people, expert):
    first, second = node(people["bureau"], "A"), node(people["bureau"], "B")

    def enter(title, nodes, on):
        draft = ExpertDraft(expert.person, title, TitleLevel.SENIOR, nodes=nodes)
        register_experts(bureau=people["bureau"], drafts=[draft], by=people["clerk"], on=on)

    enter("高级会计师", [first], ON)
    enter("教授", [second, first], LATER)
    enter("教授", [second, first], LATER)
    expert.refresh_from_db()

    assert [known(expert, day) for day in (BEFORE, ON, LATER)] == [set(), {first.pk}, {first.pk, second.pk}]
    mains = [expert.specialties.on(day).get(is_main=True).node for day in (ON, LATER)]
    assert (mains, FormerTitle.objects.get().until_on, title_on(expert, ON)[0]) == (
        [first, second], LATER, "高级会计师",
    )  # fmt: skip


def test_migration_gives_stored_specialties_their_first_day_and_titles_from_the_journal(people, expert):
    row = ExpertSpecialty.objects.create(expert=expert, node=node(people["bureau"], "A"))
    facts = {"before": ["会计师", "INTERMEDIATE"], "after": ["高级会计师", "SENIOR"], "on": ON}
    record(actor=people["clerk"], action="experts.title_changed", subject=expert, facts=facts)

    module = import_module("experts.migrations.0005_days_of_specialties")
    module.write_days(apps, None)
    module.write_titles(apps, None)

    row.refresh_from_db()
    assert (row.started_on, title_on(expert, BEFORE), title_on(expert, ON)) == (
        LONG_AGO, ("会计师", "INTERMEDIATE"), ("高级会计师", "SENIOR"),
    )  # fmt: skip


def test_draw_of_a_day_reads_the_specialties_of_that_day():
    with clock.standing_at(NOW):
        desk = batch_office(reviews=1, experts=1)
        other = node(desk.bureau, "02")
        row = desk.experts[0].specialties.get()
        end_specialty(specialty=row, reason="不再从事", day=TODAY, by=desk.clerk, on=TODAY)
        add_specialty(expert=desk.experts[0], node=other, reason="证书", day=TODAY, by=desk.clerk, on=TODAY)

        found = [expert_eligibility(desk.reviews[0], day)[0].nodes for day in (TODAY - timedelta(days=1), TODAY)]

    assert found == [{desk.node.pk}, {other.pk}]
