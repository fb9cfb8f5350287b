"""Projects: code, amount and its parts by budget, and the chain from the target to the last evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assignments.enums import TaskKind
from assignments.selectors.tasks import visible_to as visible_tasks
from faces.pages.bureau.rule_words import CODES
from faces.pages.shared import formats
from faces.pages.shared.access import open_url
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from projects.enums import BudgetKind, ProjectKind, SpecialForm
from projects.models import Project
from projects.selectors import visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ProjectList(ListPage):
    """Every project of the bureau; classified ones never enter."""

    audience, needs = "bureau", Capability.READ_DESK
    title = gettext_lazy("Projects")
    template_name = "bureau/projects.html"
    columns = (
        Column(
            gettext_lazy("Project code"),
            "code",
            key=True,
            link=lambda project: reverse("pages:project", args=[project.pk]),
        ),
        Column(pgettext_lazy("of a thing", "Name"), "name"),
        Column(gettext_lazy("Unit"), "unit.organisation.name"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Special form"), "special_form"),
        Column(gettext_lazy("Amount"), lambda project: formats.wan_with_unit(project.amount_cents), num=True),
    )
    facets = (
        Facet("kind", gettext_lazy("Kind"), ProjectKind.choices),
        Facet("special_form", gettext_lazy("Special form"), SpecialForm.choices),
        Facet("budget", gettext_lazy("Budget"), BudgetKind.choices, lookup="budgets__kind", many=True),
    )
    search_fields = ("code", "name", "unit__organisation__name", "unit__code")
    search_hint = gettext_lazy("Code or name of a project or its unit")
    sorts = (
        Sort("code", gettext_lazy("By code"), ("code",)),
        Sort("amount", gettext_lazy("Largest first"), ("-amount_cents",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "projects"
    empty_title = gettext_lazy("No project yet")
    empty_text = gettext_lazy("Import the projects with their codes and amounts; then tasks can name them.")

    def rows(self) -> QuerySet[Project]:
        """Return the projects of the bureau."""
        return visible_to(self.user).select_related("unit__organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may import, and read the scores."""
        found = {"may_import": may(self.user, Capability.IMPORT), "gaps_url": open_url(self.user, "score-gaps")}
        return super().get_context_data(**(found | kwargs))


class ProjectPage(ObjectPage):
    """One project with its chain."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/project.html"

    def rows(self) -> QuerySet[Project]:
        """Return the projects of the bureau."""
        return visible_to(self.user).select_related("unit__organisation")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return budgets and the chain: ex-ante, target, monitoring, self-evaluation, evaluation."""
        project: Project = self.object
        tasks = list(visible_tasks(self.user).filter(project=project).order_by("-work_year", "number"))
        parts = {part.kind: part.amount_cents for part in project.budgets.all()}
        found = {
            "title": project.name,
            "parts": [(kind.label, parts[kind]) for kind in BudgetKind if kind in parts],
            "ex_ante": [task for task in tasks if task.kind == TaskKind.EX_ANTE],
            "tasks": [task for task in tasks if task.kind != TaskKind.EX_ANTE],
            "targets": list(project.targets.order_by("-budget_year")),
            "monitorings": [
                (each, spent_share(each.spent_cents, project.amount_cents))
                for each in project.monitorings.order_by("-cut_off_on")
            ],
            "self_evaluations": [
                (each, [(CODES[name], points) for name, points in each.parts.items()])
                for each in project.self_evaluations.order_by("-budget_year")
            ],
            "may_plan": may(self.user, Capability.PLAN),
        }
        return super().get_context_data(**(found | kwargs))


def spent_share(spent_cents: int, amount_cents: int) -> str:
    """Return what share of the amount was spent, as whole percents rounded down; empty without an amount."""
    return _("%(share)d%%") % {"share": spent_cents * 100 // amount_cents} if amount_cents else ""


urls = [
    path("projects/", ProjectList.as_view(), name="projects"),
    path("projects/<int:pk>/", ProjectPage.as_view(), name="project"),
]
