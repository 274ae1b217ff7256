"""How much a model reasons: how a server is asked for it, and what its chat template knows."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.benchmarks.backends.chat_stream import Endpoint

_SWITCH, _WORD = "enable_thinking", "reasoning_effort"
"""Variables of chat templates: whether a model reasons, and how much."""
WAYS = ("field", "template")
_MOST = 4 << 20
"""Bytes of the properties of a server at most."""


def way_of(options: Mapping[str, str]) -> str:
    """Give how an effort is asked for: by the API's field, or by variables of the chat template.

    Raises
    ------
    UsageError
        If there is no such way.
    """
    way = options.get("effort-by", WAYS[0])
    if way not in WAYS:
        raise UsageError(f'"{way}" is no way', "--option effort-by", " or ".join(WAYS))
    return way


def effort_fields(effort: str, way: str) -> dict[str, Any]:
    """Give what of a chat request asks for an effort.

    Parameters
    ----------
    effort : str
        Such as ``off``, ``low``, ``high``; empty for the model's own.
    way : str
        Of `WAYS`.
    """
    if not effort:
        return {}
    if way == "field":
        return {"reasoning_effort": "none" if effort == "off" else effort}
    # A template leaves alone what it does not know.
    word = {} if effort == "off" else {_WORD: effort}
    return {"chat_template_kwargs": {_SWITCH: effort != "off", **word}}


def template_of(at: Endpoint) -> str:
    """Give the chat template of a llama.cpp server; empty of another, which doesn't tell it."""
    connection = at.connect()
    try:
        connection.request("GET", "/props")
        answer = connection.getresponse()
        content = answer.read(_MOST)
        told = json.loads(content) if answer.status == http.client.OK else {}
    except (OSError, http.client.HTTPException, ValueError):
        return ""
    finally:
        connection.close()
    return str(told.get("chat_template") or "") if isinstance(told, dict) else ""


def unknown_to(template: str, effort: str) -> str:
    """Tell why a chat template cannot do an effort; empty if it can.

    Examples
    --------
    >>> unknown_to("{{ messages }}", "high")
    "the model's chat template knows no effort of reasoning"
    >>> unknown_to("{% if enable_thinking %}", "off")
    ''
    """
    switches, degrees = _SWITCH in template, _WORD in template
    if effort == "off":
        # One that has no word for it never reasons.
        always = not switches and (degrees or "<think>" in template)
        return "the model always reasons" if always else ""
    if degrees or (switches and effort == "high"):
        return ""
    if switches:
        return "the model reasons or does not: take off, or high for on"
    return "the model's chat template knows no effort of reasoning"
