"""How a device that answers over HTTP is asked: one bounded GET at a time, on one kept connection.

An address is what the user named; proxies are ignored. A credential comes from it
(``https://user:password@host``) or from ``SUBMETER_AUTH_NAME``, and is told and recorded nowhere.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable

if TYPE_CHECKING:
    import http.client
    import socket
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

TIMEOUT = 2.0
"""How long an answer may take [s]; a sensor has 5 s to open and asks more than once."""

LARGEST = 1 << 20
"""Bytes of the largest answer that is read; a status page has a few thousand."""

_HOPS, _PIECE = 3, 1 << 16
_REDIRECTS = (301, 302, 303, 307, 308)
_TRUST = "trust its certificate: SSL_CERT_FILE=/path/to/it.pem, under the name that stands in it"


class NoAnswer(OSError):  # noqa: N818 - what happened, as of every device that is silent
    """A device did not give what it was asked for: what happened, the next step, HTTP's status.

    The status is 0 if there was none. No credential stands in any of them.
    """

    def __init__(self, what: str, fix: str = "", status: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.status = status


class _Answer(NamedTuple):
    status: int
    location: str
    body: bytes


class Site:
    """One address that answers GET.

    Parameters
    ----------
    address : str
        ``http://…`` or ``https://…``.
    name : str
        The sensor's name, after which the variable with the credential is called.
    largest : int
        Bytes of the largest answer.

    Attributes
    ----------
    place : str
        The address as it may be told: without user, password and query.
    path : str
        The address's own path and query; empty if it has none.

    Raises
    ------
    NoAnswer
        If this is no such address.
    """

    def __init__(self, address: str, name: str, largest: int = LARGEST) -> None:
        parts = _split(address)
        self._secure = parts.scheme == "https"
        self._host, self._port = str(parts.hostname), parts.port or (443 if self._secure else 80)
        self._name, self._largest = name, largest
        self._headers = {"Accept": "application/json, text/plain;version=0.0.4, */*;q=0.1"}
        self._headers |= _credential(parts, name, os.environ)
        self._connection: http.client.HTTPConnection | None = None
        # A meter's thread and a calibration may ask at once; one connection answers one of them.
        self._asking = threading.Lock()
        self.path = f"{parts.path.rstrip('/')}{'?' * bool(parts.query)}{parts.query}"
        host = f"[{self._host}]" if ":" in self._host else self._host
        self._origin = f"{parts.scheme}://{host}:{self._port}"
        self.place = f"{self._origin}{parts.path.rstrip('/')}"

    def get(self, path: str) -> bytes:
        """Give what stands at `path`.

        Raises
        ------
        NoAnswer
            If it is not there, not allowed, too late, too large, or cut short.
        """
        with self._asking:
            for _ in range(_HOPS):
                answer = self._ask(path)
                if answer.status not in _REDIRECTS:
                    break
                path = self._moved(answer.location)
        if answer.status != 200:  # noqa: PLR2004 - OK
            raise self._refusal(answer.status, path)
        return answer.body

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, path: str) -> _Answer:
        from http.client import HTTPException  # noqa: PLC0415 - see `_connect`

        kept = self._connection is not None
        try:
            try:
                return self._exchange(path)
            except ConnectionError:
                # A device lets an idle connection go without a word; a fresh one is the answer.
                self.close()
                if not kept:
                    raise
                return self._exchange(path)
        except NoAnswer:
            self.close()
            raise
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            raise self._failure(error) from None

    def _exchange(self, path: str) -> _Answer:
        deadline = time.monotonic() + TIMEOUT
        connection = self._connection or self._connect()
        self._connection = connection
        if connection.sock is None:
            connection.connect()
        sock = connection.sock
        sock.settimeout(TIMEOUT)
        connection.request("GET", path, headers=self._headers)
        response = connection.getresponse()
        try:
            body = self._read(response, sock, deadline)
        finally:
            response.close()  # or the connection would wait for more of it
        return _Answer(response.status, response.getheader("Location", ""), body)

    def _read(
        self, response: http.client.HTTPResponse, sock: socket.socket, deadline: float
    ) -> bytes:
        if response.getheader("Content-Encoding", "identity") != "identity":
            raise NoAnswer(f"{self.place} answers in a coding that was not asked for")
        pieces, size = [], 0
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            left = deadline - time.monotonic()
            if size > self._largest:
                what = f"{self.place} answers with more than {self._largest >> 20} MiB"
                raise NoAnswer(what, "see whether that is the address of the meter")
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        if response.length:
            raise NoAnswer(f"{self.place} broke off in the middle of its answer")
        return b"".join(pieces)

    def _connect(self) -> http.client.HTTPConnection:
        # 20 ms and 3 MiB that a program without such a meter must not cost.
        import http.client  # noqa: PLC0415

        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        import ssl  # noqa: PLC0415

        trust = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=trust)

    def _moved(self, location: str) -> str:
        """Give the path of a redirect; the credential is for this host and no other."""
        from urllib.parse import urljoin  # noqa: PLC0415 - loaded with the address

        target = urljoin(f"{self._origin}/", location)
        try:
            parts = _split(target)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            same = (parts.scheme == "https", parts.hostname, port) == (
                self._secure, self._host, self._port
            )  # fmt: skip
        except NoAnswer:
            same = False
        if not location or not same:
            raise NoAnswer(
                f"{self.place} sends elsewhere",
                "name the address that it sends to, if you trust it",
            )
        return f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"

    def _failure(self, error: Exception) -> NoAnswer:
        reachable = f"see whether {self._host} is up and port {self._port} open to this machine"
        if isinstance(error, TimeoutError):
            return NoAnswer(f"{self.place} did not answer within {TIMEOUT:g} s", reachable)
        if "CERTIFICATE" in str(error):
            return NoAnswer(f"the certificate of {self.place} is not trusted", _TRUST)
        if isinstance(error, ConnectionRefusedError):
            return NoAnswer(f"nothing listens at {self.place}", reachable)
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            return NoAnswer(f"{self.place} cannot be reached: {error.strerror or error}", reachable)
        return NoAnswer(f"{self.place} broke off ({type(error).__name__})", reachable)

    def _refusal(self, status: int, path: str) -> NoAnswer:
        page = f"{self._origin}{path.partition('?')[0]}"
        variable = f"SUBMETER_AUTH_{self._name.upper()}"
        if status in (401, 403):
            what = f"{page} wants a user who may read it (HTTP {status})"
            fix = f"name one: {variable}=user:password, or {variable}='Bearer TOKEN'"
        elif status == 404:  # noqa: PLR2004 - not found
            what, fix = f"there is no {page}", "see whether that is the address of such a meter"
        elif status == 429:  # noqa: PLR2004 - too many requests
            what, fix = f"{page} is asked too often (HTTP 429)", "let fewer programs ask it"
        else:
            what, fix = f"{page} answers HTTP {status}", "see the device's own log"
        return NoAnswer(what, fix, status)


@contextmanager
def opened(address: str, name: str, fix: str, largest: int = LARGEST) -> Iterator[Site]:
    """Give the site at `address` while a sensor opens; what fails meanwhile is its refusal.

    Parameters
    ----------
    address, name, largest
        As for `Site`.
    fix : str
        The next step where the failure itself tells none.

    Raises
    ------
    SensorUnavailable
        If it does not answer, or the sensor refuses what it answers; the connection is closed.
    """
    site = None
    try:
        site = Site(address, name, largest)
        yield site
    except (NoAnswer, SensorUnavailable) as error:
        if site is not None:
            site.close()
        if isinstance(error, SensorUnavailable):
            raise
        raise SensorUnavailable(error.what, fix=error.fix or fix) from error


def _split(address: str) -> SplitResult:
    from urllib.parse import urlsplit  # noqa: PLC0415 - only where an address is named

    fix = "write it as http://host:port or https://host:port"
    printable = address.isascii() and address.isprintable() and " " not in address
    try:
        parts = urlsplit(address)
        if printable and parts.scheme in ("http", "https") and parts.hostname:
            parts.port  # noqa: B018 - asked for, since a wrong one raises
            return parts
    except ValueError:
        pass
    # Not shown: it may hold a password.
    raise NoAnswer("what was named is no address of a web page", fix)


def _credential(parts: SplitResult, name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the header that a credential makes; none without one."""
    from base64 import b64encode  # noqa: PLC0415 - only where an address is named
    from urllib.parse import unquote  # noqa: PLC0415 - the same

    variable = f"SUBMETER_AUTH_{name.upper()}"
    if parts.username is not None:
        text = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    else:
        text = environ.get(variable, "")
    if not text:
        return {}
    kind, _, token = text.partition(" ")
    if kind in ("Bearer", "Token") and token.isascii() and token.isprintable():
        # A Redfish session's token has a header of its own (DSP0266, session login security).
        return {"Authorization": text} if kind == "Bearer" else {"X-Auth-Token": token}
    if ":" not in text:
        fix = f"write {variable}=user:password, 'Bearer TOKEN' or 'Token TOKEN'"
        raise NoAnswer(f"{variable} holds no credential of a known form", fix)
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}
