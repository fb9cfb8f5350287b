"""Rule sets: dated, copied forward, changed only by an agreed approval; the two sets of January 2021."""

from datetime import date

import pytest

from foundation.accounts.enums import Role
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.services import agree, give_back, propose_value
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.rulesets.enums import ChangeStatus, SourceTag
from foundation.rulesets.models import Measure, RuleChange, RuleSet, RuleValue
from foundation.rulesets.rules import LIBRARY, cited, registered
from foundation.rulesets.selectors import measures_visible_to, rules_for, rules_of, visible_to
from foundation.rulesets.services import (
    MeasureDraft,
    RuleSetRefused,
    ValueDraft,
    add_measure,
    apply_change,
    create_rule_set,
    draft_change,
    end_measure,
    ensure_default_rule_sets,
    ensure_library,
    set_value,
)
from tests.factories.foundation import (
    BureauFactory,
    MeasureFactory,
    RuleSetFactory,
    RuleValueFactory,
    UserFactory,
    office,
)

pytestmark = pytest.mark.django_db
TODAY = date(2021, 3, 1)
LAST_FORMER, FIRST_PRESENT = date(2021, 1, 27), date(2021, 1, 28)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sets(people):
    return ensure_default_rule_sets(bureau=people["bureau"], by=people["head"])


def test_default_sets_are_split_at_28_january_2021(people, sets):
    former, present = sets

    assert rules_for(bureau=people["bureau"], on=LAST_FORMER).rule_set == former
    assert rules_for(bureau=people["bureau"], on=FIRST_PRESENT).rule_set == present
    assert (former.effective_to, present.effective_to) == (LAST_FORMER, None)


def test_default_sets_are_made_once(people, sets):
    assert ensure_default_rule_sets(bureau=people["bureau"], by=people["head"]) == sets
    assert RuleSet.objects.count() == 2


@pytest.mark.rule("R-09")
@pytest.mark.rule("R-35")
def test_what_only_the_later_text_demands_is_off_before_it(people, sets):
    former = rules_for(bureau=people["bureau"], on=LAST_FORMER)
    present = rules_for(bureau=people["bureau"], on=FIRST_PRESENT)

    assert (former.value("commissioner_rule"), present.value("commissioner_rule")) == (False, True)
    assert former.value("assistance_kinds") == []
    assert present.value("assistance_kinds") == registered()["assistance_kinds"].default
    assert (former.source("commissioner_rule"), present.source("commissioner_rule")) == ("", "财预〔2021〕6号")


def test_former_set_cites_nothing_later_than_its_last_day(people, sets):
    former = rules_of(sets[0])

    later = {
        key: former.source(key)
        for key in registered()
        if any(text.in_force_from > LAST_FORMER for text in cited(former.source(key)))
    }

    assert later == {}


def test_every_text_that_a_rule_cites_by_number_stands_in_the_library():
    known = {text.letter_number for text in LIBRARY}
    unknown = {
        rule.key: rule.source
        for rule in registered().values()
        if ("〔" in rule.source or "令" in rule.source) and not any(number in rule.source for number in known)
    }

    assert unknown == {}


def test_library_is_filled_once_and_seen_by_every_bureau(people):
    ensure_library(by=people["head"])
    ensure_library(by=people["head"])

    assert Measure.objects.count() == len(LIBRARY)
    assert measures_visible_to(UserFactory()).count() == len(LIBRARY)


def test_rules_of_a_bureau_without_a_set_are_its_superiors():
    superior = BureauFactory()
    RuleValueFactory(rule_set=RuleSetFactory(bureau=superior), key="reminder_days", value=[0])
    district = BureauFactory(superior=superior)

    assert rules_for(bureau=district, on=TODAY).value("reminder_days") == [0]


def test_rules_without_any_set_are_the_shipped_defaults():
    rules = rules_for(bureau=BureauFactory(), on=TODAY)

    assert (rules.rule_set, rules.value("reminder_days")) == (None, [-7, -3, 0, 1, 3])
    with pytest.raises(KeyError):
        rules.value("no_such_rule")


