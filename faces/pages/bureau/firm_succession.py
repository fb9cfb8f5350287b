"""Who takes a firm's place: merger, split, conversion, with an answer for every running task; likenesses set aside."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import TaskFate
from appraisals.selectors import running_tasks_of
from appraisals.services import Fate, succeed
from evaluators.models import Firm
from evaluators.selectors import carried_bars, firms_named, likenesses, marks_of, visible_to
from evaluators.services import Heir, set_likeness_aside
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.rule_words import marks_words
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import textarea
from foundation.accounts.enums import Capability
from parties.enums import RelationshipKind
from parties.selectors import members_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment
    from parties.models import Membership

HEIRS: Final = (1, 2, 3)
MOVES, CLOSES, STAYS = "MOVE", "CLOSE", "STAY"
KINDS: Final = {
    RelationshipKind.MERGED_INTO: gettext_lazy("Merger: another firm absorbs it"),
    RelationshipKind.CONVERTED_FROM: gettext_lazy("Conversion: it goes on under a new code"),
    RelationshipKind.SPLIT_FROM: gettext_lazy("Split: one or more firms come out of it"),
}


class SuccessionForm(ActionForm):
    """What happened, who takes its place, what passes to whom; the running tasks are added one by one."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"), choices=[(kind.value, KINDS[kind]) for kind in KINDS],
        widget=forms.RadioSelect,
    )  # fmt: skip
    closes = forms.BooleanField(
        label=gettext_lazy("Its record closes"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Only where others split off may it go on. A merger and a conversion close it."),
    )
    note = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=200, widget=textarea(2),
        help_text=gettext_lazy("For example the number of the registrar’s notice."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - Django's
        seats: Sequence[Assignment] = (),
        members: Sequence[Membership] = (),
        **kwargs: Any,  # noqa: ANN401 - Django's
    ) -> None:
        """Ask for the successors, what becomes of each running task, and of each sign-in."""
        super().__init__(*args, **kwargs)
        note = self.fields.pop("note")
        for number in HEIRS:
            self.fields[f"heir_{number}"] = forms.CharField(
                label=_("Successor %(number)d") % {"number": number},
                required=number == 1,
                max_length=120,
                help_text=_("Number, full name or code. It must be registered first.") if number == 1 else "",
            )
            for name, label in (("scores", _("It takes the scores")), ("sanctions", _("It takes the sanctions"))):
                self.fields[f"takes_{name}_{number}"] = forms.BooleanField(
                    label=label, required=False, initial=number == 1
                )
        for seat in seats:
            if seat.task is not None:
                self.fields[f"task_{seat.task.pk}"] = forms.ChoiceField(
                    label=f"{seat.task.number} {seat.task.title}",
                    choices=[("", _("choose"))],
                    help_text=_("A running task: say what becomes of it."),
                )
        for member in members:
            self.fields[f"account_{member.user_id}"] = forms.ChoiceField(
                label=_("Sign-in of %(name)s (%(username)s)")
                % {"name": member.user.name, "username": member.user.get_username()},
                choices=[("", _("choose"))],
                help_text=_("Say whether it goes on for a successor or closes with the record."),
            )
        self.fields["note"] = note

    def offer(self, answers: Sequence[tuple[str, StrOrPromise]]) -> None:
        """Offer the answers for every running task."""
        for name, field in self.fields.items():
            if name.startswith("task_") and isinstance(field, forms.ChoiceField):
                field.choices = [("", _("choose")), *answers]
            elif name.startswith("account_") and isinstance(field, forms.ChoiceField):
                goes = [(f"{MOVES}-{n}", _("goes on for successor %(number)d") % {"number": n}) for n in HEIRS]
                field.choices = [("", _("choose")), *goes, (CLOSES, _("closes")), (STAYS, _("stays with this firm"))]


class FirmSucceed(FirmStep):
    """Enter that other firms take the place of this one. Rule R-49."""

    title, submit_label, tab = gettext_lazy("Merger, split or conversion"), gettext_lazy("Enter it"), "identity"
    danger = True
    form_class = SuccessionForm

    @cached_property
    def seats(self) -> list[Assignment]:
        """The running tasks of the firm."""
        return list(running_tasks_of(self.object))

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the running tasks."""
        return super().get_form_kwargs() | {"seats": self.seats, "members": self.members}

    @cached_property
    def members(self) -> list[Membership]:
        """Who signs in for the firm."""
        return list(members_of(self.object.organisation_id))

    def get_form(self, form_class: Any = None) -> SuccessionForm:  # noqa: ANN401 - Django's signature
        """Offer for each task: a successor, a choice anew, or that it stays."""
        form: SuccessionForm = super().get_form(form_class)
        takers = [
            (f"{TaskFate.TAKE_OVER}-{number}", _("successor %(number)d takes it over") % {"number": number})
            for number in HEIRS
        ]
        form.offer([*takers, (TaskFate.ANEW.value, TaskFate.ANEW.label), (TaskFate.STAY.value, TaskFate.STAY.label)])
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what passes to whom."""
        row: Firm = self.object
        found = [
            _("The register keeps the record of %(name)s: every past paper and page names it as it was.")
            % {"name": row.organisation.name},
            _("Who takes the scores is assessed with them; who takes the sanctions carries deductions, label,"
              " suspension and removal until their days."),
            _("In a merger and a conversion lead evaluators, staff and branches go along; where a split closes the"
              " record, their time with it ends and you enter them at the successors."),
            _("A sign-in that goes on for a successor sees the successor’s tasks; one that closes signs in no more."),
            _("A converted firm is registered under its new code and admitted like a new one."),
        ]  # fmt: skip
        if row.status in {"SUSPENDED", "REMOVED"}:
            facts = {"state": row.get_status_display(), "day": full_day(row.status_since)}
            found.append(_("It is %(state)s since %(day)s: that holds for who takes its sanctions.") % facts)
        found += [
            _("It carries “%(state)s” of %(name)s until %(day)s: that is passed on.")
            % {
                "state": bar.get_status_display(),
                "name": bar.predecessor.organisation.name,
                "day": full_day(bar.ends_on),
            }
            for bar in carried_bars([row.pk], self.today)
        ]
        return found

    def form_valid(self, form: SuccessionForm) -> Any:  # noqa: ANN401 - a response
        """Find the successors first."""
        given = dict(form.cleaned_data)
        for number in HEIRS:
            words = given[f"heir_{number}"].strip()
            if words and self.found(words) is None:
                form.add_error(f"heir_{number}", _("No firm of this number, name or code is registered."))
        for name, value in given.items():
            taker = value.rpartition("-")[2] if name.startswith("task_") and "-" in value else ""
            if name.startswith("account_"):
                taker = value.rpartition("-")[2] if value.startswith(f"{MOVES}-") else ""
                if value == STAYS and given["closes"]:
                    form.add_error(name, _("The record closes: a sign-in cannot stay with it."))
                if value == CLOSES and not given["closes"]:
                    form.add_error(name, _("The record goes on: end this sign-in under Accounts."))
            if taker and not given[f"heir_{taker}"].strip():
                form.add_error(name, _("There is no successor %(number)s.") % {"number": taker})
        return self.form_invalid(form) if form.errors else super().form_valid(form)

    def found(self, words: str) -> Firm | None:
        """Return the firm that was named."""
        bureau = self.user.bureau
        return firms_named(bureau, words).first() if bureau else None

    def act(self, form: SuccessionForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        heirs: dict[str, Heir] = {}
        for number in HEIRS:
            firm = self.found(given[f"heir_{number}"].strip()) if given[f"heir_{number}"].strip() else None
            if firm is not None:
                heirs[str(number)] = Heir(firm, given[f"takes_scores_{number}"], given[f"takes_sanctions_{number}"])
        fates = {}
        for seat in self.seats:
            if seat.task is not None:
                what, _dash, number = given[f"task_{seat.task.pk}"].partition("-")
                fates[seat.task.pk] = Fate(TaskFate(what), heirs[number].firm if number else None)
        accounts = {}
        for member in self.members:
            what, _dash, number = given[f"account_{member.user_id}"].partition("-")
            if what == MOVES:
                accounts[member.user_id] = heirs[number].firm
        succeed(
            kind=RelationshipKind(given["kind"]),
            predecessor=self.object,
            heirs=list(heirs.values()),
            fates=fates,
            closes=given["closes"],
            note=given["note"],
            accounts=accounts,
            by=self.user,
            on=self.today,
        )
        return _("It is entered: the successors stand on this page.")


class AsideForm(ActionForm):
    """Why it means nothing."""

    reason = forms.CharField(label=gettext_lazy("Why it means nothing"), max_length=300, widget=textarea(3))


class FirmLikeness(FirmStep):
    """Set a likeness aside, with a reason. Rule R-50."""

    title, submit_label, tab = gettext_lazy("Set a likeness aside"), gettext_lazy("Set aside"), "record"
    form_class = AsideForm
    needs = Capability.REGISTER

    @cached_property
    def removed(self) -> Firm:
        """The removed firm of the address."""
        rows = visible_to(self.user).select_related("organisation")
        row = rows.filter(number=self.kwargs["removed"]).first()
        if row is None:
            raise Http404
        return row

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is shared, and what the reason is for."""
        own: Firm = self.object
        facts = {"name": own.organisation.name, "removed": self.removed.organisation.name}
        found = likenesses(own.bureau, marks_of([own]), self.today).get(own.pk, [])
        shared = [one.marks for one in found if one.removed.pk == self.removed.pk]
        return [
            *(_("%(name)s and %(removed)s share: ") % facts + marks_words(marks) for marks in shared),
            _("It is shown no more until they share something else; your reason stands in the journal."),
        ]

    def act(self, form: AsideForm) -> str:
        """Set it aside."""
        reason = form.cleaned_data["reason"]
        set_likeness_aside(firm=self.object, removed=self.removed, reason=reason, by=self.user, on=self.today)
        return _("The likeness is set aside.")


urls = [
    path("firms/<str:number>/succession/", FirmSucceed.as_view(), name="firm-succeed"),
    path("firms/<str:number>/likeness/<str:removed>/", FirmLikeness.as_view(), name="firm-likeness"),
]
