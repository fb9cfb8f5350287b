"""What a firm hands in: checked first if it likes, stored with its digest, signed by the lead evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery import services
from delivery.enums import CheckCode, SignatureWay, VersionKind
from delivery.models import ReportVersion
from delivery.selectors import versions_visible_to
from delivery.services.acceptance import SIGNED_KINDS
from delivery.services.versions import warnings_of
from faces.pages.firm.steps import WAITED_KINDS, task_address
from faces.pages.firm.tasks import FirmStep
from faces.pages.shared.actions import ActionView
from faces.pages.shared.delivery_forms import DeliverForm, SignForm
from foundation.accounts.enums import Capability
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse


class FirmDeliver(FirmStep):
    """Check a file, or check and hand it in; sign what was handed in."""

    template_name = "firm/deliver.html"
    title, submit_label = gettext_lazy("Hand in a version"), gettext_lazy("Check and hand in")
    form_class = DeliverForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with the kind that the task waits for."""
        return {"kind": WAITED_KINDS.get(self.object.status, VersionKind.DRAFT)}

    def get_form(self, form_class: Any = None) -> DeliverForm:  # noqa: ANN401 - Django's signature
        """Offer what a firm hands in: the version for comments is the bureau's to put before the unit."""
        form: DeliverForm = super().get_form(form_class)
        choice = form.fields["kind"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(code, word) for code, word in VersionKind.choices if code != VersionKind.COMMENTS]
        return form

    def get_success_url(self) -> str:
        """Stay here, where the result of the checks stands."""
        return reverse("pages:firm-deliver", args=[self.object.number])

    def cancel_url(self) -> str:
        """Go back to the task."""
        return task_address(self.object.number)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the newest version with its checks and whether it can be signed."""
        row = self.latest
        found = {
            "commission": self.commission,
            "latest": row,
            "checks": warnings_of(row) if row else [],
            "can_sign": row is not None and row.kind in SIGNED_KINDS and not hasattr(row, "sign_off"),
            "signature": getattr(row, "sign_off", None) if row else None,
            "sign_url": reverse("pages:firm-sign", args=[row.pk]) if row else "",
            "waits_for_file": self.object.status in WAITED_KINDS,
        }
        return super().get_context_data(**(found | kwargs))

    def form_valid(self, form: DeliverForm) -> HttpResponse:
        """Only look, where the button for looking was pressed; a file that is refused is refused here, too."""
        if "check" not in self.request.POST:
            return super().form_valid(form)
        try:
            return self._look(form)
        except NotAllowed as error:
            raise PermissionDenied(error.refusal.message) from error
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)

    def _look(self, form: DeliverForm) -> HttpResponse:
        given = form.cleaned_data
        found = services.check_version(
            task=self.object,
            kind=VersionKind(given["kind"]),
            name=given["file"].name,
            content=given["file"].read(),
            by=self.user,
            on=self.today,
        )
        looked = [(CheckCode(finding.code), finding.plain()) for finding in found]
        return self.render_to_response(self.get_context_data(form=form, looked=looked, looked_name=given["file"].name))

    def act(self, form: DeliverForm) -> str:
        """Hand it in."""
        given = form.cleaned_data
        row = services.submit_version(
            task=self.object,
            kind=VersionKind(given["kind"]),
            name=given["file"].name,
            content=given["file"].read(),
            by=self.user,
            at=clock.now(),
            internally_reviewed_by=given["internally_reviewed_by"],
            words=given["words"],
        )
        names = {"kind": row.get_kind_display(), "n": row.number, "sha": row.sha256[:16]}
        return _("%(kind)s, version %(n)s is handed in. Its digest begins with %(sha)s.") % names


class FirmSign(ActionView):
    """Bind the lead evaluator's signature to the bytes that were handed in."""

    audience, needs = "firm", Capability.FIRM_DESK
    title, submit_label = gettext_lazy("Sign the report"), gettext_lazy("Bind the signature to this file")
    template_name = "firm/sign.html"
    form_class = SignForm

    def rows(self) -> QuerySet[ReportVersion]:
        """Return this firm's versions."""
        return (
            versions_visible_to(self.user)
            .filter(commission__isnull=False)
            .select_related("task__bureau", "commission__lead_evaluator__person", "file")
        )

    def object_url(self) -> str:
        """Return the page of the delivery."""
        return reverse("pages:firm-deliver", args=[self.object.task.number])

    def act(self, form: SignForm) -> str:
        """Bind it."""
        row: ReportVersion = self.object
        scan = form.cleaned_data["scan"]
        services.sign_off(
            version=row,
            lead_evaluator=row.commission.lead_evaluator,  # type: ignore[union-attr,arg-type] # rows() keeps versions of a commission, which has its lead
            sha256=row.sha256,
            way=SignatureWay(form.cleaned_data["way"]),
            scan_name=scan.name,
            scan_content=scan.read(),
            by=self.user,
            at=clock.now(),
        )
        return _("The signature is bound to this file. A later file would make it void.")


urls = [
    path("tasks/<str:number>/deliver/", FirmDeliver.as_view(), name="firm-deliver"),
    path("versions/<int:pk>/sign/", FirmSign.as_view(), name="firm-sign"),
]