def test_source_of_an_own_value_names_measure_and_clause():
    rule_set = RuleSetFactory()
    measure = MeasureFactory(letter_number="演示发〔2020〕9号")
    RuleValueFactory(rule_set=rule_set, key="reminder_days", value=[0], measure=measure, clause="第三条")

    assert rules_of(rule_set).source("reminder_days") == "演示发〔2020〕9号 第三条"


def test_new_set_copies_the_last_one_and_ends_it(people, sets):
    RuleValueFactory(rule_set=sets[1], key="reminder_days", value=[0])

    made = create_rule_set(
        bureau=people["bureau"], name="2022", effective_from=date(2022, 1, 1), by=people["head"], on=TODAY
    )

    sets[1].refresh_from_db()
    assert sets[1].effective_to == date(2021, 12, 31)
    assert rules_of(made).value("reminder_days") == [0]
    assert RuleValue.objects.filter(key="reminder_days").count() == 2


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        ("x", date(2021, 2, 28), "day_passed"),
        ("", date(2022, 1, 1), "name_missing"),
        ("2021年1月28日起", date(2022, 1, 1), "name_taken"),
    ],
)
def test_new_set_is_refused_and_nothing_changes(people, sets, name, day, code):
    entries = Entry.objects.count()

    with pytest.raises(RuleSetRefused) as caught:
        create_rule_set(bureau=people["bureau"], name=name, effective_from=day, by=people["head"], on=TODAY)

    assert caught.value.refusal.code == code
    assert (RuleSet.objects.count(), Entry.objects.count()) == (2, entries)


def test_new_set_is_refused_on_a_day_that_is_taken(people, sets):
    create_rule_set(bureau=people["bureau"], name="a", effective_from=TODAY, by=people["head"], on=TODAY)

    with pytest.raises(RuleSetRefused) as caught:
        create_rule_set(bureau=people["bureau"], name="b", effective_from=TODAY, by=people["head"], on=TODAY)

    assert caught.value.refusal.code == "day_taken"


def test_only_editors_of_the_own_bureau_keep_rules(people, sets):
    draft = ValueDraft("reminder_days", [0])

    for user in (people["clerk"], people["leader"], UserFactory(role=Role.SECTION_HEAD)):
        with pytest.raises(NotAllowed):
            set_value(rule_set=sets[1], draft=draft, by=user, on=FIRST_PRESENT)

    assert not RuleValue.objects.filter(key="reminder_days").exists()


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("no_such_rule", 1, "rule_unknown"),
        ("role_table", "mine", "fixed"),
        ("reminder_days", "daily", "wrong_kind"),
        ("reminder_days", [], "wrong_part"),
        ("reminder_days", ["seven"], "wrong_part"),
        ("commissioner_rule", 1, "wrong_kind"),
        ("procurement_limit_cents", -1, "negative"),
        ("approval_chain", {"PLAN": ["CLERK"]}, "wrong_part"),
    ],
)
def test_value_that_does_not_fit_is_refused(people, sets, key, value, code):
    before = RuleValue.objects.count()

    with pytest.raises(RuleSetRefused) as caught:
        set_value(rule_set=sets[1], draft=ValueDraft(key, value), by=people["head"], on=FIRST_PRESENT)

    assert caught.value.refusal.code == code
    assert RuleValue.objects.count() == before


def test_rules_in_force_are_not_changed_under_those_who_were_judged_by_them(people, sets):
    with pytest.raises(RuleSetRefused) as caught:
        set_value(rule_set=sets[1], draft=ValueDraft("reminder_days", [0]), by=people["head"], on=TODAY)

    assert caught.value.refusal.code == "in_force"


def test_proposed_value_counts_when_two_others_have_agreed(people, sets):
    made = create_rule_set(bureau=people["bureau"], name="a", effective_from=TODAY, by=people["head"], on=TODAY)
    draft = ValueDraft(
        "reminder_days", [-5, 0], SourceTag.LOCAL, MeasureFactory(letter_number="甲〔2021〕1号"), "第二条"
    )
    approval = propose_value(rule_set=made, draft=draft, reason="更早", by=people["head"], on=TODAY)
    steps = list(approval.steps.order_by("position"))
    assert rules_of(made).value("reminder_days") == [-7, -3, 0, 1, 3]
    assert people["head"] not in {step.named_user for step in steps}

    for step in steps:
        agree(approval=approval, by=step.named_user or people["leader"], on=TODAY)

    rules = rules_of(made)
    assert (rules.value("reminder_days"), rules.source("reminder_days")) == ([-5, 0], "甲〔2021〕1号 第二条")
    assert RuleChange.objects.get().status == ChangeStatus.APPLIED


