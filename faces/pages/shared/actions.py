"""A form that does one thing: one domain call; a refusal is shown with its reason and the source of its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.edit import FormView

from faces.pages.shared import drafts
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.choices import ask_choices
from faces.pages.shared.objects import OneObject
from foundation.core.dates import is_in_reach
from foundation.core.errors import DomainError, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from foundation.core.errors import Refusal


def _in_reach(day: date) -> None:
    if not is_in_reach(day):
        raise forms.ValidationError(_("The year lies outside 1900 to 2100."), code="year")


class ActionForm(forms.Form):
    """A form that can carry a refusal: the sentence, and the source of the rule that refused."""

    required_css_class = "req"
    refusal: Refusal | None = None

    def full_clean(self) -> None:
        """Clean as Django does; a day beyond every calendar of ours is a mistake of its field."""
        for field in self.fields.values():
            if isinstance(field, forms.DateField) and _in_reach not in field.validators:
                field.validators.append(_in_reach)
        super().full_clean()

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal: beside the field that ``facts["field"]`` names, else above the form."""
        self.refusal = refusal
        field = refusal.facts.get("field")
        self.add_error(field if field in self.fields else None, refusal.message)


class Confirm(ActionForm):
    """Nothing to fill in: only a yes, after reading what will happen."""


class FormPage(AudiencePage, FormView[Any]):
    """One form, one domain call in ``act``, a message, a redirect. Without an object; see ``ActionView``."""

    template_name = "shared/action.html"
    form_class: type[forms.BaseForm] = Confirm
    submit_label: ClassVar[StrOrPromise] = gettext_lazy("Save")
    danger: ClassVar[bool] = False

    def act(self, form: Any) -> str | None:  # noqa: ANN401 - the page's own form
        """Make the one domain call and return the sentence that says what happened."""
        raise NotImplementedError

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return what will happen, and to whom: shown before a step that cannot be taken back."""
        return ()

    def cancel_url(self) -> str:
        """Return where to go without doing it: ``next`` of the address, else the success address."""
        return self._next() or self.get_success_url()

    def draft_key(self) -> str:
        """Return the key under which half-written text is kept; empty: not kept."""
        return ""

    def get_success_url(self) -> str:
        """Return where to go afterwards: ``next`` of the address, else ``success_url``."""
        if url := self._next() or self.success_url:
            return str(url)
        message = f"{type(self).__name__} needs success_url or get_success_url()"
        raise ImproperlyConfigured(message)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Return the form's arguments, beginning from the kept draft where there is one."""
        found = super().get_form_kwargs()
        if self.request.method == "GET" and (key := self.draft_key()):
            found["initial"] = {**found.get("initial", {}), **drafts.kept(self.user, key)}
        return found

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Make the call; say what happened and leave, or show the refusal beside the form."""
        try:
            said = self.act(form)
        except NotAllowed as error:
            raise PermissionDenied(error.refusal.message) from error
        except DomainError as error:
            form.refuse(error.refusal) if isinstance(form, ActionForm) else form.add_error(None, error.refusal.message)
            return self.refused(form)
        if key := self.draft_key():
            drafts.drop(self.user, key)
        if said:
            messages.success(self.request, said)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Show the form again with every mistake beside its field; status 422."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def refused(self, form: Any) -> HttpResponse:  # noqa: ANN401 - the page's own form
        """Show the form again with the refusal; status 409."""
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the form and the words around it."""
        found = {
            "title": self.title,
            "submit_label": self.submit_label,
            "danger": self.danger,
            "consequences": self.consequences(),
            "cancel_url": self.cancel_url(),
            "draft_key": self.draft_key() if drafts.stored() else "",
        }
        context = super().get_context_data(**(found | kwargs))
        ask_choices(context["form"])
        return context

    def _next(self) -> str:
        request: HttpRequest = self.request
        url = request.POST.get("next") or request.GET.get("next") or ""
        safe = url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return url if url and safe else ""


class ActionView(OneObject, FormPage):
    """A ``FormPage`` about ``self.object``; afterwards back to the object's page."""

    def object_url(self) -> str:
        """Return the object's own page; empty: ``success_url`` serves."""
        return ""

    def get_success_url(self) -> str:
        """Return ``next``, ``success_url``, or the object's own address."""
        if self._next() or self.success_url or not (url := self.object_url()):
            return super().get_success_url()
        return url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the form and the object."""
        return super().get_context_data(**({"object": self.object} | kwargs))
