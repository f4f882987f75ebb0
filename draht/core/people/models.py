"""Who works here: people, their departments and their roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody may do. Each role may do all that the one below it may."""

    NONE = "", _("no access")
    TRAINEE = "trainee", _("trainee")  # reads, notes, writes answers that a colleague releases
    AGENT = "agent", _("agent")  # answers
    LEAD = "lead", _("lead")  # sees every department, releases, looks into the journal
    ADMIN = "admin", _("administrator")  # connects accounts, manages people


class Department(models.Model):
    """A part of the company that answers its own conversations."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A colleague: somebody who logs in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.NONE, blank=True)
    departments = models.ManyToManyField(Department, related_name="people", blank=True)
    language = models.CharField(max_length=10, blank=True)  # empty: as the browser asks
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """A login in one browser."""

    user_id = models.BigIntegerField(null=True, db_index=True)  # null: nobody has logged in with it yet
