"""The expert's own record: what the bureau knows, and what he may change himself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from experts.enums import ExpertAction
from experts.models import Expert, SpecialtyAsk
from experts.selectors import expert_of
from experts.services import add_unavailability, declare_employment
from experts.transitions import TRANSITIONS
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.delivery_forms import day
from faces.pages.shared.entry_words import checklist, confirmations_section, renewals_section, work_text
from faces.pages.shared.left_out import OwnLeafFile, left_out
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from faces.pages.shared.specialty_sections import asks, own_specialties
from faces.pages.shared.spell_form import SpellForm
from faces.pages.shared.yearly_steps import withdraw_acts, yearly_acts
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from parties.models import Employment
from parties.selectors import masked, shown_account, spells_visible_to, ties_of
from parties.services import ask_end
from reviews.selectors import fees_visible_to
from training.selectors import attendances_visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

ASKED = gettext_lazy(
    "The bureau is told. Until it accepts the end, the tie counts on; the answer stands in your record."
)


def spell(first: Any, last: Any) -> str:  # noqa: ANN401 - days or nothing
    """Return a spell of days in words."""
    end = formats.day(last, with_year=True) if last else _("today")
    return f"{formats.day(first, with_year=True)}—{end}"


def end_words(row: Employment) -> str:
    """Return what was asked about the end of a spell, or with which words it was declined; a dash where nothing was."""
    if row.asked_end_on is not None:
        facts = {"day": formats.day(row.asked_end_on, with_year=True)}
        return _("%(day)s; the bureau has not answered yet, until then it counts on") % facts
    return _("declined: %(words)s") % {"words": row.end_answer} if row.end_answer else "—"


def end_acts(row: Employment) -> tuple[Act, ...]:
    """Return the step by which the end of a spell is asked for."""
    if row.asked_end_on is not None:
        return ()
    word = _("Correct the end") if row.ended_on else _("It has ended")
    return (Act(word, reverse("pages:expert-employment-end", args=[row.pk])),)


def specialty_acts() -> tuple[Act, ...]:
    """Return what can be asked about one's own specialties."""
    return (
        Act(_("Ask for a further specialty"), reverse("pages:expert-specialty-ask")),
        Act(_("Ask that a specialty be ended"), reverse("pages:expert-specialty-ask-end")),
    )


def withdraw_ask(row: SpecialtyAsk) -> tuple[Act, ...]:
    """Return the step by which an open ask is taken back."""
    return (Act(_("Take it back"), reverse("pages:expert-specialty-ask-withdraw", args=[row.pk])),)


class ExpertRecord(SectionsPage):
    """My record."""

    audience, needs = "expert", Capability.EXPERT_DESK
    title = gettext_lazy("My record")

    def rows(self) -> QuerySet[Expert]:
        """Return the expert behind the reader."""
        return Expert.objects.filter(pk=self.kwargs["pk"]).select_related("person", "bureau")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own record up; who is no expert finds none."""
        super().setup(request, *args, **kwargs)
        me = expert_of(request.user) if isinstance(request.user, User) else None
        self.kwargs["pk"] = me.pk if me else 0

    def layout(self) -> Layout:
        """Return standing, specialties, employment, days off, training and fees."""
        row: Expert = self.object
        year = self.today.year
        done = row.undertakings.filter(year=year).exists()
        spells = spells_visible_to(self.user).filter(person=row.person).order_by("-started_on", "-pk")
        absences = row.unavailabilities.order_by("-started_on")
        recusals = row.standing_recusals.filter(ended_on__isnull=True).select_related("organisation")
        hours = attendances_visible_to(self.user).select_related("session__course").order_by("-session__held_on")
        fees = fees_visible_to(self.user).select_related("sheet__re_review").order_by("-pk")
        main = (
            Section(
                _("Where I work and worked"),
                grid=Grid(
                    (_("Employer"), _("As what"), _("From—to"), _("Said by"), _("End that I asked for"), _("Action")),
                    [
                        (
                            one.organisation.name,
                            one.get_kind_display(),
                            spell(one.started_on, one.ended_on),
                            one.source or "—",
                            end_words(one),
                            Cell("", acts=end_acts(one)),
                        )
                        for one in spells
                    ],
                ),
                acts=(Act(_("Add or correct an employer"), reverse("pages:expert-employment")),),
                empty=_("No employer is known. Add the present one; it decides from which reviews you step back."),
            ),
            self._relations(row),
            own_specialties(row, acts=specialty_acts()),
            *asks(row, each=withdraw_ask),
            Section(
                _("Days on which I am not free"),
                grid=Grid(
                    (_("From—to"), _("Remark")), [(spell(one.started_on, one.ended_on), one.words) for one in absences]
                ),
                acts=(Act(_("Add days"), reverse("pages:expert-absence")),),
                empty=_("You count as free on every day."),
            ),
            checklist(row, self.today),
            confirmations_section(row, self.today),
            renewals_section(row, self.today, *withdraw_acts(row, pages="expert")),
            Section(
                _("Training"),
                grid=Grid(
                    (_("Course"), _("Day"), _("Hours")),
                    [
                        (
                            one.session.course.title,
                            formats.day(one.session.held_on, with_year=True),
                            f"{one.hours_tenths / 10:g}",
                        )
                        for one in hours
                    ],
                    frozenset({2}),
                ),
                empty=_("No training is recorded yet."),
            ),
            Section(
                _("Fees paid"),
                grid=Grid(
                    (_("Review"), _("After tax, 元"), _("Tax, 元")),
                    [
                        (one.sheet.re_review.number, formats.yuan(one.net_cents), formats.yuan(one.tax_cents))
                        for one in fees
                    ],
                    frozenset({1, 2}),
                ),
                empty=_("No fee has been paid yet."),
            ),
        )
        acts = (
            *yearly_acts(row, self.today, pages="expert"),
            Act(_("My telephone and e-mail"), reverse("pages:expert-contact")),
            Act(_("My bank account"), reverse("pages:expert-account")),
        )
        if (row.status, ExpertAction.LEAVE) in TRANSITIONS:
            acts += (Act(_("Leave the pool"), reverse("pages:expert-leaves")),)
        word = _("accepted") if done else _("not yet accepted: without it you are not drawn")
        pairs = (
            (_("Number"), row.number),
            (pgettext("of a person", "Title"), row.title),
            (_("At work since"), work_text(row, self.today)),
            (_("Term ends on"), formats.day(row.term_ends_on, with_year=True) if row.term_ends_on else "—"),
            (_("Undertaking of %(year)s") % {"year": year}, word),
            (_("Telephone"), masked(row.person)[1] or "—"),
            (_("E-mail"), row.person.email or "—"),
            (_("Bank account"), shown_account(row.person) or "—"),
            (_("Always steps back from"), "、".join(one.organisation.name for one in recusals) or "—"),
        )
        return Layout(
            meta=(row.person.name,),
            status=row,
            acts=acts,
            main=main,
            beside=(Section(_("In the pool"), pairs=tuple((key, Cell(value)) for key, value in pairs)),),
        )

    def _relations(self, row: Expert) -> Section:
        """Return the near relations that count in draws."""
        lines = [
            (
                (tie.second if tie.first_id == row.person_id else tie.first).name,
                tie.get_kind_display(),
                spell(tie.started_on, tie.ended_on),
            )
            for tie in ties_of(row.person)
        ]
        return Section(
            _("Near relations"),
            grid=Grid((_("Name"), _("Relation"), _("From—to")), lines),
            acts=(Act(_("Enter a near relation"), reverse("pages:expert-kin")),),
            empty=_("None is known. Enter who works for, owns or heads a unit or a firm of the register."),
        )


class ExpertLeftOut(ExpertRecord):
    """Why I was not in a draw."""

    title = gettext_lazy("Why I was not in the draw")

    def layout(self) -> Layout:
        """Return by which rule, which own fact and until when; only after the review is over."""
        return left_out(self.user)


class ExpertLeaf(OwnLeafFile):
    """My line of a frozen list."""

    audience, needs = "expert", Capability.EXPERT_DESK


class OwnStep(FormPage):
    """Something the expert says of himself."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/step.html"

    def get_success_url(self) -> str:
        """Return the record."""
        return reverse("pages:expert-record")

    @property
    def me(self) -> Expert:
        """The expert behind the reader."""
        row = expert_of(self.user)
        if row is None:
            raise Http404
        return row


