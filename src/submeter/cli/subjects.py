"""What a person points at to have it explained: an entry, an account file, a published case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from submeter.accounting.gap import Side
from submeter.accounting.method import find
from submeter.accounts.account_file import account_file
from submeter.accounts.document import read_document
from submeter.errors import UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.location import ledger_folder
from submeter.literature.reproduction import chosen
from submeter.runs.account import inventory_of
from submeter.runs.methods import all_methods
from submeter.runs.place import FILES

if TYPE_CHECKING:
    from submeter.accounts.account_file import AccountFile
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity


def subject(name: str, settings: Settings, method: str = "") -> Side:
    """Give what `name` means.

    Parameters
    ----------
    name : str
        The path of an account file, the id of a published case that is an account, or the id of
        an entry (``last``).
    settings : Settings
        Where the ledger is, the method of an entry, and files of factors of the user's own.
    method : str
        A method instead of its own.

    Raises
    ------
    SubmeterError
        If there is nothing of that name.
    """
    files = {FILES: settings[FILES]}
    if Path(name).is_file():
        told = account_file(read_document(Path(name)), files, Path(name).parent)
        return _of_file(name, told, method)
    try:
        cases = chosen(name)
    except UsageError:
        cases = ()
    if cases:
        return _of_case(name, method)
    ledger = Ledger(ledger_folder(settings["ledger"] or None, settings.environ))
    entry = ledger.get(name)
    rules = find(method or settings["method"], all_methods())
    return Side(
        f"{entry.name} ({entry.id[-6:]})", inventory_of(entry, files), rules, _conditions(entry)
    )


def _of_case(name: str, method: str) -> Side:
    cases = chosen(name)
    if len(cases) > 1 or cases[0].account is None:
        what = f"{name} is no single account"
        raise UsageError(what, fix=f"name one of its cases: submeter reproduce {cases[0].paper}")
    return _of_file(name, account_file(cases[0].account), method)


def _of_file(name: str, told: AccountFile, method: str) -> Side:
    rules = find(method or told.method, all_methods())
    title = told.inventory.name if told.inventory.name != "account" else name
    return Side(title, told.inventory, rules, told.conditions)


def _conditions(entry: Activity) -> dict[str, str]:
    """Give what an entry tells of the conditions of its work."""
    told = {key: entry.model.get(name, "") for key, name in _OF_MODEL.items()}
    devices = dict.fromkeys(each.name for each in entry.devices if each.kind == "gpu")
    told["device"] = ", ".join(devices)
    requests, tokens = entry.counts.get("requests"), entry.counts.get("tokens_out")
    if requests and tokens:
        told["output_tokens"] = f"{tokens / requests:g}"
    return {name: text for name, text in told.items() if text}


_OF_MODEL = {"model": "name", "precision": "precision"}
