"""Deductions that run off by themselves; a repeat inside a running period doubles. Rule R-28."""

from datetime import date

import pytest

from credit.models import CreditEvent
from credit.rules import STEPS, deduction
from credit.selectors import running_points
from credit.services import CreditRefused, record_violation
from foundation.core.errors import NotAllowed
from tests.factories.assignments import FirmFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON = date(2020, 3, 31)


@pytest.mark.rule("R-28")
@pytest.mark.parametrize(
    ("code", "repeat", "points", "until"),
    [
        ("light", False, -10, date(2020, 7, 1)),
        ("heavy", False, -15, date(2020, 10, 1)),
        ("light", True, -20, date(2020, 7, 1)),
        ("heavy", True, -30, date(2020, 10, 1)),
    ],
)
def test_points_and_the_first_free_day(code, repeat, points, until):
    assert deduction(STEPS, code, occurred_on=ON, is_repeat=repeat) == (points, until)


@pytest.mark.rule("R-28")
def test_repeat_inside_the_period_doubles_and_both_run_off():
    people = office()
    firm = FirmFactory(bureau=people["bureau"])
    given = {"bureau": people["bureau"], "organisation": firm.organisation, "code": "light", "by": people["head"]}

    record_violation(words="逾期未答复", on=date(2020, 1, 10), **given)
    record_violation(words="再次逾期", on=date(2020, 3, 1), **given)
    record_violation(words="期满后又犯", on=date(2020, 7, 1), **given)

    assert list(CreditEvent.objects.order_by("pk").values_list("points", flat=True)) == [-10, -20, -10]
    days = [date(2020, 3, 1), date(2020, 4, 9), date(2020, 4, 10), date(2020, 5, 31), date(2020, 6, 1)]
    sums = [running_points([firm.organisation_id], day).get(firm.organisation_id, 0) for day in days]
    assert sums == [-30, -30, -20, -20, 0]


def test_clerk_unknown_code_and_silence_are_refused():
    people = office()
    firm = FirmFactory(bureau=people["bureau"])
    given = {"bureau": people["bureau"], "organisation": firm.organisation, "on": ON}

    with pytest.raises(NotAllowed):
        record_violation(code="light", words="…", by=people["clerk"], **given)
    for facts in ({"code": "none", "words": "…"}, {"code": "light", "words": " "}):
        with pytest.raises(CreditRefused):
            record_violation(by=people["head"], **facts, **given)
    assert not CreditEvent.objects.exists()
