"""The pages face."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Register the face."""

    name = "faces.pages"
    label = "pages"
