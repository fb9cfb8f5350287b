"""Setting up a draw: of a firm for a task, of experts for a re-review."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DrawProfile, DrawStatus, PartyRole
from assignments.models import EvaluationTask, ReReviewTask
from assignments.selectors.assignments import re_reviews_visible_to
from assignments.selectors.draws import lineage_of, list_to_repeat, live_draw_of, was_refused
from assignments.selectors.eligibility import firm_eligibility, pool_answers
from assignments.selectors.routes import draw_refusal
from assignments.selectors.tasks import rules_of_task, visible_to
from assignments.services import draws
from assignments.services.looks import note_look
from faces.pages.bureau.draw_terms import TermsForm
from faces.pages.bureau.task_steps import address
from faces.pages.shared.actions import ActionView
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.selectors import colleagues_of, colleagues_who_may, section_name
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.selectors.eligibility import Eligibility

FIELDS: Final = 4
NOBODY: Final = User.objects.none()
NO_NODE: Final = Node.objects.none()


class PersonField(forms.ModelChoiceField[User]):
    """A choice of people, shown by name and section."""

    def label_from_instance(self, obj: User) -> str:
        """Show name and section."""
        section = section_name(obj)
        return f"{obj.name}（{section}）" if section else obj.name


class NodeField(forms.ModelChoiceField[Node]):
    """A choice of the specialty tree, deeper nodes set in."""

    def label_from_instance(self, obj: Node) -> str:
        """Show code and name."""
        return f"{'　' * (obj.level - 1)}{obj.code} {obj.name}"


class PartiesForm(TermsForm):
    """Who takes part, and how it is drawn."""

    witness = PersonField(
        label=gettext_lazy("Witness"),
        queryset=NOBODY,
        empty_label=gettext_lazy("Choose"),
        help_text=gettext_lazy("A person of supervision: makes the second nonce on a device of its own."),
    )
    third = PersonField(
        label=gettext_lazy("Third party"),
        queryset=NOBODY,
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("Somebody of another section, who then would have to collude, too."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the colleagues."""
        today = kwargs.pop("on")
        super().__init__(*args, **kwargs)
        offers = {
            "witness": colleagues_who_may(user, Capability.WITNESS, on=today),
            "third": colleagues_of(user, on=today),
        }
        for name, rows in offers.items():
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = rows.prefetch_related("grants__section")


