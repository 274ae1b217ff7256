"""The stand-in libraries are built from their sources where they are needed, and kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import SensorUnavailable
from submeter.ledger.location import home

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).parent
COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-O2", "-shared", "-fPIC", "-pthread")
_PATIENCE = 120.0
"""How long a compiler may take [s]; it takes one or two."""

LIBRARIES: Mapping[str, str] = {
    "nvml.c": "libnvidia-ml.so.1",
    "amd_smi.c": "libamd_smi.so",
    "ioreport.c": "ioreport.so",
}
"""What a program that looks for the maker's library finds it by."""


def build(source: str, *flags: str, folder: Path | None = None) -> str:
    """Build a stand-in library, unless it has been built before.

    Parameters
    ----------
    source : str
        One of `LIBRARIES`.
    *flags : str
        For the compiler, such as ``-DOLD_DRIVER``.
    folder : Path or None
        Where built libraries are kept, each in a folder of its own; by default ``lab`` in the
        state folder (``$SUBMETER_HOME``).

    Returns
    -------
    str
        Path of the library; its folder holds nothing else, so that it can be looked up by
        ``LD_LIBRARY_PATH``.

    Raises
    ------
    SensorUnavailable
        If there is no C compiler, or it fails.
    """
    compiler = _compiler()
    kept = (folder or home(os.environ) / "lab") / _digest(compiler, *flags, source=source)
    library = kept / LIBRARIES[source]
    if library.exists():
        return str(library)
    kept.mkdir(parents=True, exist_ok=True)
    # Built aside and moved, so that nobody loads a half: several build at once.
    fresh = kept / f".{os.getpid()}.so"
    words = [compiler, *OPTIONS, *flags, "-o", str(fresh), str(HERE / source), "-lm"]
    try:
        subprocess.run(words, check=True, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.CalledProcessError as error:
        fix = "see whether it can build a shared library with the C library's headers: apt has"
        told = error.stderr.strip().partition("\n")[0]
        what = f"the C compiler could not build {source}: {told}"
        raise SensorUnavailable(what, compiler, f"{fix} them in libc6-dev") from error
    fresh.replace(library)
    return str(library)


def _compiler() -> str:
    named = os.environ.get("CC", "")
    for name in (named, *COMPILERS):
        found = shutil.which(name) if name else None
        if found is not None:
            return found
    raise SensorUnavailable(
        f"there is no C compiler ({', '.join(COMPILERS)}) to build the stand-in libraries with",
        fix="install one, such as: sudo apt install gcc libc6-dev; or choose cases that need none: "
        "submeter lab list",
    )


def _digest(compiler: str, *flags: str, source: str) -> str:
    """Give a name that changes with all that the library is made from."""
    made = hashlib.sha256("\0".join([compiler, *OPTIONS, *flags, source]).encode())
    for file in (HERE / source, *sorted(HERE.glob("*.h"))):
        made.update(file.read_bytes())
    return f"{Path(source).stem}-{made.hexdigest()[:16]}"
