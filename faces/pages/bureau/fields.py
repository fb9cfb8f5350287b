"""Fields that several forms of the bureau share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluators.models import Firm
from foundation.core.money import from_wan, wan
from parties.models import BudgetUnit


class WanField(forms.CharField):
    """An amount typed in 万元, given on as integer 分; empty gives None."""

    default_error_messages = {
        "amount": _("Type an amount in 万元, for example 38.6."),
        "negative": _("An amount is zero or more."),
    }

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer a keyboard with a decimal point."""
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:  # noqa: ANN401 - what a browser sent
        """Return 分; raise ``ValidationError`` for what is no amount, negative or finer than one 分."""
        text = super().clean(value)
        if not text:
            return None
        try:
            cents = from_wan(text)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["amount"], code="amount") from error
        if cents < 0:
            raise forms.ValidationError(self.error_messages["negative"], code="negative")
        if cents > 10**15:  # ten trillion 元: no bureau has more
            raise forms.ValidationError(self.error_messages["amount"], code="amount")
        return cents


def wan_text(cents: int | None) -> str:
    """Return 分 as the text a person would type in 万元; exact, without needless zeros."""
    if cents is None:
        return ""
    whole, rest = divmod(cents, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".") if rest else wan(cents).removesuffix(".00")


class UnitField(forms.ModelChoiceField[BudgetUnit]):
    """A choice of budget units, shown by code and name."""

    def label_from_instance(self, obj: BudgetUnit) -> str:
        """Show code and name."""
        return f"{obj.code} {obj.organisation.name}"


class FirmField(forms.ModelChoiceField[Firm]):
    """A choice of firms, shown by name and number."""

    def label_from_instance(self, obj: Firm) -> str:
        """Show name and number."""
        return f"{obj.organisation.name}（{obj.number}）"
