"""Work that goes from one clerk to another: choose, see what stays, hand over, print the list."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import PartyRole, TaskStatus
from assignments.models import EvaluationTask, WorkHandOver
from assignments.selectors.handing_over import clerks_of, hand_overs_visible_to, open_tasks_of, parts_that_stay
from assignments.services.handing_over import hand_over_work
from faces.documents import work_hand_over as paper
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.choices import RowsField
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.numbers import id_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


class TasksField(RowsField[EvaluationTask]):
    """Tasks by number and title."""

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - as in Django
        """Name one."""
        return f"{obj.number}　{obj.title}　{obj.get_status_display()}"


class PersonField(forms.ModelChoiceField[User]):
    """People by name."""

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - as in Django
        """Name one."""
        return str(obj.name)


class WorkForm(ActionForm):
    """To whom, which tasks, why."""

    to = PersonField(label=gettext_lazy("Receiver"), queryset=User.objects.none())
    tasks = TasksField(
        label=gettext_lazy("Tasks"), queryset=EvaluationTask.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(3))

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Offer the giver's open tasks, all ticked, and the other clerks."""
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["to"]
        choice.queryset = clerks_of(giver).exclude(pk=giver.pk)
        boxes: Any = self.fields["tasks"]
        boxes.queryset = open_tasks_of(giver)
        boxes.initial = [row.pk for row in boxes.queryset]


class HandOverWork(FormPage):
    """Hand the own work over, or, as section head, another's (``?of=``)."""

    audience, needs = "bureau", (Capability.PLAN, Capability.CONFIRM)
    template_name, title = "bureau/work_hand_over.html", gettext_lazy("Hand work over")
    form_class, submit_label = WorkForm, gettext_lazy("Hand it over")
    made: WorkHandOver | None = None

    @cached_property
    def giver(self) -> User:
        """Whose work is handed over; 404 for anybody whose work the reader may not give away."""
        key = id_of(self.request.GET.get("of", "")) if self.request.GET.get("of") else self.user.pk
        row = clerks_of(self.user).filter(pk=key or 0).first()
        if key == self.user.pk:
            return self.user
        if row is None or not may(self.user, Capability.CONFIRM):
            raise Http404
        return row

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form whose work it is."""
        return super().get_form_kwargs() | {"giver": self.giver}

    def get_success_url(self) -> str:
        """Return the list that was handed over, or the bureau's first page."""
        return reverse("pages:work-hand-over", args=[self.made.pk]) if self.made else reverse("pages:bureau-home")

    def act(self, form: WorkForm) -> str:
        """Hand over."""
        given = form.cleaned_data
        self.made = hand_over_work(
            giver=self.giver, to=given["to"], tasks=list(given["tasks"]), words=given["words"], by=self.user,
            on=self.today,
        )  # fmt: skip
        return _("Handed over: %(n)d. The receiver is told.") % {"n": len(self.made.tasks)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return what stays, whose work else may be given away, and what was handed over before."""
        others = clerks_of(self.user).exclude(pk=self.giver.pk) if may(self.user, Capability.CONFIRM) else ()
        return super().get_context_data(
            **(
                {
                    "giver": self.giver,
                    "has_tasks": open_tasks_of(self.giver).exists(),
                    "stays": [(row["number"], PartyRole(row["role"]).label) for row in parts_that_stay(self.giver)],
                    "others": others,
                    "earlier": hand_overs_visible_to(self.user)[:20],
                }
                | kwargs
            )
        )


class HandOverPage(SectionsPage):
    """One hand-over: the tasks as they stood, and what stayed."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("List of the work handed over")

    def rows(self) -> QuerySet[WorkHandOver]:
        """Return the bureau's hand-overs."""
        return hand_overs_visible_to(self.user)

    def layout(self) -> Layout:
        """Return tasks and what stayed."""
        row: WorkHandOver = self.object
        tasks = [
            (Cell(one["number"], reverse("pages:task", args=[one["number"]])), one["title"], _state(one["status"]))
            for one in row.tasks
        ]
        stays = [(one["number"], PartyRole(one["role"]).label) for one in row.stays]
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("From whom"), row.giver.name),
            (_("Receiver"), row.receiver.name),
            (_("Handed over"), f"{formats.day(row.made_on, with_year=True)}　{row.made_by.name}"),
        ]
        if row.words:
            pairs.append((_("Remark"), Cell(row.words, said=True)))
        return Layout(
            crumbs=((_("Hand work over"), reverse("pages:work-hand-overs")), (f"#{row.pk}", "")),
            acts=(Act(_("Print the list (PDF)"), reverse("pages:work-hand-over-paper", args=[row.pk])),),
            main=(
                Section(_("Tasks"), grid=Grid((_("Number"), _("Title"), _("State then")), tasks), count=len(tasks)),
                Section(
                    _("What stayed"),
                    grid=Grid((_("Draw or batch"), _("Part")), stays),
                    empty=_("No draw under way had a part of this person."),
                ),
            ),
            beside=(Section(_("About this hand-over"), pairs=tuple(pairs)),),
        )


def _state(status: str) -> str:
    return str(TaskStatus(status).label)


class HandOverPaper(OneObject, AudiencePage):
    """交接清单 as PDF."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[WorkHandOver]:
        """Return the bureau's hand-overs."""
        return hand_overs_visible_to(self.user)

    def get(self, _request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ANN401 - as in Django
        """Make it."""
        row: WorkHandOver = self.object
        facts = paper.WorkList(
            bureau=row.bureau.name,
            giver=row.giver.name,
            receiver=row.receiver.name,
            made_on=row.made_on,
            words=row.words,
            tasks=[paper.HandedTask(one["number"], one["title"], _state(one["status"])) for one in row.tasks],
            stays=[paper.KeptPart(one["number"], str(PartyRole(one["role"]).label)) for one in row.stays],
        )
        response = HttpResponse(paper.build(facts), content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="hand-over-{row.pk}.pdf"'
        return response


urls = [
    path("hand-over/", HandOverWork.as_view(), name="work-hand-overs"),
    path("hand-over/<int:pk>/", HandOverPage.as_view(), name="work-hand-over"),
    path("hand-over/<int:pk>/list.pdf", HandOverPaper.as_view(), name="work-hand-over-paper"),
]
