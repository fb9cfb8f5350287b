"""What the public may read, and what a bureau has published or may publish."""

from disclosure.models import Publication
from disclosure.selectors.desk import (
    of_subject,
    publishable_certificates,
    publishable_draws,
    publishable_ratings,
    visible_to,
)
from disclosure.selectors.public import (
    CertificateAnswer,
    FacetCount,
    PublicPage,
    RatingFilter,
    certificate,
    draw_summary,
    draws_page,
    is_draw,
    labels_of,
    latest,
    newest_draws,
    newest_ratings,
    rating_facets,
    ratings_page,
    record_text,
    versions,
)

__all__ = [
    "CertificateAnswer",
    "FacetCount",
    "PublicPage",
    "Publication",
    "RatingFilter",
    "certificate",
    "draw_summary",
    "draws_page",
    "is_draw",
    "labels_of",
    "latest",
    "newest_draws",
    "newest_ratings",
    "of_subject",
    "publishable_certificates",
    "publishable_draws",
    "publishable_ratings",
    "rating_facets",
    "ratings_page",
    "record_text",
    "versions",
    "visible_to",
]
