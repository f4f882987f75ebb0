"""Where a mail server is and how its line is kept secret; what a broken line means."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from smtplib import SMTPException

from imap_tools.errors import ImapToolsError

from draht.contract.addresses import is_public
from draht.contract.errors import Refused, TryLater
from draht.contract.words import words

TIMEOUT = 20.0  # seconds for connecting and for each answer
TLS, STARTTLS, NONE = "tls", "starttls", "none"


@dataclass(frozen=True, slots=True)
class Access:
    """One server and our login there."""

    host: str
    port: int
    security: str
    user: str
    password: str

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def access_of(settings: Mapping[str, str], kind: str) -> Access:
    """The server that the settings name. ``kind`` is imap or smtp. Raises ``Refused`` if they cannot be meant."""
    host = settings.get(f"{kind}_host", "").strip()
    port = settings.get(f"{kind}_port", "").strip()
    security = settings.get(f"{kind}_security", "").strip().lower() or TLS
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise Refused(words("{port} is not a port. Ports are numbers like 993 or 587.").format(port=port or "?"))
    if security not in {TLS, STARTTLS, NONE}:
        raise Refused(words("{security} is not a way to keep a line secret: write tls, starttls or none.").format(
            security=security
        ))  # fmt: skip
    if security == NONE and is_public(host):
        raise Refused(words("{host} is out in the internet: without tls anybody could read the password.").format(
            host=host
        ))  # fmt: skip
    return Access(host, int(port), security, settings.get("user", "").strip(), settings.get("password", ""))


@contextmanager
def on_the_line(access: Access) -> Iterator[None]:
    """Around a talk in which nothing can be done twice: whatever breaks is ``TryLater``."""
    try:
        yield
    except UnicodeError as error:
        told = words("The login for {host} has characters that cannot be sent. Was it copied as a whole?")
        raise Refused(told.format(host=access.host)) from error
    except ssl.SSLCertVerificationError as error:
        told = words("{host} does not show a certificate that can be trusted: {error}")
        raise TryLater(told.format(host=access.host, error=error.verify_message)) from error
    except (IMAP4.abort, ConnectionResetError, BrokenPipeError, EOFError) as error:
        raise TryLater(words("The answer of {host} was lost: {error}").format(
            host=access.host, error=str(error) or type(error).__name__
        )) from error  # fmt: skip
    except OSError as error:  # smtplib's own errors are of this kind, too
        if isinstance(error, SMTPException):
            told = words("The answer of {host} was lost: {error}")
        else:
            told = words("{host} cannot be reached: {error}")
        raise TryLater(told.format(host=access.host, error=str(error) or type(error).__name__)) from error
    except (IMAP4.error, ImapToolsError) as error:
        told = words("{host} answered: {words}")
        raise TryLater(told.format(host=access.host, words=said(error))) from error


def said(error: Exception) -> str:
    """The server's own words."""
    result = getattr(error, "command_result", None)
    told = result[1] if isinstance(result, tuple) and len(result) > 1 else error
    if isinstance(told, list):
        told = b" ".join(one for one in told if isinstance(one, bytes))
    if isinstance(told, bytes):
        told = told.decode("utf-8", "replace")
    return " ".join(str(told).split())[:300]
