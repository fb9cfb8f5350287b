"""``{% load gp %}``: the words, figures and small parts that every page uses."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from django import template
from django.conf import settings
from django.db.models import Choices, Model
from django.forms import widgets
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from faces.pages.shared import charts, formats
from faces.pages.shared.access import open_url
from faces.pages.shared.lists import address
from faces.pages.shared.statuses import SHAPES, labels_of, shape_of, word_of
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from reviews import scoring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms import BaseForm, BoundField

    from faces.pages.shared.columns import Column
    from reviews.models import QualityRating

register = template.Library()

ONE_LINE: Final = 20
GRADE_STEPS: Final[Mapping[str, int]] = {
    "EXCELLENT": 4, "GOOD": 3, "QUALIFIED": 2, "PASS": 2, "ACCEPTABLE": 2, "MEDIUM": 2, "FAIR": 2,
    "UNQUALIFIED": 1, "FAIL": 1, "POOR": 1,
}  # fmt: skip
GRADE_WORDS: Final = {
    4: pgettext_lazy("report quality", "excellent"),
    3: pgettext_lazy("report quality", "good"),
    2: pgettext_lazy("report quality", "qualified"),
    1: pgettext_lazy("report quality", "unqualified"),
}


@register.simple_tag
def status(thing: Any, field: str = "status", word: object = "") -> SafeString:  # noqa: ANN401
    """Draw the status word of a model instance (``{% status task %}``) or of an enum member.

    ``{% status task "phase" %}`` takes another field; ``{% status code word=text %}`` a bare code with its word.
    """
    if isinstance(thing, Model):
        return st(shape_of(str(getattr(thing, field))), word or word_of(thing, field))
    if isinstance(thing, Choices):
        return st(shape_of(str(thing.value)), word or thing.label)
    return st(shape_of(str(thing)), word or thing)


@register.simple_tag
def st(shape: str, word: object) -> SafeString:
    """Draw a word with a shape: ``{% st "over" "2 overdue" %}``; shapes are listed in shared/statuses.py."""
    if shape not in SHAPES:
        raise template.TemplateSyntaxError(f"unknown shape {shape!r}: one of {', '.join(SHAPES)}")
    css = "st" if shape == "wait" else f"st st-{shape}"
    return format_html('<span class="{}">{}</span>', css, word)


@register.simple_tag
def grade(value: Any, word: object = "") -> SafeString:  # noqa: ANN401
    """Draw a grade of report quality (code or enum member): a word and four cells. Empty value: nothing."""
    code = str(getattr(value, "value", value) or "")
    if not code:
        return SafeString("")
    step = GRADE_STEPS.get(code)
    shown = word or getattr(value, "label", None) or (GRADE_WORDS[step] if step else code)
    return format_html('<span class="grade g{}">{}</span>', step or 0, shown)


@register.simple_tag
def tag(word: object) -> SafeString:
    """Draw a small tag."""
    return format_html('<span class="tag">{}</span>', word)


@register.simple_tag
def src(source: object = "") -> SafeString:
    """Draw the source of a rule; without one it is the bureau's own setting, and says so."""
    return format_html('<span class="src">{}</span>', source or _("bureau's own setting"))


@register.filter
def yuan(amount_cents: int | None, unit: str = "unit") -> str:
    """Write 分 as 元: ``{{ cents|yuan }}`` with the unit, ``{{ cents|yuan:"bare" }}`` without."""
    if amount_cents is None:
        return ""
    return formats.yuan(amount_cents) if unit == "bare" else formats.yuan_with_unit(amount_cents)


@register.filter
def wan(amount_cents: int | None, unit: str = "unit") -> str:
    """Write 分 as 万元: ``{{ cents|wan }}`` with the unit, ``{{ cents|wan:"bare" }}`` without."""
    if amount_cents is None:
        return ""
    return formats.wan(amount_cents) if unit == "bare" else formats.wan_with_unit(amount_cents)


