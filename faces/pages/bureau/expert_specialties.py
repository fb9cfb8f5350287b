"""An expert's specialties after admission: add, end, the main one, what he asked; and his professional title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts import services
from experts.enums import SpecialtyChange, TitleLevel
from experts.models import Expert, ExpertSpecialty, SpecialtyAsk
from experts.selectors import specialties_visible_to, specialty_asks_visible_to
from faces.pages.bureau.expert_steps import ExpertStep
from faces.pages.bureau.experts import OneExpert, expert_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.choices import NodeField
from faces.pages.shared.delivery_forms import day, textarea, upload
from faces.pages.shared.sections import Act, Layout, SectionsPage
from faces.pages.shared.specialty_sections import asks, own_specialties, past_specialties
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def specialties_url(row: Expert) -> str:
    """Return the page of an expert's specialties."""
    return reverse("pages:expert-specialties", args=[row.number])


def proof_of(file: UploadedFile[Any] | None) -> services.Proof | None:
    """Return an uploaded scan as the services take it."""
    return services.Proof(file.name or "", file.read()) if file else None


class ExpertSpecialties(OneExpert, SectionsPage):
    """What he has and had, since when, why and by which proof."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name him in the title."""
        title = _("Specialties: %(name)s") % {"name": self.object.person.name}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return what runs, what he asked, what has ended."""
        row: Expert = self.object
        edits = may(self.user, Capability.REGISTER)
        add = Act(_("Add a specialty"), reverse("pages:expert-specialty-add", args=[row.number]))
        crumbs = ((_("Experts"), reverse("pages:experts")), (row.number, expert_url(row)), (_("Specialties"), ""))
        return Layout(
            crumbs=crumbs,
            meta=(row.title, row.get_title_level_display()),
            status=row,
            main=(
                *asks(row, each=self._ask_steps if edits else None),
                own_specialties(row, acts=(add,) if edits else (), each=self._steps if edits else None),
                past_specialties(row),
            ),
        )

    def _steps(self, one: ExpertSpecialty) -> tuple[Act, ...]:
        end = Act(_("End"), reverse("pages:expert-specialty-end", args=[one.pk]))
        main = Act(_("Make it the main one"), reverse("pages:expert-specialty-main", args=[one.pk]))
        return (end,) if one.is_main else (end, main)

    def _ask_steps(self, one: SpecialtyAsk) -> tuple[Act, ...]:
        return (
            Act(_("Accept"), reverse("pages:specialty-ask-accept", args=[one.pk])),
            Act(_("Refuse"), reverse("pages:specialty-ask-refuse", args=[one.pk])),
        )


class SpecialtyForm(ActionForm):
    """Which one, since when, why, the proof."""

    node = NodeField(label=gettext_lazy("Specialty"), queryset=Node.objects.none())
    is_main = forms.BooleanField(label=gettext_lazy("It becomes the main one"), required=False)
    day = forms.DateField(label=gettext_lazy("Since"), widget=day())
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=textarea(2),
        help_text=gettext_lazy("For example: certificate of cost engineering seen, number and issuer."),
    )  # fmt: skip
    proof = forms.FileField(label=gettext_lazy("Scan"), required=False, widget=upload(".pdf,.png,.jpg,.jpeg"))


class SpecialtyAdd(ExpertStep):
    """Add a specialty to an expert of the pool."""

    title, submit_label, form_class = gettext_lazy("Add a specialty"), gettext_lazy("Add"), SpecialtyForm

    def object_url(self) -> str:
        """Return the page of his specialties."""
        return specialties_url(self.object)

    def get_initial(self) -> dict[str, Any]:
        """Offer today."""
        return super().get_initial() | {"day": self.today}

    def get_form(self, form_class: Any = None) -> SpecialtyForm:  # noqa: ANN401 - Django's signature
        """Offer the living specialties that he has not."""
        form: SpecialtyForm = super().get_form(form_class)
        field = form.fields["node"]
        if isinstance(field, forms.ModelChoiceField):
            held = self.object.specialties.running().values("node_id")
            nodes = tree(self.object.bureau, TreeKind.SPECIALTY).filter(level=3).exclude(pk__in=held)
            field.queryset = nodes.select_related("parent__parent")
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say from when it counts."""
        return [_("Draws and batches that are frozen from now on find him by it; what was frozen before stays.")]

    def act(self, form: SpecialtyForm) -> str:
        """Add it."""
        given = dict(form.cleaned_data)
        proof = proof_of(given.pop("proof"))
        made = services.add_specialty(expert=self.object, proof=proof, by=self.user, on=self.today, **given)
        return _("%(name)s is added.") % {"name": made.node.name}


class OneSpecialtyStep(ActionView):
    """A step of one specialty of a visible expert; afterwards back to all of his."""

    audience, needs = "bureau", Capability.REGISTER

    def rows(self) -> QuerySet[ExpertSpecialty]:
        """Return the specialties of visible experts."""
        return specialties_visible_to(self.user).select_related("expert__person", "expert__bureau", "node")

    def object_url(self) -> str:
        """Return the page of his specialties."""
        return specialties_url(self.object.expert)


class EndForm(ActionForm):
    """From when, why, the proof."""

    day = forms.DateField(label=gettext_lazy("Until"), widget=day())
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=textarea(2))
    proof = forms.FileField(label=gettext_lazy("Scan"), required=False, widget=upload(".pdf,.png,.jpg,.jpeg"))


