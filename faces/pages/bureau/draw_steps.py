"""What is done in the draw room: look, freeze, commit, show, note the receipt, call the next, declare void."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.enums import DrawStatus, PartyRole
from assignments.selectors.eligibility import counts_by_rule, reason_words
from assignments.selectors.seeding import GIVEN_UP, MISSING, REFUSED, Attempt, missing_role
from assignments.services import draws
from faces.documents.draws import draw_record, draw_slip
from faces.pages.bureau.draw_room import room_draws
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.core import clock
from foundation.core.canon import dumps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from assignments.models import Draw

HEX: Final = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off", "class": "inp mono"}
PREVIEW_KEY: Final = "draw-preview"


class DrawStep(ActionView):
    """Something done to a draw; afterwards back to the room."""

    audience, lookup = "bureau", "number"
    needs: ClassVar[Capability | tuple[Capability, ...]] = Capability.READ_DESK

    def rows(self) -> QuerySet[Draw]:
        """Return the visible draws."""
        return room_draws(self.user)

    def object_url(self) -> str:
        """Return the room."""
        return reverse("pages:draw", args=[self.object.number])

    @property
    def now(self) -> datetime:
        """The moment of this request: ``at=`` of the domain call."""
        return clock.now()


class DrawPreview(DrawStep):
    """Look what a freeze would hold: counts only; each look is counted and journaled."""

    needs, title = Capability.DRAW, gettext_lazy("Look before the freeze")
    submit_label = gettext_lazy("Look now")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that looks are counted."""
        return [_("Each look is written to the journal, and their number stands in the frozen list.")]

    def act(self, _form: ActionForm) -> str:
        """Look, and keep the counts for the room."""
        draw: Draw = self.object
        seen = draws.preview(draw=draw, by=self.user, on=self.today)
        self.request.session[PREVIEW_KEY] = {
            "draw": draw.pk,
            "pool": len(seen.eligible) + len(seen.excluded),
            "eligible": len(seen.eligible),
            "rules": [
                {"code": row.code, "source": row.source, "people": row.people, "alone": row.alone,
                 "removed": row.removed, "left": row.left}
                for row in counts_by_rule([*seen.eligible, *seen.excluded])
            ],
            "ratios": [
                {"name": ratio.name, "seats": ratio.seats, "candidates": ratio.candidates, "is_thin": ratio.is_thin}
                for ratio in seen.feasibility.ratios
            ],
            "short": list(seen.feasibility.shortfall.names) if seen.feasibility.shortfall else [],
            "by_group": bool(seen.feasibility.shortfall and seen.feasibility.shortfall.rule == "group"),
            "blockers": list(seen.blockers),
            "waiting": seen.waiting,
        }  # fmt: skip
        return ngettext("%(n)s is eligible.", "%(n)s are eligible.", len(seen.eligible)) % {"n": len(seen.eligible)}


def kept_preview(request: HttpRequest, draw: Draw) -> dict[str, Any] | None:
    """Return the counts of the last look at this draw in this session, with their words."""
    kept = request.session.get(PREVIEW_KEY)
    if not kept or kept["draw"] != draw.pk or draw.status != DrawStatus.CONFIGURED:
        return None
    firm = _("firm")
    return dict(kept) | {
        "rules": [row | {"words": reason_words(row["code"])} for row in kept["rules"]],
        "ratios": [row | {"name": firm if draw.task_id else row["name"]} for row in kept["ratios"]],
        "short": [firm if draw.task_id else name for name in kept["short"]],
        "blockers": [reason_words(code) for code in kept["blockers"]],
        "is_thin": any(row["is_thin"] for row in kept["ratios"]),
    }


class FreezeForm(ActionForm):
    """Whether a thin list is accepted."""

    ratio_confirmed = forms.BooleanField(
        label=gettext_lazy("Draw even where a seat has fewer than three candidates"), required=False
    )


class DrawFreeze(DrawStep):
    """Freeze the list and fix the commitment."""

    needs, title, danger = Capability.DRAW, gettext_lazy("Freeze the list"), True
    form_class, submit_label = FreezeForm, gettext_lazy("Freeze the list")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what cannot be changed afterwards."""
        return [
            _("Nobody can be added to the list or taken off it any more."),
            _("The commitment is shown and must leave this machine before anybody commits: print the slip."),
        ]

    def act(self, form: FreezeForm) -> str:
        """Freeze it."""
        confirmed = form.cleaned_data["ratio_confirmed"]
        draw = draws.freeze(draw=self.object, by=self.user, at=self.now, ratio_confirmed=confirmed)
        return _("The list is frozen. The commitment begins with %(h)s.") % {"h": draw.commitment[:8]}


class ReceiptForm(ActionForm):
    """Who has the commitment outside."""

    words = forms.CharField(
        label=gettext_lazy("Who took the slip, when"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DrawReceipt(DrawStep):
    """Note that the commitment left the machine."""

    title, form_class = gettext_lazy("Note the receipt"), ReceiptForm
    submit_label = gettext_lazy("Note the receipt")

    def get_initial(self) -> dict[str, Any]:
        """Begin with what stands."""
        return {"words": self.object.outside_receipt}

    def act(self, form: ReceiptForm) -> str:
        """Note it."""
        draws.note_receipt(draw=self.object, words=form.cleaned_data["words"], by=self.user, at=self.now)
        return _("The receipt is noted.")


class CommitForm(ActionForm):
    """64 hexadecimal digits."""

    commitment = forms.CharField(
        label=gettext_lazy("Commitment"), max_length=80, strip=True, widget=forms.TextInput(attrs=HEX)
    )


class PartyStep(DrawStep):
    """A step of one party: the page knows which."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the party's own row and the name under which it commits."""
        mine = self.object.parties.filter(user=self.user).first()
        found = {"draw": self.object, "mine": mine, "party_id": mine.role.lower() if mine else ""}
        return super().get_context_data(**(found | kwargs))


