"""Django's settings, from the environment and the data folder.

Every variable starts with `CSCART_ZOHO_`. Nothing here talks to the network.
"""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from cscart_zoho.logs import keep_out


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


def _longest_rest_ms() -> int:
    """How long a transaction may rest before PostgreSQL ends it, in milliseconds.

    Less than a silent run is waited for: a worker that was frozen, or whose machine
    is gone, must not hold the row that another one takes over.
    """
    try:
        return max(1, min(30_000, int(float(_env("TAKE_OVER_S", "60")) * 500)))
    except (ValueError, OverflowError):
        return 30_000  # what is wrong with the setting is told where it is used


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
            "OPTIONS": {"options": f"-c idle_in_transaction_session_timeout={_longest_rest_ms()}"},
        }
    raise ImproperlyConfigured("CSCART_ZOHO_DATABASE must begin with sqlite:/// or postgresql://")


DATABASES = {"default": _database(_env("DATABASE"))}
_postgresql = DATABASES["default"]["ENGINE"].endswith("postgresql")


def _runner(chosen: str) -> str:
    """What hands out runs: the lease runner, or Procrastinate. The same in all processes of an installation."""
    if chosen not in {"lease", "procrastinate"}:
        raise ImproperlyConfigured('CSCART_ZOHO_RUNNER must be "lease" or "procrastinate".')
    if chosen == "procrastinate" and not _postgresql:
        raise ImproperlyConfigured(
            "CSCART_ZOHO_RUNNER=procrastinate needs PostgreSQL: set CSCART_ZOHO_DATABASE to postgresql://..., "
            "or leave CSCART_ZOHO_RUNNER out."
        )
    needed = {"psycopg": _postgresql, "procrastinate": chosen == "procrastinate"}
    for package, wanted in needed.items():
        if wanted and find_spec(package) is None:
            raise ImproperlyConfigured(
                f"The package {package} is missing. Install the connector with what PostgreSQL needs: "
                'pip install "cscart-zoho[postgresql]".'
            )
    return chosen


CSCART_ZOHO_RUNNER = _runner(_env("RUNNER", "lease"))
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
if CSCART_ZOHO_RUNNER == "procrastinate":
    # Only then: its migrations are written for PostgreSQL alone.
    INSTALLED_APPS.insert(INSTALLED_APPS.index("cscart_zoho.store"), "procrastinate.contrib.django")

MIDDLEWARE = [
    "cscart_zoho.panel.secret_addresses.SecretAddresses",
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

#: With this token, `Authorization: Bearer ...`, a Prometheus server may read /metrics.
CSCART_ZOHO_METRICS_TOKEN = _env("METRICS_TOKEN")


def _mail(url: str) -> dict[str, Any]:
    """Django's names for `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`."""
    parts = urlsplit(url)
    kinds = {"smtp": (25, False, False), "smtp+starttls": (587, True, False), "smtps": (465, False, True)}
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in kinds or not parts.hostname or port == 0:
        raise ImproperlyConfigured(
            "CSCART_ZOHO_SMTP_URL must look like smtp+starttls://user:password@mail.example.com:587; "
            "smtps:// and smtp:// are understood as well."
        )
    usual, starttls, tls = kinds[parts.scheme]
    if parts.password and not (starttls or tls) and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ImproperlyConfigured(
            "CSCART_ZOHO_SMTP_URL would send its password in the clear: use smtp+starttls:// or smtps://."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or usual,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }


#: The server that takes the e-mails of notices; without one none are sent.
CSCART_ZOHO_MAIL = bool(_env("SMTP_URL"))
if CSCART_ZOHO_MAIL:
    globals().update(_mail(_env("SMTP_URL")))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _env("MAIL_FROM") or f"cscart-zoho@{_public.hostname or 'localhost'}"
if not DEFAULT_FROM_EMAIL.isprintable() or "@" not in DEFAULT_FROM_EMAIL:
    raise ImproperlyConfigured("CSCART_ZOHO_MAIL_FROM must be an address such as sync@example.com.")


def _one_of(name: str, default: str, *allowed: str) -> str:
    given = _env(name, default)
    if given not in allowed:
        raise ImproperlyConfigured(f"CSCART_ZOHO_{name} must be one of: {', '.join(allowed)}.")
    return given


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_level = _one_of("LOG_LEVEL", "WARNING", *_LEVELS)
_form = {"text": "cscart_zoho.logs.TextLines", "json": "cscart_zoho.logs.JsonLines"}
#: Libraries are asked for warnings only: their lines would name every address that is called.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": _form[_one_of("LOG_FORMAT", "text", *_form)]}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"cscart_zoho": {"level": _level}},
    "root": {"handlers": ["stderr"], "level": _level if _level in ("ERROR", "CRITICAL") else "WARNING"},
}
for _secret in (
    *CSCART_ZOHO_SECRET_KEYS,
    str(DATABASES["default"].get("PASSWORD") or ""),
    str(globals().get("EMAIL_HOST_PASSWORD") or ""),
    CSCART_ZOHO_METRICS_TOKEN,
    *map(_env, ("STORE_KEY", "CLIENT_SECRET", "WEBHOOK")),
):
    keep_out(_secret, always=True)

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
