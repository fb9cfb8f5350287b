"""Rule sets: every number with its unit, its source and its days; a change is proposed and agreed by others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from faces.pages.bureau.rule_words import (
    FIXED_BECAUSE,
    SOURCES,
    label_of,
    unit_of,
    value_field,
    value_lines,
    value_text,
)
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage
from faces.pages.shared.statuses import serve_shapes
from faces.pages.shared.steps import LogLine
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.models import Approval
from foundation.approvals.services import propose_value
from foundation.rulesets.enums import ChangeStatus, SourceTag
from foundation.rulesets.models import Measure, RuleSet
from foundation.rulesets.rules import registered
from foundation.rulesets.selectors import measures_visible_to, rules_of, visible_to
from foundation.rulesets.services import ValueDraft, create_rule_set

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.rulesets.models import RuleChange
    from foundation.rulesets.rules import Rule

serve_shapes(wait=("PROPOSED",), done=("APPLIED",))


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a set, ready to draw; ``measures`` are the texts of the library that its source names."""

    rule: Rule
    value: str
    parts: list[tuple[StrOrPromise, str]]
    source: StrOrPromise
    measures: list[tuple[str, int]]
    is_own: bool
    is_waiting: bool
    may_propose: bool

    @property
    def label(self) -> StrOrPromise:
        """What the rule decides."""
        return label_of(self.rule.key)

    @property
    def unit(self) -> StrOrPromise:
        """What its value counts."""
        return unit_of(self.rule)

    @property
    def why_fixed(self) -> StrOrPromise:
        """Why no rule set changes it; empty where one may."""
        return FIXED_BECAUSE[self.rule.key] if self.rule.is_fixed else ""

    @property
    def default(self) -> str:
        """The shipped value."""
        return value_text(self.rule.key, self.rule.default)


def days_of(row: RuleSet) -> str:
    """Return the first and the last day of a rule set in words."""
    first = formats.day(row.effective_from, with_year=True)
    if row.effective_to is None:
        return _("from %(first)s on") % {"first": first}
    return f"{first}—{formats.day(row.effective_to, with_year=True)}"


def state_of(row: RuleSet, today: date) -> tuple[str, StrOrPromise]:
    """Return shape and word of a rule set on ``today``."""
    if row.effective_from > today:
        return "wait", _("begins later")
    if row.effective_to and row.effective_to < today:
        return "void", _("ended")
    return "done", _("in force")


class RuleSetList(ListPage):
    """The rule sets of the bureau, newest first. A task keeps the set of the day it was commissioned."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/rules.html"
    title = gettext_lazy("Rules")
    columns = (
        Column(gettext_lazy("Rule set"), "name", key=True, link=lambda row: reverse("pages:rule-set", args=[row.pk])),
        Column(gettext_lazy("In force"), days_of),
        Column(gettext_lazy("Note"), "note"),
    )
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-effective_from",)),)
    export_name = "rules"
    empty_title = gettext_lazy("The shipped rules hold")
    empty_text = gettext_lazy("Open a rule set to decide a number otherwise; it is a copy that begins on a day.")

    def rows(self) -> QuerySet[RuleSet]:
        """Return the rule sets of the bureau."""
        return visible_to(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may open one."""
        return super().get_context_data(**({"may_edit": may(self.user, Capability.EDIT_RULES)} | kwargs))


class RuleSetPage(ObjectPage):
    """One rule set: every rule with value, unit, source, and what is proposed."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/rule_set.html"

    def rows(self) -> QuerySet[RuleSet]:
        """Return the rule sets of the bureau."""
        return visible_to(self.user)

    @cached_property
    def changes(self) -> list[RuleChange]:
        """What was proposed for this set, newest first."""
        return list(self.object.changes.select_related("proposed_by", "measure").order_by("-pk"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return every rule by its number."""
        rule_set: RuleSet = self.object
        rules = rules_of(rule_set)
        waiting = {each.key: each for each in self.changes if each.status == ChangeStatus.PROPOSED}
        library = {row.letter_number: row.pk for row in measures_visible_to(self.user)}
        is_open = rule_set.effective_from >= self.today
        lines = []
        for rule in sorted(registered().values(), key=lambda rule: (rule.number, rule.key)):
            own, value = rules.own.get(rule.key), rules.value(rule.key)
            source = rules.source(rule.key)
            lines.append(
                RuleLine(
                    rule=rule,
                    value=value_text(rule.key, value),
                    parts=value_lines(rule.key, value),
                    source=SOURCES.get(source, source),
                    measures=[(number, pk) for number, pk in library.items() if number in source],
                    is_own=own is not None and own.value != rule.default,
                    is_waiting=rule.key in waiting,
                    may_propose=is_open and not rule.is_fixed and rule.key not in waiting,
                )
            )
        shape, word = state_of(rule_set, self.today)
        found = {
            "title": rule_set.name,
            "shape": shape,
            "word": word,
            "days": days_of(rule_set),
            "groups": [(number, list(group)) for number, group in groupby(lines, key=lambda line: line.rule.number)],
            "rules_count": len(lines),
            "own_count": sum(line.is_own for line in lines),
            "is_open": is_open,
            "may_edit": may(self.user, Capability.EDIT_RULES),
            "approvals": self._approvals(list(waiting.values())),
        }
        return super().get_context_data(**(found | kwargs))

    def _approvals(self, waiting: list[RuleChange]) -> list[tuple[Approval, StrOrPromise]]:
        """Return the approvals that run for this set's changes, each with the rule in words."""
        keys = {each.pk: each.key for each in waiting}
        rows = Approval.objects.filter(subject_kind="rulesets.rulechange", subject_id__in=keys).order_by("-pk")
        return [(row, label_of(keys[row.subject_id])) for row in rows]

    def history(self) -> Sequence[LogLine]:
        """Return the changes that were proposed, with what became of them."""
        return [
            LogLine(
                each.proposed_on,
                each.proposed_by.name,
                f"{label_of(each.key)}：{value_text(each.key, each.value)}（{each.get_status_display()}）",
                each.reason,
            )
            for each in self.changes
        ]


