"""What administrators fill in about colleagues and departments, and everybody about themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from draht.core.people.models import Role, User
from draht.core.people.queries import Colleague, DepartmentLine

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, LETTERS = 4, 4  # 79 bits


def new_password() -> str:
    """A password that can be read out on the telephone: "k7qm-…"."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(LETTERS)) for _ in range(GROUPS))


NO_ROLE = "none"  # an empty answer is a mistake, not a role


def _role(told: str) -> Role:
    return Role("" if told == NO_ROLE else told)


class PersonForm(forms.Form):
    """A colleague."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Customers may see it under answers."))
    email = forms.EmailField(label=_("E-mail"), max_length=254, help_text=_("The name for logging in."))
    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=[(value or NO_ROLE, label) for value, label in Role.choices],
        coerce=_role,
        widget=forms.RadioSelect,
        help_text=_(
            "A trainee writes answers that a colleague releases. An agent answers. A lead sees every department and"
            " releases. An administrator also connects accounts and manages colleagues."
        ),
    )
    departments = forms.TypedMultipleChoiceField(
        label=_("Departments"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(
        label=_("May log in"),
        required=False,
        help_text=_("Without it they are logged out at once, everywhere. What is assigned to them stays theirs."),
    )

    def __init__(self, *args: Any, departments: Iterable[DepartmentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = [(one.id, one.name) for one in departments]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What ``change_person`` takes."""
        told = self.cleaned_data
        return {
            "name": told["name"],
            "email": told["email"],
            "role": told["role"],
            "department_ids": told["departments"],
            "is_active": told["is_active"],
        }


def filled(colleague: Colleague) -> dict[str, Any]:
    """A colleague as the form shows them."""
    return {
        "name": colleague.name,
        "email": colleague.email,
        "role": colleague.role.value or NO_ROLE,
        "departments": list(colleague.department_ids),
        "is_active": colleague.is_active,
    }


class PasswordForm(forms.Form):
    """A password that an administrator chooses for somebody; empty: one is made up."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty, and Draht makes one up and shows it once."),
    )

    def clean_password(self) -> str:
        """Long enough, not a common one, and nothing like the name or the address of whose it is."""
        password: str = self.cleaned_data["password"]
        told = {**self.initial, **self.cleaned_data}
        if password:
            validate_password(password, User(email=str(told.get("email", "")), name=str(told.get("name", ""))))
        return password


class NewPersonForm(PasswordForm, PersonForm):
    """A colleague who comes."""

    field_order = ("name", "email", "role", "departments", "password")
    is_active = None  # type: ignore[assignment]


class ProfileForm(forms.Form):
    """What everybody says about themselves."""

    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[
            ("", _("as the browser asks")),
            *((code, LANG_INFO[code]["name_local"]) for code, _name in settings.LANGUAGES),
        ],
    )


class DepartmentForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
