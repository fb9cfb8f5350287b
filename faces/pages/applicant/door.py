"""The door: which bureaus take applications, whose public notice runs, and how an account is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from admissions.enums import ApplicationKind
from admissions.selectors import announced, open_bureaus
from admissions.services import open_application
from faces.pages.shared.access import PUBLIC, AudiencePage
from faces.pages.shared.actions import ActionForm, FormPage
from foundation.accounts.models import User
from foundation.core.crypto import blind_index
from foundation.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase
    from django_stubs_ext import StrOrPromise

TRIES_AN_HOUR: Final = 10
HOUR_SECONDS: Final = 3600
BACKEND: Final = "foundation.accounts.adapter.Backend"


def is_too_often(request: HttpRequest) -> bool:
    """Count a try from the caller's address, kept as a keyed hash for an hour; return whether there were too many."""
    key = f"apply-{blind_index(request.META.get('REMOTE_ADDR', ''), use='address')}"
    if cache.add(key, 1, HOUR_SECONDS):
        return False
    return int(cache.incr(key)) > TRIES_AN_HOUR


class Door(AudiencePage, TemplateView):
    """Who may apply where, and whose public notice runs today."""

    audience, needs = "applicant", PUBLIC
    template_name = "applicant/door.html"
    title = gettext_lazy("Apply for the register or the pool")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the bureaus that are open, and the running notices from their frozen copies."""
        found = {
            "title": self.title,
            "bureaus": open_bureaus(self.today),
            "notices": list(announced(self.today)),
        }
        return super().get_context_data(**(found | kwargs))


class AccountForm(ActionForm):
    """Who signs in, and how."""

    name = forms.CharField(label=gettext_lazy("Your name"), max_length=60)
    username = forms.RegexField(
        r"^[A-Za-z0-9._\-]{4,40}$",
        label=gettext_lazy("Sign-in name"),
        help_text=gettext_lazy("4 to 40 letters, digits, points, hyphens."),
        error_messages={"invalid": gettext_lazy("4 to 40 letters, digits, points, hyphens.")},
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least ten characters."),
    )
    again = forms.CharField(
        label=gettext_lazy("Password once more"),
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two passwords, and ask the site's rules for passwords."""
        given: dict[str, Any] = super().clean() or {}
        password = given.get("password")
        if password and given.get("again") and password != given["again"]:
            self.add_error("again", _("The two passwords differ."))
        if password:
            try:
                validate_password(password, User(username=given.get("username", ""), name=given.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class OpenForm(AccountForm):
    """As what, where, and how to sign in. ``website`` is not for people: whoever fills it in is a machine."""

    bureau = forms.TypedChoiceField(label=gettext_lazy("Finance bureau"), coerce=int, choices=())
    kind = forms.ChoiceField(
        label=gettext_lazy("I apply as"), choices=ApplicationKind.choices, widget=forms.RadioSelect
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("bureau", "kind", "name", "username", "password", "again", "website")


class Open(FormPage):
    """Open an account that can do one thing: apply."""

    audience, needs = "applicant", PUBLIC
    template_name = "applicant/open.html"
    title, submit_label = gettext_lazy("Begin an application"), gettext_lazy("Open the account")
    form_class = OpenForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Lead who is signed in already to his desk."""
        if request.user.is_authenticated:
            return HttpResponseRedirect(reverse("pages:home"))
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> OpenForm:  # noqa: ANN401 - Django's signature
        """Offer the bureaus that are open."""
        form: OpenForm = super().get_form(form_class)
        field = form.fields["bureau"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [(bureau.pk, bureau.name) for bureau in self.bureaus]
        return form

    @property
    def bureaus(self) -> list[Any]:
        """The bureaus that take applications today."""
        return open_bureaus(self.today)

    def get_success_url(self) -> str:
        """Return the door: after opening an account, its application."""
        return reverse("pages:applicant-home" if self.request.user.is_authenticated else "pages:apply")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the account is for."""
        return [
            _("The account can do one thing: apply. Nothing stands in the register before the bureau admits it."),
            _("Everything filled in is kept; you can go on on any day and on any machine."),
        ]

    def form_valid(self, form: OpenForm) -> HttpResponse:
        """Let machines believe that it worked, and nobody try too often."""
        if form.cleaned_data["website"]:
            messages.success(self.request, _("Thank you."))
            return HttpResponseRedirect(reverse("pages:apply"))
        if is_too_often(self.request):
            form.refuse(Refusal("too_often", _("Too many tries from here. Try again in an hour.")))
            return self.refused(form)
        return super().form_valid(form)

    def act(self, form: OpenForm) -> str:
        """Open it and sign its owner in."""
        given = form.cleaned_data
        row = open_application(
            bureau=next(bureau for bureau in self.bureaus if bureau.pk == given["bureau"]),
            kind=ApplicationKind(given["kind"]),
            username=given["username"],
            password=given["password"],
            name=given["name"].strip(),
            on=self.today,
        )
        login(self.request, row.applicant, backend=BACKEND)
        return _("The account is open. Fill in the parts in any order.")


urls = [
    path("", Door.as_view(), name="apply"),
    path("open/", Open.as_view(), name="apply-open"),
]
