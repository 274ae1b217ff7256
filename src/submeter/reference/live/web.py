"""How a provider on the internet is asked: one bounded GET, and its key goes to nobody else.

A key is in no error, no record and no log: addresses are told without their query, and what the
library underneath says is not passed on.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from submeter.errors import ProviderUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

TIMEOUT = 10.0
"""How long one answer may take in all [s]."""

LARGEST = 8 << 20
"""Bytes of the largest answer that is read; two weeks of one zone by quarter-hours have 2 MiB."""

PATIENCE = 15.0
"""The longest `Retry-After` that is waited for, once [s]; a longer one is the user's to wait."""

_HOPS, _PIECE = 3, 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)


class Answer(NamedTuple):
    """What came back: HTTP's status, where it points to, when to ask again [s], the body."""

    status: int
    location: str
    again: float | None
    body: bytes


class Site:
    """One provider's address.

    Parameters
    ----------
    address : str
        ``https://…``, or ``http://…`` on this machine.
    headers : mapping of str to str
        What goes with each question; a key may stand here.
    wait : callable
        Lets a time [s] pass.

    Attributes
    ----------
    place : str
        The address as it may be told.

    Raises
    ------
    UsageError
        If it is no such address; it is not shown, for it may hold a key.
    """

    def __init__(
        self, address: str, headers: Mapping[str, str], wait: Callable[[float], None] = time.sleep
    ) -> None:
        parts = _split(address)
        self._secure = parts.scheme == "https"
        self._host, self._port = str(parts.hostname), parts.port or (443 if self._secure else 80)
        self._headers = {"Accept": "application/json, */*;q=0.1", "User-Agent": "submeter"}
        self._headers |= headers
        self._wait = wait
        self._path = parts.path.rstrip("/")
        host = f"[{self._host}]" if ":" in self._host else self._host
        standard = self._port == (443 if self._secure else 80)
        self._origin = f"{parts.scheme}://{host}{'' if standard else f':{self._port}'}"
        self.place = f"{self._origin}{self._path}"

    def get(
        self, path: str, query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """Give what stands at `path`, whatever HTTP's status.

        A redirect is followed on this host alone. Where the host is busy and says when to ask
        again, within `PATIENCE`, it is asked again, once.

        Raises
        ------
        ProviderUnavailable
            If there is no whole answer: too late, too large, cut short, sent elsewhere.
        """
        target = f"{self._path}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self._followed(target, headers or {})
        if answer.status in _BUSY and answer.again is not None and answer.again <= PATIENCE:
            self._wait(answer.again)
            answer = self._followed(target, headers or {})
        return answer

    def _followed(self, target: str, headers: Mapping[str, str]) -> Answer:
        for _ in range(_HOPS):
            answer = self._ask(target, headers)
            if answer.status not in _REDIRECTS:
                return answer
            target = self._moved(answer.location)
        raise ProviderUnavailable("it sends round in a circle", self.place)

    def _ask(self, target: str, headers: Mapping[str, str]) -> Answer:
        connection: http.client.HTTPConnection
        if self._secure:
            trust = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=TIMEOUT, context=trust
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        try:
            return self._exchange(connection, target, {**self._headers, **headers})
        except (OSError, http.client.HTTPException, ValueError) as error:
            # None of it is chained: the library's errors may name the whole address, key and all.
            raise self._failure(error) from None
        finally:
            connection.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, target: str, headers: Mapping[str, str]
    ) -> Answer:
        deadline = time.monotonic() + TIMEOUT
        connection.connect()
        # A timeout is one of each read, so that an answer in drops would never end.
        cut = threading.Timer(deadline - time.monotonic(), _shut, (connection.sock,))
        cut.daemon = True
        cut.start()
        try:
            connection.request("GET", target, headers=dict(headers))
            answer = self._read(connection.getresponse())
        except (OSError, http.client.HTTPException):
            if time.monotonic() < deadline:
                raise
            raise TimeoutError from None
        finally:
            cut.cancel()
        if time.monotonic() >= deadline:  # what was cut may look like a whole, empty answer
            raise TimeoutError
        return answer

    def _read(self, response: http.client.HTTPResponse) -> Answer:
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                what = f"the answer is larger than {LARGEST >> 20} MiB"
                raise ProviderUnavailable(what, self.place, "ask for fewer hours")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        again = _again(response.getheader("Retry-After", ""))
        return Answer(
            response.status, response.getheader("Location", ""), again, b"".join(pieces)
        )  # fmt: skip

    def _moved(self, location: str) -> str:
        """Give the path of a redirect; the key is for this host and no other."""
        parts = urlsplit(urljoin(f"{self._origin}/", location))
        origin = urlsplit(self._origin)
        same = (parts.scheme, parts.netloc) == (origin.scheme, origin.netloc)
        if not location or not same:
            what = "it sends to another host, which does not get the key"
            raise ProviderUnavailable(what, self.place, "see whether the provider has moved")
        return f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"

    def _failure(self, error: Exception) -> ProviderUnavailable:
        fix = f"see whether this machine reaches {self._host}:{self._port}"
        if isinstance(error, TimeoutError):
            what = f"no answer within {TIMEOUT:g} s"
        elif "CERTIFICATE" in str(error):
            what, fix = "its certificate is not trusted", "see SSL_CERT_FILE of your machine"
        elif isinstance(error, ConnectionRefusedError):
            what = "nothing listens there"
        elif isinstance(error, http.client.HTTPException | ConnectionError):
            what = f"the answer breaks off ({type(error).__name__})"
        else:
            what = f"it cannot be reached ({type(error).__name__})"
        return ProviderUnavailable(what, self.place, fix)


