"""What a firm takes over from whom it follows, and what head office and branches are to each other. Rule R-49."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assignments.selectors.eligibility.cases import Cases
from evaluators import selectors as register
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from evaluators.rules import one_of_each_family
from foundation.rulesets.selectors import Rules


@dataclass(frozen=True, slots=True)
class Lineage:
    """Whose past counts for whom: each firm, and each predecessor, with the firms that answer for its work."""

    firms: dict[int, set[int]]
    bodies: dict[int, set[int]]
    earlier_firms: frozenset[int] = frozenset()
    earlier_bodies: frozenset[int] = frozenset()

    def of(self, firm_id: int | None) -> Iterable[int]:
        """Return the firms that answer for what ``firm_id`` did."""
        return self.firms.get(firm_id or 0, ())

    def of_body(self, organisation_id: int) -> Iterable[int]:
        """Return the firms that answer for what an organisation did."""
        return self.bodies.get(organisation_id, ())


def lineage_of(rows: Sequence[Firm], on: date) -> Lineage:
    """Return whose past counts for ``rows`` on ``on``: a tie to a unit is not lost by a merger, split or conversion."""
    firms = {row.pk: {row.pk} for row in rows}
    bodies = {row.organisation_id: {row.pk} for row in rows}
    before = register.predecessor_firms(list(firms), on)
    for heir, earlier in before.items():
        for pk in earlier:
            firms.setdefault(pk, set()).add(heir)
    if before:
        earlier_pks = {pk for earlier in before.values() for pk in earlier}
        for pk, body in Firm.objects.filter(pk__in=earlier_pks).values_list("pk", "organisation_id"):
            bodies.setdefault(body, set()).update(firms[pk])
    own, own_bodies = {row.pk for row in rows}, {row.organisation_id for row in rows}
    return Lineage(firms, bodies, frozenset(firms.keys() - own), frozenset(bodies.keys() - own_bodies))


def note_carried(cases: Cases, ids: Iterable[int], rules: Rules, on: date) -> None:
    """Refuse who took the place of a suspended or removed firm, until its day."""
    for bar in register.carried_bars(ids, on):
        words = _("It took the place of %(name)s (%(state)s there).") % {
            "name": bar.predecessor.organisation.name,
            "state": bar.get_status_display(),
        }
        key = "removal_years" if bar.status == FirmStatus.REMOVED else "suspension_months_most"
        cases[bar.firm_id].no("carried_bar", words, rules=rules, key=key, free_on=bar.ends_on)


def note_families(cases: Cases, rows: Sequence[Firm], rules: Rules, on: date) -> None:
    """Let one of a head office and its branches take part, of those that nothing else bars (edge case 21)."""
    if not rules.value("one_of_a_family"):
        return
    heads = register.heads_of([row.pk for row in rows], on)
    if not heads:
        return
    names = {row.pk: row.organisation.name for row in rows}
    eligible = [row.pk for row in rows if row.pk not in cases or not cases[row.pk].refusals]
    for pk, first in one_of_each_family(heads, eligible).items():
        words = _("It is of one house with %(name)s, which takes part for both.") % {"name": names[first]}
        cases[pk].no("one_house", words, rules=rules, key="one_of_a_family", free_on=None)
