"""What a firm or an expert reads of its own credit: events, running total, label, sanctions, replies, liftings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import LiftingStatus, SanctionKind, SanctionStatus
from appraisals.selectors import reapplies_from, sanctions_visible_to, suspensions_in_force
from credit.rules import LABELS
from credit.selectors import event_name, events_of
from experts.rules import lifting_opens_on
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.credit_words import (
    LABEL_WORDS,
    STEPS,
    end_word,
    event_state,
    free_word,
    ledger,
    points_word,
    reply_words,
    sanction_state,
    sanction_word,
    summary,
    whose,
)
from faces.pages.shared.delivery_forms import textarea, upload
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from foundation.rulesets.selectors import rules_for
from parties.selectors import predecessors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from appraisals.models import Sanction
    from credit.models import CreditEvent, Reply
    from evaluators.models import Firm
    from experts.models import Expert
    from foundation.accounts.models import User

FILES = ".pdf,.docx,.png,.jpg,.jpeg"


@dataclass(frozen=True, slots=True)
class Own:
    """Who reads, what of, on which day, and whether he may answer; ``prefix`` names the audience's pages."""

    user: User
    firm: Firm | None
    expert: Expert | None
    day: date
    today: date
    answers: bool
    prefix: str

    @property
    def is_past(self) -> bool:
        """Whether a past day is asked about."""
        return self.day < self.today


class ReplyForm(ActionForm):
    """What we have to say, and a file."""

    words = forms.CharField(label=gettext_lazy("What you have to say"), max_length=2000, widget=textarea(8))
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=upload(FILES),
        help_text=gettext_lazy("PDF, DOCX, PNG or JPG. The bureau reads it."),
    )

    def proof(self) -> tuple[str, bytes] | None:
        """Return name and content of the file; None without any."""
        file = self.cleaned_data["file"]
        return (file.name, file.read()) if file else None


def layout_of(own: Own) -> Layout:
    """Return the page: what runs on the day, the ledger, every event and every sanction with what may be done."""
    party = own.firm or own.expert
    assert party is not None  # noqa: S101 - the page is there for a firm or an expert
    events = _events_of(own)
    joins = "firm__organisation", "firm__bureau", "expert__person", "expert__bureau", "bureau"
    rows = sanctions_visible_to(own.user).select_related(*joins, "reply__given_by", "reply__answered_by")
    if own.is_past:
        rows = rows.filter(started_on__lte=own.day)
    sanctions = list(rows.order_by("-pk"))
    pairs = [*summary(events, party.bureau, own.day), *_standing(own, party)]
    return Layout(
        status=party,
        meta=(full_day(own.day),),
        main=(
            _sanctions(own, sanctions),
            _events(own, events),
            ledger(events, party.bureau, own.day),
            _papers(sanctions),
        ),
        beside=(Section(_("On this day"), pairs=pairs), _how(own)),
    )


def _events_of(own: Own) -> list[CreditEvent]:
    """Return the party's own events, for a firm with those of a predecessor whose sanctions passed to it (R-49)."""
    if own.firm is None:
        rows = events_of(person_id=own.expert.person_id if own.expert else 0)
    else:
        body = own.firm.organisation_id
        before = predecessors([body], own.day, passing="sanctions").get(body, set())
        rows = events_of(organisation_ids={body, *before})
    return list(rows.select_related("organisation"))


def _standing(own: Own, party: Firm | Expert) -> list[tuple[StrOrPromise, Cell | object]]:
    """Return the first free day of a suspension, or the day on which a removed party may apply again."""
    first = suspensions_in_force(firm=own.firm, expert=own.expert).first()
    pairs: list[tuple[StrOrPromise, Cell | object]] = []
    if first is not None:
        pairs.append((_("First free day"), Cell(free_word(first), shape="hold")))
    if day := reapplies_from(party):
        pairs.append((_("May apply again from"), full_day(day)))
    return pairs


def _how(own: Own) -> Section:
    party = own.firm or own.expert
    assert party is not None  # noqa: S101 - the page is there for a firm or an expert
    rules = rules_for(bureau=party.bureau, on=own.today)
    cuts = rules.value("label_points")
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (STEPS.get(code, code), _("%(points)s points, %(months)s months") % step)
        for code, step in rules.value("deduction_steps").items()
    ]
    pairs += [
        (LABEL_WORDS[label], _("from %(points)s points on") % {"points": cut})
        for label, cut in zip(LABELS, cuts, strict=True)
    ]
    days = rules.value("reply_workdays")
    pairs.append((_("Time for a party’s reply"), _("%(days)s working days") % {"days": days}))
    note = _("A repeat of the same code inside a running period counts double. Each deduction runs off by itself.")
    return Section(_("How it is counted"), pairs=pairs, note=note)


