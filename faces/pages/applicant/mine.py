"""The applicant's own application: how far it is, what is missing, what the bureau said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from admissions.enums import ApplicationKind, ApplicationStatus
from admissions.models import Application
from admissions.permissions import may_edit
from admissions.selectors import gaps, items_of, masked_number, own_of, parts_count, undertaking_version
from faces.pages.shared.access import SIGNED_IN, AudiencePage
from faces.pages.shared.application_words import (
    ITEMS,
    day_or_dash,
    fact_pairs,
    gap_lines,
    history,
    item_state,
)
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.taxonomy.models import Node

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

AGAIN = {ApplicationStatus.REFUSED, ApplicationStatus.WITHDRAWN}
TAKEN_BACK = {ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.TO_CORRECT}


class OneOwn(OneObject):
    """The reader's own application; its address names none."""

    audience, needs = "applicant", Capability.APPLY

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own application up."""
        super().setup(request, *args, **kwargs)
        row = own_of(request.user).first() if request.user.is_authenticated else None
        self.kwargs["pk"] = row.pk if row else 0

    def rows(self) -> QuerySet[Application]:
        """Return the reader's own application."""
        return own_of(self.user).select_related("bureau")


class Mine(AudiencePage):
    """Lead to the application, or to the desk of who is admitted: notices point here for good."""

    needs = SIGNED_IN

    def get(self, _request: HttpRequest) -> HttpResponseBase:
        """Redirect."""
        is_open = may(self.user, Capability.APPLY)
        return HttpResponseRedirect(reverse("pages:applicant-home" if is_open else "pages:home"))


