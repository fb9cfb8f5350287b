"""What an expert asks about his own specialties; the bureau accepts or refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts import services
from experts.enums import SpecialtyChange
from experts.selectors import expert_of, specialty_asks_visible_to
from faces.pages.expert.record import OwnStep
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.choices import NodeField
from faces.pages.shared.delivery_forms import textarea, upload
from foundation.accounts.enums import Capability
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from experts.models import SpecialtyAsk

SCAN = gettext_lazy("Certificate, diploma or list of works; PDF or picture.")


class AskForm(ActionForm):
    """Which one, why, the proof."""

    node = NodeField(label=gettext_lazy("Specialty"), queryset=Node.objects.none())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=textarea(2))
    proof = forms.FileField(
        label=gettext_lazy("Scan"), required=False, widget=upload(".pdf,.png,.jpg,.jpeg"), help_text=SCAN
    )


class AskAdd(OwnStep):
    """Ask that a specialty be added to mine."""

    title, submit_label = gettext_lazy("Ask for a further specialty"), gettext_lazy("Ask")
    form_class, change = AskForm, SpecialtyChange.ADD

    def nodes(self) -> QuerySet[Node]:
        """Return the living specialties that he has not."""
        held = self.me.specialties.running().values("node_id")
        return tree(self.me.bureau, TreeKind.SPECIALTY).filter(level=3).exclude(pk__in=held)

    def get_form(self, form_class: Any = None) -> AskForm:  # noqa: ANN401 - Django's signature
        """Offer what can be asked."""
        form: AskForm = super().get_form(form_class)
        field = form.fields["node"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = self.nodes().select_related("parent__parent")
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides."""
        return [_("The bureau looks at the proof and answers here; until then you are drawn by what you have.")]

    def act(self, form: AskForm) -> str:
        """Ask."""
        file = form.cleaned_data["proof"]
        services.ask_specialty(
            expert=self.me,
            change=self.change,
            node=form.cleaned_data["node"],
            reason=form.cleaned_data["reason"],
            proof=services.Proof(file.name, file.read()) if file else None,
            by=self.user,
            on=self.today,
        )
        return _("Asked. The answer stands in your record.")


class AskEnd(AskAdd):
    """Ask that a specialty of mine be ended."""

    title, change = gettext_lazy("Ask that a specialty be ended"), SpecialtyChange.END

    def nodes(self) -> QuerySet[Node]:
        """Return the specialties that he has."""
        held = self.me.specialties.running().values("node_id")
        return Node.objects.filter(pk__in=held).order_by("path", "pk")


class AskWithdraw(ActionView):
    """Take back what I asked."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/step.html"
    title, submit_label = gettext_lazy("Take it back"), gettext_lazy("Take it back")

    def rows(self) -> QuerySet[SpecialtyAsk]:
        """Return what the reader himself asked."""
        me = expert_of(self.user)
        return specialty_asks_visible_to(self.user).filter(expert=me).select_related("expert", "node")

    def object_url(self) -> str:
        """Return the record."""
        return reverse("pages:expert-record")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Take it back."""
        services.withdraw_specialty_ask(ask=self.object, by=self.user, on=self.today)
        return _("It is taken back.")


urls = [
    path("record/specialty/", AskAdd.as_view(), name="expert-specialty-ask"),
    path("record/specialty/end/", AskEnd.as_view(), name="expert-specialty-ask-end"),
    path("record/specialty/asks/<int:pk>/withdraw/", AskWithdraw.as_view(), name="expert-specialty-ask-withdraw"),
]
