"""Projects and their chain: targets, monitoring, self-evaluations, whole-department pilots."""

from django.db.models import QuerySet

from faces.api.serializers import EVERYBODY, NounSerializer, text
from faces.api.views import NounView
from foundation.accounts.models import User
from projects import selectors as projects
from projects.models import Monitoring, Project, ProjectBudget, SelfEvaluation, Target, WholeDepartmentPilot


class ProjectBudgetSerializer(NounSerializer[ProjectBudget]):
    """The part of the amount that one of the four budgets carries."""

    class Meta:
        model = ProjectBudget
        fields = ("kind", "amount_cents")


class ProjectSerializer(NounSerializer[Project]):
    """A project with its parts by budget."""

    unit_name = text("unit.organisation.name")
    budgets = ProjectBudgetSerializer(many=True)

    class Meta:
        model = Project
        fields = (
            "id",
            "code",
            "name",
            "unit",
            "unit_name",
            "kind",
            "special_form",
            "amount_cents",
            "is_demo",
            "budgets",
        )


class ProjectView(NounView[Project]):
    """Projects; a unit sees its own and those below it."""

    needs = EVERYBODY
    serializer_class = ProjectSerializer
    filterset_fields = ("code", "kind", "special_form", "unit")

    def rows(self, user: User) -> QuerySet[Project]:
        """Return the projects that the reader may see."""
        return projects.visible_to(user).select_related("unit__organisation").prefetch_related("budgets")


class SelfEvaluationSerializer(NounSerializer[SelfEvaluation]):
    """A self-evaluation; the score and its parts are in hundredths of a point."""

    project_code = text("project.code")

    class Meta:
        model = SelfEvaluation
        fields = (
            "id", "project", "project_code", "work_year", "budget_year", "amount_cents", "score_hundredths",
            "parts", "submitted_on",
        )  # fmt: skip


class SelfEvaluationView(NounView[SelfEvaluation]):
    """Self-evaluations of visible projects."""

    needs = EVERYBODY
    serializer_class = SelfEvaluationSerializer
    filterset_fields = ("project", "work_year", "budget_year")

    def rows(self, user: User) -> QuerySet[SelfEvaluation]:
        """Return the self-evaluations that the reader may see."""
        return projects.self_evaluations_visible_to(user).select_related("project")


class TargetSerializer(NounSerializer[Target]):
    """A target of a project for a budget year."""

    project_code = text("project.code")

    class Meta:
        model = Target
        fields = ("id", "project", "project_code", "work_year", "budget_year", "words", "published_on")


class TargetView(NounView[Target]):
    """Targets of visible projects."""

    needs = EVERYBODY
    serializer_class = TargetSerializer
    filterset_fields = ("project", "work_year", "budget_year")

    def rows(self, user: User) -> QuerySet[Target]:
        """Return the targets that the reader may see."""
        return projects.targets_visible_to(user).select_related("project")


class MonitoringSerializer(NounSerializer[Monitoring]):
    """What was spent until a cut-off day."""

    project_code = text("project.code")

    class Meta:
        model = Monitoring
        fields = ("id", "project", "project_code", "work_year", "budget_year", "cut_off_on", "spent_cents", "words")


class MonitoringView(NounView[Monitoring]):
    """Monitorings of visible projects."""

    needs = EVERYBODY
    serializer_class = MonitoringSerializer
    filterset_fields = ("project", "work_year", "budget_year")

    def rows(self, user: User) -> QuerySet[Monitoring]:
        """Return the monitorings that the reader may see."""
        return projects.monitorings_visible_to(user).select_related("project")


class PilotSerializer(NounSerializer[WholeDepartmentPilot]):
    """A unit that evaluates its whole spending in a year."""

    unit_name = text("unit.organisation.name")

    class Meta:
        model = WholeDepartmentPilot
        fields = ("id", "unit", "unit_name", "work_year", "budget_year", "forms_due_on", "forms_received_on")


class PilotView(NounView[WholeDepartmentPilot]):
    """Whole-department pilots."""

    needs = EVERYBODY
    serializer_class = PilotSerializer
    filterset_fields = ("unit", "work_year", "budget_year")

    def rows(self, user: User) -> QuerySet[WholeDepartmentPilot]:
        """Return the pilots that the reader may see."""
        return projects.pilots_visible_to(user).select_related("unit__organisation")
