"""The pages of colleagues and departments, for administrators; and everybody's own profile."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from draht.core.people import actions, queries
from draht.core.people.access import viewer
from draht.core.people.forms import (
    DepartmentForm,
    NewPersonForm,
    PasswordForm,
    PersonForm,
    ProfileForm,
    filled,
    new_password,
)
from draht.core.people.models import Role
from draht.core.possible import NotPossible
from draht.core.ui.asking import sent

# -- colleagues -------------------------------------------------------------------------------------------------------


def people(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    return render(request, "people/people.html", {"me": who, "colleagues": queries.colleagues(who)})


@never_cache
def add(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    departments = queries.departments(who)
    form = NewPersonForm(sent(request), departments=departments, initial={"role": Role.AGENT.value})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        names = [one.name for one in departments if one.id in told["departments"]]
        password = told["password"] or new_password()
        try:
            with transaction.atomic():
                actions.add_person(who, told["email"], told["name"], told["role"], names, password)
        except IntegrityError:
            form.add_error("email", _("A colleague has this address already."))
        else:
            return _show_once(request, told["email"], told["name"], "" if told["password"] else password)
    return render(request, "people/person.html", {"me": who, "form": form, "person": None})


@never_cache
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    who = viewer(request)
    person = queries.colleague(who, person_id)
    form = PersonForm(sent(request), departments=queries.departments(who), initial=filled(person))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_person(who, person_id, **form.values())
        except NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.info(request, _("Changed."))
            return redirect("people:people")
    return render(request, "people/person.html", {"me": who, "form": form, "person": person, "reset": PasswordForm()})


@require_POST
@never_cache
def reset_password(request: HttpRequest, person_id: int) -> HttpResponse:
    who = viewer(request)
    person = queries.colleague(who, person_id)
    reset = PasswordForm(request.POST, initial={"email": person.email, "name": person.name})
    if not reset.is_valid():
        form = PersonForm(departments=queries.departments(who), initial=filled(person))
        return render(request, "people/person.html", {"me": who, "form": form, "person": person, "reset": reset})
    password = reset.cleaned_data["password"] or new_password()
    actions.reset_password(who, person_id, password)
    return _show_once(request, person.email, person.name, "" if reset.cleaned_data["password"] else password)


def _show_once(request: HttpRequest, email: str, name: str, password: str) -> HttpResponse:
    """A password that was made up is shown in this answer and kept nowhere."""
    if not password:
        messages.info(request, _("%(name)s can log in with the password that you chose.") % {"name": name})
        return redirect("people:people")
    context = {"me": viewer(request), "email": email, "name": name, "password": password}
    return render(request, "people/password.html", context)


# -- departments ------------------------------------------------------------------------------------------------------


def departments(request: HttpRequest) -> HttpResponse:
    """The list; a POST adds one."""
    who = viewer(request)
    form = DepartmentForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_department(who, form.cleaned_data["name"])
        except NotPossible as problem:
            form.add_error("name", str(problem))
        else:
            return redirect("people:departments")
    return render(
        request, "people/departments.html", {"me": who, "departments": queries.departments(who), "form": form}
    )


@require_POST
def rename_department(request: HttpRequest, department_id: int) -> HttpResponse:
    who = viewer(request)
    form = DepartmentForm(request.POST)
    try:
        if not form.is_valid():
            raise NotPossible(_first_error(form))
        actions.rename_department(who, department_id, form.cleaned_data["name"])
    except NotPossible as problem:
        messages.error(request, str(problem), extra_tags="bad")
    else:
        messages.info(request, _("Renamed."))
    return redirect("people:departments")


def _first_error(form: forms.Form) -> str:
    return next(str(error) for errors in form.errors.values() for error in errors)


# -- oneself ----------------------------------------------------------------------------------------------------------


def profile(request: HttpRequest) -> HttpResponse:
    who = viewer(request)
    form = ProfileForm(sent(request), initial={"name": who.name, "language": queries.language(who)})
    if request.method == "POST" and form.is_valid():
        actions.change_profile(who, name=form.cleaned_data["name"], language=form.cleaned_data["language"])
        if form.cleaned_data["language"]:
            translation.activate(form.cleaned_data["language"])
        messages.info(request, _("Saved."))
        return redirect("people:profile")
    return render(request, "people/profile.html", {"me": who, "form": form})
