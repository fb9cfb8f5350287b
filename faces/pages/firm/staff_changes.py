"""What the firm reports of its own people: who joined, who left; and what the bureau answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators import services
from evaluators.enums import StaffChangeStatus, StaffMove, StaffRole
from evaluators.selectors import firm_of, leads_running, practitioners_running, staff_changes_visible_to
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea, upload
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import ListPage
from faces.pages.shared.person_form import PersonForm
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm, LeadEvaluator, Practitioner, StaffChange

SCAN = upload(".pdf,.png,.jpg,.jpeg")


def proof_name(row: StaffChange) -> str:
    """Return the name of the scan that we handed in; empty without one."""
    return row.proof.original_name if row.proof else ""


def proof_url(row: StaffChange) -> str:
    """Return where the scan can be read."""
    return reverse("pages:file", args=[row.proof_id]) if row.proof_id else ""


class FirmStaffChanges(ListPage):
    """What we reported, newest first, each with its answer."""

    audience, needs = "firm", Capability.FIRM_DESK
    title = gettext_lazy("Changes of our people")
    template_name = "firm/staff_changes.html"
    columns = (
        Column(gettext_lazy("Name"), "name", key=True),
        Column(gettext_lazy("Role"), "role"),
        Column(gettext_lazy("Joined or left"), "move"),
        Column(gettext_lazy("Day"), lambda row: full_day(row.day)),
        Column(gettext_lazy("Reported to the bureau on"), lambda row: full_day(row.reported_on)),
        Column(gettext_lazy("Scan"), proof_name, link=proof_url),
        Column(gettext_lazy("State"), "status", status=True),
        Column(gettext_lazy("The bureau’s words"), lambda row: row.words or "—"),
    )
    facets = (Facet("status", gettext_lazy("State"), StaffChangeStatus.choices),)
    search_fields = ("name",)
    search_hint = gettext_lazy("Name")
    export_name = "staff-changes"
    empty_title = gettext_lazy("No change is reported")
    empty_text = gettext_lazy("Report who joins or leaves: nobody works for two firms, and who left does not bind you.")

    def rows(self) -> QuerySet[StaffChange]:
        """Return what our firm reported."""
        return staff_changes_visible_to(self.user).select_related("proof")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Offer the steps to who answers for the firm."""
        return super().get_context_data(**({"signs": may(self.user, Capability.FIRM_SIGN)} | kwargs))


def proof_of(file: UploadedFile[Any] | None) -> tuple[str, bytes] | None:
    """Return an uploaded scan as the services take it."""
    return (file.name or "", file.read()) if file else None


class StaffStep(FormPage):
    """Something that the firm reports of its people."""

    audience, needs = "firm", Capability.FIRM_SIGN

    def get_success_url(self) -> str:
        """Return what we reported."""
        return reverse("pages:firm-staff-changes")

    @property
    def firm(self) -> Firm:
        """The firm behind the reader."""
        row = firm_of(self.user)
        if row is None:
            raise Http404
        return row


class JoinedForm(PersonForm):
    """Who joined, as what, since when; of a lead evaluator title, certificate and years of work."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=StaffRole.choices, initial=StaffRole.STAFF)
    works_since = forms.DateField(label=gettext_lazy("At work since"), required=False, widget=day())
    day = forms.DateField(label=gettext_lazy("With us since"), widget=day())
    duty = forms.CharField(label=gettext_lazy("Duty"), required=False, max_length=60)
    title = forms.CharField(
        label=gettext_lazy("Professional title"), required=False, max_length=60,
        help_text=gettext_lazy("Of a lead evaluator: title or practising certificate, and since when he has worked."),
    )  # fmt: skip
    certificate_number = forms.CharField(
        label=gettext_lazy("Number of the practising certificate"), required=False, max_length=60
    )
    proof = forms.FileField(
        label=gettext_lazy("Scan"), required=False, widget=SCAN,
        help_text=gettext_lazy("Of a lead evaluator the certificate or the paper of his title."),
    )  # fmt: skip
    field_order = (
        "role", "name", "id_number", "phone", "day", "duty", "title", "certificate_number", "works_since", "proof",
    )  # fmt: skip


class FirmJoined(StaffStep):
    """Report somebody who joined us."""

    title, submit_label = gettext_lazy("Report who joined"), gettext_lazy("Tell the bureau")
    form_class = JoinedForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when he belongs to the firm."""
        return [
            _("He belongs to the firm once the bureau has taken it over; until then he cannot lead a task."),
            _("His practising certificate is handed in with its days on “Our record” afterwards."),
        ]

    def act(self, form: JoinedForm) -> str:
        """Report it."""
        given = dict(form.cleaned_data)
        proof = proof_of(given.pop("proof"))
        draft = services.JoinedDraft(**given | {"role": StaffRole(given["role"])})
        services.report_joined(firm=self.firm, draft=draft, proof=proof, by=self.user, on=self.today)
        return _("Reported; the bureau decides about it.")