class ApplicationHome(OneOwn, SectionsPage):
    """Every part of the application, and the one step that comes next."""

    title = gettext_lazy("My application")

    def layout(self) -> Layout:
        """Return the parts."""
        row: Application = self.object
        edits = may_edit(self.user, row)
        missing = gaps(row, self.today)
        total = parts_count(row, self.today)
        done = max(total - len(missing), 0)
        return Layout(
            meta=(row.bureau.name, row.get_kind_display(), row.title),
            status=row,
            acts=tuple(self._acts(row, is_complete=not missing)),
            main=(
                *([self._answer(row)] if row.status in {ApplicationStatus.TO_CORRECT, *AGAIN} else []),
                self._facts(row, edits=edits),
                self._people(row, edits=edits),
                self._items(row, edits=edits),
                self._undertaking(row, edits=edits),
                *self._objections(row),
                history(row),
            ),
            beside=(
                Section(
                    _("Complete: %(done)d of %(total)d") % {"done": done, "total": total},
                    grid=Grid((pgettext("application", "Part"), _("Why")), gap_lines(missing)) if missing else None,
                    empty=_("Nothing is missing."),
                ),
                self._days(row),
            ),
        )

    def _acts(self, row: Application, *, is_complete: bool) -> list[Act]:
        acts = []
        if may_edit(self.user, row) and is_complete:
            acts.append(Act(_("Hand in"), reverse("pages:applicant-submit")))
        elif may_edit(self.user, row):
            acts.append(self._next_step(row))
        if row.status in AGAIN:
            acts.append(Act(_("Begin again"), reverse("pages:applicant-again")))
        if row.status in TAKEN_BACK:
            acts.append(Act(_("Withdraw"), reverse("pages:applicant-withdraw")))
        return acts

    def _next_step(self, row: Application) -> Act:
        """Return the step that fills the first gap: facts, people, proofs, undertaking, in this order."""
        first = gaps(row, self.today)[0]
        if first.part == "items":
            word = _("Go on: proof of %(item)s") % {"item": ITEMS.get(first.what, first.what)}
            return Act(word, reverse("pages:applicant-proof", args=[first.what]))
        words = {
            "profile": (_("Go on: facts"), "pages:applicant-facts"),
            "people": (_("Go on: persons"), "pages:applicant-person"),
            "undertaking": (_("Go on: undertaking"), "pages:applicant-undertaking"),
        }
        word, page = words[first.part]
        return Act(word, reverse(page))

    def _answer(self, row: Application) -> Section:
        last = row.moves.order_by("-pk").first()
        return Section(
            _("The bureau’s words"),
            said=last.reason if last else "",
            empty=_("There are none."),
            note=_("Remarks on single items stand beside them."),
        )

    def _facts(self, row: Application, *, edits: bool) -> Section:
        picked = [row.profile.get("main"), *row.profile.get("others", [])]
        nodes = Node.objects.filter(bureau=row.bureau, pk__in=[pk for pk in picked if pk])
        return Section(
            pgettext("application", "Facts"),
            pairs=fact_pairs(row, dict(nodes.values_list("pk", "name"))),
            empty=_("Nothing is filled in yet."),
            acts=(Act(_("Fill in"), reverse("pages:applicant-facts")),) if edits else (),
        )

    def _people(self, row: Application, *, edits: bool) -> Section:
        is_firm = row.kind == ApplicationKind.FIRM
        lines = []
        for one in row.people.order_by("pk"):
            acts = (Act(_("Take out"), reverse("pages:applicant-person-out", args=[one.pk])),) if edits else ()
            lines.append(
                (one.name, masked_number(one), one.title or "—", day_or_dash(one.works_since), Cell("", acts=acts))
            )
        word = _("Name a lead evaluator") if is_firm else _("Say who you are")
        return Section(
            _("Lead evaluators") if is_firm else _("Person"),
            grid=Grid(
                (_("Name"), _("National ID number"), pgettext("of a person", "Title"), _("At work since"), _("Action")),
                lines,
            ),
            empty=_("Nobody is named yet."),
            count=len(lines),
            acts=(Act(word, reverse("pages:applicant-person")),) if edits else (),
        )

    def _items(self, row: Application, *, edits: bool) -> Section:
        known = {item.code: item for item in row.items.all()}
        lines = []
        for code in items_of(row, self.today):
            item = known.get(code)
            file = Cell("—")
            if item is not None and item.proof_id:
                file = Cell(_("file"), reverse("pages:file", args=[item.proof_id]))
            acts = (Act(_("Upload"), reverse("pages:applicant-proof", args=[code])),) if edits else ()
            lines.append(
                (
                    str(ITEMS.get(code, code)),
                    file,
                    (item.source if item else "") or "—",
                    day_or_dash(item.valid_to if item else None),
                    item_state(item),
                    Cell(item.remark if item and item.remark else "—", said=bool(item and item.remark)),
                    Cell("", acts=acts),
                )
            )
        headings = (
            _("Condition"), pgettext("application", "Proof"), _("Issued by"), _("Valid to"), _("State"), _("Remark"),
            _("Action"),
        )  # fmt: skip
        return Section(_("Conditions and proofs"), grid=Grid(headings, lines), count=len(lines))

    def _undertaking(self, row: Application, *, edits: bool) -> Section:
        pairs = ((_("Version"), row.undertaking_version), (_("Accepted on"), day_or_dash(row.undertaken_on)))
        is_current = row.undertaking_version == undertaking_version(row.bureau, row.kind, self.today)
        return Section(
            _("Undertaking"),
            pairs=pairs if row.undertaking_version else (),
            empty=_("Not accepted yet."),
            acts=(Act(_("Read and accept"), reverse("pages:applicant-undertaking")),)
            if edits and not is_current
            else (),
        )

    def _objections(self, row: Application) -> list[Section]:
        """Return what was objected, never by whom; without any nothing stands there."""
        lines = [
            (
                day_or_dash(one.raised_on),
                Cell(one.words, said=True),
                one.get_outcome_display(),
                Cell(one.answer or "—", said=bool(one.answer)),
            )
            for one in row.objections.order_by("-pk")
        ]
        headings = (_("Day"), pgettext("objection", "What was objected"), _("State"), _("The bureau’s words"))
        return [Section(_("Objections"), grid=Grid(headings, lines), count=len(lines))] if lines else []

    def _days(self, row: Application) -> Section:
        return Section(
            pgettext("application", "Days"),
            pairs=(
                (_("Handed in on"), day_or_dash(row.submitted_on)),
                (_("Public notice from"), day_or_dash(row.announced_on)),
                (_("Public notice until"), day_or_dash(row.notice_until)),
            ),
        )


urls = [
    path("mine/", Mine.as_view(), name="apply-mine"),
    path("application/", ApplicationHome.as_view(), name="applicant-home"),
]