@register.filter
def score(value: Any, places: int = 2) -> str:  # noqa: ANN401
    """Write a score: hundredths (int), Fraction, Decimal, or exact text such as ``245/3``."""
    if value is None or value == "":
        return ""
    return formats.score(Fraction(value) if isinstance(value, str) else value, places=places)


@register.filter
def points(value: str | Fraction, rating: QualityRating) -> str:
    """Write an exact value of a rating: rounding never crosses one of its cuts, those of R-05 where it has none yet."""
    return scoring.printed(Fraction(value), rating.document.get("cuts") or (90, 80, 60)) if value else ""


@register.filter
def cndate(value: date | datetime | None, form: str = "") -> str:
    """Write a day: 10月19日 / 19 Oct; ``:"full"`` with the year, ``:"time"`` with the time of day."""
    if not value:
        return ""
    if form == "time" and isinstance(value, datetime):
        return formats.moment(value)
    return formats.day(value, with_year=form == "full")


@register.filter
def weekday(value: date | datetime | None) -> str:
    """Write 星期一 / Monday."""
    return formats.weekday(value) if value else ""


@register.filter
def iso(value: date | datetime | None) -> str:
    """Write a day or moment for a ``datetime`` attribute."""
    return value.isoformat() if value else ""


@register.filter
def hash8(value: str | None) -> str:
    """Write the first eight digits of a hash, in two blocks."""
    return formats.digest(value) if value else ""


@register.filter
def hash_blocks(value: str | None) -> list[str]:
    """Cut a hash into blocks of eight."""
    return formats.hash_blocks(value or "")


@register.filter
def cell(column: Column, row: object) -> object:
    """Draw the cell of a column: a status word, a day, or the value."""
    value = column.of(row)
    if column.status and isinstance(column.value, str) and "." not in column.value and isinstance(row, Model):
        return status(row, column.value) if labels_of(type(row), column.value) else st("run", value)
    if isinstance(value, bool):
        return yesno(value)
    if isinstance(value, date):
        return formats.day(value, with_year=True)
    return "" if value is None else value


@register.simple_tag(takes_context=True)
def page(context: template.Context, name: str, *args: object) -> str:
    """Return the address of a page, empty where this reader is not let in: ``{% page "firm" firm.number as url %}``."""
    return open_url(context["request"].user, name, *args)


@register.simple_tag(takes_context=True)
def right(context: template.Context, name: str) -> bool:
    """Return whether this reader has the capability: ``{% right "READ_ALL" as reads_all %}``."""
    return may(context["request"].user, Capability(name))


@register.filter
def cells(columns: Sequence[Column], row: Any) -> list[tuple[Column, object, str, str]]:  # noqa: ANN401 - any model
    """Return each column with the drawn cell of this row, the class it takes and the address it leads to.

    A template would call ``column.link`` itself, without the row, and find nothing.
    """
    drawn = [(column, cell(column, row)) for column in columns]
    return [
        (column, value, "num" if column.num else nb(value), column.link(row) if column.link else "")
        for column, value in drawn
    ]


@register.filter
def nb(value: object) -> str:
    """Return the class that keeps a short text (a day, a name, a number) on one line, and gives a long one room."""
    return "nb" if formats.half_widths(strip_tags(str(value))) <= ONE_LINE else "long"


def yesno(value: bool) -> str:
    """Write yes or no."""
    return gettext("yes") if value else gettext("no")


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **change: object) -> str:
    """Return this page's address with some query keys changed: ``{% query_with tab="people" after="" %}``."""
    keys = {
        key: ([str(each) for each in value] if isinstance(value, list) else str(value or ""))
        for key, value in change.items()
    }
    return address(context["request"], keys)


