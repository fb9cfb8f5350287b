"""Persons, organisations and the dated facts between them."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Register the room."""

    name = "parties"

    def ready(self) -> None:
        """Register the rules, say where sealed text is kept, and how people are reached."""
        from foundation.core.crypto import SealedColumn, keep_sealed  # noqa: PLC0415 - the register is filled at start
        from foundation.notices.enums import Way  # noqa: PLC0415
        from foundation.notices.services import reach_by  # noqa: PLC0415
        from foundation.rulesets.rules import register  # noqa: PLC0415
        from parties.rules import RULES  # noqa: PLC0415

        register(*RULES)
        reach_by(Way.MAIL, "parties.selectors.mail_of")
        reach_by(Way.SMS, "parties.selectors.phone_of")
        keep_sealed(
            SealedColumn("parties.Person", "id_sealed", index="id_index", use="id"),
            SealedColumn("parties.Person", "phone_sealed", index="phone_index", use="phone"),
            SealedColumn("parties.Person", "account_sealed"),
            SealedColumn("parties.Contact", "phone_sealed"),
        )
