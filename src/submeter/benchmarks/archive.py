"""A bundle as a zip: packed so that the same content makes the same bytes, read within bounds."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

MOST = 512 * 1024 * 1024
"""More bytes than a file within a bundle has: a small zip may hold a very large one."""
_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every file within, so that the same content makes the same bundle."""
_END, _END_SIZE = b"PK\x05\x06", 22
_LARGE_END, _LARGE_END_SIZE = b"PK\x06\x07", 20
_LIST = 4096
"""More bytes than the list of a bundle's files has: each entry of a longer one costs memory."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError)
_MAKES = "submeter bench run makes bundles"


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Give a zip of files by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, _DAY), content, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def unpack(
    path: Path, needed: Collection[str], known: Collection[str] = (), most: int = MOST
) -> dict[str, bytes]:
    """Give the files of a zip by name; nothing is written anywhere.

    Parameters
    ----------
    path : Path
        The zip.
    needed, known : collection of str
        Names that must be in it, and that may be beside them. No other may: what is passed on as
        a bundle is nothing else.
    most : int
        Bytes that each of them has at most, unpacked.

    Raises
    ------
    UsageError
        If it is no zip, damaged, lacks a file, has others or one twice, or one is too large.
    """
    try:
        _check_list(path)
        with zipfile.ZipFile(path) as file:
            found = [each.filename for each in file.infolist()]
            _check_names(found, needed, known, path)
            if min(each.header_offset for each in file.infolist()) > 0:
                raise UsageError("something stands before the bundle", str(path), _MAKES)
            # Python takes some fields of a list before others, which other readers do not.
            if any(each.filename != each.orig_filename for each in file.infolist()):
                raise UsageError("it names a file in two ways", str(path), _MAKES)
            for each in file.infolist():
                if each.file_size > most:
                    raise UsageError(f"{each.filename} is larger than any bundle's", str(path))
                if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    what = f"{each.filename} is packed as no bundle is"
                    raise UsageError(what, str(path), _MAKES)
            return {name: file.read(name) for name in found}
    except (OSError, EOFError, ValueError, RuntimeError, *_DAMAGED) as error:
        told = getattr(error, "strerror", None) or error
        raise UsageError(f"the bundle cannot be read: {told}", str(path), _MAKES) from error


def _check_list(path: Path) -> None:
    """Refuse a list of files that is too long, before it is read."""
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - _END_SIZE - _LARGE_END_SIZE))
        tail = file.read()
    if tail[-_END_SIZE:][:4] != _END:
        raise UsageError(
            "the bundle cannot be read: it is no zip, or one with a comment", str(path), _MAKES
        )
    length, start = struct.unpack_from("<LL", tail[-_END_SIZE:], 12)
    if length > _LIST or tail.startswith(_LARGE_END):
        raise UsageError("it holds more files than any bundle", str(path), _MAKES)
    if start + length + _END_SIZE != size:
        what = "something stands before the bundle, or within it"
        raise UsageError(what, str(path), _MAKES)


def _check_names(
    found: Collection[str], needed: Collection[str], known: Collection[str], path: Path
) -> None:
    absent = [name for name in needed if name not in found]
    if absent:
        raise UsageError(f"the bundle has no {', '.join(absent)}", str(path))
    other = sorted(set(found) - {*needed, *known})
    if other:
        fix = "a newer Submeter may know it; else ask for the original"
        raise UsageError(f'it holds "{other[0]}", which no bundle does', str(path), fix)
    if len(set(found)) < len(found):
        raise UsageError("it holds a file twice", str(path), "ask for the original")
