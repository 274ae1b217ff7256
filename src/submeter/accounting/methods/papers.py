"""Methods of papers, as they were published."""

from __future__ import annotations

from submeter.accounting.method import Assumption, Basis, Idle, Method, Part, Wear

_ACCELERATORS = ("gpu", "accelerator", "npu", "tpu")

ML_CO2_IMPACT_2019 = Method(
    id="ml-co2-impact-2019",
    version="1",
    title="ML CO2 Impact: the calculator",
    citation=(
        "Lacoste, Luccioni, Schmidt and Dandres: Quantifying the carbon emissions of machine "
        "learning, 2019, https://arxiv.org/abs/1910.09700; https://mlco2.github.io/impact"
    ),
    why=(
        "Power of the hardware times hours times the intensity of the region. The calculator "
        "rounds the energy, the region's intensity and the result to two decimals (kWh, "
        "kgCO2e/kWh, kgCO2e), so that small runs in clean regions come out as steps of 10 g; an "
        "intensity that the author measured is not rounded. No facility, no idle, no hardware."
    ),
    idle=Idle.NONE,
    parts=(Part.OPERATIONAL,),
    decimals=2,
)

STRUBELL_2019 = Method(
    id="strubell-2019",
    version="1",
    title="Strubell: energy and policy considerations for NLP",
    citation=(
        "Strubell, Ganesh and McCallum: Energy and policy considerations for deep learning in "
        "NLP, ACL 2019, https://arxiv.org/abs/1906.02243"
    ),
    why=(
        "Mean power of processors, memory and accelerators times hours times a PUE of 1.58, the "
        "world's mean of 2018, and the average of the United States, 0.954 pounds of CO2 a "
        "kilowatt-hour, where nothing better is stated."
    ),
    idle=Idle.NONE,
    parts=(Part.FACILITY, Part.OPERATIONAL),
    assumed=(
        Assumption("pue", 1.58, ""),
        Assumption("grid", 0.954 * 453.59237, "gCO2e/kWh"),
    ),
)

PATTERSON_2021 = Method(
    id="patterson-2021",
    version="1",
    title="Patterson: large neural network training",
    citation=(
        "Patterson, Gonzalez, Le, Liang, Munguia, Rothchild, So, Texier and Dean: Carbon "
        "emissions and large neural network training, 2021, https://arxiv.org/abs/2104.10350"
    ),
    why=(
        "Mean measured power of the chips with their share of the host, times their number and "
        "hours, times the PUE of that very site. Gross emissions by the grid's average; the "
        "paper's net emissions are the same energy by ghg-market. Making the hardware is left "
        "out, as is idle capacity."
    ),
    idle=Idle.NONE,
    parts=(Part.FACILITY, Part.OPERATIONAL),
)

BLOOM_2022 = Method(
    id="bloom-2022",
    version="1",
    title="BLOOM: embodied, dynamic and idle",
    citation=(
        "Luccioni, Viguier and Ligozat: Estimating the carbon footprint of BLOOM, a 176B "
        "parameter language model, JMLR 24(253), 2023, https://arxiv.org/abs/2211.02001"
    ),
    why=(
        "Dynamic energy of the accelerators, the idle energy of everything that was kept for "
        "the work, and the hours' part of making servers and accelerators over the hours in which "
        "they are used. The PUE is told beside the result and is not in it. The deployed "
        "endpoint is the same account with the stage inference."
    ),
    idle=Idle.RESERVED,
    parts=(Part.OPERATIONAL, Part.EMBODIED),
)

DODGE_2022 = Method(
    id="dodge-2022",
    version="1",
    title="Dodge: AI in cloud instances, hour by hour",
    citation=(
        "Dodge, Prewitt, Tachet des Combes, Odmark, Schwartz, Strubell, Luccioni, Smith, DeCario "
        "and Buchanan: Measuring the carbon intensity of AI in cloud instances, FAccT 2022, "
        "https://arxiv.org/abs/2206.05229"
    ),
    why=(
        "The energy of the accelerators in each stretch of time by the marginal intensity of the "
        "grid in that stretch, so that the same run has another cost at another hour. The paper "
        "counts accelerators alone, about three quarters of what it metered; the other parts of "
        "the machine, the facility and the making of the hardware are left out."
    ),
    idle=Idle.NONE,
    parts=(Part.OPERATIONAL,),
    components=_ACCELERATORS,
    intensity="marginal",
)

POWER_HUNGRY_2023 = Method(
    id="power-hungry-2023",
    version="1",
    title="Power Hungry Processing: inference by task",
    citation=(
        "Luccioni, Jernite and Strubell: Power hungry processing: watts driving the cost of AI "
        "deployment?, FAccT 2024, https://arxiv.org/abs/2311.16863"
    ),
    why=(
        "Energy of the queries alone, without loading the model, for 1,000 inferences, on the "
        "grid of the place. No facility, no idle time between queries, no hardware."
    ),
    idle=Idle.NONE,
    parts=(Part.OPERATIONAL,),
    stages=("inference", "evaluation"),
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
    components=_ACCELERATORS,
)

OLMO_2025 = Method(
    id="olmo-2025",
    version="2",
    title="OLMo: development, training and hardware, carbon and water",
    citation=(
        "Morrison, Na, Fernandez, Dettmers, Strubell and Dodge: Holistically evaluating the "
        "environmental impact of creating language models, ICLR 2025, "
        "https://arxiv.org/abs/2503.05804"
    ),
    why=(
        "Energy with the site's PUE, its carbon and its water on the site and in the electricity, "
        "for every run of the development and not the last alone; carbon and water of making "
        "the accelerators, spread over all the hours of four years. Both kinds of water go with "
        "the energy after the PUE, as the paper's third equation has them."
    ),
    idle=Idle.NONE,
    parts=(
        Part.FACILITY,
        Part.OPERATIONAL,
        Part.EMBODIED,
        Part.ON_SITE,
        Part.ELECTRICITY,
        Part.EMBODIED_WATER,
    ),
    wear=Wear.OWNED,
    facility_water=True,
)

_GOOGLE = (
    "Elsworth et al.: Measuring the environmental impact of delivering AI at Google scale, 2025, "
    "https://arxiv.org/abs/2508.15734"
)

GOOGLE_2025 = Method(
    id="google-2025",
    version="1",
    title="Google: comprehensive boundary",
    citation=_GOOGLE,
    why=(
        "Accelerators, their hosts, the machines that are kept ready, and the facility's "
        "overhead; the carbon of what was contracted for, with the part of making the hardware "
        "(Scopes 1 and 3); water on the site, by the energy of the equipment."
    ),
    idle=Idle.RESERVED,
    parts=(Part.FACILITY, Part.OPERATIONAL, Part.EMBODIED, Part.ON_SITE),
    basis=Basis.MARKET,
    stages=("inference",),
)

GOOGLE_2025_NARROW = Method(
    id="google-2025-narrow",
    version="1",
    title="Google: narrow boundary, for comparison",
    citation=_GOOGLE,
    why=(
        "What the paper calls the existing approach: active accelerators alone. Kept so that "
        "figures of this boundary can be told from those of the other."
    ),
    idle=Idle.NONE,
    parts=(Part.OPERATIONAL, Part.ON_SITE),
    basis=Basis.MARKET,
    components=_ACCELERATORS,
    stages=("inference",),
)

PAPERS = (
    ML_CO2_IMPACT_2019, STRUBELL_2019, PATTERSON_2021, BLOOM_2022, DODGE_2022, POWER_HUNGRY_2023,
    AIES, OLMO_2025, GOOGLE_2025, GOOGLE_2025_NARROW,
)  # fmt: skip
