"""Messages with pictures in them, as the OpenAI API takes them: as data URLs of PNG files."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from submeter.errors import UsageError

DESCRIBE = "Say in one sentence what the picture shows."
SHORT = "Answer in one word or a number."
LARGEST = 32 << 20
"""Bytes of the pictures of one request, as they are sent."""
_QUICK = 1
"""Of zlib: a PNG is packed while the server waits."""


def messages_of(given: object) -> list[dict[str, Any]]:
    """Give the messages of a query: a text, messages, a picture, or ``{question, image}``.

    Raises
    ------
    UsageError
        If its pictures are larger than `LARGEST`, or are none.
    """
    if isinstance(given, dict) and "image" in given:
        return _sent([_asked(given["image"], f"{given.get('question', '')} {SHORT}".strip())])
    if hasattr(given, "shape"):
        return _sent([_asked(given, DESCRIBE)])
    if isinstance(given, list):
        return _sent(given)
    return [{"role": "user", "content": str(given)}]


def _asked(image: object, text: str) -> dict[str, Any]:
    parts = [{"type": "image", "image": image}, {"type": "text", "text": text}]
    return {"role": "user", "content": parts}


def _sent(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left = LARGEST
    sent = []
    for each in messages:
        content = each.get("content")
        if isinstance(content, list):
            content = [_part(part) for part in content]
            left -= sum(len(part["image_url"]["url"]) for part in content
                        if isinstance(part.get("image_url"), dict))  # fmt: skip
        if left < 0:
            fix = "name data with smaller pictures, or fewer in a message"
            what = f"the pictures of a message are larger than {LARGEST >> 20} MiB"
            raise UsageError(what, "--data", fix)
        sent.append({**each, "content": content})
    return sent


def _part(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") != "image":
        return part
    return {"type": "image_url", "image_url": {"url": data_url(part.get("image"))}}


def data_url(image: Any) -> str:  # noqa: ANN401 - a numpy array
    """Give an RGB array of bytes (height, width, 3) as the address of a PNG file.

    Raises
    ------
    UsageError
        If it is no such array.
    """
    shape: tuple[int, ...] = getattr(image, "shape", ())
    if len(shape) != 3 or shape[2] != 3 or str(image.dtype) != "uint8":  # noqa: PLR2004 - RGB
        raise UsageError("what is asked holds no picture", "--data", "an RGB array of bytes")
    height, width = int(shape[0]), int(shape[1])
    if height * width * 3 > LARGEST * 8:
        fix = "name data with smaller pictures"
        raise UsageError(f"a picture of {width} × {height} is too large to send", "--data", fix)
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, _QUICK)), (b"IEND", b""))
    file = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in parts)
    return f"data:image/png;base64,{base64.b64encode(file).decode()}"


def _chunk(name: bytes, content: bytes) -> bytes:
    sum_ = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", sum_)