def _events(own: Own, events: Sequence[CreditEvent]) -> Section:
    lines, body = [], own.firm.organisation_id if own.firm else None
    for one in events:
        reply = getattr(one, "reply", None)
        acts: tuple[Act, ...] = ()
        is_own = own.firm is None or one.organisation_id == own.firm.organisation_id
        is_open = is_own and one.reply_until is not None and own.today <= one.reply_until and not one.voided_on
        if own.answers and reply is None and is_open:
            acts = (Act(_("Give a reply"), reverse(f"pages:{own.prefix}-credit-reply", args=[one.pk])),)
        state = event_state(one, own.day)
        lines.append(
            (
                full_day(one.occurred_on),
                Cell(f"{event_name(one)}：{whose(one, body)}{one.words}", said=True),
                points_word(one),
                full_day(one.expires_on),
                Cell(f"{state.text}：{one.void_reason}", shape="void") if one.void_reason else state,
                Cell(_reply_text(reply, one.reply_until, own.day), acts=acts),
            )
        )
    headings = (
        _("Day"),
        _("What happened"),
        _("Points"),
        _("Runs until"),
        _("On this day"),
        _("Party’s reply"),
    )
    return Section(
        _("Credit events"), grid=Grid(headings, lines, frozenset({2})), count=len(lines), empty=_("None is recorded.")
    )


def _reply_text(reply: Reply | None, until: date | None, day: date) -> str:
    text = str(reply_words(reply, until, day).text)
    is_answered = reply is not None and reply.answered_on is not None and reply.answered_on <= day
    return f"{text}：{reply.answer}" if reply is not None and is_answered else text


def _sanctions(own: Own, rows: Sequence[Sanction]) -> Section:
    lines = [
        (
            sanction_word(row),
            Cell("", status=sanction_state(row, own.day) if own.is_past else row),
            Cell(row.reason, said=True),
            full_day(row.started_on),
            end_word(row, own.day) if row.started_on else "—",
            _reply_text(getattr(row, "reply", None), row.reply_until, own.day),
            Cell("", acts=tuple(_acts(own, row))),
        )
        for row in rows
    ]
    headings = (_("Sanction"), _("State"), _("Reason"), _("From"), _("Until"), _("Party’s reply"), _("Action"))
    return Section(
        _("Sanctions"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("None was taken or told."),
        note=_("Sanctions hold on this bureau’s own register only."),
    )


def _acts(own: Own, row: Sanction) -> list[Act]:
    found: list[Act] = []
    if not own.answers:
        return found
    is_open = row.status == SanctionStatus.TOLD and row.reply_until is not None and own.today <= row.reply_until
    if is_open and getattr(row, "reply", None) is None:
        found.append(Act(_("Give a reply"), reverse(f"pages:{own.prefix}-sanction-reply", args=[row.pk])))
    if (
        own.expert is not None
        and row.kind == SanctionKind.SUSPENSION
        and row.status == SanctionStatus.IN_FORCE
        and row.needs_application
        and row.lifted_on is None
        and row.ends_on is not None
        and not row.liftings.filter(status=LiftingStatus.ASKED).exists()
    ):
        days = rules_for(bureau=row.bureau, on=row.started_on or own.today).value("lifting_window_days")
        if own.today >= lifting_opens_on(row.ends_on, days=days):
            found.append(Act(_("Apply for lifting"), reverse("pages:expert-lifting", args=[row.pk])))
    return found


def _papers(rows: Sequence[Sanction]) -> Section:
    """Return the papers that were served: the notice, the decision, the record."""
    papers = Paper.objects.filter(
        status=PaperStatus.ISSUED, subject_kind="appraisals.sanction", subject_id__in=[row.pk for row in rows]
    )
    lines = [
        (
            Cell(paper.title, reverse("pages:file", args=[paper.file_id]) if paper.file_id else ""),
            full_day(paper.written_on),
        )
        for paper in papers.order_by("-pk")
    ]
    return Section(
        _("Papers"), grid=Grid((_("Paper"), _("Dated")), lines), count=len(lines), empty=_("None was served.")
    )
