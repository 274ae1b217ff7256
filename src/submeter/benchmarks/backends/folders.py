"""Where a model lies: a folder, or a folder within a package that ships it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from submeter.errors import UsageError

PACKAGE = "package:"
"""Before ``NAME/FOLDER``: a folder of an installed package."""


def folder_of(model: str, holds: str) -> Path:
    """Give a model's folder.

    Parameters
    ----------
    model : str
        A folder, or ``package:NAME/FOLDER``.
    holds : str
        The file by which such a folder is known, for the error.

    Raises
    ------
    UsageError
        If there is none, or the package is not installed.
    """
    folder = Path(model)
    if model.startswith(PACKAGE):
        package, _, inside = model.removeprefix(PACKAGE).partition("/")
        try:
            folder = Path(str(files(package).joinpath(inside)))
        except ImportError as error:
            fix = f"pip install {package.replace('_', '-')}"
            raise UsageError("the package is not installed", package, fix) from error
    if not folder.is_dir():
        raise UsageError("there is no such folder", model, f"name a folder with {holds} in it")
    return folder


def name_of(model: str) -> str:
    """Give what a model is called: a path may tell more of its owner than of the model."""
    if model.startswith(PACKAGE):
        return model.removeprefix(PACKAGE).partition("/")[0]
    return Path(model).resolve().name
