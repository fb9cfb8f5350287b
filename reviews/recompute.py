"""Recompute a rating: ``python recompute.py rating.json`` prints OK with the digits, or the first difference.

One file, Python 3.8 or later, standard library only, no network: read it, then run it. It takes the scores, weights,
lateness and veto as given and does every sum again in exact fractions. Exit code 0 is OK, 1 a difference, 2 no file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Dict, List

Json = Dict[str, Any]
TYPE = "gongping/rating/1"
MEAN = "gongping-rating-1/mean"
TRIMMED = "gongping-rating-1/trimmed"
FEWEST = 3
TRIMMED_FROM = 5
HUNDRED = 100
MOST_DECIMALS = 6


class Difference(Exception):  # noqa: N818 - it is a finding, not an error
    """The first thing that does not agree."""


def expect(holds: object, words: str) -> None:
    """Go on if ``holds``, otherwise stop with the difference."""
    if not holds:
        raise Difference(words)


def equal(name: str, said: object, found: object) -> None:
    """Stop where the document says another value than the one that comes out."""
    expect(str(said) == str(found), "{}: the document says {}, recomputed {}".format(name, said, found))


def rater_part(items: List[Json], scores: Json) -> Fraction:
    """Return one rater's points; an item without a judgement leaves his denominator."""
    whole = judged = got = 0
    for item in items:
        if item["scorer"] != "EXPERT":
            continue
        expect(item["code"] in scores, "a rater has no score for " + item["code"])
        value = scores[item["code"]]
        whole += item["weight"]
        if value is None:
            continue
        expect(0 <= value <= item["weight"], "a score for {} lies outside its weight".format(item["code"]))
        judged += item["weight"]
        got += value
    expect(judged, "a rater judged no item")
    return Fraction(got * whole, judged * HUNDRED)


def grade_of(points: Fraction, cuts: List[int], names: List[str]) -> str:
    """Return the band of exact points; each band includes its lower end."""
    for cut, name in zip(cuts, names):
        if points >= cut:
            return name
    return names[len(cuts)]


def printed(points: Fraction, cuts: List[int]) -> str:
    """Return points half-up at two decimals, more where rounding would cross a cut."""
    for decimals in range(2, MOST_DECIMALS + 1):
        scale = 10**decimals
        units = (2 * points.numerator * scale + points.denominator) // (2 * points.denominator)
        shown = Fraction(units, scale)
        if all((shown >= cut) == (points >= cut) for cut in cuts):
            return "{}.{}".format(units // scale, str(units % scale).zfill(decimals))
    units = int(points * HUNDRED)
    return "{}.{}…".format(units // HUNDRED, str(units % HUNDRED).zfill(2))


def check(document: Json) -> str:
    """Recompute the document and return the final digits; raise ``Difference`` at the first thing that differs."""
    expect(document.get("type") == TYPE, "this is no rating document")
    plain = {key: value for key, value in document.items() if key != "sha256"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    equal("sha256", document.get("sha256"), hashlib.sha256(text.encode()).hexdigest())
    items, raters, cuts, names = document["items"], document["raters"], document["cuts"], document["names"]
    expect(document["first_size"] >= FEWEST and len(raters) >= FEWEST, "a grade needs at least three raters")
    formula = TRIMMED if document["first_size"] >= TRIMMED_FROM else MEAN
    equal("formula", document["formula"], formula)
    parts = sorted(rater_part(items, rater["scores"]) for rater in raters)
    kept = parts[1:-1] if formula == TRIMMED else parts
    other = system = 0
    for item in items:
        if item["scorer"] == "EXPERT":
            continue
        expect(item["code"] in document["others"], "the section has no score for " + item["code"])
        value = document["others"][item["code"]]
        expect(0 <= value <= item["weight"], "a score for {} lies outside its weight".format(item["code"]))
        other += value
        system += value if item["scorer"] == "SYSTEM" else 0
    raw = sum(kept, Fraction(0)) / len(kept) + Fraction(other, HUNDRED)
    late = document["late"]
    adjusted = raw - Fraction(min(late["days"] * late["per_day"], late["most"], system), HUNDRED)
    equal("raw", document["raw"], raw)
    equal("adjusted", document["adjusted"], adjusted)
    final = adjusted
    for move in document["moves"]:
        equal("value before an appeal", move["before"], final)
        final = Fraction(move["after"])
        expect(0 <= final <= HUNDRED, "a value after an appeal lies outside 0 to 100")
    equal("final", document["final"], final)
    equal("grade", document["grade"], names[len(cuts)] if document["veto"] else grade_of(final, cuts, names))
    return "{} {}".format(printed(final, cuts), document["grade"])


def main() -> int:
    """Check the file named on the command line."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    try:
        document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print("cannot be read: {}".format(error))
        return 2
    try:
        digits = check(document)
    except Difference as difference:
        print("DIFFERENCE " + str(difference))
        return 1
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError) as error:
        print("DIFFERENCE the document is not complete: {!r}".format(error))
        return 1
    print("OK " + digits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
