"""Methods of standards."""

from __future__ import annotations

from submeter.accounting.method import Basis, Idle, Method, Part, Wear

_SCI = (
    "Green Software Foundation: Software Carbon Intensity, ISO/IEC 21031:2024, "
    "https://sci.greensoftware.foundation"
)
_SCI_AI = "Green Software Foundation: SCI for AI, 2025, https://sci-for-ai.greensoftware.foundation"
_SCI_RULES = (
    "(E I + M) for each R: the energy of all that is reserved, the facility's overhead inside, by "
    "the grid of the place and never by a contract, and the part of making the hardware that its "
    "hours are of its lifetime."
)
_SCI_PARTS = (Part.FACILITY, Part.OPERATIONAL, Part.EMBODIED)

SCI = Method(
    id="sci",
    version="1",
    title="Software Carbon Intensity",
    citation=_SCI,
    why=_SCI_RULES,
    idle=Idle.RESERVED,
    parts=_SCI_PARTS,
    wear=Wear.OWNED,
)

SCI_AI_CONSUMER = Method(
    id="sci-ai-consumer",
    version="1",
    title="SCI for AI, consumer",
    citation=_SCI_AI,
    why=(
        f"{_SCI_RULES} Operation and monitoring of the system: inference, orchestration, storage. "
        "Training is not in it."
    ),
    idle=Idle.RESERVED,
    parts=_SCI_PARTS,
    wear=Wear.OWNED,
    stages=("inference",),
)

SCI_AI_PROVIDER = Method(
    id="sci-ai-provider",
    version="1",
    title="SCI for AI, provider",
    citation=_SCI_AI,
    why=(
        f"{_SCI_RULES} Making the model: data, every training run, the ones in between too, "
        "evaluation. The unit is the FLOP, the training token or the parameter."
    ),
    idle=Idle.RESERVED,
    parts=_SCI_PARTS,
    wear=Wear.OWNED,
    stages=("data-preparation", "training", "fine-tuning", "distillation", "evaluation"),
    units=("FLOP", "training token", "parameter"),
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

GHG_MARKET = Method(
    id="ghg-market",
    version="1",
    title="GHG Protocol, Scope 2, market-based",
    citation=(
        "Sotos: GHG Protocol Scope 2 Guidance, World Resources Institute, 2015, "
        "https://ghgprotocol.org/scope-2-guidance"
    ),
    why=(
        "Purchased electricity at the intensity of what was contracted for, as ghg-location in "
        "all else. It is reported beside the location-based figure and never instead of it. "
        "Without a contract or a residual mix there is no figure."
    ),
    idle=Idle.RESERVED,
    parts=(Part.FACILITY, Part.OPERATIONAL),
    basis=Basis.MARKET,
    intensity="combustion",
)

STANDARDS = (SCI, SCI_AI_CONSUMER, SCI_AI_PROVIDER, GHG_LOCATION, GHG_MARKET)
