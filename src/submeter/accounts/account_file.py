"""Account files: work that was not metered here, as an inventory.

The form is ``submeter.account/1`` (``submeter schema account``). Any part may be absent, and what
is absent is never zero: it is looked up where a place or a device names it, else told as missing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.scopes import Reporter
from submeter.accounting.viewpoint import viewpoint
from submeter.accounts.belonging import FIELDS, Belonging, belonging
from submeter.accounts.energy_items import energy_items
from submeter.accounts.fields import Fields
from submeter.accounts.hardware_items import hardware_items
from submeter.accounts.hours import pieces, span
from submeter.accounts.surroundings import surroundings
from submeter.errors import UsageError
from submeter.runs.place import FILES, known_by

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_FILE = "schema/account-1.json"
"""The JSON Schema, beside this module."""

STAGES = (
    "data-preparation", "training", "fine-tuning", "distillation", "evaluation", "inference",
    "other",
)  # fmt: skip
KNOWN = (
    "name", "stage", "method", "unit", "place", "facility", "energy", "embodied", "overhead",
    "start", "end", "conditions", "citation", "note",
    "role", *FIELDS,
)  # fmt: skip
CONDITIONS = (
    "device", "batch", "input_tokens", "output_tokens", "precision", "stack", "model", "task",
)  # fmt: skip
"""Under what conditions the work ran, for who compares it."""
UNIT = ("name", "count", "expected")
_DEFAULT_METHOD = "submeter-1"
_HERE = Path()


class AccountFile(NamedTuple):
    """What an account file says.

    Parameters
    ----------
    inventory : Inventory
        The work.
    method : str
        Id of the method that it names, or that goes with its role, or of the default.
    conditions : mapping of str to str
        ``device``, ``batch``, ``output_tokens`` and the like, where it states them.
    reporter : Reporter
        Whose books it is for.
    over_life : float or None
        Units that the product is expected to deliver over its life.
    belonging : Belonging
        Whose life the work is part of.
    when : tuple of int or None
        When the work began and ended [ns UTC]; None where the file does not tell.
    """

    inventory: Inventory
    method: str
    conditions: Mapping[str, str] = MappingProxyType({})
    reporter: Reporter = Reporter.OPERATOR
    over_life: float | None = None
    belonging: Belonging = Belonging()
    when: tuple[int, int] | None = None


def account_file(
    content: object, stated: Mapping[str, str] | None = None, folder: Path = _HERE
) -> AccountFile:
    """Read an account.

    Parameters
    ----------
    content : object
        The document.
    stated : mapping of str to str, optional
        ``region``, ``grid``, ``pue``, ``wue``, ``price``, ``lifetime``, ``utilisation`` instead of
        what the file says, and ``factors``: files of the user's own; a region replaces the
        file's whole place.
    folder : Path
        What the path of its hours is relative to: where the file lies.

    Raises
    ------
    UsageError
        If a field is not known, cannot be read, or gives the same energy twice.
    """
    fields = Fields(content, "", KNOWN)
    stage = fields.text("stage", "other")
    if stage not in STAGES:
        raise UsageError(f'there is no stage "{stage}"', "stage", f"one of {', '.join(STAGES)}")
    registry = known_by((stated or {}).get(FILES, ""))
    items, idle, supposed, drawn = energy_items(fields, registry)
    when = span(fields)
    side = viewpoint(fields.text("role"), fields.text("method"))
    around = surroundings(fields, stated or {}, when, pieces(drawn, when), folder)
    devices, no_figure = hardware_items(fields, stated or {}, registry)
    if not items and not idle and not devices:
        fix = "give energy, or device_hours with power"
        raise UsageError("the account has neither energy nor hardware", "energy", fix)
    return AccountFile(
        Inventory(
            id=fingerprint(content),
            name=fields.text("name", "account"),
            stage=stage,
            unit=_unit(fields),
            items=items,
            idle=idle,
            embodied=devices,
            facility=around.facility,
            grid=around.grid,
            missing=(*supposed, *no_figure, *around.missing),
            overhead=fields.factor("overhead", "energy", "kWh", "overhead/stated"),
            place=around.words,
        ),
        side.method or fields.text("method", _DEFAULT_METHOD),
        _conditions(fields),
        side.reporter,
        fields.section("unit", UNIT).number("expected", "ratio"),
        belonging(fields),
        when,
    )


def _conditions(fields: Fields) -> dict[str, str]:
    told = fields.section("conditions", CONDITIONS)
    return {name: told.text(name) for name in CONDITIONS if name in told}


def fingerprint(content: object) -> str:
    """Give an id that follows from what the account says, whatever its format."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unit(fields: Fields) -> FunctionalUnit:
    unit = fields.section("unit", UNIT)
    count = unit.number("count", "ratio")
    return FunctionalUnit(unit.text("name", "run"), 1.0 if count is None else count)
