"""Give an account a new temporary password at the server; see ``--help``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.accounts.models import User
from foundation.accounts.services import reset_password


class Command(BaseCommand):
    """Exit 0 with the password on the last line, 1 for a name that nobody has."""

    help = (
        "Give an account a temporary password: for a bureau whose only administrator of accounts has lost his. "
        "The journal says that it was done at the server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the sign-in name."""
        parser.add_argument("username")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Reset it and show it once."""
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"No open account is called {options['username']}.")
        self.stdout.write(reset_password(user=user, by="server"))
