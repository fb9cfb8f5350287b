"""Applications for the register and the pool: the list, one application, and what the bureau decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from admissions.enums import ApplicationKind, ApplicationStatus, ObjectionOutcome
from admissions.models import Application
from admissions.permissions import may_decide
from admissions.selectors import (
    free_from,
    gaps,
    items_of,
    known_entry,
    masked_number,
    resembled,
    twins_of,
    visible_to,
)
from admissions.services import admit, announce, refuse, return_application, review_items
from evaluators.models import Firm
from faces.pages.bureau.rule_words import marks_words
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.application_words import ITEMS, day_or_dash, fact_pairs, gap_lines, history, item_state
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.entry_words import checklist
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.models import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

ANSWERS = (
    ("", pgettext_lazy("proof", "not checked yet")),
    ("yes", gettext_lazy("met")),
    ("no", gettext_lazy("not met")),
)
MET = {"": None, "yes": True, "no": False}
OUTCOME_SHAPES = {"OPEN": "wait", "UPHELD": "bad", "DISMISSED": "done"}


def application_url(row: Application) -> str:
    """Return the page of an application."""
    return reverse("pages:application", args=[row.pk])


class ApplicationList(ListPage):
    """What was handed in, and how far it is."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Applications")
    columns = (
        Column(gettext_lazy("Applicant"), "title", key=True, link=application_url),
        Column(gettext_lazy("As"), "kind"),
        Column(gettext_lazy("Handed in on"), lambda row: day_or_dash(row.submitted_on)),
        Column(gettext_lazy("Conditions met"), lambda row: row.met if row.applicant_id else "—", num=True),
        Column(gettext_lazy("Public notice until"), lambda row: day_or_dash(row.notice_until)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), ApplicationStatus.choices),
        Facet("kind", gettext_lazy("As"), ApplicationKind.choices),
    )
    search_fields = ("title",)
    search_hint = gettext_lazy("Name")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Waiting longest first"), ("status_since",)),
    )
    export_name = "applications"
    empty_title = gettext_lazy("Nobody has applied")
    empty_text = gettext_lazy("Firms and experts apply by themselves where the rule for it is on.")

    def rows(self) -> QuerySet[Application]:
        """Return the applications with their met conditions counted."""
        return visible_to(self.user).annotate(met=Count("items", filter=Q(items__is_met=True)))


class OneApplication(OneObject):
    """An application to this bureau."""

    audience = "bureau"

    def rows(self) -> QuerySet[Application]:
        """Return the applications that this person may read."""
        return visible_to(self.user).select_related(
            "bureau", "applicant", "entered_by", "firm__bureau", "expert__bureau"
        )