class RuleSetForm(ActionForm):
    """Name and first day."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=40)
    effective_from = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class RuleSetAdd(FormPage):
    """Open the rules that hold from a day on."""

    audience, needs, title = "bureau", Capability.EDIT_RULES, gettext_lazy("Open a rule set")
    form_class, submit_label = RuleSetForm, gettext_lazy("Open the rule set")
    made: RuleSet | None = None

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it does to the set before and to running tasks."""
        return [
            _("It begins as a copy of the present rules, which end on the day before."),
            _("Tasks that are commissioned before that day keep the rules of theirs."),
        ]

    def get_success_url(self) -> str:
        """Go to the new set."""
        return reverse("pages:rule-set", args=[self.made.pk]) if self.made else reverse("pages:rules")

    def act(self, form: RuleSetForm) -> str:
        """Open it."""
        bureau = self.user.bureau
        if bureau is None:
            raise Http404
        self.made = create_rule_set(bureau=bureau, by=self.user, on=self.today, **form.cleaned_data)
        return _("The rule set is open. Propose the changes before its first day.")


class MeasureField(forms.ModelChoiceField[Measure]):
    """A choice of measures, shown by 文号 and title."""

    def label_from_instance(self, obj: Measure) -> str:
        """Show 文号 and title."""
        return f"{obj.letter_number} {obj.title}"


class ChangeForm(ActionForm):
    """A new value with where it comes from; the field of the value is the rule's own."""

    tag = forms.ChoiceField(label=gettext_lazy("Where it comes from"), choices=SourceTag.choices)
    measure = MeasureField(
        label=gettext_lazy("Measure"),
        queryset=Measure.objects.none(),
        required=False,
        help_text=gettext_lazy("Leave it empty for a setting of the bureau’s own."),
    )
    clause = forms.CharField(label=gettext_lazy("Clause"), max_length=60, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, rule: Rule, value: Any, measures: QuerySet[Measure], **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for the value first."""
        super().__init__(*args, **kwargs)
        self.fields = {"value": value_field(rule, value), **self.fields}
        measure = self.fields["measure"]
        if isinstance(measure, MeasureField):
            measure.queryset = measures

    def clean(self) -> dict[str, Any]:
        """Ask for a measure where the value is said to come from one."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("tag") in {SourceTag.LAW, SourceTag.LOCAL} and not found.get("measure"):
            self.add_error("measure", _("Name the measure that says so, or call it a setting of your own."))
        return found


class RulePropose(ActionView):
    """Propose a new value; it counts once others have agreed."""

    audience, needs = "bureau", Capability.EDIT_RULES
    form_class, submit_label = ChangeForm, gettext_lazy("Submit for approval")

    def rows(self) -> QuerySet[RuleSet]:
        """Return the rule sets of the bureau."""
        return visible_to(self.user)

    @cached_property
    def rule(self) -> Rule:
        """The rule that the address names; 404 for an unknown one."""
        rule = registered().get(self.kwargs["key"])
        if rule is None or rule.is_fixed:
            raise Http404
        return rule

    def object_url(self) -> str:
        """Return the rule set's page."""
        return reverse("pages:rule-set", args=[self.object.pk])

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the rule, its present value and the library."""
        value = rules_of(self.object).value(self.rule.key)
        measures = measures_visible_to(self.user).order_by("-in_force_from", "pk")
        return super().get_form_kwargs() | {"rule": self.rule, "value": value, "measures": measures}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Name the page after the rule."""
        title = _("Change a rule: %(rule)s") % {"rule": label_of(self.rule.key)}
        return super().get_context_data(**({"title": title} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say from when it counts and who decides."""
        return [
            _("The approval chain of the bureau decides; nobody approves his own entry."),
            _("Once agreed, the value holds %(days)s.") % {"days": days_of(self.object)},
        ]

    def act(self, form: ChangeForm) -> str:
        """Propose it."""
        facts = form.cleaned_data
        draft = ValueDraft(self.rule.key, facts["value"], SourceTag(facts["tag"]), facts["measure"], facts["clause"])
        propose_value(rule_set=self.object, draft=draft, reason=facts["reason"], by=self.user, on=self.today)
        return _("The change is under approval.")


urls = [
    path("rules/", RuleSetList.as_view(), name="rules"),
    path("rules/open/", RuleSetAdd.as_view(), name="rule-set-add"),
    path("rules/<int:pk>/", RuleSetPage.as_view(), name="rule-set"),
    path("rules/<int:pk>/<slug:key>/", RulePropose.as_view(), name="rule-propose"),
]
