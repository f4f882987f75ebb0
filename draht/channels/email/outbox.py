"""Hands mails to the submission server (RFC 6409), and knows at every step whether one may be on its way."""

from __future__ import annotations

import smtplib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from draht.channels.email.access import NONE, STARTTLS, TIMEOUT, TLS, Access, on_the_line
from draht.channels.email.letter import POLICY
from draht.contract.errors import ChannelError, LoginExpired, Refused, TryLater, Unsure
from draht.contract.words import words

HELLO = "[127.0.0.1]"  # what other mail programs say, too; our own name is nobody's business
# The login is wrong, too weak, or needs something that a person has to do (RFC 4954)
LOGIN_CODES = frozenset({530, 534, 535, 538})


def try_login(access: Access) -> None:
    """Raises one of the four errors."""
    with _opened(access):
        pass


def send(access: Access, letter: EmailMessage, sender: str, recipients: Sequence[str]) -> None:
    """Sends one mail to all or to none. ``Unsure`` if the server may have taken it."""
    wide = not all(address.isascii() for address in (sender, *recipients))
    content = letter.as_bytes(policy=POLICY.clone(utf8=True) if wide else POLICY)
    with _opened(access) as server:
        _address(server, access, sender, recipients, len(content), wide=wide)
        try:
            answer = server.data(content)
        except smtplib.SMTPDataError as error:
            answer = (error.smtp_code, _bytes(error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            told = words("The answer of {host} was lost: {error}")
            raise Unsure(told.format(host=access.host, error=str(error) or type(error).__name__)) from error
        _demand(access, answer)


def _address(
    server: smtplib.SMTP, access: Access, sender: str, recipients: Sequence[str], size: int, *, wide: bool
) -> None:
    """Everything before the mail itself."""
    most = server.esmtp_features.get("size", "")
    if most.isdigit() and 0 < int(most) < size:
        told = words("{host} takes mails of at most {most} bytes; with its files this one has {size}.")
        raise Refused(told.format(host=access.host, most=most, size=size))
    if wide and not server.has_extn("smtputf8"):
        raise Refused(words("{host} cannot send to an address with such letters.").format(host=access.host))
    _demand(access, server.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else []))
    for one in recipients:
        _demand(access, server.rcpt(one))


def _demand(access: Access, answer: tuple[int, bytes]) -> None:
    """Raises the error that a reply code means (RFC 5321, 4.2.1)."""
    code, text = answer
    if 200 <= code < 300:
        return
    raise _error(access, code, text)


def _error(access: Access, code: int, text: bytes) -> ChannelError:
    told = words("{host} answered {status}: {words}").format(
        host=access.host, status=code, words=" ".join(text.decode("utf-8", "replace").split())[:300]
    )
    if code in LOGIN_CODES:
        return LoginExpired(told)
    return Refused(told) if 500 <= code < 600 else TryLater(told)


@contextmanager
def _opened(access: Access) -> Iterator[smtplib.SMTP]:
    """The server, greeted and logged in to. Whatever breaks here: nothing was sent."""
    with on_the_line(access):
        server = _connected(access)
        try:
            _log_in(server, access)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _connected(access: Access) -> smtplib.SMTP:
    try:
        if access.security == TLS:
            return smtplib.SMTP_SSL(access.host, access.port, HELLO, timeout=TIMEOUT, context=access.context())
        server = smtplib.SMTP(access.host, access.port, HELLO, timeout=TIMEOUT)
    except smtplib.SMTPConnectError as error:
        raise TryLater(_error(access, error.smtp_code, _bytes(error.smtp_error)).reason) from error
    try:
        if access.security == STARTTLS:
            server.starttls(context=access.context())
    except smtplib.SMTPNotSupportedError as error:
        server.close()
        raise Refused(words("{host} has no starttls on this port.").format(host=access.host)) from error
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, access: Access) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if not f"{access.user}{access.password}".isascii():
            _log_in_wide(server, access)
        elif access.security != NONE or server.has_extn("auth"):
            server.login(access.user, access.password)
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(words("{host} takes no login on this port.").format(host=access.host)) from error
    except smtplib.SMTPResponseException as error:
        raise _error(access, error.smtp_code, _bytes(error.smtp_error)) from error


def _log_in_wide(server: smtplib.SMTP, access: Access) -> None:
    """smtplib sends nothing but ASCII; RFC 4616 says UTF-8."""
    login = b64encode(f"\0{access.user}\0{access.password}".encode()).decode()
    code, text = server.docmd("AUTH", f"PLAIN {login}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _bytes(told: bytes | str) -> bytes:
    return told if isinstance(told, bytes) else told.encode("utf-8", "replace")
