"""The firm declares who works on a task. Edge case 29."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery import services
from delivery.enums import CommissionStatus
from delivery.selectors import visible_to
from faces.pages.firm.tasks import FirmStep
from faces.pages.shared.site_form import TeamForm, team_consequences, team_text
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask


class FirmTeam(FirmStep):
    """Declare the team."""

    needs = Capability.FIRM_SIGN
    title, submit_label = gettext_lazy("Declare the team"), gettext_lazy("Declare the team")
    form_class = TeamForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks whose commission this firm has accepted."""
        accepted = visible_to(self.user).filter(ended_on__isnull=True, status=CommissionStatus.ACCEPTED)
        return super().rows().filter(pk__in=accepted.values("task_id"))

    def get_initial(self) -> dict[str, Any]:
        """Begin with the team as it stands."""
        return {"names": team_text(self.running)}

    def object_url(self) -> str:
        """Return the tab of the team."""
        return f"{super().object_url()}?tab=site"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it does."""
        return team_consequences()

    def act(self, form: TeamForm) -> str:
        """Declare it."""
        services.declare_team(commission=self.running, members=form.cleaned_data["names"], by=self.user, on=self.today)
        return _("The team is declared.")


urls = [path("tasks/<str:number>/team/", FirmTeam.as_view(), name="firm-team")]
