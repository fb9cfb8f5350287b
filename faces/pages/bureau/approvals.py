"""Approvals: what waits for me, every act that went through a chain, agree or give back, the form on paper."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.apps import apps
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from faces.documents import approval_form
from faces.documents.dates import to_the_minute
from faces.pages.bureau.facts import fact_pairs
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage, OneObject
from faces.pages.shared.statuses import serve_shapes
from faces.pages.shared.steps import Step
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.accounts.selectors import colleagues_of
from foundation.approvals.enums import ApprovalKind, ApprovalStatus, StepStatus
from foundation.approvals.models import Approval, ApprovalStep
from foundation.approvals.selectors import delegations_of, visible_to, waiting_for
from foundation.approvals.services import agree, delegate, end_delegation, give_back, withdraw
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

serve_shapes(wait=("WAITING",), void=("SKIPPED",))

DECIDERS: Final = (Capability.CONFIRM, Capability.APPROVE)

# label of the subject's model → the page about it, and the dotted attribute that the page's address wants
SUBJECT_PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "assignments.evaluationtask": ("pages:task", "number"),
    "assignments.rereviewtask": ("pages:re-review", "number"),
    "assignments.draw": ("pages:draw", "number"),
    "assignments.assignmentbatch": ("pages:batch", "number"),
    "delivery.commission": ("pages:commission", "task.number"),
    "delivery.leadevent": ("pages:commission", "commission.task.number"),
    "delivery.instalment": ("pages:commission", "commission.task.number"),
    "reviews.qualityrating": ("pages:rating", "task.number"),
    "rulesets.rulechange": ("pages:rule-set", "rule_set_id"),
    "evaluators.firm": ("pages:firm", "number"),
    "appraisals.sanction": ("pages:sanction", "pk"),
    "appraisals.sanctionrevocation": ("pages:sanction", "sanction_id"),
    "appraisals.handover": ("pages:hand-over", "pk"),
    "experts.expert": ("pages:expert", "number"),
}
STATES: Final[Mapping[str, str]] = {StepStatus.AGREED: "done", StepStatus.RETURNED: "done", StepStatus.OPEN: "now"}


def kind_word(approval: Approval) -> StrOrPromise:
    """Return the kind of an approval in words."""
    return ApprovalKind(approval.kind).label if approval.kind in ApprovalKind.values else approval.kind


def subject_url(approval: Approval) -> str:
    """Return the address of the page about what is approved; empty where there is none."""
    name, attribute = SUBJECT_PAGES.get(approval.subject_kind, ("", ""))
    if not name:
        return ""
    thing = apps.get_model(approval.subject_kind)._default_manager.filter(pk=approval.subject_id).first()
    for part in attribute.split("."):
        thing = getattr(thing, part, None)
    try:
        return reverse(name, args=[thing]) if thing is not None else ""
    except NoReverseMatch:
        return ""


class ApprovalList(ListPage):
    """What waits for me; with ``?scope=all`` every approval I may see."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/approvals.html"
    title = gettext_lazy("Approvals")
    columns = (
        Column(gettext_lazy("Matter"), "title", key=True, link=lambda a: reverse("pages:approval", args=[a.pk])),
        Column(gettext_lazy("Kind"), kind_word),
        Column(
            gettext_lazy("Amount"),
            lambda a: formats.wan_with_unit(a.amount_cents) if a.amount_cents is not None else "",
            num=True,
        ),
        Column(gettext_lazy("Submitted by"), "entered_by.name"),
        Column(gettext_lazy("Submitted on"), lambda a: formats.day(a.entered_at, with_year=True)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), ApprovalStatus.choices),
        Facet("kind", gettext_lazy("Kind"), ApprovalKind.choices),
    )
    search_fields = ("title", "entered_by__name")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)), Sort("old", gettext_lazy("Oldest first"), ("pk",)))
    kept = ("scope",)
    export_name = "approvals"
    empty_title = gettext_lazy("Nothing waits for you")
    empty_text = gettext_lazy("What others submit for your decision appears here.")

    @property
    def is_all(self) -> bool:
        """Whether every approval is asked for."""
        return self.request.GET.get("scope") == "all"

    def rows(self) -> QuerySet[Approval]:
        """Return what waits for this person, or everything visible."""
        rows = visible_to(self.user) if self.is_all else waiting_for(self.user, self.today)
        return rows.select_related("entered_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the two views of the list and the running delegations."""
        here = self.request.path
        tabs = [
            {"label": _("Waiting for me"), "url": here, "current": not self.is_all},
            {"label": _("All approvals"), "url": f"{here}?scope=all", "current": self.is_all},
        ]
        more = {
            "tabs": tabs,
            "delegations": list(delegations_of(self.user, self.today)),
            "may_delegate": any(may(self.user, capability) for capability in DECIDERS),
        }
        return super().get_context_data(**(more | kwargs))


class ApprovalPage(ObjectPage):
    """One act: its facts, the steps with their words, and what I may do."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/approval.html"

    def rows(self) -> QuerySet[Approval]:
        """Return the visible approvals."""
        return visible_to(self.user).select_related("entered_by", "bureau")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the facts, the chain and whether the reader may decide."""
        approval: Approval = self.object
        steps = list(approval.steps.select_related("named_user", "decided_by", "on_behalf_of").order_by("position"))
        rules = rules_for(bureau=approval.bureau, on=timezone.localdate(approval.entered_at))
        more = {
            "title": approval.title,
            "kind": kind_word(approval),
            "chain": [(step, Role(step.role).label) for step in steps],
            "line_steps": [line_step(step) for step in steps],
            "pairs": fact_pairs(approval.facts),
            "subject_url": subject_url(approval),
            "source": rules.source("approval_chain"),
            "is_own": approval.entered_by_id == self.user.pk,
            "may_decide": waiting_for(self.user, self.today).filter(pk=approval.pk).exists(),
        }
        return super().get_context_data(**(more | kwargs))


def line_step(step: ApprovalStep) -> Step:
    """Return a step of the chain as a step of a year-line."""
    who = step.decided_by or step.named_user
    lines: list[StrOrPromise] = [who.name or who.username] if who else []
    lines.append(formats.moment(step.decided_at) if step.decided_at else step.get_status_display())
    state = STATES.get(step.status, "")
    return Step(Role(step.role).label, tuple(lines), state)  # type: ignore[arg-type] # the table's own three words


class WordsForm(ActionForm):
    """Words that stand beside the decision; none are needed to agree."""

    words = forms.CharField(
        label=gettext_lazy("Words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(ActionForm):
    """Why it goes back."""

    words = forms.CharField(label=gettext_lazy("Why it goes back"), max_length=500, widget=forms.Textarea)


class ApprovalAction(ActionView):
    """What all three acts share."""

    audience, needs = "bureau", Capability.READ_DESK

    def rows(self) -> QuerySet[Approval]:
        """Return the visible approvals."""
        return visible_to(self.user)

    def object_url(self) -> str:
        """Return the approval's page."""
        return reverse("pages:approval", args=[self.object.pk])


class Agree(ApprovalAction):
    """Take my step."""

    title = gettext_lazy("Agree")
    form_class = WordsForm
    submit_label = gettext_lazy("Agree")

    def act(self, form: WordsForm) -> str:
        """Agree."""
        done = agree(approval=self.object, by=self.user, on=self.today, words=form.cleaned_data["words"])
        if done.status == ApprovalStatus.AGREED:
            return _("Agreed. The chain is complete.")
        return _("Agreed. The next step is open.")


class GiveBack(ApprovalAction):
    """Return it with words."""

    title = gettext_lazy("Give back")
    form_class = ReasonForm
    submit_label = gettext_lazy("Give back")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say whom it reaches."""
        return [_("%(name)s is told and may submit it again.") % {"name": self.object.entered_by.name}]

    def act(self, form: ReasonForm) -> str:
        """Give back."""
        give_back(approval=self.object, by=self.user, on=self.today, words=form.cleaned_data["words"])
        return _("Given back with your words.")


class Withdraw(ApprovalAction):
    """Take the own entry back."""

    title = gettext_lazy("Withdraw")
    submit_label = gettext_lazy("Withdraw")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens."""
        return [_("Nobody decides it any more. You may submit it again.")]

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - the page's signature
        """Withdraw."""
        withdraw(approval=self.object, by=self.user, on=self.today)
        return _("Withdrawn.")


class FormPdf(OneObject):
    """呈批表 as PDF: Chinese, whatever language the page is in."""

    audience, needs = "bureau", Capability.READ_DESK

    def rows(self) -> QuerySet[Approval]:
        """Return the visible approvals."""
        return visible_to(self.user).select_related("entered_by", "bureau")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ANN401, ARG002 - as in Django
        """Build the paper and hand it out."""
        with override("zh-hans"):
            content = approval_form.build(paper_of(self.object))
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="approval-{self.object.pk}.pdf"'
        return response


def paper_of(approval: Approval) -> approval_form.ApprovalForm:
    """Return the facts of the paper."""
    entered_on = timezone.localdate(approval.entered_at)
    rules = rules_for(bureau=approval.bureau, on=entered_on)
    steps = approval.steps.select_related("named_user", "decided_by", "on_behalf_of").order_by("position", "pk")
    return approval_form.ApprovalForm(
        bureau=approval.bureau.name,
        number=f"呈〔{entered_on.year}〕{approval.pk}号",
        kind=str(kind_word(approval)),
        subject=approval.title,
        matter=[f"{label}：{value}" for label, value in fact_pairs(approval.facts)] or [approval.title],
        section=_section(approval.entered_by, entered_on),
        drafted_by=approval.entered_by.name,
        drafted_on=entered_on,
        rule_source=rules.source("approval_chain"),
        steps=[_line(step) for step in steps if step.status != StepStatus.SKIPPED],
        amount_cents=approval.amount_cents,
        outcome=str(approval.get_status_display()),
    )


def _section(user: User, on: date) -> str:
    grant = user.grants.on(on).select_related("section").exclude(section=None).order_by("pk").first()
    return grant.section.name if grant and grant.section else "绩效管理科室"


def _line(step: ApprovalStep) -> approval_form.StepLine:
    who = step.decided_by or step.named_user
    return approval_form.StepLine(
        role=str(Role(step.role).label),
        person=who.name if who else "",
        decision=str(step.get_status_display()) if step.decided_at else "",
        words=step.words,
        decided_at=to_the_minute(step.decided_at) if step.decided_at else "",
        deputy_for=step.on_behalf_of.name if step.on_behalf_of else "",
        way="系统签批" if step.decided_at else "",
    )


class PersonField(forms.ModelChoiceField[User]):
    """A choice of people, shown by name."""

    def label_from_instance(self, obj: User) -> str:
        """Show the name."""
        return obj.name or obj.username


class DelegationForm(ActionForm):
    """Who decides in my place, and when."""

    to = PersonField(queryset=User.objects.none(), label=gettext_lazy("Delegate"))
    started_on = forms.DateField(label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ended_on = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, user: User, on: date, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Offer the colleagues of ``user``."""
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, PersonField):
            field.queryset = colleagues_of(user, on=on)


class DelegationAdd(FormPage):
    """Name who decides in my place between two days."""

    audience, needs = "bureau", DECIDERS
    title = gettext_lazy("Let somebody decide in your place")
    form_class = DelegationForm
    submit_label = gettext_lazy("Name the delegate")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the form the person and the day."""
        return super().get_form_kwargs() | {"user": self.user, "on": self.today}

    def get_success_url(self) -> str:
        """Go back to the list."""
        return reverse("pages:approvals")

    def act(self, form: DelegationForm) -> str:
        """Delegate."""
        given = form.cleaned_data
        delegate(
            principal=self.user,
            to=given["to"],
            started_on=given["started_on"],
            ended_on=given["ended_on"],
            by=self.user,
        )
        return _("%(name)s decides in your place on these days.") % {"name": given["to"].name}


class DelegationEnd(ActionView):
    """Take a delegation back."""

    audience, needs = "bureau", DECIDERS
    title = gettext_lazy("End the delegation")
    submit_label = gettext_lazy("End it today")
    danger = True

    def rows(self) -> QuerySet[Any]:
        """Return the own running delegations."""
        return delegations_of(self.user, self.today).filter(principal=self.user)

    def object_url(self) -> str:
        """Go back to the list."""
        return reverse("pages:approvals")

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - the page's signature
        """End it."""
        end_delegation(delegation=self.object, by=self.user, on=self.today)
        return _("The delegation has ended.")


urls = [
    path("approvals/", ApprovalList.as_view(), name="approvals"),
    path("approvals/delegate/", DelegationAdd.as_view(), name="delegation-add"),
    path("approvals/delegations/<int:pk>/end/", DelegationEnd.as_view(), name="delegation-end"),
    path("approvals/<int:pk>/", ApprovalPage.as_view(), name="approval"),
    path("approvals/<int:pk>/agree/", Agree.as_view(), name="approval-agree"),
    path("approvals/<int:pk>/give-back/", GiveBack.as_view(), name="approval-give-back"),
    path("approvals/<int:pk>/withdraw/", Withdraw.as_view(), name="approval-withdraw"),
    path("approvals/<int:pk>/form.pdf", FormPdf.as_view(), name="approval-form"),
]
