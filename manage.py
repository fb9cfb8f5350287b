#!/usr/bin/env python
"""Run a management command."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings first

    from config import catalogues  # noqa: PLC0415 - the same

    catalogues.build()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