def accepted(answer: Answer, place: str, key: str = "") -> Answer:
    """Give an answer back if it is one.

    Parameters
    ----------
    answer : Answer
        What came back.
    place : str
        Who was asked.
    key : str
        The variable that holds the key; empty where none is needed.

    Raises
    ------
    ProviderUnavailable
        If HTTP's status says otherwise.
    """
    status = answer.status
    if status == 200:  # noqa: PLR2004 - OK
        return answer
    fix = "ask again later"
    if status in (401, 403):
        what = f"the key is not accepted for this (HTTP {status})"
        fix = f"see {key}, and whether your contract covers this zone and time" if key else fix
    elif status == 404:  # noqa: PLR2004 - not found
        what, fix = "it knows no such zone or time (HTTP 404)", "see the zone's name"
    elif status == 429:  # noqa: PLR2004 - too many requests
        what = "it is asked too often (HTTP 429)"
        fix = f"ask again in {answer.again:.0f} s" if answer.again is not None else fix
    elif status < 500:  # noqa: PLR2004 - the server's own troubles begin there
        what, fix = f"it refuses the question (HTTP {status})", "see the zone's name and the times"
    else:
        what = f"it has troubles of its own (HTTP {status})"
    raise ProviderUnavailable(what, place, fix)


def _shut(sock: socket.socket) -> None:
    """End a connection under whoever reads it; by the base, since TLS would take itself apart."""
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _again(text: str) -> float | None:
    """Read `Retry-After`: seconds or a date (RFC 9110, section 10.2.3); None if it says nothing."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _split(address: str) -> SplitResult:
    fix = "write it as https://host, or http://127.0.0.1:port on this machine"
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - asked for, since a wrong one raises
    except ValueError:
        raise UsageError("what was named is no address of a provider", fix=fix) from None
    plain = address.isascii() and address.isprintable() and not set(" ?#@") & set(address)
    own = parts.hostname in ("localhost", "::1") or str(parts.hostname).startswith("127.")
    if not plain or not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and own)
    ):  # fmt: skip
        raise UsageError("what was named is no address of a provider", fix=fix)
    return parts
