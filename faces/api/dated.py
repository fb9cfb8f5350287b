"""``?on=``: the rows of a noun as they stood on a day. Without it, as they stand today."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final, cast

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework.request import Request

from admissions.selectors import checks_as_of
from appraisals.selectors import sanctions_on
from credit.rules import LABELS
from credit.selectors import Party, has_label, label_cuts, points_heirs, with_label, with_points
from evaluators.models import Qualification
from evaluators.selectors import as_of as firms_as_of
from evaluators.selectors import with_certificates
from experts.selectors import as_of as experts_as_of
from faces.api.filters import NounFilter
from faces.api.serializers import NounSerializer, Row, person
from foundation.accounts.models import User
from foundation.core import clock
from foundation.taxonomy.selectors import node_name_then, nodes_as_of
from parties.selectors import bodies_as_of, contacts_on, name_then, person_name_then

NOT_ENDED: Final = {"ended_on": None, "end_reason": "", "end_proof": None}
UNDATED: Final = ("kind", "staff_count", "is_civil_servant", "guest_for")
NOT_KEPT: Final = {"allow_null": True, "help_text": "null with a past day (`on`): kept without days"}


def labelled(
    rows: models.QuerySet[Any], user: User, day: date, *, party: Party = "organisation"
) -> models.QuerySet[Any]:
    """Add to firms (or experts) of the reader's bureau the deductions that run on ``day`` and the label they give."""
    return with_label(with_points(rows, day, party=party), label_cuts(user.bureau, day))


class DatedFilter(NounFilter):
    """Filters of a noun that knows its past: with ``on``, the filters named in ``then`` ask about that day."""

    then: ClassVar[Mapping[str, str]] = {}
    day: date | None = None
    on = filters.DateFilter(method="unchanged", label=gettext_lazy("as it stood on this day"))

    def unchanged(self, queryset: models.QuerySet[Any], _name: str, _value: Any) -> models.QuerySet[Any]:  # noqa: ANN401 - django-filter's signature
        """Return the rows: the day is taken before every other filter."""
        return queryset

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the rows as they stood on ``day``."""
        raise NotImplementedError

    def filter_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Take the day first, then what is asked about it, then everything else."""
        asked = self.form.cleaned_data
        self.day = asked.pop("on", None)
        if day := self.day:
            queryset = self.on_day(queryset, day)
            for name, column in self.then.items():
                if value := asked.pop(name, ""):
                    queryset = queryset.filter(**{column: value})
        found: models.QuerySet[Any] = super().filter_queryset(queryset)
        return found


class LabelledFilter(DatedFilter):
    """Parties with their running deductions and the label of a day, narrowed by ``label``."""

    party: ClassVar[Party] = "organisation"
    label = filters.ChoiceFilter(
        choices=[(label, label) for label in LABELS], method="bearing", label=gettext_lazy("with this label")
    )

    @property
    def reader(self) -> User:
        """Who asks."""
        return person(cast("Request", self.request))

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the parties with points and label of then."""
        return labelled(queryset, self.reader, day, party=self.party)

    def bearing(self, queryset: models.QuerySet[Any], _name: str, value: str) -> models.QuerySet[Any]:
        """Keep who bears the label on the day that is asked about, else today."""
        day, bureau = self.day or clock.today(), self.reader.bureau
        heirs = points_heirs(day) if self.party == "organisation" else {}
        return queryset.filter(has_label(value, label_cuts(bureau, day), day, party=self.party, heirs=heirs))


class FirmsOn(LabelledFilter):
    """The register on a day."""

    then: ClassVar[Mapping[str, str]] = {"status": "status_then"}

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return who had a standing."""
        asked = super().on_day(queryset, day).annotate(asked_on=models.Value(day.isoformat()))
        return firms_as_of(asked, day)


class ExpertsOn(LabelledFilter):
    """The pool on a day."""

    party = "person"
    then: ClassVar[Mapping[str, str]] = {"status": "status_then", "title_level": "level_then"}

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return who had a standing."""
        asked = super().on_day(queryset, day).annotate(asked_on=models.Value(day.isoformat()))
        return experts_as_of(asked, day)


class OrganisationsOn(DatedFilter):
    """Bodies with the name, the legal representative and the address of a day."""

    then: ClassVar[Mapping[str, str]] = {"name": "name_then"}

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the bodies, each with what was true then."""
        return bodies_as_of(queryset, day)


