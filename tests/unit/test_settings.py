"""What the environment of a process may say about e-mails and logs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from cscart_zoho.settings import _mail


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "starttls", "tls"),
    [
        ("smtp+starttls://u:p%40ss@mail.example.com:587", "mail.example.com", 587, "u", "p@ss", True, False),
        ("smtp+starttls://mail.example.com", "mail.example.com", 587, "", "", True, False),
        ("smtps://u%40example.com:p@mail.example.com", "mail.example.com", 465, "u@example.com", "p", False, True),
        ("smtp://mail.example.com:2525", "mail.example.com", 2525, "", "", False, False),
        ("smtp://u:p@127.0.0.1", "127.0.0.1", 25, "u", "p", False, False),
    ],
)
def test_the_address_of_a_mail_server_is_read(
    url: str, host: str, port: int, user: str, password: str, starttls: bool, tls: bool
) -> None:
    assert _mail(url) == {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
    }


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://u:canary@mail.example.com",
        "smtp+starttls://u:canary@",
        "smtps://u:canary@mail.example.com:many",
        "smtps://u:canary@mail.example.com:0",
        "smtp://u:canary@mail.example.com",  # the password would go in the clear
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CSCART_ZOHO_SMTP_URL") as refused:
        _mail(url)
    assert "canary" not in str(refused.value)


def started(folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CSCART_ZOHO_", "DJANGO_"))}
    ours = {f"CSCART_ZOHO_{name}": value for name, value in environment.items()}
    data = {"CSCART_ZOHO_DATA": str(folder), "CSCART_ZOHO_SECRET_KEYS": Fernet.generate_key().decode()}
    argv = [sys.executable, *words]
    return subprocess.run(argv, env={**kept, **data, **ours}, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SMTP_URL", "smtp://u:canary@mail.example.com", "would send its password in the clear"),
        ("MAIL_FROM", "sync@example.com\nBcc: canary@example.com", "must be an address"),
        ("LOG_FORMAT", "canary", "must be one of: text, json"),
        ("LOG_LEVEL", "canary", "must be one of: DEBUG, INFO, WARNING, ERROR, CRITICAL"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(name: str, value: str, words: str, tmp_path: Path) -> None:
    done = started(tmp_path, "-m", "cscart_zoho.cli", "status", **{name: value})
    assert done.returncode == 1
    assert words in done.stderr
    assert "canary" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_secrets_of_the_process_are_never_logged_and_libraries_keep_quiet(form: str, tmp_path: Path) -> None:
    says = """
import logging, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "cscart_zoho.settings"
django.setup()
ours, httpx2 = logging.getLogger("cscart_zoho.example"), logging.getLogger("httpx2")
for name in ("METRICS_TOKEN", "SECRET_KEYS"):
    ours.warning("said %s", os.environ["CSCART_ZOHO_" + name])
ours.warning("said %s and %s", "canary-mail", "canary-base")
ours.info("quiet")
httpx2.info("HTTP Request: POST https://hooks.example.com/canary")
"""
    done = started(
        tmp_path,
        "-c",
        says,
        LOG_FORMAT=form,
        METRICS_TOKEN="canary-token",
        SMTP_URL="smtps://u:canary-mail@mail.example.com",
        DATABASE="postgresql://u:canary-base@db.example.com/x",
    )
    lines = done.stderr.splitlines()
    assert len(lines) == 3, done.stderr
    assert "canary" not in done.stderr
    assert all(("***" in line) and line.startswith("{" if form == "json" else "20") for line in lines)
