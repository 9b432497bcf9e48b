"""Django's settings, from the environment and the data folder.

Every variable starts with `CSCART_ZOHO_`. Nothing here talks to the network.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def _env(name: str, default: str = "") -> str:
    return os.environ.get(f"CSCART_ZOHO_{name}", default)


def _flag(name: str) -> bool:
    return _env(name).lower() in {"1", "true", "yes", "on"}


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text().splitlines() if line.strip()] if path.exists() else []


#: Where the database, the keys and the logs live.
DATA_DIR = Path(_env("DATA", "data")).resolve()

DEBUG = False
CSCART_ZOHO_SECRET_KEYS = [key for key in _env("SECRET_KEYS").split(",") if key] or _lines(DATA_DIR / "secret.keys")
#: Django's own key is derived from ours, so that there is one thing to keep safe.
SECRET_KEY = "session:" + (CSCART_ZOHO_SECRET_KEYS[0] if CSCART_ZOHO_SECRET_KEYS else os.urandom(32).hex())
SECRET_KEY_FALLBACKS = ["session:" + key for key in CSCART_ZOHO_SECRET_KEYS[1:]]

#: Addresses of a simulator, for the demo and for tests. Only the process can set them, never the panel.
CSCART_ZOHO_SIM_STORE_URL = _env("SIM_STORE_URL")
CSCART_ZOHO_SIM_ACCOUNTS_URL = _env("SIM_ACCOUNTS_URL")
CSCART_ZOHO_SIM_API_URL = _env("SIM_API_URL")
#: A simulated organisation may have its limit of calls a minute lifted; a real one never.
CSCART_ZOHO_SIM_NO_MINUTE_LIMIT = bool(CSCART_ZOHO_SIM_API_URL) and _flag("SIM_NO_MINUTE_LIMIT")
#: Stores on a private network are reached only when the process allows it.
CSCART_ZOHO_PRIVATE_STORES = _flag("PRIVATE_STORES")
#: The address under which browsers reach the panel; the OAuth callback is built from it.
CSCART_ZOHO_PUBLIC_URL = _env("PUBLIC_URL", "http://127.0.0.1:8600").rstrip("/")

_public = urlsplit(CSCART_ZOHO_PUBLIC_URL)
_https = _public.scheme == "https"
ALLOWED_HOSTS = [_public.hostname or "127.0.0.1", "127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [CSCART_ZOHO_PUBLIC_URL]


def _database(url: str) -> dict[str, Any]:
    """A Django database from `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    if not url:
        url = f"sqlite:///{DATA_DIR / 'cscart-zoho.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path or ":memory:",
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
        }
    raise ImproperlyConfigured("CSCART_ZOHO_DATABASE must begin with sqlite:/// or postgresql://")


DATABASES = {"default": _database(_env("DATABASE"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "cscart_zoho.store",
    "cscart_zoho.panel",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cscart_zoho.panel.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cscart_zoho.panel.security.SessionLife",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "cscart_zoho.panel.urls"
WSGI_APPLICATION = "cscart_zoho.panel.wsgi.application"
STATIC_URL = "/static/"
STATIC_ROOT = None  # whitenoise serves the packages' own files; nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-cscart-zoho" if _https else "cscart-zoho"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if _https else 0
X_FRAME_OPTIONS = "DENY"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _env("LOG_LEVEL", "WARNING")},
}

#: The look of the panel, read by django-unfold.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "CS-Cart and Zoho",
    "SITE_HEADER": "CS-Cart and Zoho",
    "SITE_SUBHEADER": "kept in sync",
    "SITE_SYMBOL": "sync_alt",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "cscart_zoho.panel.navigation.icon"}],
    "STYLES": ["cscart_zoho.panel.navigation.styles"],
    "SCRIPTS": ["cscart_zoho.panel.navigation.scripts"],
    "SIDEBAR": {"navigation": "cscart_zoho.panel.navigation.sidebar"},
}
