"""Data sets read by the library ``datasets``: rows are streamed, and nothing in a set is run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.tasks.text_tables import NOT_TOLD, Source
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

READ = ("parquet", "arrow", "json", "csv", "imagefolder", "audiofolder")
"""Formats that are read: tables, and folders of pictures and sounds. None can hold a program."""
_NOT_BEFORE = 4
"""Older versions of the library run a set's own program."""
_PATIENCE = 20.0
_INSTALL = "pip install 'submeter[data]'"


def of_hub(name: str, revision: str, config: str, split: str) -> Source:
    """Open a set on the Hub, at the commit that its revision names now.

    Parameters
    ----------
    name : str
        ``OWNER/NAME``.
    revision, config, split : str
        Empty: the newest, and the only ones.

    Raises
    ------
    UsageError
        If the library is not installed, there is no network or no such set, or it is ambiguous.
    """
    library = _library(f"--data hub:{name}")
    hub = importlib.import_module("huggingface_hub")
    try:
        told = hub.HfApi().dataset_info(name, revision=revision or None, timeout=_PATIENCE)
    except Exception as error:
        # Whatever the library's HTTP client raises: the kinds change with it.
        raise _not_there(name, revision, error, hub) from error
    card = told.card_data.to_dict() if told.card_data else {}
    licence = card.get("license") or NOT_TOLD
    licence = ", ".join(map(str, licence)) if isinstance(licence, list) else str(licence)
    source = _streamed(library, (name, config, split), {"revision": told.sha})
    return source._replace(version=str(told.sha), licence=licence)


def _not_there(name: str, revision: str, error: Exception, hub: Any) -> UsageError:  # noqa: ANN401 - a module
    where = f"--data hub:{name}{'@' if revision else ''}{revision}"
    kinds = hub.errors
    if isinstance(error, kinds.GatedRepoError):
        fix = "accept its terms on its page, and log in: hf auth login"
        return UsageError("its publisher gives it to those who asked", where, fix)
    if isinstance(error, kinds.RevisionNotFoundError):
        return UsageError("the set has no such revision", where, "name a branch, tag or commit")
    if isinstance(error, kinds.RepositoryNotFoundError):
        fix = "check its spelling; a private one needs: hf auth login"
        return UsageError("there is no such data set on the Hub", where, fix)
    fix = "see to the network, or name a copy: hf download NAME --repo-type dataset --local-dir DIR"
    return UsageError(f"the Hub cannot be reached: {_first_line(error)}", where, fix)


def of_folder(path: Path, split: str) -> Source:
    """Open a copy: a folder as hubs publish it or as ``save_to_disk`` writes it, or one file of it.

    Raises
    ------
    UsageError
        If the library is not installed, or there are no tables that it can read.
    """
    library = _library(f"--data {path}")
    options = {}
    place = str(path)
    if path.is_file():
        place, options = path.suffix[1:], {"data_files": str(path.resolve())}
    elif (path / "state.json").exists():
        place, options = "arrow", {"data_files": str(path.resolve() / "*.arrow")}
    elif not any(path.rglob("*")):
        raise UsageError("the folder is empty", f"--data {path}", "name one with tables")
    source = _streamed(library, (place, "", split), options, str(path))
    return source._replace(folder=path if path.is_dir() else path.parent)


def _library(where: str) -> Any:  # noqa: ANN401 - a module
    try:
        library = importlib.import_module("datasets")
    except ImportError as error:
        fix = f"{_INSTALL}; a copy as .jsonl or .csv needs none"
        raise UsageError("the library datasets is not installed", where, fix) from error
    version = str(library.__version__)
    if int(version.partition(".")[0]) < _NOT_BEFORE:
        what = f"datasets {version} would run programs that sets bring"
        raise UsageError(what, where, f"{_INSTALL} --upgrade")
    return library


def _streamed(
    library: Any,  # noqa: ANN401 - a module
    what: tuple[str, str, str],
    options: Mapping[str, str],
    shown: str = "",
) -> Source:
    place, config, split = what
    where = f"--data {shown or f'hub:{place}'}"
    try:
        builder = library.load_dataset_builder(place, config or None, **options)
        if builder.name not in READ:
            fix = f"a copy as one of {', '.join(READ)}"
            raise UsageError(f"its format {builder.name} is not read", where, fix)  # noqa: TRY301
        splits = builder.as_streaming_dataset()
        names = list(splits)
        if len(names) != 1 and not split:
            fix = f"name one: {where[7:]}#{names[0] if names else 'SPLIT'}"
            told = f"it has the splits {', '.join(names)}"
            raise UsageError(told, where, fix)  # noqa: TRY301
        if split and split not in names:
            fix = f"it has {', '.join(names)}"
            raise UsageError(f'it has no split "{split}"', where, fix)  # noqa: TRY301
        # Pictures and sounds stay as they are stored: decoding them here would need torch.
        stream = splits[split or names[0]]
        stream = stream.decode(False) if stream.features else stream  # noqa: FBT003 - its only way
        columns = tuple(stream.features or next(iter(stream), {}))
    except UsageError:
        raise
    except Exception as error:
        # Builders for many formats, each with errors of its own.
        fix = "see that it is a set of tables; several configurations: hub:OWNER/NAME:CONFIG"
        raise UsageError(f"it cannot be opened: {_first_line(error)}", where, fix) from error
    return Source(columns, _rows(stream, stream.features or {}, where))


def _rows(stream: Any, features: Mapping[str, Any], where: str) -> Iterator[Mapping[str, object]]:  # noqa: ANN401 - the library's own
    try:
        for row in stream:
            yield {name: _named(features.get(name), cell) for name, cell in row.items()}
    except Exception as error:
        # What breaks off a stream is the network's, the file system's or the format's.
        fix = "see to the network or the file, and run it again"
        raise UsageError(f"its rows broke off: {_first_line(error)}", where, fix) from error


def _named(feature: Any, cell: object) -> object:  # noqa: ANN401 - the library's own
    """Tell a class by its name, also in lists of classes; a class that nobody gave is None."""
    names = getattr(feature, "names", None)
    if names and isinstance(cell, int):
        return names[cell] if 0 <= cell < len(names) else None
    inner = getattr(feature, "feature", None)
    if inner is not None and isinstance(cell, list):
        return [_named(inner, each) for each in cell]
    return cell


def _first_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}"
