"""How sign-in behaves: no self-made accounts, the name on the screen."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest  # noqa: TID251 - the adapter's interface is HTTP
from django.urls import reverse

from foundation.accounts.models import User
from foundation.core.crypto import decrypt, encrypt


class ClosedAdapter(DefaultAccountAdapter):
    """Accounts are opened by the administrator, never by a stranger."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead who still has a temporary password to the page where it is changed."""
        if isinstance(request.user, User) and request.user.has_temporary_password:
            return reverse("account_change_password")
        return str(super().get_login_redirect_url(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Keep the person's own password; it is not temporary any more."""
        if isinstance(user, User):
            user.has_temporary_password = False
        super().set_password(user, password)


class Backend(AuthenticationBackend):
    """Signs in as allauth does; the person of a request comes with the bureau, which every page shows."""

    def get_user(self, user_id: int) -> User | None:
        """Return the active user and the bureau in one query."""
        user = User.objects.select_related("bureau").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


def display(user: User) -> str:
    """Return what pages call the user."""
    return user.name or user.username


class SealedFactors(DefaultMFAAdapter):
    """Keeps the secrets of second factors sealed under the field key."""

    def encrypt(self, text: str) -> str:
        """Return the text sealed."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the text again."""
        return decrypt(encrypted_text)


def name_tried(request: HttpRequest, credentials: dict[str, str] | None = None) -> str:
    """Return the name by which somebody tries to sign in: the same one before, during and after the try.

    Sign-in takes no account of capitals, so neither does the count of wrong tries.
    """
    given = credentials or {}
    return (given.get("username") or given.get("login") or request.POST.get("login", "")).strip().lower()
