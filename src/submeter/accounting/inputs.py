"""What a statement was made from, as plain data and back: so that it can be worked out again."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from submeter.accounting.energy_items import EnergyItem, IdleItem
from submeter.accounting.hardware_items import EmbodiedItem
from submeter.accounting.inventory import FunctionalUnit, Inventory
from submeter.accounting.method import Assumption, Basis, Idle, Method, Part, Wear
from submeter.accounting.surroundings import Facility, Grid
from submeter.quantities.estimate import Tier
from submeter.quantities.factor import Factor, Source, Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = {"items": EnergyItem, "idle": IdleItem, "embodied": EmbodiedItem}
_RECORDS = {"unit": FunctionalUnit, "facility": Facility, "grid": Grid}


def plain(record: Any) -> Any:  # noqa: ANN401 - any record of an account
    """Give an inventory, or what it is made of, as mappings, lists, texts and numbers."""
    if is_dataclass(record):
        return {each.name: plain(getattr(record, each.name)) for each in fields(record)}
    if isinstance(record, (tuple, list)):
        return [plain(each) for each in record]
    if hasattr(record, "items"):
        return {name: plain(value) for name, value in record.items()}
    return record


def inventory_from(content: Mapping[str, Any]) -> Inventory:
    """Give the inventory that `plain` wrote.

    Raises
    ------
    KeyError, TypeError, QuantityError
        If it is none.
    """
    told = dict(content)
    for name, kind in _LISTS.items():
        told[name] = tuple(_record(kind, each) for each in told[name])
    for name, record in _RECORDS.items():
        told[name] = _record(record, told[name])
    told["missing"] = tuple(told["missing"])
    told["overhead"] = _value(told["overhead"])
    return Inventory(**told)


def method_from(rules: Mapping[str, Any]) -> Method:
    """Give the method that `Method.as_dict` wrote.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in rules.items()
    }
    told["idle"] = Idle(told["idle"])
    told["parts"] = tuple(Part(part) for part in told["parts"])
    for name, kind in (("basis", Basis), ("wear", Wear)):
        if name in told:
            told[name] = kind(told[name])
    if "assumed" in told:
        told["assumed"] = tuple(Assumption(*each) for each in told["assumed"])
    return Method(**told)


def _record(kind: Any, content: Mapping[str, Any]) -> Any:  # noqa: ANN401
    return kind(**{name: _value(value) for name, value in content.items()})


def _value(content: Any) -> Any:  # noqa: ANN401
    if isinstance(content, dict) and "spread" in content:
        told = dict(content)
        told["spread"], told["tier"] = Spread(told["spread"]), Tier(told["tier"])
        told["source"] = Source(**told["source"])
        return Factor(**told)
    return content
