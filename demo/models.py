"""The demo's models for ``--backend function``: loaded once, one answer a call.

Magika (Google, Apache-2.0) names file types; RapidOCR (PP-OCRv6, Apache-2.0) reads pages. Their
weights lie in their packages.
"""

from __future__ import annotations

from typing import Any

_LOADED: dict[str, Any] = {}


def load_magika() -> None:
    """Load Magika."""
    from demo.file_types import magika  # noqa: PLC0415 - only where it is asked for

    _LOADED["magika"] = magika()


def file_type(text: str) -> str:
    """Name the kind of file that a text is the beginning of."""
    return str(_LOADED["magika"].identify_bytes(text.encode()).output.label)


def load_reader() -> None:
    """Load RapidOCR."""
    from demo.pages import reader  # noqa: PLC0415 - only where it is asked for

    _LOADED["reader"] = reader()


def read(page: Any) -> str:  # noqa: ANN401 - an array
    """Read a page."""
    return str(_LOADED["reader"](page))
