"""The stream of a chat or completions endpoint: server-sent events, read as they come."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from submeter.benchmarks.backend import Answer
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT = 600.0
"""How long the server may be silent [s]: the first token of a long prompt takes its time."""
_LONGEST = 1 << 20
"""Bytes of the longest line of an event."""
_MOST = 64 << 20
"""Bytes of the longest answer."""


class EndpointError(Exception):
    """What the server answered instead of a stream."""


class Endpoint(NamedTuple):
    """A server's address, and what goes with each request.

    Parameters
    ----------
    host : str
        Name or address.
    port : int
        Its port.
    path : str
        What stands before ``/chat/completions``, such as ``/v1``.
    is_secure : bool
        By TLS.
    key : str
        Sent as a bearer token, and told nowhere; empty for none.
    """

    host: str
    port: int
    path: str
    is_secure: bool
    key: str = ""

    def connect(self) -> http.client.HTTPConnection:
        """Give a connection of its own to a thread."""
        if self.is_secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=TIMEOUT, context=context
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=TIMEOUT)


def endpoint(url: str, key: str) -> Endpoint:
    """Read a server's address.

    Raises
    ------
    UsageError
        If it is none, or a key would go over an open line to another machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UsageError(
            f"the address cannot be read: {error}", "url", "http://host:port/v1"
        ) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f'"{url}" is no address', "--option url", "http://127.0.0.1:8000/v1")
    if parts.username or parts.password or parts.query:
        fix = "put the key into a variable: --option key-variable=NAME"
        raise UsageError("an address with a secret in it would stand in the bundle", "url", fix)
    is_secure = parts.scheme == "https"
    if key and not is_secure and not is_here(parts.hostname):
        fix = "use https"
        raise UsageError("a key would go over an open line", "--option url", fix)
    return Endpoint(parts.hostname, port, parts.path.rstrip("/"), is_secure, key)


def is_here(host: str) -> bool:
    """Tell whether a host is this machine's own loopback."""
    return host in ("localhost", "::1") or host.startswith("127.")


def ask(
    connection: http.client.HTTPConnection, at: Endpoint, path: str, body: Mapping[str, Any]
) -> Answer:
    """Put one request and read its stream to the end.

    Raises
    ------
    EndpointError
        If the server refuses, or the stream breaks off.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    if at.key:
        headers["Authorization"] = f"Bearer {at.key}"
    text: list[str] = []
    first, finish = None, ""
    usage: dict[str, Any] = {}
    try:
        answer = _posted(connection, f"{at.path}{path}", json.dumps(body), headers)
        if answer.status != http.client.OK:
            told = _reason(answer.read(2000).decode("utf-8", "replace"))
            connection.close()
            raise EndpointError(f"HTTP {answer.status}: {told}")
        for event in _events(answer):
            choices = event.get("choices") or [{}]
            piece = _piece(choices[0])
            if first is None and (piece or _thought(choices[0])):
                first = time.monotonic_ns()
            text.append(piece)
            finish = str(choices[0].get("finish_reason") or finish)
            usage = event.get("usage") or usage
            if "error" in event:
                raise EndpointError(str(event["error"])[:300])
    except (OSError, http.client.HTTPException, ValueError, AttributeError, KeyError) as error:
        connection.close()
        raise EndpointError(f"the stream broke off: {error!r}") from error
    details = usage.get("completion_tokens_details") or {}
    of_prompt = usage.get("prompt_tokens_details") or {}
    return Answer(
        "".join(text),
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        details.get("reasoning_tokens"),
        first,
        finish,
        of_prompt.get("cached_tokens"),
    )


def _reason(content: str) -> str:
    """Give what a refusal says, without the form in which most servers wrap it."""
    try:
        told = json.loads(content)["error"]
        said = str(told["message"] if isinstance(told, dict) else told)
    except (ValueError, KeyError, TypeError, RecursionError):
        said = content
    return " ".join(said.split())[:300]


def _posted(
    connection: http.client.HTTPConnection, path: str, body: str, headers: Mapping[str, str]
) -> http.client.HTTPResponse:
    """Post, once more on a new connection where the server had closed the kept one."""
    try:
        connection.request("POST", path, body, headers)
        return connection.getresponse()
    except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
        connection.close()
        connection.request("POST", path, body, headers)
        return connection.getresponse()


def _piece(choice: Mapping[str, Any]) -> str:
    delta = choice.get("delta") or {}
    return str(choice.get("text") or delta.get("content") or "")


def _thought(choice: Mapping[str, Any]) -> str:
    """Give a piece of reasoning, which is no part of the answer, by the names that servers use."""
    delta = choice.get("delta") or {}
    return str(delta.get("reasoning_content") or delta.get("reasoning") or "")


def _events(answer: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Give the events of a stream; ``data: [DONE]`` or its end is the last."""
    read = 0
    while line := answer.readline(_LONGEST + 1):
        read += len(line)
        if len(line) > _LONGEST or read > _MOST:
            raise ValueError("more bytes than an answer has")
        if not line.startswith(b"data:"):
            continue
        content = line[5:].strip()
        if content == b"[DONE]":
            answer.read()
            return
        event = json.loads(content)
        if isinstance(event, dict):
            yield event
