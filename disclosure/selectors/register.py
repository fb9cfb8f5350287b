"""The register as strangers read it: live, but a fixed list of fields. No person, address or telephone is among them.

Only who stands in the register today is shown. Grades come from published copies alone: counts, order and facets know
nothing of a rating before it is published.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.selectors.public import PAGE_SIZE, FacetCount
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import Firm
from parties.models import FormerName
from reviews.enums import ReportGrade
from reviews.models import QualityRating

FACETS: Final = {"kind": "kind", "bureau": "bureau__code"}
GRADES_SHOWN: Final = 3
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What the public register is narrowed to."""

    kind: tuple[str, ...] = ()
    bureau: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return not (self.kind or self.bureau or self.text)


@dataclass(frozen=True, slots=True)
class PublishedGrade:
    """A published rating of a report, from its frozen copy."""

    slug: str
    title: str
    unit: str
    work_year: int
    grade: str
    grade_word: str
    printed: str
    published_on: date


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One firm as everybody may read it. ``valid_until`` is the last day of the term."""

    pk: int
    bureau_code: str
    bureau: str
    number: str
    name: str
    uscc: str
    kind: str
    kind_word: str
    admitted_on: date | None
    valid_until: date | None
    is_valid: bool
    is_demo: bool
    former_names: list[tuple[str, date]] = field(default_factory=list)
    grades: list[PublishedGrade] = field(default_factory=list)

    @property
    def newest_grades(self) -> list[PublishedGrade]:
        """The first of the published grades, for a line of the list."""
        return self.grades[:GRADES_SHOWN]

    def as_json(self) -> dict[str, Any]:
        """Return the fixed list of fields that the public interface gives."""
        return {
            "bureau_code": self.bureau_code,
            "bureau": self.bureau,
            "number": self.number,
            "name": self.name,
            "uscc": self.uscc,
            "kind": self.kind,
            "admitted_on": self.admitted_on.isoformat() if self.admitted_on else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "is_valid": self.is_valid,
            "is_demo": self.is_demo,
            "former_names": [{"name": name, "until": until.isoformat()} for name, until in self.former_names],
            "grades": [
                {
                    "publication": one.slug,
                    "title": one.title,
                    "unit": one.unit,
                    "work_year": one.work_year,
                    "grade": one.grade,
                    "score": one.printed,
                    "published_on": one.published_on.isoformat(),
                }
                for one in self.grades
            ],
        }


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of the register by name; ``after`` and ``before`` are keys of the neighbouring pages."""

    rows: list[RegisterEntry]
    after: int | None
    before: int | None


def _listed(wanted: RegisterFilter, *, without: str = "") -> models.QuerySet[Firm]:
    rows = Firm.objects.filter(status=FirmStatus.ACTIVE)
    for name, column in FACETS.items():
        values = getattr(wanted, name)
        if values and name != without:
            rows = rows.filter(**{f"{column}__in": values})
    for word in wanted.text.split():
        past = FormerName.objects.filter(organisation=OuterRef("organisation_id"), name__icontains=word)
        found: Q = Q(organisation__name__icontains=word) | Q(number__iexact=word) | Q(Exists(past))
        if word.isascii():
            found |= Q(organisation__sort_key__icontains=word.lower()) | Q(organisation__uscc__icontains=word.upper())
        rows = rows.filter(found)
    return rows


def register_page(
    *, wanted: RegisterFilter, on: date, after: int | None = None, before: int | None = None
) -> RegisterPage:
    """Return one page of the register by name and keyset: as fast deep as first, five queries at most."""
    rows = _listed(wanted)
    anchor, is_back = after or before, after is None and before is not None
    place = Firm.objects.filter(pk=anchor, status=FirmStatus.ACTIVE) if anchor else None
    name = place.values_list("organisation__sort_key", flat=True).first() if place is not None else None
    if name is None:
        found = _read(rows, "organisation__sort_key", "pk")
        more = len(found) > PAGE_SIZE
        found = found[:PAGE_SIZE]
        return RegisterPage(_entries(found, on=on), found[-1].pk if more else None, None)
    if is_back:
        earlier = Q(organisation__sort_key__lt=name) | Q(organisation__sort_key=name, pk__lt=anchor)
        found = _read(rows.filter(earlier), "-organisation__sort_key", "-pk")
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return RegisterPage(
            _entries(found, on=on), found[-1].pk if found else None, found[0].pk if more and found else None
        )
    later = Q(organisation__sort_key__gt=name) | Q(organisation__sort_key=name, pk__gt=anchor)
    found = _read(rows.filter(later), "organisation__sort_key", "pk")
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return RegisterPage(_entries(found, on=on), found[-1].pk if more else None, found[0].pk if found else None)


