"""What the connect page asks for: the channel's settings, whose account it is, and what colleagues call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from draht.connections.actions import new_hook_key
from draht.connections.budget import DEFAULT_CAP
from draht.connections.queries import costs_money
from draht.connections.wording import said
from draht.contract.channel import Channel, Fetches, Setting
from draht.core.clock import DAY, now
from draht.core.people.queries import DepartmentLine

LONGEST = 10_000  # characters of a setting; the longest tokens have some thousand
SALT = "connections.hook"


class LoginForm(forms.Form):
    """A channel's settings as fields. A secret that is ``stored`` may stay empty; it is never shown."""

    def __init__(self, kind: type[Channel], *args: Any, stored: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settings = kind.settings
        for setting in kind.settings:
            self.fields[_name(setting)] = _field(setting, stored)
        self.order_fields([_name(setting) for setting in kind.settings])

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields of the channel, in its order."""
        return [self[_name(setting)] for setting in self._settings]

    def values(self) -> dict[str, str]:
        """What was filled in, by the channel's own keys."""
        return {setting.key: self.cleaned_data[_name(setting)] for setting in self._settings}


class Agreed(TypedDict):
    department_id: int
    since_at: int | None
    cap_cents: int | None


class Terms(forms.Form):
    """What is asked about every new account: who answers, how far back it is read, what it may cost."""

    department = forms.TypedChoiceField(
        label=gettext_lazy("Department"), coerce=int, help_text=gettext_lazy("Its colleagues answer.")
    )
    since = forms.TypedChoiceField(
        label=gettext_lazy("Bring earlier messages"),
        choices=[
            ("0", gettext_lazy("None, only what comes from now on")),
            ("7", gettext_lazy("Of the last 7 days")),
            ("30", gettext_lazy("Of the last 30 days")),
            ("90", gettext_lazy("Of the last 90 days")),
            ("all", gettext_lazy("As many as the network gives")),
        ],
        initial="30",
        coerce=lambda told: 0 if told == "all" else now() - int(told) * DAY,
        help_text=gettext_lazy("Each comes into the inbox as if it had just been written."),
    )
    cap = forms.DecimalField(
        label=gettext_lazy("Most that may be spent in a month, in US$"),
        min_value=0,
        max_value=1_000_000,
        decimal_places=2,
        initial=f"{DEFAULT_CAP / 100:.2f}",
        help_text=gettext_lazy("This network charges for calls. Before the cap is passed, Draht stops asking it."),
    )

    def offer(self, kind: type[Channel], departments: Iterable[DepartmentLine]) -> None:
        """Leaves out what this channel does not need."""
        self.fields["department"].choices = [(one.id, one.name) for one in departments]  # type: ignore[attr-defined]
        if not issubclass(kind, Fetches):
            del self.fields["since"]
        if not costs_money(kind):
            del self.fields["cap"]

    def agreed(self) -> Agreed:
        """As ``actions.make`` takes it."""
        told = self.cleaned_data
        cap = told.get("cap")
        cents = None if cap is None else int(cap * 100)
        return {"department_id": told["department"], "since_at": told.get("since"), "cap_cents": cents}


class AccountsForm(Terms):
    """Which of the accounts of a login are connected. ``login`` is the ticket of where it is kept."""

    accounts = forms.MultipleChoiceField(
        label=gettext_lazy("Accounts"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one account.")},
    )
    login = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, kind: type[Channel], accounts: Mapping[str, str], departments: Iterable[DepartmentLine], *args: Any,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.offer(kind, departments)
        self.fields["accounts"].choices = list(accounts.items())  # type: ignore[attr-defined]


class CapForm(forms.Form):
    """The cap of a month."""

    cap = Terms.base_fields["cap"]

    @property
    def cents(self) -> int:
        return int(self.cleaned_data["cap"] * 100)


class ConnectForm(LoginForm, Terms):
    """A new connection. ``hook`` carries the address that a network may already have been told, signed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("What colleagues call it. Empty: the network and the account."),
    )
    hook = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, departments: Iterable[DepartmentLine], **kwargs: Any) -> None:
        key = signing.dumps(new_hook_key(), salt=SALT)
        super().__init__(*args, initial={"hook": key}, **kwargs)
        self.offer(args[0], departments)

    def clean_hook(self) -> str:
        """The key itself; a new one if none came along."""
        told = self.cleaned_data["hook"]
        if told and not _key(told):
            raise forms.ValidationError(_("This page is out of date. Reload it and try again."))
        return _key(told) or new_hook_key()

    @property
    def hook_key(self) -> str:
        """The key that this page shows; empty if somebody changed it."""
        return _key(str(self["hook"].value()))


def _key(signed: str) -> str:
    try:
        return str(signing.loads(signed, salt=SALT))
    except signing.BadSignature:
        return ""


class ConnectionForm(forms.Form):
    """What can be changed about a connection without logging in."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("What colleagues call it.")
    )
    department = forms.TypedChoiceField(
        label=gettext_lazy("Department"),
        coerce=int,
        help_text=gettext_lazy("New conversations come to this one; those that are there stay where they are."),
    )

    def __init__(self, *args: Any, departments: Iterable[DepartmentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [(one.id, one.name) for one in departments]  # type: ignore[attr-defined]


def _name(setting: Setting) -> str:
    return f"setting_{setting.key}"


def _field(setting: Setting, stored: Mapping[str, str] | None) -> forms.Field:
    if setting.choices:
        return forms.ChoiceField(
            label=said(setting.label),
            help_text=said(setting.help),
            choices=[(value, said(label)) for value, label in setting.choices],
            initial=setting.default if stored is None else stored.get(setting.key, setting.default),
        )
    kept = setting.secret and stored is not None
    return forms.CharField(
        label=said(setting.label),
        help_text=_("It is stored. Leave it empty to keep it.") if kept else said(setting.help),
        required=setting.required and not kept,
        initial=setting.default if stored is None else stored.get(setting.key, ""),
        max_length=LONGEST,
        widget=_widget(setting),
    )


def _widget(setting: Setting) -> forms.Widget:
    attrs = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
    if setting.secret:  # not the colleague's own password, which the browser knows
        return forms.PasswordInput(attrs={"autocomplete": "new-password"})
    if setting.lines:
        return forms.Textarea(attrs={"rows": 3, **attrs})
    return forms.TextInput(attrs=attrs)
