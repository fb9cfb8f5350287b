"""The documents face."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Register the face."""

    name = "faces.documents"
    label = "documents"
