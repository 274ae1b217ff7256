"""Where the state of Submeter and its ledger live.

An explicit path, else ``$SUBMETER_HOME``, else ``$XDG_STATE_HOME/submeter``, else
``~/.local/state/submeter``.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIX = "name a place with --ledger DIR or SUBMETER_HOME"


def home(environ: Mapping[str, str]) -> Path:
    """Give the state folder, as an absolute path; it need not exist yet.

    Parameters
    ----------
    environ : mapping of str to str
        The environment, such as `os.environ`.

    Raises
    ------
    RecordError
        If no variable names it and the user has no home folder.
    """
    stated = environ.get("SUBMETER_HOME", "")
    if stated:
        return _absolute(stated, environ)
    state = environ.get("XDG_STATE_HOME", "")
    # The XDG specification has relative paths ignored.
    if os.path.isabs(state):
        return Path(state) / "submeter"
    return _user_folder(environ) / ".local" / "state" / "submeter"


def ledger_folder(explicit: str | Path | None, environ: Mapping[str, str]) -> Path:
    """Give the ledger's folder, as an absolute path; it need not exist yet.

    Parameters
    ----------
    explicit : str or Path or None
        What ``--ledger`` says, if anything.
    environ : mapping of str to str
        The environment, such as `os.environ`.

    Raises
    ------
    RecordError
        If nothing names it and the user has no home folder.
    """
    if explicit is not None and str(explicit):
        return _absolute(str(explicit), environ)
    return home(environ) / "ledger"


def _absolute(path: str, environ: Mapping[str, str]) -> Path:
    """Fix a stated path, so that it means the same after a change of folder."""
    if path == "~" or path.startswith("~/"):
        return _user_folder(environ) / path[2:]
    return Path(os.path.abspath(path))


def _user_folder(environ: Mapping[str, str]) -> Path:
    """Give the user's own folder, which must be there."""
    stated = environ.get("HOME", "")
    if stated:
        folder, source = stated, "HOME"
    else:
        try:
            folder, source = pwd.getpwuid(os.getuid()).pw_dir, "the user database"
        except KeyError:
            raise RecordError(
                "there is no home folder to keep the ledger in",
                f"HOME is not set, and the user database has no user {os.getuid()}",
                _FIX,
            ) from None
    if os.path.isabs(folder) and Path(folder).is_dir():
        return Path(folder)
    raise RecordError(
        "there is no home folder to keep the ledger in",
        f'{source} names "{folder}", which is not a folder',
        _FIX,
    )
