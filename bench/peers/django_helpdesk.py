"""The same messages into django-helpdesk, through its own API; run in its own environment.

    python django_helpdesk.py messages.jsonl folder (rest | python)

A thread's first message becomes a ticket, every further one a follow-up. ``rest`` goes through the REST views,
``python`` through the functions behind them. Every call is durable before the next one, as its users would have it.
"""

import json
import os
import sys
import time
from pathlib import Path

urlpatterns = []
MESSAGES, FOLDER, ROAD = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def set_up():
    from django.conf import settings

    settings.configure(
        SECRET_KEY="measuring",
        SITE_ID=1,
        USE_TZ=True,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        MEDIA_ROOT=str(FOLDER),
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": FOLDER / f"helpdesk-{ROAD}.sqlite3",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
                },
            }
        },
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django.contrib.humanize",
            "rest_framework",
            "helpdesk",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
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
        ],
        LOGGING_CONFIG=None,
        HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_ACTIVATE_API_ENDPOINT=True,
    )
    import django

    django.setup()
    from django.core.management import call_command
    from django.urls import include, path

    urlpatterns.append(path("", include("helpdesk.urls", namespace="helpdesk")))
    call_command("migrate", verbosity=0)


def main():
    set_up()
    from django.contrib.auth import get_user_model
    from helpdesk.models import Queue

    user = get_user_model().objects.create_superuser("bea", "bea@example.org", "bea")
    queue = Queue.objects.create(title="Service", slug="service")
    ticket, follow_up = rest(user, queue) if ROAD == "rest" else python(user, queue)
    messages = [json.loads(line) for line in MESSAGES.read_text().splitlines()]
    tickets = {}
    began = time.perf_counter()
    for message in messages:
        known = tickets.get(message["thread"])
        if known is None:
            tickets[message["thread"]] = ticket(message)
        else:
            follow_up(known, message)
    seconds = time.perf_counter() - began
    from helpdesk.models import FollowUp, Ticket

    made = FollowUp.objects.exclude(title="Ticket Opened").count()  # its REST road adds one of these to each ticket
    assert (Ticket.objects.count(), made) == (len(tickets), len(messages) - len(tickets))
    print(json.dumps({"messages": len(messages), "seconds": seconds}))


def rest(user, queue):
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(user)

    def post(address, **values):
        answer = client.post(address, values, format="json")
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    def ticket(message):
        return post(
            "/api/tickets/",
            queue=queue.pk,
            title=message["text"][:100],
            description=message["text"],
            submitter_email=message["email"],
            priority=3,
            status=1,
        )

    def follow_up(id, message):
        post("/api/followups/", ticket=id, user=user.pk, comment=message["text"], public=True)

    return ticket, follow_up


def python(user, queue):
    from django.db import transaction
    from helpdesk.models import Ticket
    from helpdesk.update_ticket import update_ticket

    @transaction.atomic
    def ticket(message):
        return Ticket.objects.create(
            queue=queue, title=message["text"][:100], description=message["text"], submitter_email=message["email"]
        ).pk

    @transaction.atomic
    def follow_up(id, message):
        update_ticket(user, Ticket.objects.get(pk=id), comment=message["text"], public=True)

    return ticket, follow_up


os.environ.setdefault("PYTHONWARNINGS", "ignore")
main()
