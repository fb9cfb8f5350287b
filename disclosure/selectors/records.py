"""What the page of a draw or of a batch shows of its frozen record, without scripts."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from assignments.enums import PartyRole, SourceKind
from assignments.selectors.batch_proofs import proof_left, proof_words
from assignments.selectors.batches import widened_tasks
from assignments.selectors.eligibility import reason_words

PERMILLE: Final = 1000
MILLIONTHS: Final = 1_000_000


def label_of(choices: type[models.TextChoices], code: str) -> str:
    """Return the word for a code; a code that is none any more stands for itself."""
    return str(choices(code).label) if code in choices else code


def draw_summary(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of a draw shows without scripts: seats, who was passed over and why, alternates."""
    freeze = json.loads(record["freeze"])
    is_for_firm = freeze["lineage"]["kind"] == "firm"
    names = {seat["stratum"]: _("third-party firm") if is_for_firm else seat["name"] for seat in freeze["seats"]}
    roles = {party["id"]: label_of(PartyRole, party["role"]) for party in freeze["parties"]}
    named = {one["id"]: one["rule"].partition(": ")[2] for first in freeze["sources"] for one in _chain(first)}
    opened = {one["number"]: one["name"] for one in record.get("openings") or []}
    steps = [record["draw"], *record["replacements"]] if record.get("draw") else []
    return {
        "freeze": freeze,
        "entries": len(freeze["entries"]),
        "excluded": freeze["excluded"],
        "seats": sum(seat["count"] for seat in freeze["seats"]),
        "panel": [
            {"number": place["number"], "field": names.get(place["stratum"], ""), "name": opened.get(place["number"])}
            for place in (steps[-1]["panel"] if steps else ())
        ],
        "drawn": [place["number"] for place in steps[0]["seated"]] if steps else [],
        "walks": _walks(record, steps),
        "alternates": _alternates(record, freeze, steps) if steps else [],
        "replacements": max(0, len(steps) - 1),
        "voids": record.get("voids") or [],
        "is_named": bool(opened),
        "parts": _parts(record.get("parts") or [], roles | named),
        "is_outside": freeze["profile"] == "O",
        "sources": _sources(freeze, record.get("outside") or []),
        "roles": list(roles.values()),
        "left": [one["number"] for one in (record.get("about") or {}).get("left", [])],
        "slips": [roles.get(one, one) for one in (record.get("about") or {}).get("slips", [])],
        "void": record.get("void"),
        "void_role": label_of(PartyRole, ((record.get("void") or {}).get("role") or "").upper()),
        "is_witnessed": record.get("witness") is not None,
        "widened": [tier for tier in steps[-1]["opened"] if tier] if steps else [],
    }


