import pwd
from pathlib import Path

import pytest

from submeter.errors import RecordError
from submeter.ledger.location import home, ledger_folder


def test_the_order_of_places(tmp_path):
    every = {"SUBMETER_HOME": "/s", "XDG_STATE_HOME": "/x", "HOME": str(tmp_path)}
    assert ledger_folder("/e", every) == Path("/e")
    assert ledger_folder(None, every) == Path("/s/ledger")
    del every["SUBMETER_HOME"]
    assert ledger_folder(None, every) == Path("/x/submeter/ledger")
    del every["XDG_STATE_HOME"]
    assert ledger_folder(None, every) == tmp_path / ".local/state/submeter/ledger"
    assert home(every) == tmp_path / ".local/state/submeter"


def test_stated_paths_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ledger_folder("here", {}) == tmp_path / "here"
    assert home({"SUBMETER_HOME": "../s"}) == tmp_path.parent / "s"
    assert ledger_folder("~/books", {"HOME": str(tmp_path)}) == tmp_path / "books"


def test_a_relative_xdg_folder_is_ignored(tmp_path):
    environ = {"XDG_STATE_HOME": "rel", "HOME": str(tmp_path)}
    assert home(environ) == tmp_path / ".local/state/submeter"


def test_without_home_variable_the_user_database_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd([""] * 5 + [tmp_path, ""]))
    assert home({}) == tmp_path / ".local/state/submeter"


def test_a_user_without_home_is_told_what_to_do(tmp_path, monkeypatch):
    def nobody(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    with pytest.raises(RecordError, match=r"HOME is not set.*--ledger DIR or SUBMETER_HOME"):
        home({})
    with pytest.raises(RecordError, match=r'HOME names "/nonexistent".*SUBMETER_HOME'):
        home({"HOME": "/nonexistent"})
    assert ledger_folder(tmp_path, {}) == tmp_path
