"""Three-level trees."""

from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    """Register the room."""

    name = "foundation.taxonomy"
