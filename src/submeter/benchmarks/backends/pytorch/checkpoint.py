"""A folder with a model in the Hugging Face layout: where it is, what it is, whether it is safe."""

from __future__ import annotations

import importlib
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from submeter.benchmarks.backends.folders import folder_of, name_of
from submeter.benchmarks.backends.libraries import library
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HUB = "hub:"
"""Before ``OWNER/NAME``: a model of the Hugging Face Hub, from its library's cache or the net."""
_HUB_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.tiktoken", "*.jinja", "README.md")
"""What is fetched: no pickles, and no code."""
_PICKLES = ("pytorch_model*.bin", "diffusion_pytorch_model*.bin", "adapter_model*.bin")
"""What the libraries would read where there is nothing better."""
_LONGEST = 1 << 20
"""Bytes of a model card that are read at most."""


class Checkpoint(NamedTuple):
    """A model's folder.

    Parameters
    ----------
    folder : Path
        Where it lies.
    name, revision : str
        What it is called; of the Hub's, the commit.
    """

    folder: Path
    name: str
    revision: str = ""


def checkpoint(model: str, revision: str, holds: str, backend: str) -> Checkpoint:
    """Find a model: a folder, ``package:NAME/FOLDER``, or ``hub:OWNER/NAME``.

    The net is asked only for a name of the Hub's, by the Hub's own library, which keeps to its
    cache under ``HF_HUB_OFFLINE=1``.

    Raises
    ------
    UsageError
        If it is not there.
    """
    if not model.startswith(HUB):
        if revision:
            fix = f"name the model as {HUB}OWNER/NAME, or leave the revision out"
            raise UsageError("a folder has no revisions", "--option revision", fix)
        try:
            return Checkpoint(folder_of(model, holds), name_of(model))
        except UsageError as error:
            if not _HUB_NAME.fullmatch(model):
                raise
            fix = f"if it is a model of the Hugging Face Hub, name it {HUB}{model}"
            raise UsageError(error.what, model, fix) from error
    name = model.removeprefix(HUB)
    if not _HUB_NAME.fullmatch(name):
        raise UsageError("that names no model of the Hub", model, f"write {HUB}OWNER/NAME")
    hub = library("huggingface_hub", backend, "huggingface_hub")
    try:
        folder = hub.snapshot_download(name, revision=revision or None, allow_patterns=_WANTED)
    except (OSError, ValueError) as error:
        fix = "see that its name is right, and the net or the library's cache has it"
        what = f"the model cannot be had from the Hub: {type(error).__name__}"
        raise UsageError(what, model, fix) from error
    return Checkpoint(Path(folder), name, Path(folder).name)


@contextmanager
def off_the_net() -> Iterator[None]:
    """Load inside without asking the Hub for anything, whatever a model's files name there.

    That it has a folder of its own is no promise: weights of a backbone, or code that computes
    attention, may be named in a ``config.json`` too.
    """
    constants: Any = importlib.import_module("huggingface_hub.constants")
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def check_weights(folder: Path) -> None:
    """Refuse a folder some of whose weights are there as pickles only, which run code when read.

    Raises
    ------
    UsageError
        If there are such.
    """
    found = {each for pattern in _PICKLES for each in folder.rglob(pattern)}
    for each in sorted(found):
        if not any(each.parent.glob("*.safetensors")):
            fix = "save it anew: model.save_pretrained(FOLDER) writes model.safetensors"
            what = f"{each.relative_to(folder)} is a pickle, which may run any code; it is not read"
            raise UsageError(what, folder.name, fix)


def has_any(folder: Path, names: Sequence[str]) -> bool:
    """Tell whether one of these files is there; names may have wildcards."""
    return any(any(folder.glob(each)) for each in names)


def licence_of(folder: Path) -> str:
    """Give the licence that the model card in the folder tells; empty where it tells none."""
    card = folder / "README.md"
    if not card.is_file():
        return ""
    with card.open(encoding="utf-8", errors="replace") as file:
        text = file.read(_LONGEST)
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) < 3 or parts[0].strip():  # noqa: PLR2004 - nothing, the front matter, the rest
        return ""
    try:
        told = yaml.safe_load(parts[1])
    except yaml.YAMLError:
        return ""
    known = told if isinstance(told, dict) else {}
    licence = known.get("license")
    return str(known.get("license_name") or licence) if licence else ""