class DrawCommit(PartyStep):
    """Hand in the commitment of a nonce that stays with its maker."""

    title, form_class = gettext_lazy("Hand in the commitment"), CommitForm
    template_name, submit_label = "bureau/draw/commit.html", gettext_lazy("Hand in the commitment")

    def act(self, form: CommitForm) -> str:
        """Take it."""
        draws.commit(draw=self.object, commitment=form.cleaned_data["commitment"], by=self.user, at=self.now)
        return _("The commitment is taken. Keep the nonce until it is asked for.")


class RevealForm(ActionForm):
    """64 hexadecimal digits."""

    nonce = forms.CharField(label=gettext_lazy("Nonce"), max_length=80, strip=True, widget=forms.TextInput(attrs=HEX))


class DrawReveal(PartyStep):
    """Show the nonce; the last one draws."""

    title, form_class, danger = gettext_lazy("Show the nonce"), RevealForm, True
    template_name, submit_label = "bureau/draw/reveal.html", gettext_lazy("Show the nonce")

    def act(self, form: RevealForm) -> str:
        """Take it."""
        draw = draws.reveal(draw=self.object, nonce=form.cleaned_data["nonce"], by=self.user, at=self.now)
        return _("The draw is made.") if draw.status == DrawStatus.DRAWN else _("The nonce fits.")


class SlipForm(RevealForm):
    """Whose nonce, and what its slip says."""

    role = forms.ChoiceField(label=gettext_lazy("Whose nonce"), choices=PartyRole.choices)
    field_order = ("role", "nonce")


class DrawFromSlip(DrawStep):
    """Show a nonce whose device is lost: two people read it from the slip, one after the other."""

    needs = (Capability.DRAW, Capability.WITNESS)
    title, form_class, danger = gettext_lazy("Show a nonce from its slip"), SlipForm, True
    submit_label = gettext_lazy("I have read it from the slip")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the part that is waited for."""
        return {"role": missing_role(self.object)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that one alone cannot, and that it is told."""
        return slip_consequences(self.object)

    def act(self, form: SlipForm) -> str:
        """Take the reading."""
        given = form.cleaned_data
        draw: Draw = self.object
        role = PartyRole(given["role"])
        draws.open_from_slip(draw=draw, role=role, nonce=given["nonce"], by=self.user, at=self.now)
        return slip_answer(draw, role)


def slip_consequences(attempt: Attempt) -> list[StrOrPromise]:
    """Return what is to be known before somebody reads from a slip, and who has read it already."""
    lines: list[StrOrPromise] = [
        _("For a lost or broken device: one person types the nonce from its slip, another reads it again."),
        _("The record and the public page say that this nonce came from its slip."),
    ]
    typed = attempt.parties.filter(nonce="", slip_typed_by__isnull=False).select_related("slip_typed_by").first()
    if typed is not None and typed.slip_typed_by is not None:
        words = _("%(name)s has read the slip of: %(role)s.")
        lines.append(words % {"name": typed.slip_typed_by.name, "role": typed.get_role_display()})
    return lines


def slip_answer(attempt: Attempt, role: PartyRole) -> str:
    """Return whether another person must still read the slip."""
    if attempt.parties.filter(role=role, nonce="").exists():
        return _("Read once. Another person reads it again.")
    return _("The nonce fits.")


