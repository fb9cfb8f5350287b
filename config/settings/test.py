"""The tests: a database of their own, fast password hashes, jobs at once."""

import os
import tempfile
from pathlib import Path

from config import catalogues
from config.settings.base import *

DEBUG = False
SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["*"]
_TMP = Path(tempfile.gettempdir()) / f"gongping-test-{os.getpid()}"
_TMP.mkdir(exist_ok=True)
MEDIA_ROOT = _TMP / "files"
STATIC_ROOT = _TMP / "static"
STATIC_ROOT.mkdir(exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["NAME"] = _TMP / "db.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": str(_TMP / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["TEST"] = {"NAME": f"gongping_test_{os.getpid()}"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SMS_FOLDER = _TMP / "sms"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {key: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"} for key in ("default", "progress")}
AXES_ENABLED = True
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"user": None}

catalogues.build()  # before the first translation is read