class ApplicationPage(OneApplication, SectionsPage):
    """One application: facts, people, proofs, who is known already, and what comes next."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Call the page after the applicant."""
        return super().get_context_data(**({"title": self.object.title} | kwargs))

    def layout(self) -> Layout:
        """Return the parts."""
        row: Application = self.object
        picked = [row.profile.get("main"), *row.profile.get("others", [])]
        nodes = Node.objects.filter(bureau=row.bureau, pk__in=[pk for pk in picked if pk])
        return Layout(
            crumbs=((_("Applications"), reverse("pages:applications")), (row.title, "")),
            meta=(row.get_kind_display(), self._came(row)),
            status=row,
            acts=tuple(self._acts(row)),
            main=(
                self._items(row),
                Section(pgettext("application", "Facts"), pairs=fact_pairs(row, dict(nodes.values_list("pk", "name")))),
                *((self._people(row),) if row.applicant else ()),
                self._objections(row),
                history(row),
            ),
            beside=(
                self._known(row),
                *self._resembled(row),
                *((self._missing(row),) if row.applicant else ()),
                self._days(row),
            ),
        )

    def _came(self, row: Application) -> str:
        """Return how it came to the bureau."""
        if row.entered_by is not None:
            return _("entered by %(name)s") % {"name": row.entered_by.name}
        return _("handed in on %(day)s") % {"day": day_or_dash(row.submitted_on)}

    def _acts(self, row: Application) -> list[Act]:
        if not may_decide(self.user, row):
            return []
        words = {
            ApplicationStatus.SUBMITTED: (
                (_("Check the conditions"), "check"),
                (_("Open the public notice"), "announce"),
                (_("Return for correction"), "return"),
                (_("Refuse"), "refuse"),
            ),
            ApplicationStatus.NOTICE: (
                (_("Admit"), "admit"),
                (_("Return for correction"), "return"),
                (_("Refuse"), "refuse"),
            ),
        }
        steps = words.get(ApplicationStatus(row.status), ())
        return [Act(word, reverse(f"pages:application-{step}", args=[row.pk])) for word, step in steps]

    def _items(self, row: Application) -> Section:
        entry = row.firm or row.expert
        if row.applicant is None and entry is not None:
            return checklist(entry, self.today)
        known = {item.code: item for item in row.items.all()}
        lines = []
        for code in items_of(row, self.today):
            item = known.get(code)
            file = Cell("—")
            if item is not None and item.proof_id:
                file = Cell(_("file"), reverse("pages:file", args=[item.proof_id]))
            lines.append(
                (
                    str(ITEMS.get(code, code)),
                    file,
                    (item.source if item else "") or "—",
                    day_or_dash(item.valid_to if item else None),
                    item_state(item),
                    Cell(item.remark if item and item.remark else "—", said=bool(item and item.remark)),
                )
            )
        headings = (
            _("Condition"),
            pgettext("application", "Proof"),
            _("Issued by"),
            _("Valid to"),
            _("State"),
            _("Remark"),
        )
        return Section(_("Conditions and proofs"), grid=Grid(headings, lines), count=len(lines))

    def _people(self, row: Application) -> Section:
        lines = [
            (one.name, masked_number(one), one.title or "—", day_or_dash(one.works_since))
            for one in row.people.order_by("pk")
        ]
        headings = (_("Name"), _("National ID number"), pgettext("of a person", "Title"), _("At work since"))
        return Section(_("Persons"), grid=Grid(headings, lines), count=len(lines), empty=_("Nobody is named yet."))

    def _objections(self, row: Application) -> Section:
        """Return what was said against the admission, and what was decided."""
        decides = may_decide(self.user, row)
        lines = []
        for one in row.objections.order_by("-pk"):
            acts: tuple[Act, ...] = ()
            if decides and one.outcome == ObjectionOutcome.OPEN:
                acts = (Act(_("Decide"), reverse("pages:objection-decide", args=[one.pk])),)
            lines.append(
                (
                    day_or_dash(one.raised_on),
                    one.raised_by or "—",
                    Cell(one.words, said=True),
                    Cell(one.get_outcome_display(), shape=OUTCOME_SHAPES[one.outcome]),
                    Cell(one.answer or "—", said=bool(one.answer)),
                    Cell("", acts=acts),
                )
            )
        headings = (
            _("Day"), pgettext("objection", "From whom"), pgettext("objection", "What was objected"), _("State"),
            _("The bureau’s words"), _("Action"),
        )  # fmt: skip
        runs = row.status == ApplicationStatus.NOTICE
        act = Act(_("Record an objection"), reverse("pages:application-objection", args=[row.pk]))
        return Section(
            _("Objections"),
            grid=Grid(headings, lines) if lines else None,
            count=len(lines),
            empty=_("Nobody has objected."),
            note=_("The applicant reads the words, never from whom they came. An open objection keeps the admission."),
            acts=(act,) if decides and runs else (),
        )

    def _known(self, row: Application) -> Section:
        """Return who is registered already under the same code or ID number, and who else applies with it."""
        entry = row.firm or row.expert or known_entry(row)
        lines: list[tuple[object, ...]] = []
        if entry is not None:
            page = "pages:firm" if isinstance(entry, Firm) else "pages:expert"
            state = entry.get_status_display()
            if day := free_from(entry, self.today):
                state = _("%(state)s, may apply again from %(day)s") % {"state": state, "day": day_or_dash(day)}
            lines.append((Cell(entry.number, reverse(page, args=[entry.number])), state))
        lines += [
            (Cell(twin.title, application_url(twin)), twin.get_status_display())
            for twin in twins_of(row).order_by("pk")
        ]
        return Section(
            _("The same code or person"),
            grid=Grid((_("Who"), _("State")), lines) if lines else None,
            empty=_("Nobody else is known under this code or ID number."),
        )

    def _resembled(self, row: Application) -> list[Section]:
        """Return the removed firms that the applicant resembles; without any nothing stands there."""
        if row.kind != ApplicationKind.FIRM or not (found := resembled(row, self.today)):
            return []
        lines = [
            (
                Cell(one.removed.organisation.name, reverse("pages:firm", args=[one.removed.number])),
                marks_words(one.marks),
                day_or_dash(one.removed.status_since),
            )
            for one in found
        ]
        return [
            Section(
                _("Resembles a removed firm"),
                grid=Grid((_("Firm"), _("What they share"), _("Removed on")), lines),
                note=_("A hint, no obstacle: look, then decide as you see fit."),
            )
        ]

    def _missing(self, row: Application) -> Section:
        missing = gap_lines(gaps(row, self.today))
        return Section(
            _("Missing today"),
            grid=Grid((pgettext("application", "Part"), _("Why")), missing) if missing else None,
            empty=_("Nothing is missing."),
            note=_("Computed from the dates and the rules in force today."),
        )

    def _days(self, row: Application) -> Section:
        return Section(
            pgettext("application", "Days"),
            pairs=(
                (_("Undertaking"), row.undertaking_version or "—"),
                (_("Accepted on"), day_or_dash(row.undertaken_on)),
                (_("Public notice from"), day_or_dash(row.announced_on)),
                (_("Public notice until"), day_or_dash(row.notice_until)),
            ),
        )


