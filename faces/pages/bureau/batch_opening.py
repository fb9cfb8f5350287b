"""Many reviews opened at once and put into one batch: one setting for all tasks, own ones by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import ReReviewKind
from assignments.rules.tasks import usual_review
from assignments.selectors.batches import ready_tasks
from assignments.services import batches
from faces.pages.bureau.batch_setup import BatchMaking, MakingForm
from faces.pages.bureau.re_review_steps import DAYS_TO_END
from faces.pages.shared.choices import way_of
from faces.pages.shared.delivery_forms import day
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask
    from foundation.taxonomy.models import Node

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One task of the table: what would be looked at, its box, its own field and seats, and why it refused."""

    task: EvaluationTask
    kind: StrOrPromise
    is_ticked: bool
    field: forms.BoundField
    seats: forms.BoundField
    refusal: str


class OpenManyForm(MakingForm):
    """Which tasks, what holds for all of them, what one has of its own, who takes part in the batch."""

    panel_size = forms.TypedChoiceField(label=gettext_lazy("Experts of each panel"), coerce=int)
    due_on = forms.DateField(label=gettext_lazy("Opinions are due on"), widget=day())
    meets_on = forms.DateField(label=gettext_lazy("Meets on"), widget=day(), required=False)
    place = forms.CharField(label=gettext_lazy("Meeting place"), required=False, max_length=100)
    by_correspondence = forms.BooleanField(label=gettext_lazy("By letter, without a meeting"), required=False)
    tasks = forms.TypedMultipleChoiceField(label=gettext_lazy("Tasks"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's arguments
        offered: Sequence[EvaluationTask],
        sizes: Sequence[int],
        nodes: Sequence[Node],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        """Offer the tasks, each with a field and seats of its own."""
        super().__init__(*args, **kwargs)
        self.offered, self.codes = offered, {node.code: node for node in nodes}
        choices = {
            "panel_size": [(size, str(size)) for size in sizes],
            "tasks": [(task.pk, task.number) for task in offered],
        }
        for name, offers in choices.items():
            choice = self.fields[name]
            if isinstance(choice, forms.ChoiceField):
                choice.choices = offers
        for task in offered:
            label = {"number": task.number}
            self.fields[f"field_{task.pk}"] = forms.CharField(
                label=_("Field of %(number)s") % label, required=False, max_length=60, widget=_listed()
            )
            self.fields[f"seats_{task.pk}"] = forms.TypedChoiceField(
                label=_("Seats of %(number)s") % label, coerce=int, required=False, empty_value=None,
                choices=[("", _("as above")), *((size, str(size)) for size in sizes)],
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Find each own field by its code."""
        found = super().clean()
        for key in found.get("tasks", []):
            name = f"field_{key}"
            code = found.get(name, "").split(" ")[0]
            if code and code not in self.codes:
                self.add_error(name, _("No field has this code."))
        return found

    def openings(self) -> list[batches.Opening]:
        """Return what is to be opened, in the order of the table."""
        given, chosen = self.cleaned_data, set(self.cleaned_data["tasks"])
        return [
            batches.Opening(
                task=task,
                panel_size=given[f"seats_{task.pk}"] or given["panel_size"],
                node=self.codes.get(given[f"field_{task.pk}"].split(" ")[0], given["node"]),
            )
            for task in self.offered
            if task.pk in chosen
        ]

    def table(self) -> list[Row]:
        """Return the rows of the table; a task that refused says why."""
        ticked = {str(key) for key in self["tasks"].value() or ()}
        refused = self.refusal.facts.get("tasks", []) if self.refusal else []
        said: Mapping[int, str] = {one["task"]: one["message"] for one in refused}
        return [
            Row(
                task=task,
                kind=usual_review(kind=task.kind, status=task.status).label,
                is_ticked=str(task.pk) in ticked,
                field=self[f"field_{task.pk}"],
                seats=self[f"seats_{task.pk}"],
                refusal=said.get(task.pk, ""),
            )
            for task in self.offered
        ]


def _listed() -> forms.TextInput:
    return forms.TextInput(attrs={"list": "fields", "placeholder": _("as above")})


class BatchOpen(BatchMaking):
    """Open the reviews of many tasks and prepare their batch, all or none; ``?kind=`` narrows the tasks."""

    title, form_class = gettext_lazy("Open many reviews as one batch"), OpenManyForm
    template_name, submit_label = "bureau/batch_open.html", gettext_lazy("Open them and prepare the batch")
    needs = Capability.COMMISSION

    @cached_property
    def kind(self) -> str:
        """The kind of review that the address asks for; empty: all."""
        asked = self.request.GET.get("kind", "")
        return asked if asked in ReReviewKind.values else ""

    @cached_property
    def offered(self) -> list[EvaluationTask]:
        """The tasks that are ready."""
        return list(ready_tasks(self.user, self.kind)[:MOST])

    @cached_property
    def nodes(self) -> list[Node]:
        """The living fields of the tree."""
        return (
            list(tree(self.user.bureau, TreeKind.SPECIALTY).select_related("parent__parent"))
            if self.user.bureau
            else []
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say what is ready, the sizes that the rules allow, and the fields."""
        sizes = rules_for(bureau=self.user.bureau, on=self.today).value("panel_sizes") if self.user.bureau else []
        return super().get_form_kwargs() | {"offered": self.offered, "sizes": sizes, "nodes": self.nodes}

    def get_initial(self) -> dict[str, Any]:
        """Tick every task that is ready, unless the address says none; propose the usual days."""
        ticked = [] if "none" in self.request.GET else [task.pk for task in self.offered]
        return super().get_initial() | {"tasks": ticked, "due_on": self.today + timedelta(days=DAYS_TO_END)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it is all or nothing."""
        return [
            _("Every ticked task gets its review, and all go into one batch; if one refuses, nothing is opened."),
            *super().consequences(),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add the ways to narrow the table, and the fields to choose from."""
        here = reverse("pages:batch-open")
        chosen = f"kind={self.kind}" if self.kind else ""
        tabs = [{"label": _("All"), "url": here, "current": not self.kind}]
        tabs += [
            {"label": label, "url": f"{here}?kind={code}", "current": code == self.kind}
            for code, label in ReReviewKind.choices
            if code in {ReReviewKind.EX_ANTE, ReReviewKind.REPORT, ReReviewKind.WORK_PLAN}
        ]
        found = {
            "tabs": tabs,
            "tick_all": f"{here}?{chosen}",
            "tick_none": f"{here}?{'&'.join(filter(None, (chosen, 'none')))}",
            "field_codes": [(node.code, way_of(node)) for node in self.nodes],
        }
        return super().get_context_data(**(found | kwargs))

    def act(self, form: OpenManyForm) -> str:
        """Open them."""
        given, openings = form.cleaned_data, form.openings()
        batch = batches.open_batch(
            title=given["title"],
            openings=openings,
            due_on=given["due_on"],
            meets_on=given["meets_on"],
            place=given["place"],
            by_correspondence=given["by_correspondence"],
            witness=given["witness"],
            third=given["third"],
            sources=form.sources(),
            by=self.user,
            on=self.today,
        )
        self.made = batch.number
        words = _("%(n)d reviews are open, and the batch %(number)s is prepared.")
        return words % {"n": len(openings), "number": batch.number}


urls = [path("batches/open/", BatchOpen.as_view(), name="batch-open")]