class UnitsOn(DatedFilter):
    """Budget units under the names of a day."""

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the units, each with the name of then."""
        found: models.QuerySet[Any] = queryset.annotate(
            name_then=name_then("organisation", day), told_of=models.Value(day.isoformat())
        )
        return found


class PersonsOn(DatedFilter):
    """Persons under the name of a day."""

    then: ClassVar[Mapping[str, str]] = {"name": "name_then"}

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the persons, each with the name of then."""
        found: models.QuerySet[Any] = queryset.annotate(name_then=person_name_then("", day))
        return found


class NodesOn(DatedFilter):
    """Nodes of the trees as they were on a day: name, place, whether they had ended. A node counts as always there."""

    then: ClassVar[Mapping[str, str]] = {"parent": "parent_then"}
    is_living = filters.BooleanFilter(method="living", label=gettext_lazy("has not ended"))

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the nodes, each with what it was."""
        found: models.QuerySet[Any] = nodes_as_of(queryset, day).annotate(asked_on=models.Value(day.isoformat()))
        return found

    def living(self, queryset: models.QuerySet[Any], _name: str, value: bool) -> models.QuerySet[Any]:
        """Keep what had not ended by the day, today unless told, or what had."""
        column = "ended_then" if self.day else "retired_on"
        return queryset.filter(**{f"{column}__isnull": value})


class SpellsOn(DatedFilter):
    """Rows from a day to a day: those that ran (the end day excluded).

    ``persons`` and ``bodies`` are the paths to whom the rows name, each in its field ``<path>_name``, as they were
    called on the day.
    """

    persons: ClassVar[tuple[str, ...]] = ()
    bodies: ClassVar[tuple[str, ...]] = ()

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return what ran."""
        names = {f"{path}_name_then": person_name_then(path, day) for path in self.persons}
        names |= {f"{path}_name_then": name_then(path, day) for path in self.bodies}
        found: models.QuerySet[Any] = self.ran(queryset, day).annotate(told_of=models.Value(day.isoformat()), **names)
        return found

    def ran(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Keep what ran on ``day``."""
        return queryset.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class EmploymentsOn(SpellsOn):
    """Who worked where on a day, or owned, advised or headed what."""

    persons, bodies = ("person",), ("organisation",)


class PostsOn(SpellsOn):
    """Who was with a firm on a day."""

    persons = ("person",)


class RelationsOn(SpellsOn):
    """What one body was to another on a day."""

    bodies = ("subject", "other")


class RecusalsOn(SpellsOn):
    """From whom experts stepped back on a day."""

    bodies = ("organisation",)


class SpecialtiesOn(SpellsOn):
    """Specialties that experts had on a day; without a first day they were known before days were kept."""

    def ran(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Keep what ran, each under the name that it bore."""
        begun = Q(started_on__isnull=True) | Q(started_on__lte=day)
        held = queryset.filter(begun, Q(ended_on__isnull=True) | Q(ended_on__gt=day))
        named: models.QuerySet[Any] = held.annotate(name_then=node_name_then("node", day))
        return named


class ContactsOn(SpellsOn):
    """Who was called on a day, each with the name that the body bore."""

    def ran(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Keep who was called."""
        return contacts_on(queryset, day)


class ChecksOn(DatedFilter):
    """Answers to checklists: of each entry and item the one that held."""

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return the newest that were given by then."""
        return checks_as_of(queryset, day)


class EventsOn(DatedFilter):
    """Credit events that had happened by a day."""

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return what had happened."""
        return queryset.filter(occurred_on__lte=day)


class SanctionsOn(DatedFilter):
    """Sanctions that were put forward by a day, each with where it stood."""

    then: ClassVar[Mapping[str, str]] = {"status": "status_then"}

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return what was put forward."""
        found: models.QuerySet[Any] = sanctions_on(queryset, day).annotate(asked_on=models.Value(day.isoformat()))
        return found


class LeadsOn(PostsOn):
    """Who led on a day, with the certificate that was accepted by then."""

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return who led."""
        return with_certificates(super().on_day(queryset, day), day)


class QualificationsOn(DatedFilter):
    """Qualifications that the bureau had accepted by a day, and that held on it (the last day included)."""

    def on_day(self, queryset: models.QuerySet[Any], day: date) -> models.QuerySet[Any]:
        """Return what counted."""
        return queryset.filter(pk__in=Qualification.objects.valid_on(day).values("pk"))


def shown_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a firm or an expert with the standing, the term and the name of the day that was asked about.

    What is kept without days is null on a past day.
    """
    status = getattr(row, "status_then", None)
    if status is None:
        return shown
    since, ends_on = getattr(row, "since_then", None), getattr(row, "term_then", None)
    then = {
        "status": status,
        "status_since": since.isoformat() if since else None,
        "term_ends_on": ends_on.isoformat() if ends_on else None,
        "name": getattr(row, "name_then", None) or getattr(row, "person_name_then", None) or shown.get("name"),
        "title": getattr(row, "title_then", None),
        "title_level": getattr(row, "level_then", None),
        "legal_person": getattr(row, "legal_person_then", None),
        "address": getattr(row, "address_then", None),
    }
    if ends_on is None:
        then["admitted_on"] = None
    if getattr(row, "asked_on", "") < clock.today().isoformat():
        then |= dict.fromkeys(UNDATED)
    return {**shown, **{name: value for name, value in then.items() if name in shown}}


def spell_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a spell under the names of the day that was asked about; an end that came after a past day is none."""
    asked = getattr(row, "told_of", None)
    if asked is None:
        return shown
    names = {name: getattr(row, f"{name}_then", None) for name in shown}
    then = {name: value for name, value in names.items() if value is not None}
    if asked < clock.today().isoformat() and str(shown.get("ended_on") or "") > asked:
        then |= {name: nothing for name, nothing in NOT_ENDED.items() if name in shown}
    return {**shown, **then}


class SpellSerializer(NounSerializer[Row]):
    """A row from a day to a day, told as it stood on the day that was asked about."""

    def to_representation(self, instance: Row) -> dict[str, Any]:
        """Return the row."""
        return spell_then(instance, super().to_representation(instance))


def node_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a node as it was on the day that was asked about; its path is told of today only."""
    asked = getattr(row, "asked_on", None)
    if asked is None:
        return shown
    ended = getattr(row, "ended_then", None)
    then: dict[str, Any] = {
        "name": getattr(row, "name_then", ""),
        "parent": getattr(row, "parent_then", None),
        "retired_on": ended.isoformat() if ended else None,
        "merged_into": getattr(row, "merged_then", None),
    }
    if asked < clock.today().isoformat():
        then |= {"path": None, "successor": None}
    return {**shown, **then}


def sanction_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a sanction without what came after the day that was asked about."""
    asked = getattr(row, "asked_on", None)
    if asked is None:
        return shown
    days = ("started_on", "ended_on", "told_on", "served_on", "lifted_on")
    later = {name for name in days if shown.get(name) and str(shown[name]) > asked}
    then: dict[str, Any] = {"status": getattr(row, "status_then", ""), "name": getattr(row, "party_then", "")}
    then |= dict.fromkeys(later)
    if "started_on" in later:
        then["ends_on"] = None
    reply = getattr(row, "reply", None)
    if reply is not None and reply.given_on.isoformat() > asked:
        then |= {"reply_words": "", "reply_outcome": "", "reply_answer": ""}
    elif reply is not None and reply.answered_on is not None and reply.answered_on.isoformat() > asked:
        then |= {"reply_outcome": "", "reply_answer": ""}
    return {**shown, **then}


def certificate_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a lead evaluator with the certificate of the day that was asked about."""
    number = getattr(row, "certificate_then", None)
    if number is None:
        return shown
    ends_on = getattr(row, "certificate_ends_then", None)
    return {**shown, "certificate_number": number, "certificate_valid_to": ends_on.isoformat() if ends_on else None}


def unit_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a unit under the name of the day that was asked about; superior and section are kept without days."""
    asked = getattr(row, "told_of", None)
    if asked is None:
        return shown
    then: dict[str, Any] = {"name": getattr(row, "name_then", "")}
    if asked < clock.today().isoformat():
        then |= {"superior": None, "superior_name": "", "section": None, "section_name": ""}
    return {**shown, **then}


def facts_then(row: models.Model, shown: dict[str, Any]) -> dict[str, Any]:
    """Return a body or a person with the name and the facts of the day that was asked about."""
    then = {name: getattr(row, f"{name}_then", None) for name in ("name", "legal_person", "address")}
    return {**shown, **{name: value for name, value in then.items() if name in shown and value is not None}}
