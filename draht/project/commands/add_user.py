"""Adds a colleague who can log in. The password is asked for; without a terminal it is read from standard input."""

from __future__ import annotations

import argparse
import getpass
import sys

from draht.project.cli import set_up

ROLES = ("trainee", "agent", "lead", "admin")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")
    parser.add_argument("name", help='for instance "Bea Berger"')
    parser.add_argument("--role", choices=ROLES, default="agent")
    parser.add_argument("--department", action="append", default=[], help="may be given several times; made if missing")


def run(options: argparse.Namespace) -> int:
    set_up()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError

    from draht.core.people.actions import add_person
    from draht.core.people.models import Role
    from draht.project import upkeep

    upkeep.prepare()
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
        add_person(None, options.email, options.name, Role(options.role), options.department, password)
    except ValidationError as error:
        print("\n".join(error.messages), file=sys.stderr)
        return 1
    except IntegrityError:
        print(f"There is already somebody with the address {options.email}.", file=sys.stderr)
        return 1
    print(f"{options.name} can log in as {options.email.lower()}.")
    return 0
