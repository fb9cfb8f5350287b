"""Conflicts that others reported about oneself: what is said, one's reply, the decision. Rule R-66.

An audience names itself, what it needs, and ``here``, the name of its list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from appraisals.enums import ConflictStatus
from appraisals.selectors import conflicts_about, work_title
from appraisals.services import reply_to_conflict
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionView
from faces.pages.shared.formats import full_day
from faces.pages.shared.own_credit import ReplyForm
from faces.pages.shared.sections import Act, Cell, Layout, Section

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import ConflictReport

SHOWN = 50
JOINS = "assignment__task", "assignment__re_review__evaluation", "reply"


class OwnConflicts(AudiencePage, TemplateView):
    """What was reported about us, newest first; who reported it is not said."""

    title = gettext_lazy("Reported conflicts")
    template_name = "shared/sections.html"
    here: ClassVar[str] = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return one section a report."""
        rows = list(conflicts_about(self.user).select_related(*JOINS).order_by("-pk")[:SHOWN])
        sections = [self._section(row) for row in rows] or [
            Section(
                _("Reported conflicts"),
                empty=_("Nobody has reported a conflict of interest about you. You find it here, if somebody does."),
            )
        ]
        layout = Layout(main=tuple(sections))
        return super().get_context_data(**({"title": self.title, "layout": layout} | kwargs))

    def _section(self, row: ConflictReport) -> Section:
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("State"), Cell("", status=row)),
            (_("Reported on"), full_day(row.reported_on)),
            (_("What is said"), Cell(row.words, said=True)),
        ]
        reply = getattr(row, "reply", None)
        acts: tuple[Act, ...] = ()
        if reply is not None:
            pairs.append((_("Your reply"), Cell(reply.words, said=True)))
        elif row.status == ConflictStatus.HEARING:
            pairs.append((_("Reply until"), full_day(row.reply_until)))
            if self.today <= row.reply_until:
                acts = (Act(_("Reply"), reverse(f"pages:{self.here}-reply", args=[row.pk])),)
        if row.decided_on is not None:
            pairs += [
                (_("Decided on"), full_day(row.decided_on)),
                (_("Decision"), row.get_outcome_display() or row.get_status_display()),
                (_("Reason"), Cell(row.reason, said=True)),
            ]
        return Section(work_title(row.assignment), pairs=pairs, acts=acts)


class OwnConflictReply(ActionView):
    """Our reply, once and within the term."""

    title, submit_label = gettext_lazy("Reply to a reported conflict"), gettext_lazy("Send the reply")
    form_class = ReplyForm
    here: ClassVar[str] = ""

    def rows(self) -> QuerySet[ConflictReport]:
        """Return the reports about us."""
        return conflicts_about(self.user)

    def get_success_url(self) -> str:
        """Return to the list."""
        return reverse(f"pages:{self.here}")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what it is about, and until when."""
        row: ConflictReport = self.object
        return [row.words, _("The term ends on %(day)s.") % {"day": full_day(row.reply_until)}]

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"conflict-reply-{self.object.pk}"

    def act(self, form: ReplyForm) -> str:
        """Send it."""
        words = form.cleaned_data["words"]
        reply_to_conflict(report=self.object, words=words, file=form.proof(), by=self.user, on=self.today)
        return _("Your reply is with the bureau; it answers in words.")
