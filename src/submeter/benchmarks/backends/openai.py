"""Any server with an OpenAI-compatible API: vLLM, SGLang, TGI, llama.cpp, Ollama, a provider."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import NOWHERE, Answer, Facts
from submeter.benchmarks.backends.chat_stream import EndpointError, ask, endpoint, is_here
from submeter.benchmarks.backends.efforts import effort_fields, template_of, unknown_to, way_of
from submeter.benchmarks.backends.picture_messages import messages_of
from submeter.benchmarks.task import Limits
from submeter.errors import UsageError
from submeter.sensing.devices.listeners import listener

if TYPE_CHECKING:
    import http.client
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.backends.chat_stream import Endpoint

OPTIONS = {
    "url": "address of the API, such as http://127.0.0.1:8000/v1",
    "api": "chat (default) or completions",
    "key-variable": "environment variable that holds the key, such as OPENAI_API_KEY",
    "pid": "process id of the server, where it runs here and cannot be found by its port",
    "fixed": "how answers of a fixed length are asked for: ignore_eos (default), or no",
    "effort-by": "how an --effort is asked for: field (reasoning_effort, default), or template "
    "(enable_thinking, reasoning_effort among the chat template's variables)",
}
_WITH_PICTURES = ("describe-image", "answer-about-image", "chat-with-images")


class OpenAIBackend:
    """Asks a server, one stream a query.

    A server on this machine is metered by its process; of another machine nothing is seen.
    """

    name = "openai"
    title = "any OpenAI-compatible server: vLLM, SGLang, TGI, llama.cpp, Ollama, a provider"
    abilities = frozenset({"generate", *_WITH_PICTURES})
    concurrent = True
    options = OPTIONS
    extra = ""

    def load(self, order: Order) -> Loaded:
        """Find the server and its process."""
        told = order.options
        if "url" not in told:
            fix = "--option url=http://127.0.0.1:8000/v1"
            raise UsageError("the server's address is missing", "--option url", fix)
        if order.ability in _WITH_PICTURES and told.get("api", "chat") != "chat":
            fix = "--option api=chat"
            raise UsageError("pictures go by the chat API alone", "--option api", fix)
        key = os.environ.get(told.get("key-variable", ""), "")
        if told.get("key-variable") and not key:
            fix = "set it, or name another"
            raise UsageError("the variable holds no key", told["key-variable"], fix)
        at = endpoint(told["url"], key)
        return Served(order.model, at, told, _pid(at, told), f"server at {at.host}")


class Served:
    """A model behind a server.

    Parameters
    ----------
    model : str
        Its name there.
    at : Endpoint
        The server.
    options : mapping of str to str
        See `OPTIONS`.
    pid : int or None
        The server's process; None where it belongs to this one, or is not here.
    facts : Facts or None
        What is known of the model, where it is more than its name.
    """

    def __init__(
        self,
        model: str,
        at: Endpoint,
        options: Mapping[str, str],
        pid: int | None,
        engine: str,
        facts: Facts | None = None,
    ) -> None:
        self.facts = facts or Facts(model, engine=engine)
        self.pid = pid
        self._model = model
        self._at = at
        self._is_chat = options.get("api", "chat") == "chat"
        self._fixes = options.get("fixed", "ignore_eos") != "no"
        self._way = way_of(options)
        self._own = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Ask each query of the batch, one after another."""
        return [self._ask(each, limits) for each in inputs]

    def _ask(self, given: object, limits: Limits) -> Answer:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._at.connect()
            self._connections.append(connection)
        path = "/chat/completions" if self._is_chat else "/completions"
        return ask(connection, self._at, path, self._body(given, limits))

    def _body(self, given: object, limits: Limits) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "seed": limits.seed,
        }
        if self._is_chat:
            body["messages"] = messages_of(given)
        else:
            body["prompt"] = _text(given)
        if limits.most is not None:
            body["max_tokens"] = limits.most
        if self._fixes and limits.least is not None and limits.least == limits.most:
            body |= {"ignore_eos": True, "min_tokens": limits.least}
        return body | effort_fields(limits.effort, self._way)

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort; empty if it can, as far as it tells."""
        if not self._is_chat:
            return "the completions API knows no effort: take --option api=chat"
        template = "" if self.pid == NOWHERE else template_of(self._at)
        why = unknown_to(template, effort) if template else ""
        if why:
            return why
        try:
            self._ask("Hello", Limits(None, 1, 0, effort))
        except EndpointError as error:
            return f"the server refuses it: {error}"
        return ""

    def close(self) -> None:
        """Close the connections; the server is its owner's."""
        for each in self._connections:
            each.close()


def _text(given: object) -> str:
    """Give a prompt in plain text: messages one after another, each after who said it."""
    if not isinstance(given, list):
        return str(given)
    told = [f"{each.get('role')}: {each.get('content')}" for each in given]
    return "\n\n".join((*told, "assistant:"))


def _pid(at: Endpoint, told: Mapping[str, str]) -> int | None:
    """Give the process of a server on this machine; `NOWHERE` where it is on another."""
    if "pid" in told:
        if not told["pid"].isdigit():
            raise UsageError(f'"{told["pid"]}" is no process id', "--option pid", "a whole number")
        return int(told["pid"])
    if not is_here(at.host):
        return NOWHERE
    found = listener(at.port)
    if found is None:
        fix = "start the server, or name its process: --option pid=4711"
        raise UsageError(f"nothing listens on port {at.port} that can be seen", at.host, fix)
    return None if found == os.getpid() else found


BACKEND = OpenAIBackend()
