"""The form of an expert's opinion: a score for each of his items, findings by page, a conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import textarea, upload
from reviews.enums import Severity
from reviews.services import FindingDraft, ScoreDraft

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviews.models import Opinion
    from rubrics.models import RubricItem

FINDINGS: Final = 8
HUNDRED: Final = 100
MOST_PAGE: Final = 32_767  # what the column holds


class OpinionForm(ActionForm):
    """Everything an expert writes; complete or not, it can be kept at any time."""

    def __init__(self, *args: Any, items: list[RubricItem], **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Ask for each item of ``items``."""
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            most = item.weight_hundredths / HUNDRED
            self.fields[f"score-{item.code}"] = forms.DecimalField(
                label=_("Points"),
                required=False,
                min_value=0,
                max_value=most,
                max_digits=5,
                decimal_places=2,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.5"}),
            )
            self.fields[f"unsure-{item.code}"] = forms.BooleanField(label=_("I cannot judge this"), required=False)
            self.fields[f"page-{item.code}"] = forms.IntegerField(
                label=_("Page"), required=False, min_value=1, max_value=MOST_PAGE
            )
            self.fields[f"reason-{item.code}"] = forms.CharField(
                label=_("Why points are taken off"), required=False, max_length=500, widget=textarea(2)
            )
        for place in range(1, FINDINGS + 1):
            self.fields[f"finding-page-{place}"] = forms.IntegerField(
                label=_("Page"), required=False, min_value=1, max_value=MOST_PAGE
            )
            self.fields[f"finding-severity-{place}"] = forms.ChoiceField(
                label=_("How grave"), required=False, choices=(("", "—"), *Severity.choices)
            )
            self.fields[f"finding-item-{place}"] = forms.ChoiceField(
                label=_("Item"), required=False, choices=(("", "—"), *((item.code, item.name) for item in items))
            )
            self.fields[f"finding-words-{place}"] = forms.CharField(
                label=_("What you found"), required=False, max_length=1000, widget=textarea(2)
            )
        self.fields["conclusion"] = forms.CharField(
            label=_("Conclusion"), required=False, max_length=4000, widget=textarea(5)
        )

    def groups(self) -> Iterator[tuple[RubricItem, list[forms.BoundField]]]:
        """Give each item with its fields."""
        for item in self.items:
            yield item, [self[f"{name}-{item.code}"] for name in ("score", "unsure", "page", "reason")]

    def finding_groups(self) -> Iterator[tuple[int, list[forms.BoundField], bool]]:
        """Give the places for findings: number, fields, and whether it is shown open."""
        for place in range(1, FINDINGS + 1):
            fields = [self[f"finding-{name}-{place}"] for name in ("page", "severity", "item", "words")]
            yield place, fields, place <= 2 or bool(fields[3].value())  # noqa: PLR2004 - two open places

    def scores(self) -> list[ScoreDraft]:
        """Return the scores as the service takes them."""
        given = self.cleaned_data
        found = []
        for item in self.items:
            value = given.get(f"score-{item.code}")
            unsure = bool(given.get(f"unsure-{item.code}"))
            found.append(
                ScoreDraft(
                    item.code,
                    None if value is None or unsure else int(value * HUNDRED),
                    cannot_judge=unsure,
                    reason=given.get(f"reason-{item.code}") or "",
                    page=given.get(f"page-{item.code}"),
                )
            )
        return found

    def findings(self) -> list[FindingDraft]:
        """Return the findings that have words."""
        given = self.cleaned_data
        return [
            FindingDraft(
                given.get(f"finding-page-{place}") or 1,
                Severity(given.get(f"finding-severity-{place}") or Severity.MINOR),
                given.get(f"finding-words-{place}") or "",
                given.get(f"finding-item-{place}") or "",
            )
            for place in range(1, FINDINGS + 1)
            if (given.get(f"finding-words-{place}") or "").strip()
        ]


class SignedOpinionForm(OpinionForm):
    """An opinion with the scan of its signed print."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Ask for the scan, too."""
        super().__init__(*args, **kwargs)
        self.fields["scan"] = forms.FileField(
            label=_("Scan of the signed print"),
            widget=upload(".pdf,.png,.jpg,.jpeg"),
            required=False,
            help_text=_("A photograph of the signed page is enough. It is needed to hand in, not to save."),
        )


def initial_of(opinion: Opinion) -> dict[str, Any]:
    """Return what the opinion holds, as the form shows it."""
    found: dict[str, Any] = {"conclusion": opinion.conclusion}
    for row in opinion.scores.select_related("item"):
        code = row.item.code
        found[f"score-{code}"] = None if row.score_hundredths is None else row.score_hundredths / HUNDRED
        found[f"unsure-{code}"], found[f"page-{code}"] = row.cannot_judge, row.page
        found[f"reason-{code}"] = row.reason
    for place, one in enumerate(opinion.findings.select_related("item").order_by("pk")[:FINDINGS], start=1):
        found[f"finding-page-{place}"], found[f"finding-severity-{place}"] = one.page, one.severity
        found[f"finding-item-{place}"] = one.item.code if one.item else ""
        found[f"finding-words-{place}"] = one.words
    return found
