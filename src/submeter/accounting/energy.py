"""Energy: which items count, what idle energy is charged, and what the facility adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from submeter.accounting.amount import combined, total
from submeter.accounting.desk import Role
from submeter.accounting.method import Idle, Part
from submeter.accounting.operational import facility_overhead
from submeter.quantities.digits import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from submeter.accounting.amount import Amount
    from submeter.accounting.desk import Desk
    from submeter.accounting.energy_items import EnergyItem, IdleItem
    from submeter.accounting.inventory import Inventory

SEEN_WELL = 0.95
"""Below this coverage a component's energy is told as incomplete."""


@dataclass(frozen=True, slots=True, eq=False)
class Energy:
    """The energy of an account [kWh].

    Parameters
    ----------
    components : mapping of str to Amount
        Energy of the work by component.
    active, idle : Amount or None
        The work's own, and the idle energy charged to it; None where not known.
    pue : Amount or None
        The facility's PUE; None where not known or outside the method.
    """

    components: Mapping[str, Amount]
    active: Amount | None
    idle: Amount | None
    pue: Amount | None

    @property
    def it(self) -> Amount | None:
        """What the IT equipment drew; None where the work's own energy is not known."""
        return total((self.active, self.idle)) if self.active else None

    def overhead(self, amount: Amount | None) -> Amount | None:
        """Give the facility's overhead on `amount`."""
        if amount is None or self.pue is None:
            return None
        return combined(facility_overhead, amount, self.pue)

    def at_facility(self, amount: Amount | None) -> Amount | None:
        """Give `amount` with the facility's overhead on it, where that is known."""
        return total((amount, self.overhead(amount)))

    def by_component(self) -> dict[str, Amount]:
        """Give the parts that add up to the total."""
        own_accounts = {"idle": self.idle, "facility": self.overhead(self.it)}
        known = {name: amount for name, amount in own_accounts.items() if amount is not None}
        return {**self.components, **known}


def energy_of(inventory: Inventory, desk: Desk) -> Energy:
    """Work out the energy by the desk's method."""
    items, idle_items = _outermost(inventory, desk)
    drawn: dict[str, list[Amount]] = {}
    for item in items:
        amount = desk.as_published(_varied(desk, item, left_of_idle))
        drawn.setdefault(item.component, []).append(amount)
    components = {name: whole for name, parts in drawn.items() if (whole := total(parts))}
    for name, amount in components.items():
        if amount.coverage < SEEN_WELL:
            desk.note("energy", f"{name} was seen for {100 * amount.coverage:.0f} % of the time")
    if not items:
        wanted = " or ".join(desk.method.components)
        what = f"no energy of a {wanted}" if wanted else "no energy of the work"
        desk.note("energy", f"{what} is known")
    pue = None
    if desk.includes(Part.FACILITY):
        if inventory.facility.pue is None:
            desk.note(Part.FACILITY, "no PUE is known")
        else:
            pue = desk.amount(inventory.facility.pue, "", Role.PUE)
    return Energy(components, total(components.values()), _idle(idle_items, desk), pue)


def _idle(items: list[IdleItem], desk: Desk) -> Amount | None:
    if desk.method.idle is Idle.NONE:
        desk.leave_out("idle")
        return None
    if not items:
        desk.note("idle", "no idle energy is known apart from the work's own")
        return None
    charged, rest = [], []
    for item in items:
        share = desk.method.charged(item.occupied, item.reserved)
        whole = _varied(desk, item, grown_with_idle)
        charged.append(whole.scaled(share))
        rest.append(whole.scaled(1 - share))
    left = total(rest)
    if left is not None and left.value > 0:
        shown = left.estimate("kWh")
        text, _ = phrase(shown.value, shown.low, shown.high, "kWh")
        desk.note("idle", f"{text} of the machine's idle energy is not charged to this work")
    return total(charged)


def _varied(
    desk: Desk,
    item: EnergyItem | IdleItem,
    formula: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]],
) -> Amount:
    """Give an item's energy, with what is unsure of the part that was idle."""
    amount = desk.amount(item.energy, "kWh", Role.ENERGY, item.coverage)
    if item.idle_part is None:
        return amount
    part = desk.amount(item.idle_part, "", Role.IDLE)
    return combined(formula, amount, part)


def left_of_idle(energy: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vary the energy above idle with the part that was idle.

    Parameters
    ----------
    energy : array
        Energy above idle, if the part were its central figure [kWh].
    part : array
        The part that was idle, its central figure first, below 1 [-].

    Returns
    -------
    array
        Energy above idle [kWh].

    Notes
    -----
    ``E (1 - f) / (1 - f_0)``: what a domain drew is read, so that what idle gains the work loses.
    A realisation in which more than all was idle leaves none.

    References
    ----------
    Submeter: Who drew it, docs/explanation/who-drew-it.md.

    Examples
    --------
    >>> import numpy as np
    >>> left_of_idle(np.array([6.0, 6.0]), np.array([0.25, 0.5])).tolist()
    [6.0, 4.0]
    """
    left: NDArray[np.float64] = (1.0 - part).clip(min=0.0) / (1.0 - part[0])
    return energy * left


def grown_with_idle(energy: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vary the idle energy with the part that was idle.

    Parameters
    ----------
    energy : array
        Idle energy, if the part were its central figure [kWh].
    part : array
        The part that was idle, its central figure first, above 0 [-].

    Returns
    -------
    array
        Idle energy [kWh].

    Notes
    -----
    ``E min(f, 1) / f_0``: with `left_of_idle` it adds up to what the domain drew, in every
    realisation.

    References
    ----------
    Submeter: Who drew it, docs/explanation/who-drew-it.md.

    Examples
    --------
    >>> import numpy as np
    >>> grown_with_idle(np.array([2.0, 2.0]), np.array([0.2, 0.4])).tolist()
    [2.0, 4.0]
    """
    grown: NDArray[np.float64] = part.clip(max=1.0) / part[0]
    return energy * grown


def _outermost(inventory: Inventory, desk: Desk) -> tuple[list[EnergyItem], list[IdleItem]]:
    """Give what counts, without what is already inside something else that counts."""
    counts = desk.method.counts
    items = [item for item in inventory.items if counts(item.component)]
    idle = [item for item in inventory.idle if counts(item.component)]
    around = {item.domain: item.inside for item in inventory.items}
    around |= {item.domain: item.inside for item in inventory.idle}
    counted = {item.domain for item in items} | {item.domain for item in idle}

    def is_inside(item: EnergyItem | IdleItem) -> bool:
        outer, steps = item.inside, 0
        while outer and steps <= len(around):
            if outer in counted:
                return True
            outer, steps = around.get(outer, ""), steps + 1
        return False

    return (
        [item for item in items if not is_inside(item)],
        [item for item in idle if not is_inside(item)],
    )
