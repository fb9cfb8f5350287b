"""Production: refuses to start when a variable is missing, and names it."""

import os

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *


def need(name: str) -> str:
    """Return the environment variable ``name`` or refuse to start, naming it."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"Set the environment variable {name} before starting in production.")
    return value


DEBUG = False
SECRET_KEY = need("GONGPING_SECRET_KEY")
GONGPING_FIELD_KEYS = need("GONGPING_FIELD_KEYS").split(",")
ALLOWED_HOSTS = need("GONGPING_HOSTS").split(",")
GONGPING_PUBLIC_URL = need("GONGPING_PUBLIC_URL")
DATABASES = {"default": database(need("DATABASE_URL"))}
CSRF_TRUSTED_ORIGINS = [GONGPING_PUBLIC_URL]
IS_HTTPS = GONGPING_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
REQUIRE_SECOND_FACTOR = True
_REDIS = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": need("REDIS_URL")}
CACHES = {"default": _REDIS, "progress": _REDIS}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
