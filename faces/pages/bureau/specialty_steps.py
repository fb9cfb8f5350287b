"""The steps of the tree of specialties: add, rename, move, merge, end, revive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.models import ExpertSpecialty
from faces.pages.bureau.specialties import OneSpecialty, node_url
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.choices import NodeField
from foundation.accounts.enums import Capability
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree
from foundation.taxonomy.services import (
    NodeDraft,
    add_node,
    merge_node,
    move_node,
    rename_node,
    retire_node,
    revive_node,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class NodeForm(ActionForm):
    """Code and name of a new node."""

    code = forms.RegexField(
        r"^[^\s/]+$", label=gettext_lazy("Code"), max_length=20,
        error_messages={"invalid": gettext_lazy("A code has no blanks and no slash.")},
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


class SpecialtyAdd(FormPage):
    """Add a field: a node of the first level."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, form_class = gettext_lazy("Add a field"), gettext_lazy("Add"), NodeForm

    def get_success_url(self) -> str:
        """Return the tree."""
        return reverse("pages:specialties")

    def act(self, form: NodeForm) -> str:
        """Add it."""
        if self.user.bureau is None:
            raise Http404
        draft = NodeDraft(**form.cleaned_data)
        add_node(bureau=self.user.bureau, tree=TreeKind.SPECIALTY, draft=draft, by=self.user, on=self.today)
        return _("%(name)s stands in the tree.") % {"name": draft.name}


class SpecialtyStep(OneSpecialty, ActionView):
    """A step of a node; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return the node's page."""
        return node_url(self.object)

    def living(self) -> QuerySet[Node]:
        """Return the living nodes of the tree, each with the way down to it."""
        return tree(self.object.bureau, TreeKind.SPECIALTY).select_related("parent__parent")

    def bearers(self) -> int:
        """Return how many experts have the node itself."""
        return ExpertSpecialty.objects.filter(node=self.object).running().count()


class SpecialtyAddBelow(SpecialtyStep):
    """Add a node below another."""

    title, submit_label, form_class = gettext_lazy("Add one below"), gettext_lazy("Add"), NodeForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where."""
        return [_("It will stand under “%(name)s”.") % {"name": self.object.name}]

    def act(self, form: NodeForm) -> str:
        """Add it."""
        draft = NodeDraft(form.cleaned_data["code"], form.cleaned_data["name"], self.object.code)
        add_node(bureau=self.object.bureau, tree=TreeKind.SPECIALTY, draft=draft, by=self.user, on=self.today)
        return _("%(name)s stands in the tree.") % {"name": draft.name}


class NameForm(ActionForm):
    """The new name."""

    name = forms.CharField(label=gettext_lazy("New name"), max_length=60)


class SpecialtyRename(SpecialtyStep):
    """Rename a node."""

    title, submit_label, form_class = gettext_lazy("Rename"), gettext_lazy("Rename"), NameForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with the name of today."""
        return {"name": self.object.name}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what keeps the old name."""
        return [_("The code stays. What was written until today goes on showing the old name.")]

    def act(self, form: NameForm) -> str:
        """Rename it."""
        node = rename_node(node=self.object, name=form.cleaned_data["name"], by=self.user, on=self.today)
        return _("It is called %(name)s from today.") % {"name": node.name}


class ParentForm(ActionForm):
    """Under what."""

    parent = NodeField(label=gettext_lazy("Under"), queryset=Node.objects.none(), empty_label=gettext_lazy("Choose"))


class IntoForm(ActionForm):
    """Into what."""

    into = NodeField(label=gettext_lazy("Into"), queryset=Node.objects.none(), empty_label=gettext_lazy("Choose"))


class SpecialtyMove(SpecialtyStep):
    """Move a node under another."""

    title, submit_label, form_class = gettext_lazy("Move"), gettext_lazy("Move"), ParentForm

    def get_form(self, form_class: Any = None) -> ParentForm:  # noqa: ANN401 - Django's signature
        """Offer the other nodes of the level above."""
        form: ParentForm = super().get_form(form_class)
        choice = form.fields["parent"]
        if isinstance(choice, NodeField):
            rows = self.living().filter(level=self.object.level - 1)
            choice.queryset = rows.exclude(pk=self.object.parent_id or 0)
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what goes along."""
        return [_("Everything below it goes along; experts and past records keep it.")]

    def act(self, form: ParentForm) -> str:
        """Move it."""
        node = move_node(node=self.object, parent=form.cleaned_data["parent"], by=self.user, on=self.today)
        return _("%(name)s has its new place.") % {"name": node.name}


class SpecialtyMerge(SpecialtyStep):
    """Merge a node into another."""

    title, submit_label, danger = gettext_lazy("Merge into another"), gettext_lazy("Merge"), True
    form_class = IntoForm

    def get_form(self, form_class: Any = None) -> IntoForm:  # noqa: ANN401 - Django's signature
        """Offer the living nodes of the same level and of the one above."""
        form: IntoForm = super().get_form(form_class)
        choice = form.fields["into"]
        if isinstance(choice, NodeField):
            rows = self.living().filter(level__in=[self.object.level, self.object.level - 1])
            choice.queryset = rows.exclude(pk=self.object.pk)
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what counts where from then on."""
        return [
            _("%(count)d experts have it. From today they are found under the other one; their record keeps this name.")
            % {"count": self.bearers()},
            _("What stands below it goes over. Draws and batches already set up take the other one in its place."),
        ]

    def act(self, form: IntoForm) -> str:
        """Merge it."""
        into = form.cleaned_data["into"]
        merge_node(node=self.object, into=into, by=self.user, on=self.today)
        return _("Merged: “%(name)s” counts in its place.") % {"name": into.name}


class SpecialtyEnd(SpecialtyStep):
    """End a node."""

    title, submit_label, danger = gettext_lazy("End it"), gettext_lazy("End it today"), True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who keeps it."""
        return [
            _("%(count)d experts have it and keep it on record; nobody can choose it any more.")
            % {"count": self.bearers()},
            _("To let another one take its place, merge it instead."),
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """End it."""
        node = retire_node(node=self.object, by=self.user, on=self.today)
        return _("%(name)s has ended; it stays on record.") % {"name": node.name}


class SpecialtyRevive(SpecialtyStep):
    """Revive a node that had ended."""

    title, submit_label = gettext_lazy("Revive it"), gettext_lazy("Revive it")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what comes back, and where."""
        return [_("It can be chosen again, at the place where it stands now; whoever has it counts for it again.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Revive it."""
        node = revive_node(node=self.object, by=self.user, on=self.today)
        return _("%(name)s can be chosen again.") % {"name": node.name}


urls = [
    path("specialties/add/", SpecialtyAdd.as_view(), name="specialty-add"),
    path("specialties/<int:pk>/add/", SpecialtyAddBelow.as_view(), name="specialty-add-below"),
    path("specialties/<int:pk>/name/", SpecialtyRename.as_view(), name="specialty-rename"),
    path("specialties/<int:pk>/move/", SpecialtyMove.as_view(), name="specialty-move"),
    path("specialties/<int:pk>/merge/", SpecialtyMerge.as_view(), name="specialty-merge"),
    path("specialties/<int:pk>/end/", SpecialtyEnd.as_view(), name="specialty-end"),
    path("specialties/<int:pk>/revive/", SpecialtyRevive.as_view(), name="specialty-revive"),
]
