"""A delivered version: its checks with page and words, download, return, signature, comments, acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import TaskStatus
from assignments.permissions import may_commission
from delivery import services
from delivery.enums import SignatureWay, VersionKind, VersionStatus
from delivery.models import ReportVersion, UnitComment
from delivery.selectors import comments_visible_to, commission_of, versions_of, versions_visible_to
from delivery.services.acceptance import SIGNED_KINDS
from delivery.services.versions import RETURN_STATES, warnings_of
from faces.pages.bureau.commission_terms import Tasks, commission_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import AnswerForm, DeliverForm, SignForm, textarea
from faces.pages.shared.objects import ObjectPage, OneObject
from foundation.accounts.enums import Capability
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class Versions(OneObject):
    """A version of the bureau's tasks."""

    def rows(self) -> QuerySet[ReportVersion]:
        """Return the versions this person may read."""
        return versions_visible_to(self.user).select_related(
            "task__bureau", "task__unit__organisation", "commission__lead_evaluator__person", "file", "submitted_by"
        )


class VersionPage(Versions, ObjectPage):
    """One version and everything about it."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/version.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return checks, comments, signature and what the person may do next."""
        row: ReportVersion = self.object
        may_act = may_commission(self.user, row.task)
        signature = getattr(row, "sign_off", None)
        names = {"kind": row.get_kind_display(), "n": row.number, "task": row.task.title}
        steps = list(self._steps(row)) if may_act and row.status == VersionStatus.RECEIVED else []
        found = {
            "title": _("%(kind)s, version %(n)s: %(task)s") % names,
            "checks": warnings_of(row),
            "comments": list(comments_visible_to(self.user).filter(version=row).order_by("pk")),
            "signature": signature,
            "steps_next": steps,
            "may_act": may_act,
            "may_return": may_act
            and row.status == VersionStatus.RECEIVED
            and row.task.status in RETURN_STATES.get(VersionKind(row.kind), ()),
            "may_answer": may_act and row.task.status in {TaskStatus.COMMENTS, TaskStatus.REVISION},
        }
        return super().get_context_data(**(found | kwargs))

    def _steps(self, row: ReportVersion) -> Sequence[tuple[StrOrPromise, str]]:
        """Return the words and addresses of what follows for this version."""
        number, pk = [row.task.number], [row.pk]
        status = TaskStatus(row.task.status)
        found: list[tuple[StrOrPromise, str, Sequence[object]]] = []
        if row.kind == VersionKind.WORK_PLAN and status == TaskStatus.PLAN_REVIEW:
            found.append((_("Agree, and notify the unit"), "unit-notify", number))
        if row.kind == VersionKind.DRAFT and status == TaskStatus.DRAFT:
            found.append((_("Ask the unit for comments"), "comments-ask", number))
        if row.kind == VersionKind.SUBMITTED and status == TaskStatus.SUBMITTED:
            found.append((_("Hand it to a panel"), "re-review-open", number))
        if row.kind == VersionKind.FINAL and status == TaskStatus.FINAL:
            found.append((_("Accept the report"), "report-accept", number))
        if may_be_signed(row) and not versions_of(row.task).filter(number__gt=row.number).exists():
            found.append((_("Enter the lead evaluator’s signature"), "version-sign", pk))
        return [(word, url) for word, page, args in found if (url := _address(page, args))]


def may_be_signed(row: ReportVersion) -> bool:
    """Return whether the lead evaluator's signature is still missing under a version that carries one."""
    done = row.task.status in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED}
    return row.kind in SIGNED_KINDS and row.commission is not None and not done and not hasattr(row, "sign_off")


def _address(page: str, args: Sequence[object]) -> str:
    try:
        return reverse(f"pages:{page}", args=args)
    except NoReverseMatch:
        return ""


class VersionStep(Versions, ActionView):
    """Something done to a version; afterwards back to it."""

    audience, needs = "bureau", Capability.COMMISSION

    def object_url(self) -> str:
        """Return the version's page."""
        return reverse("pages:version", args=[self.object.pk])


