"""What was asked of place and hardware when an account is made, for every entry alike."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.cli.parser import HARDWARE, PLACE
from submeter.runs.account import inventory_of, wanted
from submeter.runs.hours import by_the_hour

if TYPE_CHECKING:
    import argparse

    from submeter.accounting.inventory import Inventory
    from submeter.accounting.method import Method
    from submeter.runs.settings import Settings
    from submeter.workloads.activity import Activity

NAMES = tuple(name for name, *_ in (*PLACE, *HARDWARE))
"""The options by which place and hardware are stated."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an account is made by, beside what an entry recorded.

    Parameters
    ----------
    typed : dict of str to str
        By option, what was typed; empty where nothing was.
    settings : Settings
        What holds where an entry recorded nothing, and who tells the hours of the grid.
    now : int
        When it is asked [ns UTC].
    """

    typed: dict[str, str]
    settings: Settings
    now: int

    @classmethod
    def of(cls, args: argparse.Namespace, settings: Settings) -> Asked:
        """Gather it from the command line."""
        return cls({name: getattr(args, name) or "" for name in NAMES}, settings, time.time_ns())

    @property
    def configured(self) -> dict[str, str]:
        """What holds where an entry recorded nothing and nothing was typed."""
        return {name: self.settings[name] for name in NAMES}

    def of_files(self) -> dict[str, str]:
        """Give what stands instead of what an account file says."""
        return {**self.typed, "factors": self.settings["factors"]}

    def inventory(self, entry: Activity, rules: Method) -> Inventory:
        """Give an entry's inventory, with the grid of its own hours where somebody tells them."""
        found = inventory_of(entry, wanted(entry, self.typed, self.configured))
        return self.in_time(entry, found, rules)

    def in_time(self, entry: Activity, inventory: Inventory, rules: Method) -> Inventory:
        """Put the grid of its own hours into an entry's inventory; see `by_the_hour`."""
        return by_the_hour(entry, inventory, rules, self.settings, self.now)