class SeatsForm(PartiesForm):
    """The seats by field, the parties, and how it is drawn."""

    kind = "panel"
    field_order = [f"{part}_{n}" for n in range(1, FIELDS + 1) for part in ("node", "count")]

    def __init__(self, *args: Any, nodes: QuerySet[Node], **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Make the lines of seats."""
        super().__init__(*args, **kwargs)
        for n in range(1, FIELDS + 1):
            self.fields[f"node_{n}"] = NodeField(
                label=_("Field %(n)s") % {"n": n},
                queryset=nodes,
                required=n == 1,
                empty_label=_("Choose") if n == 1 else "—",
            )
            self.fields[f"count_{n}"] = forms.IntegerField(label=_("Seats"), required=n == 1, min_value=1, max_value=9)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a line, and for each field once."""
        found = super().clean() or self.cleaned_data
        named: Counter[Node] = Counter()
        for n in range(1, FIELDS + 1):
            node, count = found.get(f"node_{n}"), found.get(f"count_{n}")
            if (node is None) != (count is None) and not {f"node_{n}", f"count_{n}"} & set(self.errors):
                self.add_error(f"count_{n}", _("A line has a field and a number of seats."))
            if node is not None:
                named[node] += 1
                if named[node] > 1:
                    self.add_error(f"node_{n}", _("This field stands there already."))
        return found

    def seats(self) -> list[draws.SeatDraft]:
        """Return the lines that are filled in."""
        given = self.cleaned_data
        lines = [(given.get(f"node_{n}"), given.get(f"count_{n}")) for n in range(1, FIELDS + 1)]
        return [draws.SeatDraft(node.name, count, [node]) for node, count in lines if node and count]

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the lines as the page draws them."""
        return [(self[f"node_{n}"], self[f"count_{n}"]) for n in range(1, FIELDS + 1)]


class SetUp(ActionView):
    """Set up a draw; afterwards into its room."""

    audience, needs = "bureau", Capability.DRAW
    submit_label = gettext_lazy("Set up the draw")
    made = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say who asks, and when."""
        return super().get_form_kwargs() | {"user": self.user, "on": self.today}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the only witness there is."""
        people = list(colleagues_who_may(self.user, Capability.WITNESS, on=self.today)[:2])
        found = {"algorithm": "gongping-1", "witness": people[0] if len(people) == 1 else None}
        return found | {"profile": DrawProfile.OUTSIDE if self.was_refused else DrawProfile.INSIDE}

    @cached_property
    def subject(self) -> dict[str, Any]:
        """The task or the re-review that is drawn for, as the selectors ask for it."""
        is_task = isinstance(self.object, EvaluationTask)
        return {"task": self.object if is_task else None, "re_review": None if is_task else self.object}

    @cached_property
    def was_refused(self) -> bool:
        """Whether a nonce was refused before, so that a public value must decide."""
        return was_refused(**self.subject)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add what an earlier attempt binds this one to."""
        former = list_to_repeat(**self.subject)
        found = {
            "former": former,
            "former_role": PartyRole(former.void_role).label if former else "",
            "was_refused": self.was_refused,
            "attempt": lineage_of(**self.subject).count() + 1,
        }
        return super().get_context_data(**(found | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows."""
        return [
            _("You are the operator. The witness sees the draw on the own desk at once."),
            _("Nothing is frozen yet: first look at the list, then freeze it."),
        ]

    def looked(self, answers: Sequence[Eligibility]) -> tuple[int, int]:
        """Return (eligible, all); the look is counted. Rule R-61."""
        note_look(of=self.object, answers=answers, asked_on=self.today, by_name=False, by=self.user, at=clock.now())
        return sum(answer.is_eligible for answer in answers), len(answers)

    def get_success_url(self) -> str:
        """Go into the room."""
        return reverse("pages:draw", args=[self.made]) if self.made else self.object_url()


class DrawFirm(SetUp):
    """Set up the draw of one firm for a task."""

    title, form_class = gettext_lazy("Prepare the draw of a firm"), PartiesForm
    template_name, lookup = "bureau/draw/firm.html", "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return visible_to(self.user).select_related("bureau", "unit__organisation", "project")

    def object_url(self) -> str:
        """Return the task's page."""
        return reverse("pages:task", args=[self.object.number])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add how many are eligible, and why the route forbids a draw if it does."""
        task: EvaluationTask = self.object
        live = live_draw_of(task=task)
        found = {
            "refused": draw_refusal(task, self.today),
            "live": live,
            "counts": self.looked(firm_eligibility(task, self.today)),
            "explore_url": address("eligibility-firm", [task.number]),
        }
        return super().get_context_data(**(found | kwargs))

    def act(self, form: PartiesForm) -> str:
        """Set it up."""
        given = form.cleaned_data
        draw = draws.configure_firm_draw(
            task=self.object, witness=given["witness"], third=given["third"], terms=form.terms(),
            by=self.user, on=self.today,
        )  # fmt: skip
        self.made = draw.number
        return _("The draw %(number)s is set up.") % {"number": draw.number}


class DrawPanel(SetUp):
    """Set up the draw of a panel's experts."""

    title, form_class = gettext_lazy("Prepare the draw of experts"), SeatsForm
    template_name = "bureau/draw/panel.html"

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the visible re-reviews."""
        return re_reviews_visible_to(self.user).select_related("bureau", "evaluation__unit__organisation")

    def object_url(self) -> str:
        """Return the re-review's page."""
        return address("re-review", [self.object.number]) or reverse("pages:draws")

    @cached_property
    def nodes(self) -> QuerySet[Node]:
        """The specialty tree."""
        return tree(self.object.bureau, TreeKind.SPECIALTY)

    def get_initial(self) -> dict[str, Any]:
        """Begin with the field that was planned, for every seat."""
        review: ReReviewTask = self.object
        planned = {"node_1": review.node_id, "count_1": review.panel_size} if review.node_id else {}
        return super().get_initial() | planned

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the tree."""
        return super().get_form_kwargs() | {"nodes": self.nodes}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add how many are eligible."""
        review: ReReviewTask = self.object
        rules = rules_of_task(review.evaluation, self.today)
        found = {
            "live": review.draws.exclude(status=DrawStatus.VOID).first(),
            "counts": self.looked(pool_answers(review, self.today)),
            "explore_url": address("eligibility-panel", [review.pk]),
            "employer_max": rules.value("employer_max"),
            "employer_source": rules.source("employer_max"),
        }
        return super().get_context_data(**(found | kwargs))

    def act(self, form: SeatsForm) -> str:
        """Set it up."""
        given = form.cleaned_data
        draw = draws.configure_panel_draw(
            re_review=self.object, seats=form.seats(), witness=given["witness"], third=given["third"],
            terms=form.terms(), by=self.user, on=self.today,
        )  # fmt: skip
        self.made = draw.number
        return _("The draw %(number)s is set up.") % {"number": draw.number}


urls = [
    path("tasks/<str:number>/draw/", DrawFirm.as_view(), name="draw-firm"),
    path("re-reviews/<int:pk>/draw/", DrawPanel.as_view(), name="draw-panel"),
]