class SpecialtyEnd(OneSpecialtyStep):
    """End a specialty."""

    title, submit_label, form_class = gettext_lazy("End the specialty"), gettext_lazy("End it"), EndForm
    danger = True

    def get_initial(self) -> dict[str, Any]:
        """Offer today."""
        return super().get_initial() | {"day": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is, and what it leaves."""
        row: ExpertSpecialty = self.object
        facts = {"name": row.expert.person.name, "node": row.node.name}
        found = [_("%(name)s is drawn for “%(node)s” no more. What was frozen before stays.") % facts]
        if not row.expert.specialties.running().exclude(pk=row.pk).exists():
            found.append(_("It is his only one: after it nobody finds him for a panel."))
        return found

    def act(self, form: EndForm) -> str:
        """End it."""
        given = dict(form.cleaned_data)
        proof = proof_of(given.pop("proof"))
        services.end_specialty(specialty=self.object, proof=proof, by=self.user, on=self.today, **given)
        return _("%(name)s is ended; the past keeps it.") % {"name": self.object.node.name}


class SpecialtyMain(OneSpecialtyStep):
    """Make a specialty the main one."""

    title, submit_label = gettext_lazy("Make it the main one"), gettext_lazy("Make it the main one")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one."""
        return [_("“%(node)s” stands first from today; the one before it stays among the others.")
                % {"node": self.object.node.name}]  # fmt: skip

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Do it."""
        services.make_main(specialty=self.object, by=self.user, on=self.today)
        return _("%(name)s is the main one.") % {"name": self.object.node.name}


class AskStep(ActionView):
    """The answer to what an expert asked."""

    audience, needs = "bureau", Capability.REGISTER

    def rows(self) -> QuerySet[SpecialtyAsk]:
        """Return what visible experts asked."""
        return specialty_asks_visible_to(self.user).select_related("expert__person", "expert__bureau", "node")

    def object_url(self) -> str:
        """Return the page of his specialties."""
        return specialties_url(self.object.expert)

    def asked(self) -> str:
        """Return what was asked, as a sentence."""
        row: SpecialtyAsk = self.object
        words = (
            _("%(name)s asks that “%(node)s” be added.")
            if row.change == SpecialtyChange.ADD
            else _("%(name)s asks that “%(node)s” be ended.")
        )
        return words % {"name": row.expert.person.name, "node": row.node.name}


class AskAccept(AskStep):
    """Accept it."""

    title, submit_label = gettext_lazy("Accept what the expert asked"), gettext_lazy("Accept")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens."""
        return [self.asked(), _("It holds from today, with his reason and his proof. He is told.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Do it."""
        services.accept_specialty_ask(ask=self.object, by=self.user, on=self.today)
        return _("Accepted; the expert is told.")


class RefuseForm(ActionForm):
    """Why."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=textarea(3))


class AskRefuse(AskStep):
    """Refuse it."""

    title, submit_label = gettext_lazy("Refuse what the expert asked"), gettext_lazy("Refuse")
    form_class = RefuseForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who reads it."""
        return [self.asked(), _("He reads the reason and may ask again.")]

    def act(self, form: RefuseForm) -> str:
        """Refuse it."""
        words = form.cleaned_data["words"]
        services.refuse_specialty_ask(ask=self.object, words=words, by=self.user, on=self.today)
        return _("Refused; the expert is told.")


class TitleForm(ActionForm):
    """The new title and its level, since when, from what it is known."""

    title = forms.CharField(label=gettext_lazy("Professional title"), max_length=60)
    level = forms.ChoiceField(label=gettext_lazy("Level of the title"), choices=TitleLevel.choices)
    day = forms.DateField(label=gettext_lazy("Since"), widget=day())
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200,
        help_text=gettext_lazy("For example: certificate of the title seen, number and issuer."),
    )  # fmt: skip


class ExpertTitle(ExpertStep):
    """Enter a new professional title."""

    title, submit_label, tab = gettext_lazy("Change the title"), gettext_lazy("Enter"), "standing"
    form_class = TitleForm

    def get_initial(self) -> dict[str, Any]:
        """Show what holds, and today."""
        row: Expert = self.object
        return super().get_initial() | {"title": row.title, "level": row.title_level, "day": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what keeps the old one."""
        return [_("The old title answers for the days before, in fees of meetings before it, too.")]

    def act(self, form: TitleForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        services.change_title(
            expert=self.object,
            title=given["title"],
            level=TitleLevel(given["level"]),
            day=given["day"],
            reason=given["reason"],
            by=self.user,
            on=self.today,
        )
        return _("The title is entered; the old one stays known.")


urls = [
    path("experts/specialties/<int:pk>/end/", SpecialtyEnd.as_view(), name="expert-specialty-end"),
    path("experts/specialties/<int:pk>/main/", SpecialtyMain.as_view(), name="expert-specialty-main"),
    path("experts/asks/<int:pk>/accept/", AskAccept.as_view(), name="specialty-ask-accept"),
    path("experts/asks/<int:pk>/refuse/", AskRefuse.as_view(), name="specialty-ask-refuse"),
    path("experts/<str:number>/specialties/", ExpertSpecialties.as_view(), name="expert-specialties"),
    path("experts/<str:number>/specialties/add/", SpecialtyAdd.as_view(), name="expert-specialty-add"),
    path("experts/<str:number>/title/", ExpertTitle.as_view(), name="expert-title"),
]
