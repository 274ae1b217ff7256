"""`Method`: a named, versioned set of accounting rules, as data."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import MethodError

if TYPE_CHECKING:
    from collections.abc import Iterable

ARITHMETIC = "submeter.accounting/1"
"""Version of the formulas that every method is worked out by; a new one where results change."""


class Idle(StrEnum):
    """Which idle energy is charged to the work."""

    OCCUPIED = "occupied"
    """The part that goes with the capacity that the work occupied."""
    RESERVED = "reserved"
    """The part that goes with the capacity that was kept for the work."""
    NONE = "none"
    """None of it."""


class Basis(StrEnum):
    """Whose electricity is meant."""

    LOCATION = "location"
    """The grid of the place."""
    MARKET = "market"
    """What was contracted."""


class Part(StrEnum):
    """A part of the account beside the energy of the components."""

    FACILITY = "facility"
    """The facility's overhead, as energy of its own."""
    OPERATIONAL = "operational"
    """Carbon of the electricity."""
    EMBODIED = "embodied"
    """Carbon of making the hardware."""
    ON_SITE = "on_site"
    """Water used on the site."""
    ELECTRICITY = "electricity"
    """Water that went into the electricity."""
    EMBODIED_WATER = "embodied_water"
    """Water that went into making the hardware."""
    RESOURCES = "resources"
    """Minerals, by abiotic depletion."""
    PRIMARY_ENERGY = "primary_energy"
    """Primary energy."""
    MONEY = "money"
    """Price of the electricity."""


WATERS = (Part.ON_SITE, Part.ELECTRICITY, Part.EMBODIED_WATER)
"""The parts of water."""


class Wear(StrEnum):
    """Over which hours the making of a device is spread."""

    USED = "used"
    """The hours in which it is used: its lifetime times its utilisation."""
    OWNED = "owned"
    """All the hours of its lifetime."""


class Assumption(NamedTuple):
    """A figure that was published with a method, and stands in where none is known.

    Parameters
    ----------
    part : str
        ``grid`` or ``pue``.
    value : float
        The figure.
    unit : str
        Its unit.
    """

    part: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Method:
    """A named, versioned accounting rule set.

    Parameters
    ----------
    id, version : str
        Its name, and a version that changes whenever a rule does.
    title, citation : str
        What it is called, and where it was published.
    why : str
        Why these rules, in plain words.
    idle : Idle
        Which idle energy is charged.
    parts : tuple of Part
        What is counted beside the energy of the components.
    basis : Basis
        Whose electricity is meant.
    components : tuple of str
        The components that count; empty means all of them.
    intensity : str
        Words such as ``lifecycle``, ``combustion`` or ``marginal`` where the rules ask for one
        kind of grid intensity; a figure of another kind is used and told.
    decimals : int or None
        Decimals to which energy [kWh], intensity [kgCO2e/kWh] and carbon [kgCO2e] are rounded
        on the way, where the method was published so.
    wear : Wear
        Over which hours the making of a device is spread.
    stages : tuple of str
        Stages that it is defined for; empty means all.
    units : tuple of str
        Functional units that it asks for; empty means any.
    assumed : tuple of Assumption
        Figures that were published with it.
    facility_water : bool
        Whether water on the site goes with all energy of the facility, as the method was published,
        and not with that of its IT alone, as a WUE is defined.
    """

    id: str
    version: str
    title: str
    citation: str
    why: str
    idle: Idle
    parts: tuple[Part, ...]
    basis: Basis = Basis.LOCATION
    components: tuple[str, ...] = ()
    intensity: str = ""
    decimals: int | None = None
    wear: Wear = Wear.USED
    stages: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    facility_water: bool = False

    def counts(self, component: str) -> bool:
        """Tell whether the energy of `component` is inside the boundary."""
        return not self.components or component in self.components

    def includes(self, part: Part) -> bool:
        """Tell whether `part` is inside the boundary."""
        return part in self.parts

    def charged(self, occupied: float, reserved: float) -> float:
        """Give the share of a component's idle energy that is charged to the work."""
        return {Idle.OCCUPIED: occupied, Idle.RESERVED: reserved, Idle.NONE: 0.0}[self.idle]

    def check(self, stage: str) -> None:
        """Refuse a stage that the method is not defined for; ``other`` is no stage.

        Raises
        ------
        MethodError
            If it is not.
        """
        if self.stages and stage not in (*self.stages, "other"):
            what = f'{self.id} does not account for the stage "{stage}"'
            raise MethodError(what, "stage", f"it is for {', '.join(self.stages)}")

    def as_dict(self) -> dict[str, Any]:
        """Give the rules, without those that have their default.

        A rule that a later version of Submeter adds thus leaves the hash of older methods alone.
        """
        given = ((rule, getattr(self, rule.name)) for rule in fields(self))
        return {
            rule.name: value
            for rule, value in given
            if rule.default is MISSING or value != rule.default
        }

    def hash(self) -> str:
        """Give the SHA-256 of the rules and of the arithmetic, in hexadecimal."""
        rules = {"arithmetic": ARITHMETIC, **self.as_dict()}
        text = json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def find(method_id: str, methods: Iterable[Method]) -> Method:
    """Give the method of that id.

    Raises
    ------
    MethodError
        If there is none, with the closest ids.

    Examples
    --------
    >>> from submeter.accounting.methods import METHODS
    >>> find("aies", METHODS).title
    'AI Energy Score: accelerator energy'
    """
    known = {method.id: method for method in methods}
    if method_id in known:
        return known[method_id]
    close = get_close_matches(method_id, known, 1, 0.5)
    fix = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(sorted(known))}"
    raise MethodError(f'no method is called "{method_id}"', "--method", fix)
