"""Files on their way out: some networks fetch them from an address, which is open for an hour to whoever knows it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from draht.core.files.models import File
from draht.core.files.serving import answer

SALT = "files.lending"
AN_HOUR = 3600  # seconds


def address_of(file: File) -> str:
    """An address at which anybody can fetch the file for an hour."""
    return f"{settings.BASE_URL}{reverse('file_lent', args=[signing.dumps(file.pk, salt=SALT)])}"


@login_not_required
def lent(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file behind an address that was told to a network."""
    try:
        id = signing.loads(key, salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature as error:
        raise Http404 from error
    file = File.objects.filter(pk=id).first()
    if file is None:
        raise Http404
    return answer(file, "")
