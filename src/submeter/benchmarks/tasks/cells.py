"""What a cell of a published table may hold beside text: a picture, a sound."""

from __future__ import annotations

import importlib
import io
import wave
from typing import TYPE_CHECKING, Any

from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PIXELS = 50_000_000
"""Of a picture at most."""
SECONDS = 3600
"""Of a sound at most."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_BYTES = 256 << 20
_WIDTHS = {1: "uint8", 2: "<i2", 4: "<i4"}
_WAVE = b"RIFF"


def picture(cell: object, folder: Path | None = None) -> Any:  # noqa: ANN401 - a numpy array
    """Give a picture as an RGB array of bytes (height, width, 3).

    Parameters
    ----------
    cell : object
        Bytes of a picture file; ``{"bytes", "path"}`` as sets hold it; or the name of a file.
    folder : Path or None
        Where a copy lies; files outside are not read.

    Raises
    ------
    UsageError
        If it is none, too large, or Pillow is not installed.
    """
    told = _bytes(cell, folder)
    try:
        pillow = importlib.import_module("PIL.Image")
        numpy = importlib.import_module("numpy")
    except ImportError as error:
        raise UsageError("pictures are read by Pillow", "--data", "pip install pillow") from error
    try:
        with pillow.open(io.BytesIO(told), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > PIXELS:
                fix = f"at most {PIXELS // 1_000_000} million pixels"
                raise UsageError(f"a picture of {width} × {height} is too large", "--data", fix)
            return numpy.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        fix = f"one of {', '.join(_FORMATS)}"
        raise UsageError(f"a picture cannot be read: {error}", "--data", fix) from error


def sound(cell: object, folder: Path | None = None) -> dict[str, object]:
    """Give a sound as ``{samples: mono floats from -1 to 1, rate: Hz}``.

    Parameters
    ----------
    cell : object
        Bytes of a sound file; ``{"bytes", "path"}``, or ``{"array", "sampling_rate"}``, as sets
        hold it; or the name of a file. WAV needs no library, other formats need soundfile.
    folder : Path or None
        Where a copy lies; files outside are not read.

    Raises
    ------
    UsageError
        If it is none, too long, or what reads it is not installed.
    """
    if isinstance(cell, dict) and cell.get("array") is not None:
        return {"samples": [float(each) for each in cell["array"]],
                "rate": int(cell["sampling_rate"])}  # fmt: skip
    told = _bytes(cell, folder)
    numpy = importlib.import_module("numpy")
    read = _of_wave if told[:4] == _WAVE else _of_library
    try:
        samples, rate = read(told, numpy)
    except (OSError, EOFError, ValueError, RuntimeError, wave.Error) as error:
        raise UsageError(f"a sound cannot be read: {error}", "--data", "WAV or FLAC") from error
    return {"samples": samples.mean(axis=1).tolist(), "rate": rate}


def _of_wave(told: bytes, numpy: Any) -> tuple[Any, int]:  # noqa: ANN401 - a module, an array
    with wave.open(io.BytesIO(told)) as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        if width not in _WIDTHS or file.getnframes() > SECONDS * rate:
            raise ValueError(f"samples of {width} bytes, or longer than {SECONDS} s")
        whole = numpy.frombuffer(file.readframes(file.getnframes()), _WIDTHS[width])
    # Eight bits are counted from the bottom, all others from the middle.
    middle, half = (128, 128) if width == 1 else (0, 1 << (8 * width - 1))
    return (whole.reshape(-1, channels).astype("float64") - middle) / half, rate


def _of_library(told: bytes, numpy: Any) -> tuple[Any, int]:  # noqa: ANN401 - a module, an array
    try:
        library = importlib.import_module("soundfile")
    except (ImportError, OSError) as error:
        fix = "pip install 'submeter[data]', or a copy as WAV"
        raise UsageError("sounds that are no WAV are read by soundfile", "--data", fix) from error
    with library.SoundFile(io.BytesIO(told)) as file:
        if len(file) > SECONDS * file.samplerate:
            raise ValueError(f"longer than {SECONDS} s")
        return numpy.asarray(file.read(dtype="float64", always_2d=True)), int(file.samplerate)


def _bytes(cell: object, folder: Path | None) -> bytes:
    """Give the bytes of a file that is in a cell, or that a cell names within a copy's folder."""
    told: Mapping[str, Any] = cell if isinstance(cell, dict) else {}
    held = told.get("bytes", cell)
    if isinstance(held, bytes):
        return held
    name = told.get("path", cell)
    if not isinstance(name, str) or folder is None:
        fix = "name a set whose pictures and sounds are in its tables"
        raise UsageError("a cell holds no picture or sound", "--data", fix)
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise UsageError("a row names a file outside of its set", name, f"put it into {folder}")
    try:
        with path.open("rb") as file:
            return file.read(_BYTES)
    except OSError as error:
        fix = f"put it into {folder}"
        raise UsageError(f"a file cannot be read: {error.strerror}", name, fix) from error
