"""Rule sets and the library of measures: every number with its source, changes that others agree."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from faces.pages.bureau.rule_words import FIXED_BECAUSE
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree, give_back
from foundation.rulesets.enums import ChangeStatus
from foundation.rulesets.models import Measure, RuleChange, RuleSet, RuleValue
from foundation.rulesets.rules import registered
from foundation.rulesets.selectors import rules_of
from foundation.rulesets.services import RuleSetRefused, ValueDraft, ensure_default_rule_sets, set_value
from tests.factories.foundation import MeasureFactory, RuleSetFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def sets(people):
    return ensure_default_rule_sets(bureau=people["bureau"], by=people["head"])


@pytest.fixture
def tomorrow():
    return timezone.localdate() + timedelta(days=1)


@pytest.fixture
def head(client, people):
    client.force_login(people["head"])
    return client


@pytest.fixture
def coming(people, tomorrow):
    return RuleSetFactory(bureau=people["bureau"], name="明日起", effective_from=tomorrow)


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def propose(client, rule_set, key, **form):
    url = reverse("pages:rule-propose", args=[rule_set.pk, key])
    return client.post(url, {"tag": "DEFAULT", "reason": "本局决定", **form})


def test_two_shipped_sets_split_on_28_january_2021(head, sets):
    page = text(head.get(reverse("pages:rules")))

    assert "2021年1月27日" in page
    assert "2021年1月28日" in page
    assert [row.pk for row in head.get(reverse("pages:rules")).context["object_list"]] == [sets[1].pk, sets[0].pk]


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("name", ["rules", "measures"])
def test_list_costs_at_most_eight_queries(head, people, name, count, django_assert_max_num_queries):
    for place in range(count):
        RuleSetFactory(bureau=people["bureau"], effective_from=date(2020, 1, 1) + timedelta(days=place))
        MeasureFactory(bureau=people["bureau"])
    head.get(reverse(f"pages:{name}"))

    with django_assert_max_num_queries(8):
        page = head.get(reverse(f"pages:{name}"))

    assert len(page.context["object_list"]) == min(count, 50)


def test_rule_set_shows_every_rule_with_value_and_source(head, sets):
    former, present = sets
    response = head.get(reverse("pages:rule-set", args=[present.pk]))
    page = text(response)

    lines = [line for _number, lines in response.context["groups"] for line in lines]
    assert {line.rule.key for line in lines} == set(registered())
    assert "50 万元" in page
    assert "本局设定" in page
    measure = Measure.objects.get(letter_number="财预〔2021〕6号")
    assert reverse("pages:measure", args=[measure.pk]) in page
    assert reverse("pages:measure", args=[measure.pk]) not in text(
        head.get(reverse("pages:rule-set", args=[former.pk]))
    )


def test_no_rule_is_shown_as_a_bare_code():
    from faces.pages.bureau.rule_words import LABELS, UNITS

    assert set(registered()) - set(LABELS) == set()
    assert {rule.unit for rule in registered().values()} - set(UNITS) == set()


def test_change_stands_once_two_others_have_agreed(head, people, coming):
    assert text(head.get(reverse("pages:rule-propose", args=[coming.pk, "cool_down_days"])))
    assert propose(head, coming, "cool_down_days", value="60").status_code == 302

    approval = Approval.objects.get()
    assert rules_of(coming).value("cool_down_days") == 90
    assert reverse("pages:approval", args=[approval.pk]) in text(head.get(reverse("pages:rule-set", args=[coming.pk])))
    deputy = UserFactory(bureau=people["bureau"], role=Role.SECTION_HEAD)
    today = timezone.localdate()
    steps = list(approval.steps.order_by("position").values_list("named_user", flat=True))
    assert len(steps) == 2
    first = approval.steps.get(position=1).named_user or deputy
    agree(approval=approval, by=first, on=today)
    assert rules_of(coming).value("cool_down_days") == 90
    agree(approval=approval, by=people["leader"], on=today)

    assert rules_of(coming).value("cool_down_days") == 60
    page = text(head.get(reverse("pages:rule-set", args=[coming.pk])))
    assert "本局决定" in page


def test_change_that_is_given_back_changes_nothing(head, people, coming):
    propose(head, coming, "cool_down_days", value="60")
    approval = Approval.objects.get()
    by = approval.steps.get(position=1).named_user or UserFactory(bureau=people["bureau"], role=Role.SECTION_HEAD)

    give_back(approval=approval, by=by, on=timezone.localdate(), words="不同意")

    assert RuleChange.objects.get().status == ChangeStatus.REFUSED
    assert rules_of(coming).value("cool_down_days") == 90


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("cool_down_days", "-1", 409),
        ("cool_down_days", "abc", 422),
        ("cool_down_days", "", 422),
        ("project_grade_cuts", "60,80,90", 409),
        ("project_grade_cuts", "a,b,c", 422),
        ("output_effect_share_percent", "101", 409),
        ("fee_scale", '{"SENIOR": 1}', 409),
        ("fee_scale", "{", 422),
        ("procurement_limit_cents", "-5", 422),
    ],
)
def test_value_that_does_not_fit_is_refused_and_changes_nothing(head, coming, key, value, status):
    response = propose(head, coming, key, value=value)

    assert response.status_code == status
    assert not RuleChange.objects.exists()
    assert not Approval.objects.exists()


def test_a_law_needs_its_measure_and_is_cited_then(head, coming):
    assert propose(head, coming, "splitting_flag", value="no", tag="LAW").status_code == 422
    assert not RuleChange.objects.exists()
    measure = MeasureFactory()

    propose(head, coming, "splitting_flag", value="no", tag="LAW", measure=measure.pk, clause="第三条")

    change = RuleChange.objects.get()
    assert (change.value, change.measure, change.clause) == (False, measure, "第三条")


def test_kinds_of_value_are_typed_in_their_own_way(head, coming):
    for key, value, kept in (
        ("procurement_limit_cents", "60", 60_000_000),
        ("project_grade_cuts", "95，85、65", [95, 85, 65]),
        ("veto_decides", "no", False),
        ("closing_warning_from", "10-15", "10-15"),
        ("routes_above_limit", ["OPEN_TENDER", "INQUIRY"], ["OPEN_TENDER", "INQUIRY"]),
    ):
        assert text(head.get(reverse("pages:rule-propose", args=[coming.pk, key])))
        assert propose(head, coming, key, value=value).status_code == 302, key
        assert RuleChange.objects.get(key=key).value == kept


def test_rules_in_force_are_left_alone(head, sets):
    response = propose(head, sets[1], "cool_down_days", value="60")

    assert response.status_code == 409
    assert not RuleChange.objects.exists()
    assert reverse("pages:rule-propose", args=[sets[1].pk, "cool_down_days"]) not in text(
        head.get(reverse("pages:rule-set", args=[sets[1].pk]))
    )


def test_fixed_or_unknown_rule_has_no_page(head, coming):
    for key in ("role_table", "nothing_of_the_kind"):
        assert head.get(reverse("pages:rule-propose", args=[coming.pk, key])).status_code == 404


def test_rule_set_is_opened_from_a_later_day_as_a_copy(head, sets, tomorrow):
    RuleValue.objects.create(rule_set=sets[1], key="cool_down_days", value=45)
    form = {"name": "明年规则", "effective_from": tomorrow.isoformat()}
    assert text(head.get(reverse("pages:rule-set-add")))

    response = head.post(reverse("pages:rule-set-add"), form)

    made = RuleSet.objects.get(name="明年规则")
    sets[1].refresh_from_db()
    assert response["Location"] == reverse("pages:rule-set", args=[made.pk])
    assert sets[1].effective_to == tomorrow - timedelta(days=1)
    assert rules_of(made).value("cool_down_days") == 45
    again = head.post(reverse("pages:rule-set-add"), form | {"name": "又一套"})
    past = head.post(reverse("pages:rule-set-add"), {"name": "过去", "effective_from": "2021-03-01"})
    assert (again.status_code, past.status_code) == (409, 409)
    assert RuleSet.objects.count() == 3


def test_measure_page_names_the_rules_that_cite_it(head, sets):
    law = Measure.objects.get(letter_number="财预〔2021〕6号")
    response = head.get(reverse("pages:measure", args=[law.pk]))

    assert "R-09" in text(response)
    assert {number for number, _label, _value in response.context["shipped"]} >= {"R-01", "R-09", "R-10", "R-35"}
    assert head.get(reverse("pages:measure-end", args=[law.pk])).status_code == 404  # kept by the product


def test_measure_is_added_and_ended_with_what_replaced_it(head, people):
    form = {"letter_number": "演示财〔2020〕3号", "title": "演示办法", "issuer": "演示局", "in_force_from": "2020-05-01",
            "text": "第一条 演示。"}  # fmt: skip
    assert text(head.get(reverse("pages:measure-add")))
    assert head.post(reverse("pages:measure-add"), form).status_code == 302
    assert head.post(reverse("pages:measure-add"), form).status_code == 409
    row = Measure.objects.get(letter_number="演示财〔2020〕3号")
    later = MeasureFactory(bureau=people["bureau"])
    url = reverse("pages:measure-end", args=[row.pk])

    assert head.post(url, {"in_force_to": "2019-01-01"}).status_code == 409
    assert text(head.get(url))
    assert head.post(url, {"in_force_to": "2021-12-31", "replaced_by": later.pk}).status_code == 302

    page = text(head.get(reverse("pages:measure", args=[row.pk])))
    assert later.letter_number in page
    assert "第一条 演示。" in page
    assert row.letter_number in text(head.get(reverse("pages:measure", args=[later.pk])))


def test_another_bureaus_sets_and_measures_look_like_missing_ones(head, tomorrow):
    foreign = RuleSetFactory(effective_from=tomorrow)
    measure = MeasureFactory(bureau=foreign.bureau)

    for url in (
        reverse("pages:rule-set", args=[foreign.pk]),
        reverse("pages:rule-propose", args=[foreign.pk, "cool_down_days"]),
        reverse("pages:measure", args=[measure.pk]),
        reverse("pages:measure-end", args=[measure.pk]),
    ):
        assert head.get(url).status_code == 404
    assert propose(head, foreign, "cool_down_days", value="60").status_code == 404
    assert not RuleChange.objects.exists()


def test_who_edits_no_rules_reads_them_only(client, people, coming):
    client.force_login(people["clerk"])

    assert text(client.get(reverse("pages:rule-set", args=[coming.pk])))
    for url in (
        reverse("pages:rule-set-add"),
        reverse("pages:rule-propose", args=[coming.pk, "cool_down_days"]),
        reverse("pages:measure-add"),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {}).status_code == 403


@pytest.mark.rule("R-42")
@pytest.mark.parametrize("key", sorted(FIXED_BECAUSE))
def test_fixed_rule_says_why_and_is_not_changed(head, coming, people, key):
    line = text(head.get(reverse("pages:rule-set", args=[coming.pk])))

    assert str(FIXED_BECAUSE[key]) in line
    assert reverse("pages:rule-propose", args=[coming.pk, key]) not in line
    assert propose(head, coming, key, value="1").status_code == 404
    with pytest.raises(RuleSetRefused) as caught:
        set_value(
            rule_set=coming,
            draft=ValueDraft(key, registered()[key].default),
            by=people["head"],
            on=timezone.localdate(),
        )
    assert (caught.value.refusal.code, caught.value.refusal.source) == ("fixed", registered()[key].source)
    assert not RuleChange.objects.exists()


def test_list_of_codes_is_ticked_in_words(head, coming):
    page = text(head.get(reverse("pages:rule-propose", args=[coming.pk, "routes_above_limit"])))

    assert page.count('type="checkbox" name="value"') > 6
    assert "公开招标" in page
    assert "[&quot;" not in page


def test_source_in_our_own_documents_has_a_name(head, sets):
    page = text(head.get(reverse("pages:rule-set", args=[sets[0].pk])))

    assert "抽取办法" in page
    assert "docs/" not in page
