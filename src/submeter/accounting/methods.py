"""The methods that Submeter brings along, found under the entry point ``submeter.methods``."""

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
        Part.RESOURCES,
        Part.PRIMARY_ENERGY,
        Part.MONEY,
    ),
    basis=Basis.LOCATION,
    intensity="lifecycle",
)

AIES = Method(
    id="aies",
    version="1",
    title="AI Energy Score: accelerator energy",
    citation=(
        "Luccioni, Gamazaychikov, Strubell, Hooker, Jernite, Mitchell and Wu: AI Energy Score, "
        "2025, https://huggingface.co/AIEnergyScore"
    ),
    why=(
        "The energy of the accelerators while they are held, and nothing else, so that models "
        "can be compared on one kind of accelerator. The score itself also needs its task, its "
        "1,000 queries and its hardware."
    ),
    idle=Idle.NONE,
    parts=(),
    components=("gpu", "accelerator", "npu", "tpu"),
)

GHG_LOCATION = Method(
    id="ghg-location",
    version="1",
    title="GHG Protocol, Scope 2, location-based",
    citation=(
        "Sotos: GHG Protocol Scope 2 Guidance, World Resources Institute, 2015, "
        "https://ghgprotocol.org/scope-2-guidance"
    ),
    why=(
        "Purchased electricity at the average intensity of the grid where it is used. Scope 2 "
        "asks for all the electricity that the reporting organisation controls, whether or not it "
        "was put to use, so a machine kept for the work is charged with all its idle energy, and "
        "the facility's overhead is inside. Making the hardware is Scope 3, category 2, the fuel "
        "chain of the electricity Scope 3, category 3; neither is in this figure."
    ),
    idle=Idle.RESERVED,
    parts=(Part.FACILITY, Part.OPERATIONAL),
    basis=Basis.LOCATION,
    intensity="combustion",
)

METHODS = (SUBMETER_1, AIES, GHG_LOCATION)
"""The built-in methods."""
