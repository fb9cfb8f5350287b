"""The clock: real, shifted by days for the demonstration, or standing at a moment of a story."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from foundation.core import clock

MOMENT = datetime(2020, 9, 30, 16, 30, tzinfo=UTC)


def test_clock_is_real_unless_told():
    with time_machine.travel(MOMENT, tick=False):
        assert (clock.now(), clock.today()) == (MOMENT, date(2020, 10, 1))


def test_clock_is_shifted_by_whole_days(settings):
    settings.GONGPING_CLOCK_SHIFT_DAYS = -2
    with time_machine.travel(MOMENT, tick=False):
        assert (clock.now(), clock.today()) == (MOMENT - timedelta(days=2), date(2020, 9, 29))


def test_clock_stands_inside_and_goes_on_after_even_when_the_story_breaks():
    def story():
        with clock.standing_at(datetime(2019, 1, 7, 9, tzinfo=UTC)):
            assert clock.today() == date(2019, 1, 7)
            raise RuntimeError

    with time_machine.travel(MOMENT, tick=False):
        with pytest.raises(RuntimeError):
            story()
        assert clock.now() == MOMENT
