"""Frozen copies as strangers read them. Nothing here touches a live row: what is not published cannot show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db import models
from django.db.models import Count
from django.utils.dateparse import parse_date

from assignments.enums import TaskKind
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.selectors.records import label_of
from foundation.core.money import from_wan
from reviews import scoring
from reviews.enums import ProjectGrade, ReportGrade

PAGE_SIZE: Final = 50
FACETS: Final = ("work_year", "grade", "unit_name")
FACET_LIMIT: Final = 40
RECORDS: Final = (PublicationKind.DRAW, PublicationKind.BATCH)


@dataclass(frozen=True, slots=True)
class RatingFilter:
    """What a list of published ratings is narrowed to."""

    work_year: tuple[int, ...] = ()
    grade: tuple[str, ...] = ()
    unit_name: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return not (self.work_year or self.grade or self.unit_name or self.text)


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet and how many rows it would keep."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page of copies, newest first; ``after`` and ``before`` are keys of the neighbouring pages."""

    rows: list[Publication]
    after: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class CertificateAnswer:
    """What the check page says about a code. An unknown code and one never published look alike."""

    is_valid: bool
    publication: Publication | None = None
    withdrawn_reason: str = ""

    @property
    def held_on(self) -> date | None:
        """The day of the course."""
        return parse_date(self.publication.body["held_on"]) if self.publication else None

    @property
    def issued_on(self) -> date | None:
        """The day of the certificate."""
        return parse_date(self.publication.body["issued_on"]) if self.publication else None


def _live(*kinds: PublicationKind) -> models.QuerySet[Publication]:
    return Publication.objects.filter(kind__in=kinds, withdrawn_at__isnull=True)


def newest_ratings(*, count: int) -> list[Publication]:
    """Return the newest published ratings."""
    return list(_live(PublicationKind.RATING).order_by("-pk")[:count])


def newest_draws(*, count: int) -> list[Publication]:
    """Return the newest published records of draws and batches."""
    return list(_live(*RECORDS).order_by("-pk")[:count])


def is_draw(publication: Publication) -> bool:
    """Return whether the copy is a draw's record."""
    return publication.kind == PublicationKind.DRAW


def is_batch(publication: Publication) -> bool:
    """Return whether the copy is the record of a batch assignment."""
    return publication.kind == PublicationKind.BATCH


def has_record(publication: Publication) -> bool:
    """Return whether the copy holds a record that verify_draw.py reads."""
    return publication.kind in RECORDS


def ratings_page(*, wanted: RatingFilter, after: int | None = None, before: int | None = None) -> PublicPage:
    """Return one page of published ratings, by keyset: as fast deep as first."""
    return _page(_narrowed(wanted), after=after, before=before)


def draws_page(*, after: int | None = None, before: int | None = None) -> PublicPage:
    """Return one page of published records of draws and batches."""
    return _page(_live(*RECORDS), after=after, before=before)


def _narrowed(wanted: RatingFilter, *, without: str = "") -> models.QuerySet[Publication]:
    rows = _live(PublicationKind.RATING)
    for name in FACETS:
        values = getattr(wanted, name)
        if values and name != without:
            rows = rows.filter(**{f"{name}__in": values})
    return rows.filter(title__icontains=wanted.text) if wanted.text else rows


def _page(rows: models.QuerySet[Publication], *, after: int | None, before: int | None) -> PublicPage:
    if before is not None and after is None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: PAGE_SIZE + 1])
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE][::-1]
        return PublicPage(found, found[-1].pk if found else None, found[0].pk if more and found else None)
    shown = rows.filter(pk__lt=after) if after is not None else rows
    found = list(shown.order_by("-pk")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    later = found[-1].pk if more and found else None
    return PublicPage(found, later, found[0].pk if after is not None and found else None)


def rating_facets(wanted: RatingFilter) -> dict[str, list[FacetCount]]:
    """Return year, grade and unit with their counts, each as the other conditions leave them: three queries."""
    found = {}
    for name in FACETS:
        rows = _narrowed(wanted, without=name).order_by().values(name).annotate(n=Count("pk"))
        ticked = {str(value) for value in getattr(wanted, name)}
        options = [
            FacetCount(str(row[name]), _facet_label(name, row[name]), row["n"], str(row[name]) in ticked)
            for row in rows.order_by("-n", name)[:FACET_LIMIT]
            if row[name]
        ]
        found[name] = _ordered(name, options)
    return found


def _facet_label(name: str, value: Any) -> str:  # noqa: ANN401 - a column's value
    if name == "grade":
        return str(ReportGrade(value).label) if value in ReportGrade else str(value)
    return str(value)


def _ordered(name: str, options: list[FacetCount]) -> list[FacetCount]:
    if name == "work_year":
        return sorted(options, key=lambda option: option.value, reverse=True)
    if name == "grade":
        known = [grade.value for grade in ReportGrade]
        return sorted(options, key=lambda option: known.index(option.value) if option.value in known else len(known))
    return options


def latest(slug: str) -> Publication | None:
    """Return the newest version at an address: live, or withdrawn with its reason. A certificate is asked by code."""
    rows = Publication.objects.filter(slug=slug).exclude(kind=PublicationKind.CERTIFICATE)
    return rows.order_by("-version").first()


def versions(publication: Publication) -> list[Publication]:
    """Return the earlier versions at the same address, newest first."""
    rows = Publication.objects.filter(slug=publication.slug, version__lt=publication.version)
    return list(rows.defer("body", "text").order_by("-version"))


def certificate(code: str) -> CertificateAnswer:
    """Return whether a certificate with this code is valid."""
    cleaned = "".join(code.split()).upper()[:40]
    row = None
    if cleaned:
        rows = Publication.objects.filter(kind=PublicationKind.CERTIFICATE, slug=cleaned)
        row = rows.order_by("-version").first()
    if row is None:
        return CertificateAnswer(is_valid=False)
    if row.withdrawn_at:
        return CertificateAnswer(is_valid=False, publication=row, withdrawn_reason=row.withdrawn_reason)
    return CertificateAnswer(is_valid=True, publication=row)


def record_text(publication: Publication) -> str:
    """Return the record of a published draw or batch as the file that verify_draw.py reads."""
    return json.dumps(publication.body["record"], ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def draw_of_commitment(commitment: str) -> Publication | None:
    """Return the newest published copy, live or withdrawn, of the draw with this commitment H."""
    rows = Publication.objects.filter(kind=PublicationKind.DRAW, body__record__h=commitment.lower())
    return rows.order_by("-version", "-pk").first()


def labels_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words, in the reader's language, of the codes in a rating's body, its values spelled out, its days."""
    quality = body.get("report_quality") or {}
    project = body.get("project_performance") or {}
    return {
        "kind": label_of(TaskKind, body.get("kind", "")),
        "report_grade": label_of(ReportGrade, quality.get("grade", "")),
        "project_grade": label_of(ProjectGrade, project.get("grade", "")),
        "score": _spelled(quality.get("score", "")),
        "raw": _spelled(quality.get("raw", "")),
        "amount_cents": from_wan(body.get("amount_wan") or 0),
        "corrections": [
            {
                "version": one["version"],
                "day": parse_date(one["withdrawn_on"]),
                "reason": one["reason"],
                "sha256": one["sha256"],
                "grade": label_of(ReportGrade, one["grade"]),
                "printed": one["printed"],
            }
            for one in body.get("corrections") or []
        ],
        "final_on": parse_date(body.get("final_on") or ""),
    }


def _spelled(score: str) -> str:
    return scoring.spelled(Fraction(score)) if score else ""