class DrawReplace(DrawStep):
    """Call the next of the same order for a seat whose holder left."""

    needs, title = Capability.DRAW, gettext_lazy("Call the next of the same order")
    submit_label = gettext_lazy("Call the next")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who moves and who does not."""
        return [_("The same order is walked again. Nobody who holds a seat moves."), _("No new seed is taken.")]

    def act(self, _form: ActionForm) -> str:
        """Call the next."""
        made = draws.replace(draw=self.object, by=self.user, at=self.now)
        return ngettext("%(n)s seat is filled again.", "%(n)s seats are filled again.", len(made)) % {"n": len(made)}


class VoidForm(ActionForm):
    """Who failed to do the part."""

    role = forms.ChoiceField(label=gettext_lazy("Who did not do the part"), choices=PartyRole.choices, required=False)


class DrawVoid(DrawStep):
    """End the attempt; it stays in the record of the next one."""

    needs, title, danger = Capability.DRAW, gettext_lazy("Declare the attempt void"), True
    form_class, submit_label = VoidForm, gettext_lazy("Declare void")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the part that is missing now."""
        return {"role": missing_role(self.object)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it stays visible."""
        lines = [
            _("The attempt stays in the record with its ground and the part that failed."),
            _("The next attempt gets a number of its own; how often was drawn is shown to everybody."),
        ]
        if self.object.status == DrawStatus.COMMITTED:
            lines.append(
                _("The next attempt keeps list and seats, another person plays that part, and a public value decides.")
            )
        return lines

    def act(self, form: VoidForm) -> str:
        """Declare it."""
        draw: Draw = self.object
        grounds = {DrawStatus.COMMITTED: REFUSED, DrawStatus.CONFIGURED: GIVEN_UP}
        ground = grounds.get(DrawStatus(draw.status), MISSING)
        role = PartyRole(form.cleaned_data["role"]) if form.cleaned_data["role"] else None
        draws.void(draw=draw, ground=ground, role=role, by=self.user, at=self.now)
        return _("The attempt is void.")


class DrawNames(DrawStep):
    """Open in the record who was seated and who was called, once the review or the firm's work is over."""

    needs, title, danger = Capability.PUBLISH, gettext_lazy("Open the names in the record"), True
    submit_label = gettext_lazy("Open the names")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is named, and that it cannot be taken back."""
        return [
            _("Those who were seated and the alternates who were called stand in the record by name; nobody else."),
            _("Each name can be checked against the frozen list. An opened name stays open."),
            _("The public copy names them once its next version is published."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Open them."""
        draws.open_names(draw=self.object, by=self.user, on=self.today)
        return _("The names stand in the record. Publish it again so that the public page shows them.")


class DrawPaper(OneObject):
    """A paper or file of a draw."""

    audience, needs, lookup = "bureau", Capability.READ_DESK, "number"

    def rows(self) -> QuerySet[Draw]:
        """Return the visible draws."""
        return room_draws(self.user)

    def given(self, body: bytes, name: str, kind: str) -> HttpResponse:
        """Return the bytes as a download."""
        response = HttpResponse(body, content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class DrawRecordFile(DrawPaper):
    """The record as JSON, for verify_draw.py; 404 before there is one."""

    def rows(self) -> QuerySet[Draw]:
        """Return the draws that are over."""
        return super().rows().filter(status__in=[DrawStatus.DRAWN, DrawStatus.VOID], record__isnull=False)

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the draw
        """Return the record."""
        draw: Draw = self.object
        return self.given(dumps(draw.record), f"draw-{draw.pk}-record.json", "application/json")


class DrawRecordPaper(DrawRecordFile):
    """抽取记录表 as PDF."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the draw
        """Return the paper."""
        draw: Draw = self.object
        verify = f"{settings.GONGPING_PUBLIC_URL}{reverse('pages:public-draw', args=[draw.commitment])}"
        return self.given(draw_record(draw, verify_url=verify), f"draw-{draw.pk}-record.pdf", "application/pdf")


class DrawSlip(DrawPaper):
    """The commitment on a slip that leaves the machine; 404 before the freeze."""

    def rows(self) -> QuerySet[Draw]:
        """Return the draws that are frozen."""
        return super().rows().exclude(commitment="")

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the draw
        """Return the slip."""
        return self.given(draw_slip(self.object), f"draw-{self.object.pk}-commitment.pdf", "application/pdf")


urls = [
    path("draws/<str:number>/preview/", DrawPreview.as_view(), name="draw-preview"),
    path("draws/<str:number>/freeze/", DrawFreeze.as_view(), name="draw-freeze"),
    path("draws/<str:number>/receipt/", DrawReceipt.as_view(), name="draw-receipt"),
    path("draws/<str:number>/commit/", DrawCommit.as_view(), name="draw-commit"),
    path("draws/<str:number>/reveal/", DrawReveal.as_view(), name="draw-reveal"),
    path("draws/<str:number>/from-slip/", DrawFromSlip.as_view(), name="draw-from-slip"),
    path("draws/<str:number>/replace/", DrawReplace.as_view(), name="draw-replace"),
    path("draws/<str:number>/void/", DrawVoid.as_view(), name="draw-void"),
    path("draws/<str:number>/names/", DrawNames.as_view(), name="draw-names"),
    path("draws/<str:number>/record.json", DrawRecordFile.as_view(), name="draw-record"),
    path("draws/<str:number>/record.pdf", DrawRecordPaper.as_view(), name="draw-paper"),
    path("draws/<str:number>/slip.pdf", DrawSlip.as_view(), name="draw-slip"),
]