class ApplicationStep(OneApplication, ActionView):
    """Something about an application; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return the application's page."""
        return application_url(self.object)


class Check(ApplicationStep):
    """Say for each condition whether it is met, with a remark for the applicant. Rules R-12, R-14."""

    title, submit_label = gettext_lazy("Check the conditions"), gettext_lazy("Save the answers")
    form_class = ActionForm

    def get_form(self, form_class: Any = None) -> ActionForm:  # noqa: ANN401 - Django's signature
        """Offer two fields for each condition in force."""
        form: ActionForm = super().get_form(form_class)
        known = {item.code: item for item in self.object.items.all()}
        for code in items_of(self.object, self.today):
            item, label = known.get(code), ITEMS.get(code, code)
            said = "" if item is None or item.is_met is None else ("yes" if item.is_met else "no")
            form.fields[f"met-{code}"] = forms.ChoiceField(
                label=label, choices=ANSWERS, required=False, initial=said, widget=forms.RadioSelect
            )
            form.fields[f"remark-{code}"] = forms.CharField(
                label=_("Remark: %(item)s") % {"item": label},
                required=False,
                max_length=300,
                initial=item.remark if item else "",
            )
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who reads the remarks."""
        return [_("The applicant reads answers and remarks. Only who meets every condition is admitted.")]

    def act(self, form: ActionForm) -> str:
        """Write them."""
        given = form.cleaned_data
        answers = {
            code: (MET[given.get(f"met-{code}", "")], given.get(f"remark-{code}", ""))
            for code in items_of(self.object, self.today)
        }
        review_items(application=self.object, answers=answers, by=self.user, on=self.today)
        return _("Saved.")


class WordsForm(ActionForm):
    """Words that the applicant reads."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class Return(ApplicationStep):
    """Give it back for correction."""

    title, submit_label = gettext_lazy("Return for correction"), gettext_lazy("Return it")
    form_class = WordsForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the applicant sees."""
        return [_("The applicant is told, corrects and hands in again; remarks on conditions stand beside them.")]

    def act(self, form: WordsForm) -> str:
        """Return it."""
        return_application(application=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The application is with the applicant again.")


class Refuse(ApplicationStep):
    """Refuse it."""

    title, submit_label, danger = gettext_lazy("Refuse the application"), gettext_lazy("Refuse"), True
    form_class = WordsForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays open."""
        return [_("The applicant is told with your words, and may apply again.")]

    def act(self, form: WordsForm) -> str:
        """Refuse it."""
        refuse(application=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The application is refused.")


class Announce(ApplicationStep):
    """Accept it and open the public notice. Rule R-47."""

    title, submit_label = gettext_lazy("Open the public notice"), gettext_lazy("Open it")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is published and for how long."""
        days = rules_for(bureau=self.object.bureau, on=self.today).value("admission_notice_workdays")
        return [
            _("Everybody can read the name for %(days)s working days, from a copy made now.") % {"days": days},
            _("No ID number and no telephone is shown."),
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Open it."""
        row = announce(application=self.object, by=self.user, on=self.today)
        return _("The public notice runs until %(day)s.") % {"day": day_or_dash(row.notice_until)}


class Admit(ApplicationStep):
    """Enter the applicant into the register or the pool. Rule R-13."""

    title, submit_label = gettext_lazy("Admit the applicant"), gettext_lazy("Admit")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is written."""
        years = rules_for(bureau=self.object.bureau, on=self.today).value("register_term_years")
        return [
            _("An entry with a number and a term of %(years)s years is written from today.") % {"years": years},
            _("The account that applied works for it from now on."),
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Admit."""
        row = admit(application=self.object, by=self.user, on=self.today)
        entry = row.firm or row.expert
        return _("Admitted as %(number)s.") % {"number": entry.number if entry else ""}


urls = [
    path("applications/", ApplicationList.as_view(), name="applications"),
    path("applications/<int:pk>/", ApplicationPage.as_view(), name="application"),
    path("applications/<int:pk>/check/", Check.as_view(), name="application-check"),
    path("applications/<int:pk>/return/", Return.as_view(), name="application-return"),
    path("applications/<int:pk>/refuse/", Refuse.as_view(), name="application-refuse"),
    path("applications/<int:pk>/notice/", Announce.as_view(), name="application-announce"),
    path("applications/<int:pk>/admit/", Admit.as_view(), name="application-admit"),
]
