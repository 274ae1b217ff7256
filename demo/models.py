"""Small models of other libraries, for ``--backend function``: loaded once, one answer a call.

Magika (Google, Apache-2.0) names file types; RapidOCR (PP-OCRv6, Apache-2.0) reads pages. Their
weights lie in their packages.
"""

from __future__ import annotations

import os
from typing import Any

THREADS = min(2, os.cpu_count() or 1)
"""More would wait for each other on inputs this small, and waiting draws power too."""

_LOADED: dict[str, Any] = {}

_CALLED = {"javascript": "js", "cpp": "c"}
"""Where Magika's word for a kind of file is another than the task's."""


def load_magika() -> None:
    """Load Magika."""
    from magika import Magika  # noqa: PLC0415

    _LOADED["magika"] = Magika()


def file_type(text: str) -> str:
    """Name the kind of file that a text is the beginning of."""
    found = str(_LOADED["magika"].identify_bytes(text.encode()).output.label)
    return _CALLED.get(found, found)


def load_reader() -> None:
    """Load RapidOCR."""
    from rapidocr import RapidOCR  # noqa: PLC0415

    _LOADED["reader"] = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # a third network, for pages that are upside down
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        }
    )


def read(page: Any) -> str:  # noqa: ANN401 - an array
    """Read a page."""
    return "\n".join(_LOADED["reader"](page).txts or ())