class AddEmployment(OwnStep):
    """Say where I work or worked, or what I own, advise or head."""

    title, submit_label = gettext_lazy("Add or correct an employer"), gettext_lazy("Save")
    form_class = SpellForm

    def act(self, form: SpellForm) -> str:
        """Write it."""
        row = declare_employment(expert=self.me, by=self.user, on=self.today, **form.cleaned_data)
        if row.asked_end_on is not None:
            return str(ASKED)
        return _("Noted. Reviews of this employer are not given to you for the years of the rule.")


class EndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class AskEnd(ActionView):
    """Say that an employment or another tie of mine has ended, for the bureau to accept."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/step.html"
    title, submit_label = gettext_lazy("It has ended"), gettext_lazy("Tell the bureau")
    form_class = EndForm

    def rows(self) -> QuerySet[Employment]:
        """Return the reader's own spells."""
        return spells_visible_to(self.user)

    def object_url(self) -> str:
        """Return the record."""
        return reverse("pages:expert-record")

    def get_initial(self) -> dict[str, Any]:
        """Offer the known end, else today."""
        return super().get_initial() | {"ended_on": self.object.ended_on or self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and from when it counts."""
        row: Employment = self.object
        facts = {
            "kind": row.get_kind_display(), "body": row.organisation.name,
            "days": spell(row.started_on, row.ended_on),
        }  # fmt: skip
        return [
            _("%(kind)s, %(body)s, %(days)s.") % facts,
            _("The years of the conflict rule are counted from the end (R-07), so the bureau looks at it first."),
        ]

    def act(self, form: EndForm) -> str:
        """Ask."""
        ask_end(spell=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return str(ASKED)


class AbsenceForm(ActionForm):
    """Days."""

    started_on = forms.DateField(label=gettext_lazy("First day"), widget=day())
    ended_on = forms.DateField(label=gettext_lazy("Last day"), widget=day())
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=120)


class AddAbsence(OwnStep):
    """Say when I am not free."""

    title, submit_label = gettext_lazy("Days on which I am not free"), gettext_lazy("Save")
    form_class = AbsenceForm

    def act(self, form: AbsenceForm) -> str:
        """Write it."""
        add_unavailability(expert=self.me, by=self.user, on=self.today, **form.cleaned_data)
        return _("Noted. You are not drawn for meetings on these days.")


urls = [
    path("record/", ExpertRecord.as_view(), name="expert-record"),
    path("left-out/", ExpertLeftOut.as_view(), name="expert-left-out"),
    path("left-out/<slug:key>/leaf.json", ExpertLeaf.as_view(), name="expert-leaf"),
    path("record/employment/", AddEmployment.as_view(), name="expert-employment"),
    path("record/employment/<int:pk>/end/", AskEnd.as_view(), name="expert-employment-end"),
    path("record/absence/", AddAbsence.as_view(), name="expert-absence"),
]
