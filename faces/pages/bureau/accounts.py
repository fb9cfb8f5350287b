"""Accounts of the bureau: who signs in, with which dated roles; and the one table of roles and capabilities (R-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.generic.base import TemplateView

from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage, OneObject
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.accounts.rules import CAPABILITIES
from foundation.accounts.selectors import visible_to
from foundation.accounts.services import (
    close_account,
    end_grant,
    grant_role,
    open_account,
    reopen_account,
    reset_password,
)
from foundation.bureaus.models import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

NOT_OPEN_HERE = {Role.FIRM_ADMIN, Role.FIRM_MEMBER, Role.EXPERT, Role.UNIT, Role.APPLICANT}
OPEN_OR_CLOSED = (("True", pgettext_lazy("account", "open")), ("False", pgettext_lazy("account", "closed")))
OWN_ROLES = [(role.value, role.label) for role in Role if role not in NOT_OPEN_HERE]


def roles_word(user: User) -> str:
    """Return the open roles of an account, read from the rows that the list has fetched."""
    words = (str(grant.get_role_display()) for grant in user.grants.all() if grant.ended_on is None)
    return pgettext("between items", ", ").join(words)


def state_word(user: User) -> StrOrPromise:
    """Return whether an account is open, and whether its password is still the temporary one."""
    if not user.is_active:
        return pgettext("account", "closed")
    return _("temporary password") if user.has_temporary_password else pgettext("account", "open")


class AccountList(ListPage):
    """Every account of the bureau; firms, experts and units among them."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    template_name = "bureau/accounts.html"
    title = gettext_lazy("Accounts")
    columns = (
        Column(
            gettext_lazy("Sign-in name"), "username", key=True, link=lambda row: reverse("pages:account", args=[row.pk])
        ),
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Roles"), roles_word),
        Column(gettext_lazy("State"), state_word),
        Column(gettext_lazy("Last sign-in"), lambda user: user.last_login and formats.moment(user.last_login)),
    )
    facets = (
        Facet("role", gettext_lazy("Role"), Role.choices, lookup="grants__role", many=True),
        Facet("open", gettext_lazy("State"), OPEN_OR_CLOSED, "is_active"),
    )
    search_fields = ("username", "name")
    search_hint = gettext_lazy("Sign-in name or name")
    sorts = (
        Sort("name", gettext_lazy("By sign-in name"), ("username",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "accounts"

    def rows(self) -> QuerySet[User]:
        """Return the accounts of the bureau with their roles."""
        grants = RoleGrant.objects.order_by("role", "pk")
        return visible_to(self.user).prefetch_related(Prefetch("grants", grants))


class OneAccount(OneObject):
    """An account of the bureau."""

    def rows(self) -> QuerySet[User]:
        """Return the accounts that this person manages."""
        return visible_to(self.user)


class AccountPage(OneAccount, ObjectPage):
    """One account: its roles with their days."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS
    template_name = "bureau/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the roles, open ones first."""
        user: User = self.object
        grants = list(user.grants.select_related("section").order_by("ended_on", "-started_on", "pk"))
        found = {
            "title": user.name or user.username,
            "word": state_word(user),
            "open_grants": [grant for grant in grants if grant.ended_on is None],
            "ended_grants": [grant for grant in grants if grant.ended_on is not None],
            "is_self": user.pk == self.user.pk,
        }
        return super().get_context_data(**(found | kwargs))


class SectionField(forms.ModelChoiceField[Section]):
    """A choice of the bureau's sections, shown by name."""

    def label_from_instance(self, obj: Section) -> str:
        """Show the name."""
        return obj.name


def username_field() -> forms.RegexField:
    """Return the field in which a sign-in name is chosen."""
    return forms.RegexField(
        r"^[\w.@-]{3,40}$",
        label=gettext_lazy("Sign-in name"),
        max_length=40,
        help_text=gettext_lazy("3 to 40 letters, digits, and . _ - @"),
        error_messages={"invalid": gettext_lazy("Use 3 to 40 letters, digits, and . _ - @")},
    )


def section_field() -> SectionField:
    """Return the field in which a section is chosen."""
    words = gettext_lazy("A business section sees the tasks of its own units only.")
    return SectionField(label=gettext_lazy("Section"), queryset=Section.objects.none(), required=False, help_text=words)


class RoleForm(ActionForm):
    """A role, and for whom it is done."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=OWN_ROLES)
    section = section_field()


class OpenForm(ActionForm):
    """A person of the bureau."""

    username = username_field()
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), choices=OWN_ROLES, widget=forms.CheckboxSelectMultiple
    )
    section = section_field()


class PasswordPage(FormPage):
    """An act that ends in a temporary password: it is shown on this one answer and nowhere else."""

    password: str = ""
    account: User | None = None

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Show the password once; no address leads back to it, no cache keeps it."""
        answer = super().form_valid(form)
        if self.account is None:
            return answer
        facts = {"title": _("Temporary password"), "account": self.account, "password": self.password}
        shown = self.response_class(self.request, ["bureau/password.html"], facts, using=self.template_engine)
        shown.headers["Cache-Control"] = "no-store"
        return shown


class AccountOpen(PasswordPage):
    """Open an account."""

    audience, needs, title = "bureau", Capability.MANAGE_ACCOUNTS, gettext_lazy("Open an account")
    form_class, submit_label = OpenForm, gettext_lazy("Open the account")

    def get_success_url(self) -> str:
        """Return the list."""
        return reverse("pages:accounts")

    def get_form(self, form_class: type[OpenForm] | None = None) -> OpenForm:
        """Offer the sections of the bureau."""
        form: OpenForm = super().get_form(form_class)
        offer_sections(form, self.user)
        return form

    def act(self, form: OpenForm) -> None:
        """Open it."""
        bureau, facts = self.user.bureau, form.cleaned_data
        if bureau is None:
            raise Http404
        roles = [Role(role) for role in facts["roles"]]
        self.account, self.password = open_account(
            bureau=bureau,
            username=facts["username"],
            name=facts["name"],
            roles=roles,
            section=facts["section"],
            by=self.user,
            on=self.today,
        )


def offer_sections(form: forms.BaseForm, user: User) -> None:
    """Let ``form`` offer the sections of the bureau of ``user``."""
    field = form.fields["section"]
    if isinstance(field, SectionField):
        field.queryset = Section.objects.filter(bureau_id=user.bureau_id or 0).order_by("name")


class AccountAct(OneAccount, ActionView):
    """Something done to an account; afterwards back to it."""

    audience, needs = "bureau", Capability.MANAGE_ACCOUNTS

    def object_url(self) -> str:
        """Return the account's page."""
        return reverse("pages:account", args=[self.object.pk])


class AccountReset(OneAccount, PasswordPage):
    """Give a new temporary password."""

    audience, needs, title = "bureau", Capability.MANAGE_ACCOUNTS, gettext_lazy("Reset the password")
    submit_label = gettext_lazy("Reset the password")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens to the old one."""
        return [
            _("The present password of %(name)s ends at once.") % {"name": self.object.name},
            _("The new one is shown a single time. The person is asked for an own password at the next sign-in."),
        ]

    def get_success_url(self) -> str:
        """Return the account's page."""
        return reverse("pages:account", args=[self.object.pk])

    def act(self, _form: ActionForm) -> None:
        """Reset it."""
        self.password = reset_password(user=self.object, by=self.user)
        self.account = self.object


class RoleGive(AccountAct):
    """Give a role from today."""

    title, form_class, submit_label = gettext_lazy("Give a role"), RoleForm, gettext_lazy("Give the role")

    def get_form(self, form_class: type[RoleForm] | None = None) -> RoleForm:
        """Offer the sections of the bureau."""
        form: RoleForm = super().get_form(form_class)
        offer_sections(form, self.user)
        outside = sorted({grant.role for grant in self.object.grants.all()} & NOT_OPEN_HERE)
        if outside and isinstance(field := form.fields["role"], forms.ChoiceField):
            field.choices = [(role, Role(role).label) for role in outside]  # it stays bound to whom it was opened for
        return form

    def act(self, form: RoleForm) -> str:
        """Give it."""
        facts = form.cleaned_data
        grant = grant_role(
            user=self.object, role=Role(facts["role"]), section=facts["section"], by=self.user, on=self.today
        )
        return _("%(name)s is %(role)s from today.") % {"name": self.object.name, "role": grant.get_role_display()}


class RoleEnd(AccountAct):
    """End a role today."""

    title, submit_label = gettext_lazy("End a role"), gettext_lazy("End the role")
    danger = True

    @property
    def grant(self) -> RoleGrant:
        """The open role that the address names; 404 for another account's."""
        found = self.object.grants.filter(pk=self.kwargs["grant"], ended_on__isnull=True).first()
        if not isinstance(found, RoleGrant):
            raise Http404
        return found

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name the role."""
        facts = {"name": self.object.name, "role": self.grant.get_role_display()}
        return [_("%(name)s is no longer %(role)s from today. What was done stays.") % facts]

    def act(self, _form: ActionForm) -> str:
        """End it."""
        end_grant(grant=self.grant, by=self.user, on=self.today)
        return _("The role has ended.")


class AccountClose(AccountAct):
    """End every role and the sign-in."""

    title, submit_label = gettext_lazy("Close the account"), gettext_lazy("Close the account")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [
            _("%(name)s cannot sign in any more, and all roles end today.") % {"name": self.object.name},
            _("What this account did stays in the journal and on every paper."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Close it."""
        close_account(user=self.object, by=self.user, on=self.today)
        return _("The account is closed.")


class AccountReopen(AccountAct):
    """Let a closed account sign in again."""

    title, submit_label = gettext_lazy("Reopen the account"), gettext_lazy("Reopen the account")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that the roles are given anew."""
        return [_("It can sign in again, without a role. Give the roles anew.")]

    def act(self, _form: ActionForm) -> str:
        """Reopen it."""
        reopen_account(user=self.object, by=self.user, on=self.today)
        return _("The account is open again.")


class RoleTable(AudiencePage, TemplateView):
    """The one table: what each role may do. Rule R-40."""

    audience, needs = "bureau", (Capability.READ_DESK, Capability.MANAGE_ACCOUNTS)
    template_name = "bureau/roles.html"
    title = gettext_lazy("Roles and capabilities")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return one line for each capability, with a mark for each role that has it."""
        found = {
            "title": self.title,
            "roles": [role.label for role in Role],
            "lines": [(each.label, [(role.label, each in CAPABILITIES[role]) for role in Role]) for each in Capability],
            "may_manage": may(self.user, Capability.MANAGE_ACCOUNTS),
        }
        return super().get_context_data(**(found | kwargs))


urls = [
    path("accounts/", AccountList.as_view(), name="accounts"),
    path("accounts/open/", AccountOpen.as_view(), name="account-open"),
    path("accounts/<int:pk>/", AccountPage.as_view(), name="account"),
    path("accounts/<int:pk>/reset/", AccountReset.as_view(), name="account-reset"),
    path("accounts/<int:pk>/role/", RoleGive.as_view(), name="account-role"),
    path("accounts/<int:pk>/role/<int:grant>/end/", RoleEnd.as_view(), name="account-role-end"),
    path("accounts/<int:pk>/close/", AccountClose.as_view(), name="account-close"),
    path("accounts/<int:pk>/reopen/", AccountReopen.as_view(), name="account-reopen"),
    path("roles/", RoleTable.as_view(), name="roles"),
]
