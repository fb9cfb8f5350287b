"""Time the draw of 5,000 candidates beside a walk that solves every question anew.

Run ``python -m bench.draw``. Order and walk together should take at most 50 ms.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence

from assignments.draw import Entry, Seat, WalkResult, feasible, order, walk

SIZE = 5_000
SEATS = (Seat(1, "污水处理", 2), Seat(2, "财务", 1), Seat(3, "信息化", 2))
KEY = bytes(range(32))


def entries(scarce: int) -> list[Entry]:
    """Return 5,000 people of 400 employers; only ``scarce`` of them know the third field."""
    dice = random.Random(7)
    people = [Entry(n, dice.randrange(401), dice.choice([(1,), (2,), (1, 2)])) for n in range(1, SIZE + 1)]
    for number in order("gongping-1", KEY, SIZE)[-scarce:]:
        people[number - 1] = Entry(number, people[number - 1].group, (3,))
    return people


def naive_walk(places: Sequence[int], people: Sequence[Entry]) -> list[int]:
    """Seat whoever can be seated, asking the whole question again for every candidate."""
    listed = {entry.number: entry for entry in people}
    panel: list[Entry] = []
    for turn, number in enumerate(places):
        if len(panel) == sum(seat.count for seat in SEATS):
            break
        if feasible(SEATS, 1, [listed[n] for n in places[turn + 1 :]], [*panel, listed[number]]):
            panel.append(listed[number])
    return [entry.number for entry in panel]


def milliseconds(call: Callable[[], object], times: int) -> float:
    """Return the median time of ``call``."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def main() -> None:
    """Print one line per case."""
    for name, scarce in (("ample", 1500), ("scarce field at the end of the order", 3)):
        people = entries(scarce)

        def whole(people: list[Entry] = people) -> WalkResult:
            return walk(order=order("gongping-1", KEY, SIZE), entries=people, seats=SEATS, group_max=1)

        ordering = milliseconds(lambda: order("gongping-1", KEY, SIZE), 9)
        print(f"{name}: order {ordering:.1f} ms, order + walk {milliseconds(whole, 9):.1f} ms")
        if name == "ample":  # the other case takes the naive walk over a minute
            start = time.perf_counter()
            naive = naive_walk(order("gongping-1", KEY, SIZE), people)
            print(f"{name}: naive walk {(time.perf_counter() - start) * 1000:.0f} ms")
            if list(whole().seated) != naive:
                message = "the two walks differ"
                raise SystemExit(message)


if __name__ == "__main__":
    main()
