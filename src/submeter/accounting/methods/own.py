"""Submeter's own method."""

from __future__ import annotations

from submeter.accounting.method import Basis, Idle, Method, Part

SUBMETER_1 = Method(
    id="submeter-1",
    version="1",
    title="Submeter's own account",
    citation="Submeter: Accounting methods, docs/reference/methods.md",
    why=(
        "Everything that the work caused and that a figure is known for. Idle energy goes with the "
        "capacity that the work occupied: a busy core-second carries its own share of the "
        "machine's idle power, a sleeping process pays nothing, and a full machine pays all, so "
        "that the shares of all work on a machine add up to no more than the machine. The grid is "
        "that of the place, because that is where the power came from; hardware is charged by the "
        "hours for which it was kept."
    ),
    idle=Idle.OCCUPIED,
    parts=(
        Part.FACILITY,
        Part.OPERATIONAL,
        Part.EMBODIED,
        Part.ON_SITE,
        Part.ELECTRICITY,
        Part.EMBODIED_WATER,
        Part.RESOURCES,
        Part.PRIMARY_ENERGY,
        Part.MONEY,
    ),
    basis=Basis.LOCATION,
    intensity="lifecycle",
)