def _walks(record: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the draw and each replacement with the places it walked past, in the order drawn."""
    places = {number: place for place, number in enumerate(record.get("order") or [], 1)}
    walks = []
    for step in steps:
        reasons = {one["number"]: one["reason"] for one in step["skipped"]}
        came_in = [place["number"] for place in step["seated"]]
        walks.append(
            {
                "withdrawn": step.get("withdrawn") or [],
                "rows": [
                    {"place": places[number], "number": number, "reason": reasons.get(number, "")}
                    for number in sorted({*came_in, *reasons}, key=places.__getitem__)
                ],
            }
        )
    return walks


def _alternates(record: Mapping[str, Any], freeze: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return all who could still be called, tier by tier in the order drawn, as a next replacement would meet them."""
    gone = {number for step in steps for number in step.get("withdrawn") or []}
    gone |= {place["number"] for place in steps[-1]["panel"]}
    tiers = {number: entry["tier"] for number, entry in enumerate(freeze["entries"], 1)}
    return sorted((number for number in record.get("order") or [] if number not in gone), key=tiers.__getitem__)


def batch_summary(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of a batch shows without scripts: panels with chances, loads, what each rule cost, pins."""
    record = body["record"]
    freeze = json.loads(record["freeze"])
    problem = freeze["problem"]
    opened = {one["number"]: one["name"] for one in record["openings"]}
    roles = {party["id"]: label_of(PartyRole, party["role"]) for party in freeze["parties"]}
    chance = {(task, expert): units for task, expert, units in freeze["marginals"]}
    panels = [list(panel) for panel in (record["draw"] or {"assignment": []})["assignment"]]
    for step in record["replacements"]:
        panels[step["task"]] = list(step["panel"])
    loads = Counter(expert for panel in panels for expert in panel)
    expected_units, q_permille = freeze["totals"]["expected_units"], problem["q_permille"]
    proof = proof_left(freeze["certificate"], expected_units=expected_units, q_permille=q_permille)
    return {
        "freeze": freeze,
        "tasks": [
            {
                "number": number,
                "title": title,
                "seats": seats,
                "listed": listed,
                "panel": [
                    {"number": expert, "name": opened.get(expert, ""), "percent": chance.get((place, expert), 0) / 10}
                    for expert in (panels[place] if panels else ())
                ],
            }
            for place, (number, title, seats, listed) in enumerate(
                zip(body["numbers"], body["tasks"], problem["seats"], _listed(problem), strict=True)
            )
        ],
        "experts": len(problem["caps"]),
        "seats": sum(problem["seats"]),
        "loads": sorted(Counter(loads.values()).items()),
        "most_percent": (problem["q_permille"] or PERMILLE) / 10,
        "accounting": [
            {"rule": str(reason_words(row["rule"])), "count": row["count"]}
            for row in freeze["accounting"]
            if row["rule"] not in {"open", "pinned"}
        ],
        "pairs": freeze["pairs"],
        "open_pairs": len(problem["edges"]),
        "pins": freeze["pins"],
        "forbids": freeze["forbids"],
        "expected": freeze["totals"]["expected_total"] / MILLIONTHS / max(1, sum(problem["seats"])),
        "proof": proof_words(proof, record=record),
        "gap": proof["gap"],
        "replacements": len(record["replacements"]),
        "widened": len(widened_tasks(record)),
        "voids": record["voids"],
        "void": record["void"],
        "is_named": bool(opened),
        "parts": _parts(record["parts"] or [], roles),
        "sources": _sources(freeze, record.get("outside") or []),
    }


def _listed(problem: Mapping[str, Any]) -> list[int]:
    """Return, by task, how many experts may sit on it."""
    counts = Counter(task for task, _expert, _fit in problem["edges"])
    return [counts[task] for task in range(len(problem["seats"]))]


def _sources(freeze: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each outside value that the freeze names, with what was found there and where it was read."""
    found = []
    for source in (one for first in freeze["sources"] for one in _chain(first)):
        kind, _colon, name = source["rule"].partition(": ")
        rows = [row for row in told if row["id"] == source["id"]]
        readings = [
            {"state": row["state"], "words": row["words"], "value": _value_text(row["part"]) if row["part"] else ""}
            for row in rows
        ]
        at = parse_datetime(source["at"])
        found.append({"name": name or kind, "kind": label_of(SourceKind, kind), "at": at, "readings": readings})
    return found


def _chain(source: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [source, *source["fallbacks"]]


def _value_text(part: Mapping[str, Any]) -> str:
    value = part["value"]
    text = " ".join(value) if isinstance(value, list) else str(value or "")
    return f"{part['round']}: {text}" if part.get("kind") == "beacon" else text


def role_word(code: str) -> str:
    """Return the word for a party's role."""
    return label_of(PartyRole, code)


def _parts(parts: Sequence[Mapping[str, Any]], roles: Mapping[str, str]) -> list[dict[str, str]]:
    rows = []
    for part in parts:
        source = str(part["id"])
        rows.append({"label": roles.get(source, source), "kind": str(part["kind"]), "value": _value_text(part)})
    return rows
