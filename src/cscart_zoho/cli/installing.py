"""`init`: the data folder, its key, the database, the roles and the first administrator."""

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cscart_zoho.cli.django_ready import set_up_django
from cscart_zoho.cli.words import say
from cscart_zoho.errors import WrongSetting

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEY_FILE = "secret.keys"


def initialise(admin: str | None, *, password_stdin: bool) -> None:
    """Make everything a first start needs. Safe to run again: what is there stays."""
    folder = lay_out(Path(os.environ.get("CSCART_ZOHO_DATA", "data")).resolve())
    say(f"Data folder: {folder}")
    set_up_django()
    from django.core.management import call_command
    from django.utils.module_loading import import_string

    call_command("migrate", interactive=False, verbosity=0)
    say("Database: up to date")
    # By name: the command line and the panel stand beside each other and import nothing of one another.
    import_string("cscart_zoho.panel.roles.ensure_roles")()
    say("Roles: viewer, operator, admin")
    _first_admin(admin, password_stdin=password_stdin)


def lay_out(folder: Path) -> Path:
    """Make the data folder (0700) and a fresh key in it (0600), unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    key_file = folder / KEY_FILE
    if os.environ.get("CSCART_ZOHO_SECRET_KEYS") or key_file.exists():
        return folder
    from cryptography.fernet import Fernet

    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    say(f"A new key was made in {key_file}. Keep a copy of it apart from the database.")
    return folder


def _first_admin(name: str | None, *, password_stdin: bool) -> None:
    from django.contrib.auth.models import User

    if name is None and User.objects.filter(is_superuser=True, is_active=True).exists():
        return
    name = name or "admin"
    if User.objects.filter(username=name).exists():
        say(f"Administrator: {name} (was there already; the password was left as it is)")
        return
    user = User(username=name, is_superuser=True, is_staff=True)
    user.set_password(_checked(_asked_password(name, password_stdin=password_stdin), user))
    user.save()
    say(f"Administrator: {name}")


def _asked_password(name: str, *, password_stdin: bool) -> str:
    if password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongSetting(
            f"There is no password for the administrator {name}.",
            advice="Run `cscart-zoho init` on a terminal, or give the password with --password-stdin.",
        )
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("The same again: ") != password:
        raise WrongSetting("The two passwords are not the same.", advice="Run `cscart-zoho init` again.")
    return password


def _checked(password: str, user: "User") -> str:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WrongSetting(" ".join(error.messages), advice="Choose another password.") from error
    return password