@register.inclusion_tag("shared/parts/field.html")
def field(bound: BoundField, hint: object = "", css: str = "", **attrs: object) -> dict[str, Any]:
    """Draw a field: label, control, hint, mistakes. Extra attributes go to the control (``rows=3``)."""
    described = [
        f"{bound.auto_id}_{part}"
        for part, shown in (("hint", hint or bound.help_text), ("error", bound.errors))
        if shown
    ]
    more: dict[str, Any] = {name.replace("_", "-"): value for name, value in attrs.items()}
    if described:
        more["aria-describedby"] = " ".join(described)
    if bound.errors:
        more["aria-invalid"] = "true"
    kind = _kind(bound.field.widget)
    if kind == "input":
        more["class"] = f"inp {bound.field.widget.attrs.get('class', '')} {more.get('class', '')}".strip()
    return {
        "bound": bound,
        "kind": kind,
        "control": "" if kind in {"radio", "boxes"} else bound.as_widget(attrs=more),
        "hint": hint or bound.help_text,
        "css": css,
    }


def _kind(widget: widgets.Widget) -> str:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, widgets.CheckboxSelectMultiple):
        return "boxes"
    if isinstance(widget, widgets.RadioSelect):
        return "radio"
    if isinstance(widget, widgets.CheckboxInput):
        return "box"
    return "file" if isinstance(widget, widgets.FileInput) else "input"


@register.inclusion_tag("shared/parts/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Draw what is wrong, each line leading to its field, and a refusal with the source of its rule."""
    refusal = getattr(form, "refusal", None)
    return {
        "form": form,
        "general": form.non_field_errors(),
        "fields": [bound for bound in form if bound.errors],
        "refused": refusal is not None,
        "source": refusal.source if refusal else "",
        "more_url": refusal.facts.get("url", "") if refusal else "",
    }


@register.simple_tag(takes_context=True)
def tries_left(context: template.Context) -> int | None:
    """Return how many more passwords may be tried before the lock; None where it is not known."""
    failed = getattr(context["request"], "axes_failures_since_start", None)
    return None if failed is None else max(settings.AXES_FAILURE_LIMIT - int(failed), 0)


@register.inclusion_tag("shared/parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """Draw every field of a form, in order."""
    return {"form": form}


@register.inclusion_tag("shared/parts/rail.html", takes_context=True)
def rail(context: template.Context) -> dict[str, Any]:
    """Draw the left rail from the context variable ``rail``."""
    return {"groups": context.get("rail") or [], "is_demo": context.get("is_demo")}


@register.inclusion_tag("shared/parts/interval.html")
def interval(
    low: Any,  # noqa: ANN401
    point: Any,  # noqa: ANN401
    high: Any,  # noqa: ANN401
    counted: Sequence[Any] = (),
    cut: Sequence[Any] = (),
    *,
    small: bool = False,
) -> dict[str, Any]:
    """Draw a score with its interval on the line of bands. Numbers as for ``score``; ``small`` for a list (from 50)."""
    picture = charts.interval_picture(
        low=_points(low),
        point=_points(point),
        high=_points(high),
        counted=[_points(value) for value in counted],
        cut=[_points(value) for value in cut],
        start=50 if small else 0,
    )
    text = {"low": score(low), "point": scoring.printed(_points(point)), "high": score(high)}
    return {
        "picture": picture,
        "small": small,
        "text": text,
        "id": f"iv-{text['point']}-{text['low']}".replace(".", ""),
    }


def _points(value: Any) -> Fraction:  # noqa: ANN401
    """Return points: an ``int`` counts hundredths, as in the database."""
    return Fraction(value, 100) if isinstance(value, int) else Fraction(value)


@register.inclusion_tag("shared/parts/bar.html")
def supply_bar(have: int, need: int, most: int) -> dict[str, str]:
    """Draw how many there are, and with an upright how many are needed, on a line that ends at ``most``."""
    end = max(most, have, need, 1)
    return {"have": charts.per_cent(have, end=end), "need": charts.per_cent(need, end=end)}
