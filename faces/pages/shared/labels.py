"""Running deductions and the labels that they give, on the lists of firms and of experts, as of the asked day."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext_lazy

from credit.selectors import has_label, label_cuts, points_heirs, with_label, with_points
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.credit_words import LABEL_WORDS
from faces.pages.shared.facets import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import Q, QuerySet

    from credit.selectors import Party


def label_word(row: Any) -> str:  # noqa: ANN401 - a firm or an expert with what ``with_label`` adds
    """Return the label of a row in words; empty without one."""
    return str(LABEL_WORDS[row.label]) if row.label else ""


LABEL_COLUMNS = (
    Column(gettext_lazy("Running deductions"), "deducted", num=True),
    Column(gettext_lazy("Label"), label_word),
)


class LabelledList(DatedList):
    """A list of parties with their running deductions and labels; narrowed by label among those with points only."""

    party: ClassVar[Party] = "organisation"

    @cached_property
    def cuts(self) -> Sequence[int]:
        """The points of R-26 on the day that is asked about."""
        return label_cuts(self.user.bureau, self.day)

    @cached_property
    def heirs(self) -> Mapping[int, set[int]]:
        """Who carries the deductions of others on that day."""
        return points_heirs(self.day) if self.party == "organisation" else {}

    @cached_property
    def offered(self) -> Sequence[Facet]:
        """The facets of the list, and the label."""
        return (*self.facets, Facet("label", gettext_lazy("Label"), tuple(LABEL_WORDS.items()), fits=self._bears))

    def labelled(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add ``deducted`` and ``label`` of the day."""
        return with_label(with_points(rows, self.day, party=self.party, heirs=self.heirs), self.cuts)

    def _bears(self, label: str) -> Q:
        return has_label(label, self.cuts, self.day, party=self.party, heirs=self.heirs)