def _read(rows: models.QuerySet[Firm], *order: str) -> list[Firm]:
    return list(rows.select_related("organisation", "bureau").order_by(*order)[: PAGE_SIZE + 1])


def register_lines(*, wanted: RegisterFilter, on: date) -> Iterator[RegisterEntry]:
    """Yield every firm that the list would show, by name; three queries for each five hundred."""
    rows = _listed(wanted).order_by("organisation__sort_key", "pk").values_list("pk", flat=True)
    keys = list(rows)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = Firm.objects.select_related("organisation", "bureau").in_bulk(part)
        yield from _entries([found[pk] for pk in part if pk in found], on=on)


def register_facets(wanted: RegisterFilter) -> dict[str, list[FacetCount]]:
    """Return kind and bureau with their counts, each as the other conditions leave them: two queries."""
    labels = {"kind": "kind", "bureau": "bureau__name"}
    found = {}
    for name, column in FACETS.items():
        rows = _listed(wanted, without=name).order_by().values(column, labels[name]).annotate(n=Count("pk"))
        ticked = getattr(wanted, name)
        found[name] = [
            FacetCount(str(row[column]), _facet_word(name, row[labels[name]]), row["n"], row[column] in ticked)
            for row in rows.order_by("-n", column)
        ]
    return found


def _facet_word(name: str, value: str) -> str:
    return str(FirmKind(value).label) if name == "kind" and value in FirmKind else value


def register_entry(*, bureau_code: str, number: str, on: date) -> RegisterEntry | None:
    """Return the firm of this number in the register; None for one that does not stand there, whatever it is."""
    rows = Firm.objects.filter(bureau__code=bureau_code, number=number, status=FirmStatus.ACTIVE)
    row = rows.select_related("organisation", "bureau").first()
    return _entries([row], on=on)[0] if row else None


def _entries(firms: Sequence[Firm], *, on: date) -> list[RegisterEntry]:
    names: dict[int, list[tuple[str, date]]] = defaultdict(list)
    past = FormerName.objects.filter(organisation__in=[firm.organisation_id for firm in firms])
    for body, name, until in past.order_by("-until_on", "-pk").values_list("organisation_id", "name", "until_on"):
        names[body].append((name, until))
    grades = _published([firm.pk for firm in firms])
    return [
        RegisterEntry(
            pk=firm.pk,
            bureau_code=firm.bureau.code,
            bureau=firm.bureau.name,
            number=firm.number,
            name=firm.organisation.name,
            uscc=firm.organisation.uscc or "",
            kind=firm.kind,
            kind_word=str(firm.get_kind_display()),
            admitted_on=firm.admitted_on,
            valid_until=firm.term_ends_on - timedelta(days=1) if firm.term_ends_on else None,
            is_valid=firm.term_ends_on is not None and on < firm.term_ends_on,
            is_demo=firm.organisation.is_demo,
            former_names=names[firm.organisation_id],
            grades=grades[firm.pk],
        )
        for firm in firms
    ]


def _published(firm_ids: Sequence[int]) -> dict[int, list[PublishedGrade]]:
    """Return the live copies of each firm's ratings, newest first, in two queries."""
    found: dict[int, list[PublishedGrade]] = defaultdict(list)
    rated = QualityRating.objects.filter(commission__firm__in=firm_ids)
    owners = dict(rated.values_list("pk", "commission__firm_id"))
    copies = Publication.objects.filter(
        kind=PublicationKind.RATING,
        subject_kind=QualityRating._meta.label_lower,
        subject_id__in=rated.values("pk"),
        withdrawn_at__isnull=True,
    )
    for row in copies.defer("text").order_by("-pk"):
        quality = row.body.get("report_quality") or {}
        word = str(ReportGrade(row.grade).label) if row.grade in ReportGrade else row.grade
        found[owners[row.subject_id]].append(
            PublishedGrade(
                slug=row.slug,
                title=row.title,
                unit=row.unit_name,
                work_year=row.work_year,
                grade=row.grade,
                grade_word=word,
                printed=str(quality.get("printed", "")),
                published_on=timezone.localdate(row.published_at),
            )
        )
    return found