def test_value_given_back_changes_nothing_and_may_be_proposed_again(people, sets):
    made = create_rule_set(bureau=people["bureau"], name="a", effective_from=TODAY, by=people["head"], on=TODAY)
    draft = ValueDraft("reminder_days", [0])
    approval = propose_value(rule_set=made, draft=draft, reason="更少", by=people["head"], on=TODAY)
    with pytest.raises(RuleSetRefused) as caught:
        draft_change(rule_set=made, draft=draft, reason="更少", by=people["head"], on=TODAY)
    first = approval.steps.order_by("position").first()

    returned = give_back(approval=approval, by=first.named_user or people["leader"], on=TODAY, words="不必")
    again = propose_value(rule_set=made, draft=draft, reason="再议", by=people["head"], on=TODAY)

    assert caught.value.refusal.code == "already_proposed"
    assert (returned.status, again.status) == (ApprovalStatus.RETURNED, ApprovalStatus.PENDING)
    assert rules_of(made).value("reminder_days") == [-7, -3, 0, 1, 3]


def test_change_without_a_reason_is_refused(people, sets):
    with pytest.raises(RuleSetRefused) as caught:
        draft_change(
            rule_set=sets[1], draft=ValueDraft("reminder_days", [0]), reason=" ", by=people["head"], on=FIRST_PRESENT
        )

    assert caught.value.refusal.code == "reason_missing"
    assert not RuleChange.objects.exists()


def test_agreed_change_replaces_the_value_of_its_key(people, sets):
    RuleValueFactory(rule_set=sets[1], key="reminder_days", value=[1])
    change = draft_change(
        rule_set=sets[1], draft=ValueDraft("reminder_days", [0]), reason="x", by=people["head"], on=FIRST_PRESENT
    )

    apply_change(change=change, by=people["leader"], on=TODAY)

    assert rules_of(sets[1]).value("reminder_days") == [0]


def test_measure_of_the_bureau_is_added_ended_and_seen_there_alone(people):
    draft = MeasureDraft("演示管理办法", "演示财〔2021〕1号", "演示财政局", date(2021, 1, 1))
    measure = add_measure(bureau=people["bureau"], draft=draft, by=people["head"], on=TODAY)

    ended = end_measure(measure=measure, in_force_to=date(2021, 12, 31), by=people["head"], on=TODAY)

    assert ended.in_force_to == date(2021, 12, 31)
    assert list(measures_visible_to(people["clerk"])) == [measure]
    assert not measures_visible_to(UserFactory()).exists()


@pytest.mark.parametrize(
    ("number", "to", "code"),
    [("演示财〔2021〕1号", None, "measure_known"), ("演示财〔2021〕2号", date(2020, 1, 1), "days_reversed")],
)
def test_measure_is_refused(people, number, to, code):
    MeasureFactory(letter_number="演示财〔2021〕1号")
    draft = MeasureDraft("办法", number, "演示财政局", date(2021, 1, 1), to)

    with pytest.raises(RuleSetRefused) as caught:
        add_measure(bureau=people["bureau"], draft=draft, by=people["head"], on=TODAY)

    assert caught.value.refusal.code == code
    assert Measure.objects.count() == 1


def test_national_text_is_no_bureaus_to_end(people):
    ensure_library(by=people["head"])

    with pytest.raises(NotAllowed):
        end_measure(measure=Measure.objects.first(), in_force_to=TODAY, by=people["head"], on=TODAY)


def test_measure_cannot_end_before_it_began(people):
    measure = MeasureFactory(bureau=people["bureau"], in_force_from=date(2021, 1, 1))

    with pytest.raises(RuleSetRefused) as caught:
        end_measure(measure=measure, in_force_to=date(2020, 1, 1), by=people["head"], on=TODAY)

    assert caught.value.refusal.code == "days_reversed"


def test_rule_sets_of_another_bureau_are_not_seen(people, sets):
    assert set(visible_to(people["clerk"])) == set(sets)
    assert not visible_to(UserFactory(role=Role.CLERK)).exists()
