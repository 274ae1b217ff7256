"""What a person points at to have it explained: an entry, a job, an account file, a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from submeter.accounting.gap import Side
from submeter.accounting.inventory import Inventory
from submeter.accounting.joint import as_one
from submeter.accounting.method import find
from submeter.accounting.patterns import groups_for
from submeter.accounting.statement import Heading
from submeter.accounts.account_file import account_file
from submeter.accounts.document import read_document
from submeter.errors import UsageError
from submeter.ledger.book import Ledger
from submeter.ledger.location import ledger_folder
from submeter.literature.reproduction import chosen
from submeter.runs.joint import account_jointly, joined
from submeter.runs.methods import all_methods

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.accounting.method import Method
    from submeter.accounts.account_file import AccountFile
    from submeter.cli.asked import Asked
    from submeter.workloads.activity import Activity


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be explained.

    Parameters
    ----------
    name : str
        What it is called beside another.
    heading : Heading
        What its statement is called.
    inventories : tuple of Inventory
        What it is made from: those of its entries where it is a job, else one.
    method : Method
        Its rules.
    conditions : mapping of str to str
        Under which conditions the work ran, where they are known.
    """

    name: str
    heading: Heading
    inventories: tuple[Inventory, ...]
    method: Method
    conditions: Mapping[str, str] = field(default_factory=dict)

    def side(self) -> Side:
        """Give it as one of two accounts.

        Raises
        ------
        UsageError
            If its entries have several grids or facilities.
        """
        told = self.heading
        inventory = self.inventories[0]
        if len(self.inventories) > 1:
            like = Inventory(told.id, told.name, told.stage, told.unit)
            groups = groups_for(self.inventories, self.method)
            inventory = as_one([each.inventory for each in groups], like)
        return Side(self.name, inventory, self.method, self.conditions)


def subject(name: str, asked: Asked, method: str = "") -> Subject:
    """Give what `name` means.

    Parameters
    ----------
    name : str
        The path of an account file, the id of a published case that is an account, the id of a job
        (``slurm:123``), or the id of an entry (``last``).
    asked : Asked
        Place and hardware that were asked for, and where the ledger is.
    method : str
        A method instead of its own.

    Raises
    ------
    SubmeterError
        If there is nothing of that name.
    """
    if Path(name).is_file():
        told = account_file(read_document(Path(name)), asked.of_files(), Path(name).parent)
        return _of_file(name, told, method)
    try:
        cases = chosen(name)
    except UsageError:
        cases = ()
    if cases:
        return _of_case(name, asked, method)
    settings = asked.settings
    ledger = Ledger(ledger_folder(settings["ledger"] or None, settings.environ))
    rules = find(method or settings["method"], all_methods())
    if ":" in name:
        return _of_job(name, list(ledger.activities()), asked, rules)
    entry = ledger.get(name)
    inventory = asked.inventory(entry, rules)
    return Subject(
        f"{entry.name} ({entry.id[-6:]})", _heading(inventory), (inventory,), rules,
        _conditions([entry], entry.counts),
    )  # fmt: skip


def _of_job(job: str, entries: Sequence[Activity], asked: Asked, rules: Method) -> Subject:
    joint = joined(job, entries)
    told, inventories = account_jointly(
        joint, rules.id, asked.typed, asked.configured, asked.in_time
    )
    heading = Heading(told.id, told.name, told.stage, told.unit, joint.missing())
    conditions = _conditions(joint.entries, joint.summary.counts)
    return Subject(f"{told.name} ({job})", heading, inventories, rules, conditions)


def _of_case(name: str, asked: Asked, method: str) -> Subject:
    cases = chosen(name)
    if len(cases) > 1 or cases[0].account is None:
        what = f"{name} is no single account"
        raise UsageError(what, fix=f"name one of its cases: submeter reproduce {cases[0].paper}")
    return _of_file(name, account_file(cases[0].account, asked.of_files()), method)


def _of_file(name: str, told: AccountFile, method: str) -> Subject:
    rules = find(method or told.method, all_methods())
    inventory = told.inventory
    title = inventory.name if inventory.name != "account" else name
    return Subject(title, _heading(inventory), (inventory,), rules, told.conditions)


def _heading(inventory: Inventory) -> Heading:
    return Heading(inventory.id, inventory.name, inventory.stage, inventory.unit)


def _conditions(entries: Sequence[Activity], counts: Mapping[str, float]) -> dict[str, str]:
    """Give what entries tell of the conditions of their work."""
    told = {
        key: ", ".join(dict.fromkeys(each.model[name] for each in entries if each.model.get(name)))
        for key, name in _OF_MODEL.items()
    }
    devices = [each for entry in entries for each in entry.devices if each.kind == "gpu"]
    told["device"] = ", ".join(dict.fromkeys(each.name for each in devices))
    requests, tokens = counts.get("requests"), counts.get("tokens_out")
    if requests and tokens:
        told["output_tokens"] = f"{tokens / requests:g}"
    return {name: text for name, text in told.items() if text}


_OF_MODEL = {"model": "name", "precision": "precision"}
