"""All settings, in one file. Each ``DRAHT_*`` variable is read and checked here, and told in docs/run/settings.md."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def switch(name: str, default: bool) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value == "yes"


def words(name: str, default: str) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> dict[str, dict[str, str]]:
    """Settings that lie under those of each connection: ``channel.setting=value``, separated by commas."""
    found: dict[str, dict[str, str]] = {}
    for told in words(name, ""):
        key, _, value = told.partition("=")
        channel, _, setting = key.strip().partition(".")
        if not (channel and setting and value.strip()):
            raise ImproperlyConfigured(f"{name} must be like x.api=https://proxy.example.org, not {told!r}.")
        found.setdefault(channel, {})[setting] = value.strip()
    return found


def zone_of_machine(link: str = "/etc/localtime") -> str:
    """Its IANA name: on Linux and macOS the link leads into a folder of zones. Elsewhere UTC."""
    name = os.path.realpath(link).partition("/zoneinfo/")[2]
    try:
        return ZoneInfo(name).key
    except (ValueError, ZoneInfoNotFoundError):
        return "UTC"


def database(url: str) -> dict[str, Any]:
    """Django's database settings from an address: ``sqlite:///file`` or ``postgres://user:password@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path[1:]),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",  # a writer waits at the door, not half-way
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                " PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "OPTIONS": {"options": "-c jit=off"},
        }
    raise ImproperlyConfigured(f"DRAHT_DATABASE must begin with sqlite:/// or postgres://, not {url!r}.")


def secret_key(data_dir: Path) -> str:
    """The key from ``DRAHT_SECRET_KEY``, else one that is made once and kept in the data folder."""
    told = os.environ.get("DRAHT_SECRET_KEY", "")
    if told:
        return told
    file = data_dir / "secret-key"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


HOUSE = Path(__file__).resolve().parent.parent

DATA_DIR = Path(text("DRAHT_DATA_DIR", "data")).resolve()
HOST = text("DRAHT_HOST", "127.0.0.1")
PORT = number("DRAHT_PORT", 8000)
BASE_URL = text("DRAHT_BASE_URL", f"http://localhost:{PORT}").rstrip("/")
DEBUG = False
SECRET_KEY = secret_key(DATA_DIR)
OLD_SECRET_KEYS = words("DRAHT_OLD_SECRET_KEYS", "")

ALLOWED_HOSTS = [urlsplit(BASE_URL).hostname or "localhost", *words("DRAHT_HOSTS", "localhost,127.0.0.1")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_ENGINE = "draht.core.people.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATABASES = {"default": database(text("DRAHT_DATABASE", f"sqlite:///{DATA_DIR / 'draht.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "draht.core.people",
    "draht.core.journal",
    "draht.core.worker",
    "draht.core.files",
    "draht.core.ui",
    "draht.connections",
    "draht.features.promises",
    "draht.features.inbox",
    "draht.features.publishing",
    "draht.project",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "draht.project.middleware.guarded",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "draht.project.middleware.own_language",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "draht.project.middleware.NoSuchValue",
]
ROOT_URLCONF = "draht.project.urls"
WSGI_APPLICATION = "draht.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "draht.core.ui.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "draht.connections.strip.context",
            ],
        },
    },
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "draht.project.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

USE_TZ = True
TIME_ZONE = text("DRAHT_TIME_ZONE", zone_of_machine())
LANGUAGE_CODE = text("DRAHT_LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("de", _("German")), ("es", _("Spanish"))]
LOCALE_PATHS = [HOUSE / "locale"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {name: {"level": "WARNING"} for name in ("httpx2", "httpcore2", "uvicorn.error")},  # each request
    "root": {"handlers": ["console"], "level": text("DRAHT_LOG_LEVEL", "INFO")},
}

FILE_MAX_BYTES = number("DRAHT_FILE_MAX_BYTES", 25 * 1024 * 1024)
HOOK_MAX_BYTES = number("DRAHT_HOOK_MAX_BYTES", 3 * 1024 * 1024)
CHANNELS_ON = words("DRAHT_CHANNELS_ON", "")
NETWORKS = networks("DRAHT_NETWORKS")
UNDO_SECONDS = number("DRAHT_UNDO_SECONDS", 10)
