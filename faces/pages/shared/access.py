"""Who may open a page: every page names its audience and the capability it needs."""

from __future__ import annotations

import enum
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.urls import NoReverseMatch, resolve, reverse
from django.views.generic.base import View

from faces.pages.shared.years import work_year
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.enums import Capability


class Entry(enum.Enum):
    """The two answers that are not a capability."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


PUBLIC: Final = Entry.PUBLIC
SIGNED_IN: Final = Entry.SIGNED_IN


def signed_in_user(request: HttpRequest) -> User:
    """Return the person behind the request; raise ``PermissionDenied`` for a stranger."""
    if isinstance(request.user, User) and request.user.is_active:
        return request.user
    raise PermissionDenied


def today() -> date:
    """Return the day it is in Asia/Shanghai: the ``on=`` of every domain call."""
    return clock.today()


class AudiencePage(View):
    """A page of one audience. Without ``needs`` nobody may open it.

    ``needs`` is a ``Capability``, a tuple of them (any one is enough), ``SIGNED_IN`` or ``PUBLIC``.
    """

    audience: ClassVar[str] = ""
    needs: ClassVar[Capability | tuple[Capability, ...] | Entry | None] = None
    title: ClassVar[StrOrPromise] = ""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:  # noqa: ANN401 - as in Django
        """Return the view, opened to strangers only where ``needs`` says PUBLIC."""
        view = super().as_view(**initkwargs)
        return login_not_required(view) if cls.needs is PUBLIC else view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Let in who may come in; raise ``PermissionDenied`` for everybody else."""
        if not self.may_enter():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def may_enter(self) -> bool:
        """Return whether this person may open this page."""
        if isinstance(self.needs, Entry):
            return self.needs is PUBLIC or self.request.user.is_authenticated
        return self.needs is not None and self.admits(self.user)

    @classmethod
    def admits(cls, user: User) -> bool:
        """Return whether the page lets ``user`` in; which rows they then see is the selector's answer."""
        if cls.needs is None or isinstance(cls.needs, Entry):
            return cls.needs is not None
        wanted = cls.needs if isinstance(cls.needs, tuple) else (cls.needs,)
        return any(may(user, capability) for capability in wanted)

    @cached_property
    def user(self) -> User:
        """The person who is signed in: ``by=`` of the domain call."""
        return signed_in_user(self.request)

    @cached_property
    def today(self) -> date:
        """The day of this request: ``on=`` of the domain call."""
        return today()

    @cached_property
    def work_year(self) -> int:
        """The work year chosen in the strip."""
        return work_year(self.request)


def open_url(user: User, page: str, *args: object) -> str:
    """Return the address of ``page`` (``pages:…``); empty where it is not installed or does not let ``user`` in."""
    try:
        url = reverse(f"pages:{page}", args=args)
    except NoReverseMatch:
        return ""
    view = getattr(resolve(url).func, "view_class", None)
    return url if view is None or not issubclass(view, AudiencePage) or view.admits(user) else ""