class WordsForm(ActionForm):
    """What somebody has to say."""

    words = forms.CharField(label=gettext_lazy("Words"), max_length=500, widget=textarea())


class VersionReturn(VersionStep):
    """Return a version with words."""

    title, submit_label = gettext_lazy("Return the version"), gettext_lazy("Return it")
    form_class = WordsForm

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"version-return-{self.object.pk}"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who waits for what then."""
        return [_("Those who wrote it read your words and hand in a new version; this one stays on record.")]

    def act(self, form: WordsForm) -> str:
        """Return it."""
        services.return_version(version=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The version is returned.")


class VersionSign(VersionStep):
    """Enter the lead evaluator's signature for the very bytes of the version."""

    title, submit_label = gettext_lazy("Enter the lead evaluator’s signature"), gettext_lazy("Bind it to this file")
    form_class = SignForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is bound to what."""
        row: ReportVersion = self.object
        lead = row.commission.lead_evaluator.person.name if row.commission and row.commission.lead_evaluator else ""
        return [
            _("%(name)s signs the file with the digest %(sha)s.") % {"name": lead, "sha": row.sha256[:16]},
            _("A later file makes the signature void. A typed name never counts."),
        ]

    def act(self, form: SignForm) -> str:
        """Bind it."""
        row: ReportVersion = self.object
        commission = commission_of(row.task)
        scan = form.cleaned_data["scan"]
        services.sign_off(
            version=row,
            lead_evaluator=commission.lead_evaluator if commission else None,  # type: ignore[arg-type] # the service refuses a version without a commission
            sha256=row.sha256,
            way=SignatureWay(form.cleaned_data["way"]),
            scan_name=scan.name,
            scan_content=scan.read(),
            by=self.user,
            at=clock.now(),
        )
        return _("The signature is bound to this file.")


class TaskStep(Tasks, ActionView):
    """A step of the task that a version makes possible; afterwards to the delivery."""

    audience, needs = "bureau", Capability.COMMISSION

    def object_url(self) -> str:
        """Return the commission page."""
        return commission_url(self.object.number) + "?tab=versions"


class RemarkForm(ActionForm):
    """A few words for the year-line."""

    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea())


class UnitNotify(TaskStep):
    """Agree to the work plan and notify the unit."""

    title, submit_label = gettext_lazy("Notify the unit"), gettext_lazy("Notify the unit")
    form_class = RemarkForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is told."""
        return [_("%(unit)s is told that the evaluation comes.") % {"unit": self.object.unit.organisation.name}]

    def act(self, form: RemarkForm) -> str:
        """Notify it."""
        services.notify_unit(task=self.object, by=self.user, on=self.today, words=form.cleaned_data["words"])
        return _("The unit is notified.")


