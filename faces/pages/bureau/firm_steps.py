"""What is done to a firm of the register: entry, checklist, standing, papers, names, relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.services import move_entry, renew_entry
from appraisals.selectors import suspensions_in_force
from evaluators.enums import FirmAction, FirmKind
from evaluators.models import Firm
from evaluators.selectors import leads_running, likenesses, marks_of
from evaluators.services import (
    QualificationDraft,
    record_qualification,
    register_firm,
)
from evaluators.transitions import TRANSITIONS
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import OneFirm, firm_url
from faces.pages.bureau.rule_words import marks_words
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.delivery_forms import day, first_day, textarea
from faces.pages.shared.entry_words import notice_lines
from faces.pages.shared.qualification_form import LeadOfFirm, QualificationForm
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from parties.enums import SUCCESSIONS, OrganisationKind, RelationshipKind
from parties.models import Organisation
from parties.selectors import members_of, organisations_visible_to
from parties.services import OrganisationDraft, change_facts, record_relationship, rename_organisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class FirmForm(ActionForm):
    """The body and its role."""

    name = forms.CharField(label=gettext_lazy("Name of the firm"), max_length=120)
    uscc = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        required=False,
        max_length=18,
        help_text=gettext_lazy("18 characters. A university laboratory uses its university’s."),
    )
    uscc_absent_reason = forms.CharField(label=gettext_lazy("Why it has no code"), required=False, max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=FirmKind.choices)
    form = forms.ChoiceField(label=gettext_lazy("Form"), choices=OrganisationKind.choices)
    legal_person = forms.CharField(label=gettext_lazy("Legal representative"), required=False, max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=40)
    founded_on = forms.DateField(label=gettext_lazy("Founded on"), required=False, widget=day())
    staff_count = forms.IntegerField(
        label=gettext_lazy("Staff, as declared"), min_value=0, max_value=100_000, initial=0
    )


class FirmAdd(FormPage):
    """Register one firm as an applicant."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label = gettext_lazy("Register a firm"), gettext_lazy("Register it as an applicant")
    form_class = FirmForm
    made: Firm | None = None

    def get_success_url(self) -> str:
        """Return the new firm's checklist, before that the list."""
        return reverse("pages:firm-checks", args=[self.made.number]) if self.made else reverse("pages:firms")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what comes next."""
        return [_("It stands as an applicant: checklist, public notice and admission follow.")]

    def act(self, form: FirmForm) -> str:
        """Register it."""
        given = form.cleaned_data
        bureau = self.user.bureau
        assert bureau is not None  # noqa: S101 - who keeps a register has a bureau
        body = OrganisationDraft(
            name=given["name"].strip(),
            kind=OrganisationKind(given["form"]),
            uscc=given["uscc"].strip().upper() or None,
            uscc_absent_reason=given["uscc_absent_reason"],
            legal_person=given["legal_person"],
            address=given["address"],
            phone=given["phone"],
            founded_on=given["founded_on"],
        )
        self.made = register_firm(
            bureau=bureau,
            body=body,
            kind=FirmKind(given["kind"]),
            staff_count=given["staff_count"],
            by=self.user,
            on=self.today,
        )
        return _("%(name)s is registered as an applicant.") % {"name": body.name}


class FirmStep(OneFirm, ActionView):
    """Something about a firm; afterwards back to the tab of its page that shows it."""

    needs = Capability.REGISTER
    tab = "record"

    def object_url(self) -> str:
        """Return the firm's page."""
        return f"{firm_url(self.object)}?tab={self.tab}"


class MoveForm(ActionForm):
    """What is done, and why."""

    action = forms.ChoiceField(label=gettext_lazy("Step"), choices=(), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300, widget=textarea(3))