class LeftForm(ActionForm):
    """Who left, since when, the proof."""

    post = forms.ChoiceField(label=gettext_lazy("Who left"), choices=())
    day = forms.DateField(label=gettext_lazy("First day without him"), widget=day())
    reason = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=200, widget=textarea(2))
    proof = forms.FileField(label=gettext_lazy("Scan"), required=False, widget=SCAN)


class FirmLeft(StaffStep):
    """Report somebody who left us."""

    title, submit_label = gettext_lazy("Report who left"), gettext_lazy("Tell the bureau")
    form_class = LeftForm

    def posts(self) -> dict[str, LeadEvaluator | Practitioner]:
        """Return our lead evaluators and staff of today, by what the form calls them."""
        leads, staff = leads_running(self.firm, self.today), practitioners_running(self.firm, self.today)
        rows: list[tuple[StaffRole, LeadEvaluator | Practitioner]] = [(StaffRole.LEAD, one) for one in leads]
        rows += [(StaffRole.STAFF, one) for one in staff]
        return {f"{role}-{one.pk}": one for role, one in rows if one.ended_on is None}

    def get_form(self, form_class: Any = None) -> LeftForm:  # noqa: ANN401 - Django's signature
        """Offer our people."""
        form: LeftForm = super().get_form(form_class)
        choice = form.fields["post"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [
                (key, f"{one.person.name}（{StaffRole(key.partition('-')[0]).label}）")
                for key, one in self.posts().items()
            ]
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays, and what a task needs."""
        return [
            _("Until the bureau has taken it over he belongs to the firm; another one cannot enter him before."),
            _("Where he leads a running task, ask for another lead evaluator on the page of the task."),
        ]

    def act(self, form: LeftForm) -> str:
        """Report it."""
        given = dict(form.cleaned_data)
        post, proof = self.posts()[given.pop("post")], proof_of(given.pop("proof"))
        services.report_left(post=post, proof=proof, by=self.user, on=self.today, **given)
        return _("Reported; the bureau decides about it.")


class FirmStaffWithdraw(ActionView):
    """Take back what we reported."""

    audience, needs = "firm", Capability.FIRM_SIGN
    title, submit_label = gettext_lazy("Take it back"), gettext_lazy("Take it back")

    def rows(self) -> QuerySet[StaffChange]:
        """Return what our firm reported."""
        return staff_changes_visible_to(self.user).select_related("proof")

    def object_url(self) -> str:
        """Return what we reported."""
        return reverse("pages:firm-staff-changes")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it was."""
        row: StaffChange = self.object
        return [f"{row.name}，{row.get_role_display()}：{StaffMove(row.move).label}，{full_day(row.day)}"]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Take it back."""
        services.withdraw_staff_change(change=self.object, by=self.user, on=self.today)
        return _("It is taken back.")


urls = [
    path("staff-changes/", FirmStaffChanges.as_view(), name="firm-staff-changes"),
    path("staff-changes/joined/", FirmJoined.as_view(), name="firm-joined"),
    path("staff-changes/left/", FirmLeft.as_view(), name="firm-left"),
    path("staff-changes/<int:pk>/withdraw/", FirmStaffWithdraw.as_view(), name="firm-staff-withdraw"),
]
