"""A loopback server that stands in for a meter on the network, and fails as such meters do.

What it says comes from a meter of `submeter.lab.http_pages`, whose truth is known exactly.
"""

from __future__ import annotations

import threading
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType


class Fault(StrEnum):
    """How the server fails."""

    NONE = "none"
    UNAUTHORISED = "401"
    MISSING = "404"
    BUSY = "429"
    BROKEN = "500"
    SLOW = "slow"
    """It answers nothing until it is closed."""
    HALF = "half a body"
    HALF_UNSAID = "half a body, of a length that was not told"
    HALF_CHUNKS = "half a body, in pieces"
    NONSENSE = "bad json"
    HUGE = "a body without end"
    CLOSED = "closed connection"
    ELSEWHERE = "a redirect to another host"
    CODED = "a coding that was not asked for"


class Meter(Protocol):
    """What the server asks for its pages."""

    def page(self, path: str) -> str | None:
        """Give the page at `path`; None if there is none."""
        ...


class HttpMeter:
    """A server on a free port of this machine, on a thread of its own.

    Parameters
    ----------
    meter : Meter
        What it speaks for.
    credential : str
        The ``Authorization`` header that it asks for; empty for none.
    tls : ssl.SSLContext or None
        With a certificate it speaks https.

    Attributes
    ----------
    fault : Fault
        How it fails from now on.
    asked : list of (str, dict)
        The paths that were asked for, with their headers.
    connections : int
        How many were opened.
    moved : dict of str to str
        Pages that it redirects, and whereto.
    in_pieces : bool
        Whether it sends its pages in chunks, as servers in Go do with long ones.
    """

    def __init__(
        self, meter: Meter, credential: str = "", tls: ssl.SSLContext | None = None
    ) -> None:
        self.meter = meter
        self.credential = credential
        self.fault = Fault.NONE
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.moved: dict[str, str] = {}
        self.in_pieces = False
        self.connections = 0
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop, and let go of the port."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(site: HttpMeter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # An answer is one packet, not a head that waits for its body's.
        wbufsize = -1
        timeout = 10

        def setup(self) -> None:
            super().setup()
            site.connections += 1

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            _answer(site, self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _answer(site: HttpMeter, request: BaseHTTPRequestHandler) -> None:
    fault = site.fault
    if fault is Fault.SLOW:
        site.released.wait(30)
        fault = Fault.CLOSED
    if fault is Fault.CLOSED:
        request.close_connection = True
        return
    if site.credential and request.headers.get("Authorization") != site.credential:
        fault = Fault.UNAUTHORISED
    if fault.value.isdecimal():
        _send(request, int(fault.value), b"<html>no</html>")
        return
    target = "http://127.0.0.2:9/" if fault is Fault.ELSEWHERE else site.moved.get(request.path)
    if target:
        _send(request, 308, b"", more=("Location", target))
        return
    page = site.meter.page(request.path)
    if page is None:
        _send(request, 404, b"<html>not here</html>")
        return
    if site.in_pieces or fault is Fault.HALF_CHUNKS:
        _send_pieces(request, page.encode(), whole=fault is not Fault.HALF_CHUNKS)
    else:
        _send_page(request, fault, page.encode())


def _send_page(request: BaseHTTPRequestHandler, fault: Fault, body: bytes) -> None:
    if fault is Fault.HALF:
        request.close_connection = True
        _send(request, 200, body[: len(body) // 2], length=len(body))
    elif fault is Fault.HALF_UNSAID:
        request.close_connection = True
        _send(request, 200, body[: len(body) // 2], length=-1)
    elif fault is Fault.NONSENSE:
        _send(request, 200, b'{"apower": 12, "StatusSNS": <html> 7')
    elif fault is Fault.CODED:
        _send(request, 200, body, more=("Content-Encoding", "gzip"))
    elif fault is Fault.HUGE:
        request.close_connection = True
        _send(request, 200, body, length=-1)
        try:
            for _ in range(1 << 10):
                request.wfile.write(b"#" * (1 << 16))
        except OSError:
            request.wfile = request.connection.makefile("wb")
    else:
        _send(request, 200, body)


def _send_pieces(request: BaseHTTPRequestHandler, body: bytes, *, whole: bool) -> None:
    """Send a page in chunks (RFC 9112, section 7.1)."""
    _send(request, 200, b"", -1, ("Transfer-Encoding", "chunked"))
    size = max(1, len(body) // 3)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    for piece in pieces if whole else pieces[:1]:
        request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
    request.close_connection = not whole
    if whole:
        request.wfile.write(b"0\r\n\r\n")


def _send(
    request: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    length: int | None = None,
    more: tuple[str, str] | None = None,
) -> None:
    """Answer, with a length that the body has not if one is given, and none if it is negative."""
    request.send_response(status)
    length = len(body) if length is None else length
    if length >= 0:
        request.send_header("Content-Length", str(length))
    if more is not None:
        request.send_header(*more)
    request.end_headers()
    request.wfile.write(body)
