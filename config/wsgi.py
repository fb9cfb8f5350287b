"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from config import catalogues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

catalogues.build()
application = get_wsgi_application()
