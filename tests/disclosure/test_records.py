"""What the public page of a draw tells is what its walks did, also after replacements."""

from assignments.draw import Void
from disclosure.selectors import draw_summary
from tests.factories.draws import DrawCase


def told(walk):
    return {row["number"]: row["reason"] for row in walk["rows"]}


def test_each_walk_is_told_with_its_own_places():
    case = DrawCase(size=30).draw()
    drawn = case.panel
    case.again(drawn[0])
    case.again(case.panel[-1], late=(case.steps[-1].result.alternates[0],))
    case.again(drawn[1], opened=(0, 1))

    summary = draw_summary(case.record())

    order = case.record()["order"]
    assert summary["drawn"] == [place.number for place in case.steps[0].result.panel]
    assert [walk["withdrawn"] for walk in summary["walks"]] == [list(step.withdrawn) for step in case.steps]
    for walk, step in zip(summary["walks"], case.steps, strict=True):
        skipped = {skip.number: str(skip.reason) for skip in step.result.skipped}
        assert told(walk) == dict.fromkeys(step.result.seated, "") | skipped
        assert all(order[row["place"] - 1] == row["number"] for row in walk["rows"])
        assert [row["place"] for row in walk["rows"]] == sorted(row["place"] for row in walk["rows"])
    assert "late" in told(summary["walks"][2]).values()
    assert [seat["number"] for seat in summary["panel"]] == case.panel
    assert summary["widened"] == [1]


def test_who_sits_or_ever_left_is_no_alternate():
    case = DrawCase(size=30).draw()
    gone = []
    for _turn in range(3):
        gone.append(case.panel[0])
        case.again(case.panel[0])
        summary = draw_summary(case.record())

        assert summary["alternates"] == list(case.steps[-1].result.alternates)
        assert not {*gone, *case.panel} & set(summary["alternates"])
        assert sorted([*gone, *case.panel, *summary["alternates"]]) == list(range(1, 31))


def test_attempt_without_a_draw_has_no_walk():
    case = DrawCase()

    summary = draw_summary(case.record(void=Void(1, "missing_commitment", "supervisor", case.freeze.hash)))

    assert (summary["walks"], summary["alternates"], summary["panel"], summary["drawn"]) == ([], [], [], [])
