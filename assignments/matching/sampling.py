"""Phase 2: a whole assignment from the marginals, by a seed. Unbiased, and every limit that nests holds in each sample.

Where arcs hold fractions of a seat they make cycles. Along a cycle units are shifted one way or the other until an arc
is whole, by a coin weighted so that nothing changes on average; each shift makes at least one more arc whole.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

U32: Final = 4
U64: Final = 8


def whole_units(tail: Sequence[int], head: Sequence[int], units: Sequence[int], seed: bytes, whole: int) -> list[int]:
    """Return the units of each arc after the draw, all multiples of ``whole``.

    Arcs stand in the order of the network. At every node the fractions of its arcs add up to something whole.
    """
    place = {arc: turn for turn, arc in enumerate(arc for arc, held in enumerate(units) if held)}
    ranked = sorted(
        (arc for arc in place if units[arc] % whole),
        key=lambda arc: hashlib.sha256(seed + b"arc" + place[arc].to_bytes(U32, "big")).digest(),
    )
    touching: dict[int, list[int]] = {}
    for arc in reversed(ranked):  # the lowest-ranked stands last, where it is popped
        touching.setdefault(tail[arc], []).append(arc)
        touching.setdefault(head[arc], []).append(arc)
    rounding = _Rounding(tail, head, list(units), touching, seed, whole)
    for node in sorted(touching):
        while rounding.fractional(node) is not None:
            rounding.walk(node)
    return rounding.units


class _Rounding:
    def __init__(
        self,
        tail: Sequence[int],
        head: Sequence[int],
        units: list[int],
        touching: dict[int, list[int]],
        seed: bytes,
        whole: int,
    ) -> None:
        self.tail, self.head, self.units = tail, head, units
        self.touching = touching
        self.seed, self.whole = seed, whole
        self.coins = 0

    def fractional(self, node: int, last: int = -1) -> int | None:
        """Return the lowest-ranked fractional arc of the node that is not the ``last`` one."""
        arcs = self.touching[node]
        while arcs and not self.units[arcs[-1]] % self.whole:
            arcs.pop()
        if not arcs or arcs[-1] != last:
            return arcs[-1] if arcs else None
        return next((arc for arc in reversed(arcs) if arc != last and self.units[arc] % self.whole), None)

    def walk(self, start: int) -> None:
        """Follow fractional arcs from ``start``, cancelling every cycle, until none is left at the end of the path."""
        path: list[int] = []
        nodes, seen = [start], {start: 0}
        while True:
            arc = self.fractional(nodes[-1], path[-1] if path else -1)
            if arc is None:
                if path:
                    message = "the fractions at a node do not add up to a whole"
                    raise ArithmeticError(message)
                return
            node = self.head[arc] if self.tail[arc] == nodes[-1] else self.tail[arc]
            path.append(arc)
            nodes.append(node)
            if node in seen:
                begin = seen[node]
                self._cancel(path[begin:], nodes[begin:])
                for left in nodes[begin + 1 : -1]:
                    del seen[left]
                del path[begin:], nodes[begin + 1 :]
            else:
                seen[node] = len(nodes) - 1

    def _cancel(self, arcs: list[int], nodes: list[int]) -> None:
        """Shift along the cycle or against it, by the next coin, as far as makes an arc whole."""
        signs = [1 if self.tail[arc] == node else -1 for arc, node in zip(arcs, nodes, strict=False)]
        over = [self.units[arc] % self.whole for arc in arcs]
        forward = min(self.whole - rest if sign > 0 else rest for sign, rest in zip(signs, over, strict=True))
        backward = min(rest if sign > 0 else self.whole - rest for sign, rest in zip(signs, over, strict=True))
        digest = hashlib.sha256(self.seed + self.coins.to_bytes(U64, "big")).digest()
        self.coins += 1
        coin = int.from_bytes(digest, "big") % (forward + backward)
        shift = forward if coin < backward else -backward
        for arc, sign in zip(arcs, signs, strict=True):
            self.units[arc] += sign * shift
