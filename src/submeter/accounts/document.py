"""Documents that people write: YAML, TOML or JSON, read safely and within bounds."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import yaml

LARGEST = 4 << 20
"""Bytes that a document may have; a longer one is not written by hand."""


def read_document(path: Path) -> Any:  # noqa: ANN401 - whatever the document holds
    """Read a document by the ending of its name.

    Raises
    ------
    UsageError
        If it cannot be read, is too long, gives a key twice, or is not of its format.
    """
    parse = FORMATS.get(path.suffix.lower())
    if parse is None:
        fix = f"name it with one of {', '.join(FORMATS)}"
        raise UsageError("the format of the file is not known", str(path), fix)
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise UsageError(f"the file is longer than {LARGEST >> 20} MiB", str(path))
        return parse(raw.decode("utf-8-sig"), str(path))
    except OSError as error:
        raise UsageError(f"the file cannot be read ({error.strerror})", str(path)) from error
    except (ValueError, RecursionError) as error:
        what = " ".join(str(error).split()) or "it is nested too deeply"
        fix = "correct it; numbers with a unit are written as text"
        raise UsageError(f"the file cannot be understood: {what}", str(path), fix) from error


def _json(text: str, where: str) -> Any:  # noqa: ANN401
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return _once(pairs, where)

    return json.loads(text, object_pairs_hook=unique)


def _toml(text: str, _where: str) -> Any:  # noqa: ANN401
    return tomllib.loads(text)


def _yaml(text: str, where: str) -> Any:  # noqa: ANN401
    import yaml  # noqa: PLC0415 - only who reads YAML pays for it

    class Loader(yaml.SafeLoader):
        """Safe, without aliases (a short text could stand for gigabytes), every key once."""

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.events.AliasEvent):
                raise UsageError("YAML aliases are not read", where, "write the value out")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: Any = False) -> Any:  # noqa: ANN401, FBT002
            keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
            _once([(str(key), None) for key in keys], where)
            return super().construct_mapping(node, deep=deep)

    try:
        return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _once(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UsageError(f'"{key}" is given twice', where, "keep one of them")
        found[key] = value
    return found


FORMATS: dict[str, Callable[[str, str], Any]] = {
    ".yaml": _yaml, ".yml": _yaml, ".toml": _toml, ".json": _json,
}  # fmt: skip