class CommentsAsk(TaskStep):
    """Put the draft before the unit."""

    title, submit_label = gettext_lazy("Ask the unit for comments"), gettext_lazy("Ask for comments")
    form_class = RemarkForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who reads what."""
        return [_("%(unit)s can read the draft and comment on it.") % {"unit": self.object.unit.organisation.name}]

    def act(self, form: RemarkForm) -> str:
        """Ask."""
        services.ask_comments(task=self.object, by=self.user, on=self.today, words=form.cleaned_data["words"])
        return _("The unit is asked for comments.")


class ReportAccept(TaskStep):
    """Accept the signed final report (履约验收)."""

    title, submit_label = gettext_lazy("Accept the report"), gettext_lazy("Accept the report")
    form_class = RemarkForm

    def object_url(self) -> str:
        """Return the task's page, where both tracks begin."""
        return reverse("pages:task", args=[self.object.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what begins."""
        return [
            _("The signature and the stored bytes are checked once more."),
            _("Both tracks begin: the report’s, and the rating of the firm’s work."),
        ]

    def act(self, form: RemarkForm) -> str:
        """Accept it."""
        row = services.accept_report(task=self.object, by=self.user, on=self.today, words=form.cleaned_data["words"])
        if row.late_days:
            return _("The report is accepted, %(days)s working days late net of clock-stops.") % {"days": row.late_days}
        return _("The report is accepted, in time.")


class Deliver(TaskStep):
    """Hand in a version of a task that the bureau executes, or one that came on paper."""

    title, submit_label = gettext_lazy("Hand in a version"), gettext_lazy("Check and hand in")
    form_class = DeliverForm
    made: ReportVersion | None = None

    def get_initial(self) -> dict[str, Any]:
        """Begin with the kind that the task waits for."""
        return {"kind": waited_for(self.object.status)}

    def object_url(self) -> str:
        """Go to the new version."""
        return reverse("pages:version", args=[self.made.pk]) if self.made else super().object_url()

    def act(self, form: DeliverForm) -> str:
        """Hand it in."""
        given = form.cleaned_data
        self.made = services.submit_version(
            task=self.object,
            kind=VersionKind(given["kind"]),
            name=given["file"].name,
            content=given["file"].read(),
            by=self.user,
            at=clock.now(),
            internally_reviewed_by=given["internally_reviewed_by"],
            words=given["words"],
        )
        return _("The version is stored.")


def waited_for(status: str) -> str:
    """Return the kind of version that a task in this state waits for."""
    return {
        TaskStatus.COMMISSIONED: VersionKind.WORK_PLAN,
        TaskStatus.PLAN_RETURNED: VersionKind.WORK_PLAN,
        TaskStatus.COMMENTS: VersionKind.SUBMITTED,
        TaskStatus.REVISION: VersionKind.SUBMITTED,
        TaskStatus.SUBMITTED: VersionKind.FINAL,
        TaskStatus.EXPERT_REVIEW: VersionKind.FINAL,
        TaskStatus.FINAL: VersionKind.FINAL,
    }.get(TaskStatus(status), VersionKind.DRAFT)


class CommentStep(ActionView):
    """Something done to a comment; afterwards back to its version."""

    audience, needs = "bureau", Capability.COMMISSION

    def rows(self) -> QuerySet[UnitComment]:
        """Return the comments this person may read."""
        return comments_visible_to(self.user).select_related("version__task__bureau")

    def object_url(self) -> str:
        """Return the version's page."""
        return reverse("pages:version", args=[self.object.version_id])


class CommentAnswer(CommentStep):
    """Answer a comment for those who wrote the report."""

    title, submit_label = gettext_lazy("Answer the comment"), gettext_lazy("Answer")
    template_name = "bureau/comment_answer.html"
    form_class = AnswerForm

    def act(self, form: AnswerForm) -> str:
        """Answer it."""
        given = form.cleaned_data
        services.answer_comment(
            comment=self.object, is_adopted=given["is_adopted"], reply=given["reply"], by=self.user, on=self.today
        )
        return _("The comment is answered.")


class CommentAdd(VersionStep):
    """Enter the comment that the unit gave on paper."""

    title, submit_label = gettext_lazy("Enter the unit’s comment"), gettext_lazy("Enter the comment")
    form_class = WordsForm

    def act(self, form: WordsForm) -> str:
        """Enter it."""
        services.comment(version=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The comment is entered.")


urls = [
    path("versions/<int:pk>/", VersionPage.as_view(), name="version"),
    path("versions/<int:pk>/return/", VersionReturn.as_view(), name="version-return"),
    path("versions/<int:pk>/sign/", VersionSign.as_view(), name="version-sign"),
    path("versions/<int:pk>/comment/", CommentAdd.as_view(), name="version-comment"),
    path("comments/<int:pk>/answer/", CommentAnswer.as_view(), name="comment-answer"),
    path("tasks/<str:number>/deliver/", Deliver.as_view(), name="deliver"),
    path("tasks/<str:number>/notify-unit/", UnitNotify.as_view(), name="unit-notify"),
    path("tasks/<str:number>/ask-comments/", CommentsAsk.as_view(), name="comments-ask"),
    path("tasks/<str:number>/accept/", ReportAccept.as_view(), name="report-accept"),
]
