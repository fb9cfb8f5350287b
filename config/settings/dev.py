"""The one-command start: SQLite, files on disk, jobs in-process, mail to the console."""

import os
import secrets
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.settings.base import *

DEBUG = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # VAR_DIR with it; WhiteNoise warns where it is missing
_KEY_FILE = VAR_DIR / "secret.key"
if not _KEY_FILE.exists():
    _KEY_FILE.write_text(secrets.token_urlsafe(50))
SECRET_KEY = _KEY_FILE.read_text()
GONGPING_FIELD_KEYS = [SECRET_KEY]
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
CSRF_TRUSTED_ORIGINS: list[str] = []
_DEMO_DAY = os.environ.get("GONGPING_DEMO_DAY", "")
if _DEMO_DAY:  # the clock of the pages starts on this day and goes on from there
    GONGPING_CLOCK_SHIFT_DAYS = (date.fromisoformat(_DEMO_DAY) - datetime.now(ZoneInfo(TIME_ZONE)).date()).days
