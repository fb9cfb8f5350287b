"""Records that may be one person: found by what is equal, asked once, the answer remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import LeadEvaluator, Practitioner
from experts.models import Expert
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from parties.enums import PairGround, SameName
from parties.models import Employment
from parties.selectors import masked, pairs_visible_to
from parties.services import keep_apart, look_for_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from parties.models import Person, SuspectedPair


def state_word(pair: SuspectedPair) -> StrOrPromise:
    """Return whether the question waits, or what was answered."""
    return _("two persons") if pair.answer == SameName.OTHER else _("to be asked")


class PairList(ListPage):
    """Pairs of records, the unanswered first."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("One person or two?")
    template_name = "bureau/pairs.html"
    columns = (
        Column(gettext_lazy("Record"), "first.name", key=True, link=lambda row: reverse("pages:pair", args=[row.pk])),
        Column(gettext_lazy("Other record"), "second.name"),
        Column(gettext_lazy("Why"), "ground"),
        Column(gettext_lazy("Found on"), lambda row: formats.day(row.found_on, with_year=True)),
        Column(gettext_lazy("State"), state_word),
    )
    facets = (
        Facet("ground", gettext_lazy("Why"), PairGround.choices),
        Facet(
            "answered",
            gettext_lazy("State"),
            (("True", gettext_lazy("to be asked")), ("False", gettext_lazy("two persons"))),
            lookup="is_open",
        ),
    )
    search_fields = ("first__name", "second__name", "first__sort_key")
    search_hint = gettext_lazy("Name or initials")
    sorts = (
        Sort("open", gettext_lazy("Unanswered first"), ("answer", "pk")),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "pairs"
    empty_title = gettext_lazy("No two records look like one person")
    empty_text = gettext_lazy(
        "Equal telephones, names and birthdays are found whenever people are entered or imported."
    )

    def rows(self) -> QuerySet[SuspectedPair]:
        """Return the pairs that still stand for themselves."""
        is_open = ExpressionWrapper(Q(answer=""), output_field=BooleanField())
        return pairs_visible_to(self.user).select_related("first", "second").annotate(is_open=is_open)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may have them looked for."""
        return super().get_context_data(**({"may_register": may(self.user, Capability.REGISTER)} | kwargs))


class OnePair(OneObject):
    """A visible pair."""

    audience = "bureau"

    def rows(self) -> QuerySet[SuspectedPair]:
        """Return the visible pairs."""
        return pairs_visible_to(self.user).select_related("first", "second", "answered_by")


class PairPage(OnePair, SectionsPage):
    """Two records side by side, and the question."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Ask the question in the title."""
        return super().get_context_data(**({"title": self._title()} | kwargs))

    def _title(self) -> str:
        row: SuspectedPair = self.object
        names = {"one": row.first.name, "two": row.second.name}
        if row.first.name == row.second.name:
            return _("Are these two records of %(one)s one person?") % names
        return _("Are %(one)s and %(two)s one person?") % names

    def layout(self) -> Layout:
        """Return what both records say, line by line, and the answer."""
        row: SuspectedPair = self.object
        acts: tuple[Act, ...] = ()
        if may(self.user, Capability.REGISTER) and not row.answer:
            join = reverse("pages:person-join", args=[row.first_id])
            acts = (
                Act(_("One person: join them"), f"{join}?other={row.second_id}"),
                Act(_("Two persons"), reverse("pages:pair-apart", args=[row.pk])),
            )
        lines = list(zip(_said(row.first), _said(row.second), strict=True))
        grid = Grid(("", _("Record %(n)d") % {"n": row.first_id}, _("Record %(n)d") % {"n": row.second_id}),
                    [(left[0], left[1], right[1]) for left, right in lines])  # fmt: skip
        answer = (
            (_("Answer"), row.get_answer_display() if row.answer else _("not asked yet")),
            (_("By"), row.answered_by.name if row.answered_by else "—"),
            (_("On"), full_day(row.answered_on)),
            (_("How it is known"), Cell(row.words or "—", said=bool(row.words))),
        )
        return Layout(
            crumbs=((_("One person or two?"), reverse("pages:pairs")),),
            meta=(row.get_ground_display(),),
            acts=acts,
            main=(Section(_("What the records say"), grid=grid),),
            beside=(Section(_("The answer"), pairs=answer),),
        )


def _said(person: Person) -> list[tuple[StrOrPromise, Cell | object]]:
    number, phone = masked(person)
    spells = Employment.objects.filter(person=person).select_related("organisation").order_by("-started_on", "-pk")[:3]
    expert = Expert.objects.filter(person=person).first()
    firms = [
        row.firm.organisation.name
        for model in (LeadEvaluator, Practitioner)
        for row in model._default_manager.filter(person=person, ended_on__isnull=True)
        .select_related("firm__organisation")
        .order_by("pk")
    ]
    return [
        (gettext_lazy("Name"), Cell(person.name, reverse("pages:person", args=[person.pk]))),
        (_("National ID number"), number or "—"),
        (_("Telephone"), phone or "—"),
        (_("Born on"), full_day(person.born_on)),
        (_("Employment"), "、".join(one.organisation.name for one in spells) or "—"),
        (_("In the expert pool"), expert.number if expert else "—"),
        (_("With a firm of the register"), "、".join(firms) or "—"),
    ]


class ApartForm(ActionForm):
    """By what they were told apart."""

    words = forms.CharField(label=gettext_lazy("How it is known"), max_length=200, widget=textarea(2))


class PairApart(OnePair, ActionView):
    """Answer that two records are two persons."""

    needs, title = Capability.REGISTER, gettext_lazy("Two persons")
    form_class, submit_label = ApartForm, gettext_lazy("They are two persons")

    def object_url(self) -> str:
        """Return the list."""
        return reverse("pages:pairs")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that nobody is asked again."""
        return [_("The answer is remembered: nobody is asked about these two again.")]

    def act(self, form: ApartForm) -> str:
        """Remember it."""
        keep_apart(pair=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("Remembered.")


class PairLook(FormPage):
    """Look through everybody for doubles."""

    audience, needs, title = "bureau", Capability.REGISTER, gettext_lazy("Look for doubles")
    submit_label = gettext_lazy("Look through everybody")

    def get_success_url(self) -> str:
        """Return the list."""
        return reverse("pages:pairs")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is compared."""
        return [
            _("Name and telephone, name and birthday, telephone alone; a line that six or more share is an office’s."),
            _("What was answered before is not asked again."),
        ]

    def act(self, _form: ActionForm) -> str | None:
        """Look."""
        if self.user.bureau is None:
            return None
        count = look_for_pairs(bureau=self.user.bureau, by=self.user, on=self.today)
        return _("%(count)d new pairs were found.") % {"count": count}


urls = [
    path("persons/pairs/", PairList.as_view(), name="pairs"),
    path("persons/pairs/look/", PairLook.as_view(), name="pairs-look"),
    path("persons/pairs/<int:pk>/", PairPage.as_view(), name="pair"),
    path("persons/pairs/<int:pk>/apart/", PairApart.as_view(), name="pair-apart"),
]