class FirmMove(FirmStep):
    """Change the standing: only steps that follow are offered; suspending and removing go by a sanction."""

    title, submit_label, tab = gettext_lazy("Change the standing"), gettext_lazy("Change the standing"), "years"
    form_class = MoveForm

    def get_form(self, form_class: Any = None) -> MoveForm:  # noqa: ANN401 - Django's signature
        """Offer the steps that follow."""
        form: MoveForm = super().get_form(form_class)
        field = form.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(step.value, step.label) for step in self.steps()]
        return form

    def steps(self) -> list[FirmAction]:
        """Return the steps that follow and need no sanction of their own."""
        firm: Firm = self.object
        by_sanction = {FirmAction.SUSPEND, FirmAction.REMOVE, FirmAction.REINSTATE}
        if suspensions_in_force(firm=firm, expert=None).filter(ends_on__gt=self.today).exists():
            by_sanction.add(FirmAction.RESTORE)
        apart = {*by_sanction, FirmAction.CLOSE}  # a record closes by a merger, split or conversion
        return [action for status, action in TRANSITIONS if status == firm.status and action not in apart]

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that the register keeps the day and the reason, and where sanctions are taken."""
        return [
            _("The standing holds from today; the register keeps every earlier day."),
            _("A suspension or a removal is a sanction: it goes through approval and ends by its own rule."),
            *notice_lines(self.object, self.today),
            *self.sign_ins(),
            *self.hints(),
        ]

    def sign_ins(self) -> list[str]:
        """Return what becomes of those who sign in for the firm where it leaves. Rule R-67."""
        count = members_of(self.object.organisation_id).count()
        if not count or FirmAction.LEAVE not in self.steps():
            return []
        days = rules_for(bureau=self.object.bureau, on=self.today).value("gone_account_days")
        message = _("If it leaves: %(count)d sign-ins close after %(days)d days, once none of its tasks runs.")
        return [message % {"count": count, "days": days}]

    def hints(self) -> list[str]:
        """Return what this firm shares with removed ones: seen at the admission, no obstacle. Rule R-50."""
        firm: Firm = self.object
        return [
            _("It resembles %(name)s, which is removed. Shared: %(marks)s.")
            % {"name": one.removed.organisation.name, "marks": marks_words(one.marks)}
            for one in likenesses(firm.bureau, marks_of([firm]), self.today).get(firm.pk, [])
        ]

    def act(self, form: MoveForm) -> str:
        """Move it."""
        action, reason = FirmAction(form.cleaned_data["action"]), form.cleaned_data["reason"]
        row = move_entry(entry=self.object, action=action, reason=reason, by=self.user, on=self.today)
        return _("The standing is now: %(state)s.") % {"state": row.get_status_display()}


class FirmRenew(FirmStep):
    """Renew the term before it ends. Rule R-13."""

    title, submit_label, tab = gettext_lazy("Renew the term"), gettext_lazy("Renew"), "years"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is asked and what follows."""
        return [
            _("The new term follows the old one. This year’s undertaking must have been accepted."),
            _("The term ends on %(day)s now.") % {"day": full_day(self.object.term_ends_on)},
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Renew it."""
        row = renew_entry(entry=self.object, by=self.user, on=self.today)
        return _("The term now ends on %(day)s.") % {"day": full_day(row.term_ends_on)}


class FirmQualification(FirmStep):
    """Add a qualification, or give one its new days."""

    title, submit_label, tab = gettext_lazy("Add a qualification"), gettext_lazy("Save"), "people"
    form_class = QualificationForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how a known one is found."""
        return [
            _("One of the same name, number and first day gets the new last day; another first day is a renewal."),
            _("It counts from now on, accepted in your name."),
        ]

    def get_form(self, form_class: Any = None) -> QualificationForm:  # noqa: ANN401 - Django's signature
        """Offer the firm's lead evaluators."""
        form: QualificationForm = super().get_form(form_class)
        choice = form.fields["lead"]
        if isinstance(choice, LeadOfFirm):
            choice.queryset = leads_running(self.object, self.today)
        return form

    def act(self, form: QualificationForm) -> str:
        """Write it."""
        given = dict(form.cleaned_data)
        file = given.pop("proof")
        proof = (file.name, file.read()) if file else None
        record_qualification(draft=QualificationDraft(self.object, **given), proof=proof, by=self.user, on=self.today)
        return _("%(name)s is recorded.") % {"name": given["name"]}


class RenameForm(ActionForm):
    """The new name."""

    name = forms.CharField(label=gettext_lazy("New name"), max_length=120)
    started_on = first_day()


class FirmRename(FirmStep):
    """Enter a new name; papers of the past keep the old one."""

    title, submit_label, tab = gettext_lazy("Enter a new name"), gettext_lazy("Enter"), "identity"
    form_class = RenameForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what keeps the old name."""
        return [_("Code, number, scores and sanctions stay; papers of the past keep the old name.")]

    def act(self, form: RenameForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        rename_organisation(
            organisation=self.object.organisation,
            name=given["name"],
            day=given["started_on"],
            by=self.user,
            on=self.today,
        )
        return _("The firm bears its new name from %(day)s.") % {"day": full_day(given["started_on"] or self.today)}


class FactsForm(ActionForm):
    """The new legal representative or address, since when, and from what it is known."""

    legal_person = forms.CharField(label=gettext_lazy("Legal representative"), required=False, max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    day = forms.DateField(label=gettext_lazy("Since"), widget=day())
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200,
        help_text=gettext_lazy("For example the number of the registrar’s notice."),
    )  # fmt: skip


class FirmFacts(FirmStep):
    """Enter a new legal representative or address; asked as of a day before, the old one answers."""

    title, tab = gettext_lazy("Change legal representative or address"), "identity"
    submit_label, form_class = gettext_lazy("Enter"), FactsForm

    def get_initial(self) -> dict[str, Any]:
        """Show what holds, and today."""
        body = self.object.organisation
        return super().get_initial() | {
            "legal_person": body.legal_person, "address": body.address, "day": self.today,
        }  # fmt: skip

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes of the old one."""
        return [
            _("The old one stays known until that day: pages, files and papers of before show it."),
            _("Former ones, too, tell whether a firm resembles a removed one."),
        ]

    def act(self, form: FactsForm) -> str:
        """Enter it."""
        change_facts(organisation=self.object.organisation, by=self.user, on=self.today, **form.cleaned_data)
        return _("It is entered; the old one stays known.")


class RelationForm(ActionForm):
    """What the firm is to whom."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Relation"),
        choices=[(kind.value, kind.label) for kind in RelationshipKind if kind not in SUCCESSIONS],
    )
    other = forms.CharField(
        label=gettext_lazy("To whom"), max_length=120, help_text=gettext_lazy("Full name or code, as registered.")
    )
    note = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=200)
    started_on = first_day()


class FirmRelation(FirmStep):
    """Enter a relation: supplier, adviser, superior; who takes a firm's place is entered apart."""

    title, submit_label, tab = gettext_lazy("Enter a relation"), gettext_lazy("Enter"), "identity"
    form_class = RelationForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what relations are for."""
        return [_("Who supplied or advised a unit is found by the conflict rules.")]

    def form_valid(self, form: RelationForm) -> Any:  # noqa: ANN401 - a response
        """Find the other end first."""
        if self.other(form) is None:
            form.add_error("other", _("No organisation of this name or code is known."))
            return self.form_invalid(form)
        return super().form_valid(form)

    def other(self, form: RelationForm) -> Organisation | None:
        """Return the organisation that was named."""
        text = form.cleaned_data["other"].strip()
        rows = organisations_visible_to(self.user)
        return rows.filter(uscc=text.upper()).first() or rows.filter(name=text).order_by("pk").first()

    def act(self, form: RelationForm) -> str:
        """Enter it."""
        other = self.other(form)
        assert other is not None  # noqa: S101 - form_valid found it
        kind = RelationshipKind(form.cleaned_data["kind"])
        record_relationship(
            subject=self.object.organisation,
            kind=kind,
            other=other,
            note=form.cleaned_data["note"],
            started_on=form.cleaned_data["started_on"],
            by=self.user,
            on=self.today,
        )
        since = form.cleaned_data["started_on"] or self.today
        return _("The relation holds from %(day)s.") % {"day": full_day(since)}


urls = [
    path("firms/new/", FirmAdd.as_view(), name="firm-add"),
    path("firms/<str:number>/renewal/", FirmRenew.as_view(), name="firm-renew"),
    path("firms/<str:number>/standing/", FirmMove.as_view(), name="firm-move"),
    path("firms/<str:number>/qualification/", FirmQualification.as_view(), name="firm-qualification"),
    path("firms/<str:number>/name/", FirmRename.as_view(), name="firm-rename"),
    path("firms/<str:number>/facts/", FirmFacts.as_view(), name="firm-facts"),
    path("firms/<str:number>/relation/", FirmRelation.as_view(), name="firm-relation"),
]
