"""The on-disk form of a log: a file header, then checksummed frames.

::

    file    = header frame*
    header  = magic(8) version(2) length(2) crc(4) text(length)
    frame   = sync(4) length(4) crc(4) payload(length)

Numbers are little-endian. Header text and payloads are canonical JSON in UTF-8, in which the
byte 0xFF cannot stand; the sync marker begins with it, so a payload never looks like a frame.
The functions are pure, and decoding never raises, whatever the bytes.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct

from submeter.errors import RecordError

MAGIC = b"\x89SUBWAL\n"
VERSION = 1
SYNC = b"\xffSM\xfe"
LARGEST_PAYLOAD = 16 * 1024 * 1024
"""The largest payload [B]."""
LARGEST_HEADER = 2**16 - 1
"""The largest header text [B]."""

_HEADER = Struct("<8sHHI")
_HEADER_SPAN = Struct("<HH")
_FRAME = Struct("<4sII")
_LENGTH = Struct("<I")
_UNWRITTEN = 16  # this many NULs at the end [B] are blocks that a power cut left unwritten


@dataclass(frozen=True, slots=True)
class Damage:
    """A range of bytes that cannot be read: `offset` and `length` [B], and the reason."""

    offset: int
    length: int
    reason: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One intact frame: its `offset` in the file [B] and its payload."""

    offset: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the bytes of a log hold.

    Parameters
    ----------
    header : bytes or None
        The text of the file header; None where it cannot be read.
    frames : tuple of Frame
        The intact frames, in the file's order.
    damage : tuple of Damage
        Ranges that were whole once and are not now.
    torn : Damage or None
        A last write that never finished: normal after a crash, and never acknowledged.
    """

    header: bytes | None
    frames: tuple[Frame, ...]
    damage: tuple[Damage, ...]
    torn: Damage | None


def encode_header(text: bytes, version: int = VERSION) -> bytes:
    """Give the file header that carries `text`.

    Raises
    ------
    RecordError
        If the text is longer than `LARGEST_HEADER`.
    """
    if len(text) > LARGEST_HEADER:
        raise RecordError(f"a log header of {len(text)} bytes is above {LARGEST_HEADER}")
    return _HEADER.pack(MAGIC, version, len(text), _header_sum(version, text)) + text


def encode(payload: bytes) -> bytes:
    """Give the frame that carries `payload`.

    Raises
    ------
    RecordError
        If the payload is larger than `LARGEST_PAYLOAD`, or is not UTF-8 text.
    """
    if len(payload) > LARGEST_PAYLOAD:
        raise RecordError(
            f"an entry of {len(payload)} bytes is above the largest, {LARGEST_PAYLOAD}",
            fix="split the entry: fewer phases, or one entry a day",
        )
    if b"\xff" in payload:
        raise RecordError("an entry is not UTF-8 text")
    return _FRAME.pack(SYNC, len(payload), _frame_sum(payload)) + payload


def decode(data: bytes) -> Decoded:
    """Read a log's bytes: every intact frame, and where the others were.

    After damage the reading goes on at the next intact frame. It never raises.
    """
    header, position, damage = _read_header(data)
    frames: list[Frame] = []
    torn: Damage | None = None
    while position < len(data):
        end = _frame_end(data, position)
        if end:
            frames.append(Frame(position, data[position + _FRAME.size : end]))
            position = end
            continue
        following = _next_frame(data, position + 1)
        lost = Damage(position, following - position, _flaw(data, position))
        if following == len(data) and _is_torn(data[position:]):
            torn = Damage(position, lost.length, "the last write never finished")
        else:
            damage.append(lost)
        position = following
    if header is None and not frames and _is_torn_header(data):
        return Decoded(None, (), (), Damage(0, len(data), "the file's header was never finished"))
    return Decoded(header, tuple(frames), tuple(damage), torn)


def _header_sum(version: int, text: bytes) -> int:
    return zlib.crc32(text, zlib.crc32(_HEADER_SPAN.pack(version, len(text))))


def _frame_sum(payload: bytes | memoryview) -> int:
    return zlib.crc32(payload, zlib.crc32(_LENGTH.pack(len(payload))))


def _read_header(data: bytes) -> tuple[bytes | None, int, list[Damage]]:
    """Give the header's text, where the frames begin, and what is wrong before that."""
    if len(data) >= _HEADER.size:
        magic, version, length, checksum = _HEADER.unpack_from(data)
        text = data[_HEADER.size : _HEADER.size + length]
        if magic == MAGIC and len(text) == length and _header_sum(version, text) == checksum:
            if version == VERSION:
                return text, _HEADER.size + length, []
            reason = f"the log is in format {version}; this program reads format {VERSION}"
            return text, len(data), [Damage(0, len(data), reason)]
    first = _next_frame(data, 0)
    return None, first, [Damage(0, first, "the file's header cannot be read")]


def _frame_end(data: bytes, at: int) -> int:
    """Give where the frame at `at` ends, or 0 if there is no intact frame."""
    start = at + _FRAME.size
    if start > len(data):
        return 0
    sync, length, checksum = _FRAME.unpack_from(data, at)
    end: int = start + length
    if sync != SYNC or length > LARGEST_PAYLOAD or end > len(data):
        return 0
    # Before the sum, so that a file full of false markers is still read in linear time.
    if data.find(b"\xff", start, end) != -1:
        return 0
    return end if _frame_sum(memoryview(data)[start:end]) == checksum else 0


def _next_frame(data: bytes, at: int) -> int:
    """Give where the first intact frame at or after `at` begins, or the end of `data`."""
    found = data.find(SYNC, at)
    while found != -1 and not _frame_end(data, found):
        found = data.find(SYNC, found + 1)
    return len(data) if found == -1 else found


def _flaw(data: bytes, at: int) -> str:
    """Say why there is no intact frame at `at`."""
    if len(data) < at + _FRAME.size or not data.startswith(SYNC, at):
        return "there is no frame where one should begin"
    _, length, _ = _FRAME.unpack_from(data, at)
    if length > LARGEST_PAYLOAD:
        return f"a frame's length of {length} bytes is above the largest, {LARGEST_PAYLOAD}"
    if at + _FRAME.size + length > len(data):
        return f"a frame's length of {length} bytes leads past the end of the file"
    return "a frame's checksum does not match"


def _is_torn(rest: bytes) -> bool:
    """Tell whether the bytes after the last intact frame are the beginning of one."""
    bare = rest.rstrip(b"\0")
    if len(rest) - len(bare) >= _UNWRITTEN:
        rest = bare
    if len(rest) < _FRAME.size:
        return SYNC.startswith(rest[: len(SYNC)])
    sync, length, checksum = _FRAME.unpack_from(rest)
    payload = rest[_FRAME.size :]
    if sync != SYNC or length > LARGEST_PAYLOAD or length <= len(payload):
        return False
    # A payload that fits the sum by its own length is whole: then the length field is damaged.
    return bool(_frame_sum(payload) != checksum)


def _is_torn_header(data: bytes) -> bool:
    """Tell whether a file without header and frames is the beginning of one."""
    bare = data.rstrip(b"\0")
    if len(data) - len(bare) >= _UNWRITTEN:
        data = bare
    if len(data) < _HEADER.size:
        return MAGIC.startswith(data[: len(MAGIC)])
    magic, version, length, checksum = _HEADER.unpack_from(data)
    text = data[_HEADER.size :]
    cut_short: bool = magic == MAGIC and length > len(text)
    return cut_short and _header_sum(version, text) != checksum
