"""The supervisor's first page: what he must witness, who was chosen without a draw, the journal's head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import TemplateView

from appraisals.selectors import party_name, sanctions_visible_to
from assignments.enums import DrawStatus
from assignments.models import Draw
from assignments.selectors.batches import named_ratios, waiting_for
from assignments.selectors.batches import turn_of as batch_turn_of
from assignments.selectors.draws import turn_of
from assignments.selectors.routes import direct_ratio
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage, open_url
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section
from foundation.accounts.enums import Capability
from foundation.audit.models import Anchor
from foundation.audit.selectors import head

if TYPE_CHECKING:
    from foundation.bureaus.models import Bureau

OPEN = (DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED)
YEARS_BACK = 3
TURNS = {
    "commit": gettext_lazy("your turn: commit"),
    "reveal": gettext_lazy("your turn: show the nonce"),
}
SHOWN = 30


class SupervisorHome(AudiencePage, TemplateView):
    """A glass wall: draws, direct appointments, the journal."""

    audience, needs = "supervisor", Capability.WITNESS
    template_name = "supervisor/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return what waits and what can be looked at."""
        bureau: Bureau | None = self.user.bureau
        draws = Draw.objects.filter(bureau=bureau).select_related("task", "re_review__evaluation").order_by("-pk")
        mine = list(draws.filter(status__in=OPEN, parties__user=self.user).prefetch_related("parties"))
        batches = waiting_for(self.user)
        waiting = len(mine) + len(batches)
        years = range(self.work_year, self.work_year - YEARS_BACK, -1) if bureau else ()
        ratios = [(year, *direct_ratio(bureau, year)) for year in years if bureau]
        named = named_ratios(bureau, years) if bureau else {}
        joins = "firm__organisation", "expert__person"
        sanctions = sanctions_visible_to(self.user).select_related(*joins).order_by("-pk")[:SHOWN]
        number, digest = head()
        anchor = Anchor.objects.order_by("-pk").first()
        lines = [
            (
                Cell(row.number, reverse("pages:draw", args=[row.number])),
                title_of(row),
                str(row.attempt),
                Cell("", status=row),
            )
            for row in draws[:SHOWN]
        ]
        layout = Layout(
            main=(
                Section(
                    _("To witness"),
                    grid=Grid(
                        (_("Draw"), _("Task"), _("State"), _("Next")),
                        [
                            (
                                Cell(row.number, reverse("pages:draw", args=[row.number])),
                                title_of(row),
                                TURNS.get(turn_of(row, self.user)) or row.get_status_display(),
                                Cell("", acts=(Act(_("Go to the draw"), reverse("pages:draw", args=[row.number])),)),
                            )
                            for row in mine
                        ]
                        + [
                            (
                                Cell(row.number, reverse("pages:batch", args=[row.number])),
                                row.title,
                                TURNS.get(batch_turn_of(row, self.user)) or row.get_status_display(),
                                Cell("", acts=(Act(_("Go to the batch"), reverse("pages:batch", args=[row.number])),)),
                            )
                            for row in batches
                        ],
                    ),
                    empty=_("No draw waits for you. You are named when one is prepared."),
                    count=waiting,
                ),
                Section(
                    _("Draws"),
                    grid=Grid((_("Draw"), _("Task"), _("Attempt"), _("State")), lines, frozenset({2})),
                    acts=(Act(_("All draws"), reverse("pages:draws")),),
                    empty=_("Nothing has been drawn yet."),
                ),
            ),
            beside=(
                Section(
                    _("Direct appointments"),
                    pairs=[
                        (_("Work year %(year)s") % {"year": year}, _("%(own)d of %(all)d") % {"own": own, "all": every})
                        for year, own, every in ratios
                    ]
                    + [
                        (
                            _("Seats of panels, %(year)s") % {"year": year},
                            _("%(own)d of %(all)d") % {"own": own, "all": every},
                        )
                        for year, (own, every) in sorted(named.items(), reverse=True)
                    ],
                    note=_("Each has a reason and an approval; see the task."),
                ),
                Section(
                    _("Sanctions"),
                    pairs=[
                        (
                            party_name(row),
                            Cell(
                                f"{row.get_kind_display()} · {row.get_status_display()}",
                                open_url(self.user, "sanction", row.pk),
                            ),
                        )
                        for row in sanctions
                    ],
                    acts=(Act(_("All sanctions"), reverse("pages:sanctions")),),
                    empty=_("No sanction was proposed."),
                ),
                Section(
                    _("Journal"),
                    pairs=(
                        (_("Entries"), str(number)),
                        (_("Head"), formats.digest(digest)),
                        (_("Last anchor"), formats.moment(anchor.made_at) if anchor else _("none yet")),
                    ),
                    acts=(
                        Act(_("Read the journal"), reverse("pages:journal")),
                        Act(_("Check the journal now"), reverse("pages:supervisor-check")),
                        Act(_("Take an anchor"), reverse("pages:supervisor-anchor")),
                    ),
                ),
            ),
        )
        waits = ngettext("%(count)d draw to witness", "%(count)d draws to witness", waiting) % {"count": waiting}
        title = waits if waiting else _("No draw to witness now")
        return super().get_context_data(**({"title": title, "layout": layout} | kwargs))


def title_of(row: Draw) -> str:
    """Return the title of the task that a draw serves."""
    task = row.task or (row.re_review.evaluation if row.re_review else None)
    return task.title if task else ""


urls = [path("", SupervisorHome.as_view(), name="supervisor-home")]
