"""Devices go by the names that drivers give; what they embody is as wide as studies lie apart."""

import pytest

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.reference.catalogue.accelerators import (
    KINDS,
    accelerator,
    accelerators,
    match_accelerator,
)
from submeter.reference.catalogue.components import published_parts
from submeter.reference.catalogue.embodied import (
    APART,
    BASE_KG,
    KG_PER_GB,
    embodied,
    published,
    published_for,
)
from submeter.reference.catalogue.servers import servers
from submeter.reference.factors.registry import shipped


def factor_of(name, indicator="gwp"):
    factor = embodied(accelerator(name), indicator).factor
    assert factor is not None
    return factor


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("NVIDIA H100 80GB HBM3", "nvidia-h100-sxm-80gb"),
        ("NVIDIA H100 PCIe", "nvidia-h100-pcie-80gb"),
        ("NVIDIA H100 NVL", "nvidia-h100-nvl-94gb"),
        ("NVIDIA H200", "nvidia-h200-sxm-141gb"),
        ("NVIDIA H200 NVL", "nvidia-h200-nvl-141gb"),
        ("NVIDIA A100-SXM4-80GB", "nvidia-a100-sxm4-80gb"),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", "nvidia-a100-sxm4-80gb"),
        ("NVIDIA A100 80GB PCIe", "nvidia-a100-pcie-80gb"),
        ("Tesla T4", "nvidia-t4"),
        ("NVIDIA L4", "nvidia-l4"),
        ("NVIDIA GeForce RTX 4090", "nvidia-rtx-4090"),
        ("AMD Instinct MI300X OAM", "amd-mi300x"),
        ("TPU v5 lite", "google-tpu-v5e"),
        ("nvidia-b200-sxm-180gb", "nvidia-b200-sxm-180gb"),
        ("Tesla V100-SXM2-32GB", "nvidia-v100-sxm2-32gb"),
        ("Tesla P100-PCIE-16GB", "nvidia-p100-pcie-16gb"),
        ("NVIDIA A800-SXM4-80GB", "nvidia-a800-sxm4-80gb"),
        ("NVIDIA H800", "nvidia-h800-sxm-80gb"),
        ("NVIDIA H20", "nvidia-h20-96gb"),
        ("NVIDIA GH200 480GB", "nvidia-gh200-96gb"),
        ("NVIDIA GH200 144G HBM3e", "nvidia-gh200-144gb"),
        ("NVIDIA B300 SXM6 AC", "nvidia-b300-sxm-270gb"),
        ("NVIDIA L40S", "nvidia-l40s"),
        ("NVIDIA A10G", "nvidia-a10g"),
        ("Quadro RTX 8000", "nvidia-quadro-rtx-8000"),
        ("NVIDIA RTX 6000 Ada Generation", "nvidia-rtx-6000-ada"),
        ("NVIDIA RTX A6000", "nvidia-rtx-a6000"),
        (
            "NVIDIA RTX PRO 6000 Blackwell Workstation Edition",
            "nvidia-rtx-pro-6000-workstation",
        ),
        ("NVIDIA GeForce RTX 3090 Ti", "nvidia-rtx-3090-ti"),
        ("NVIDIA GeForce RTX 4070 Ti SUPER", "nvidia-rtx-4070-ti-super"),
        ("AMD Instinct MI250X / MI250", "amd-mi250x"),
        ("AMD Instinct MI300A", "amd-mi300a"),
        ("AMD Radeon RX 7900 XTX", "amd-radeon-rx-7900-xtx"),
        ("Intel(R) Data Center GPU Max 1550", "intel-max-1550"),
        ("Intel(R) Arc(TM) A770 Graphics", "intel-arc-a770"),
        ("HL-225", "intel-gaudi2"),
        ("TPU v6 lite", "google-tpu-v6e"),
        ("Apple M3 Max", "apple-m3-max"),
    ],
)
def test_a_drivers_name_matches(name, device):
    assert accelerator(name).id == device


def test_two_modules_that_a_driver_gives_one_name_are_two_devices():
    """A driver writes `MI250X / MI250` for either: the interval of that name holds both."""
    big, small, either = map(accelerator, ("MI250X", "MI250", "AMD Instinct MI250X / MI250"))
    assert (big.tdp, small.tdp) == (560, 500)
    assert either is big is not small
    assert either.tdp_range == (500, 560), "the interval holds the power of both"


@pytest.mark.parametrize(
    "name", ["H100", "NVIDIA GeForce RTX 4090 Laptop GPU", "Quadro", "", "A100 80GB", "RTX 6000"]
)
def test_a_name_that_does_not_tell_matches_nothing(name):
    assert match_accelerator(name) is None
    with pytest.raises(UsageError):
        accelerator(name)


def test_a_short_name_is_answered_with_its_variants():
    with pytest.raises(UsageError, match="nvidia-h100-sxm-80gb"):
        accelerator("H100")


def test_every_name_in_the_catalogue_is_its_own():
    for device in accelerators():
        for name in (device.id, device.name, *device.aliases):
            assert match_accelerator(name) is device, name


def test_the_catalogue_is_sound():
    ids = {device.id for device in accelerators()}
    assert len(ids) == len(accelerators()) >= 200
    for device in accelerators():
        assert device.kind in KINDS
        assert device.tdp is None or 10 <= device.tdp <= 1500
        if device.tdp_range is not None:
            assert device.tdp is not None
            assert device.tdp_range[0] <= device.tdp <= device.tdp_range[1], device.id
        assert device.seen in {"", "limit", "database"}
        assert device.tdp is not None or not device.seen
        assert device.aliases or not device.named
        assert device.memory is None or 4 <= device.memory <= 300
        assert device.die is None or 100 <= device.die <= 1300
        assert device.process is None or 3 <= device.process <= 28
        assert (device.die_source is None) == (device.die is device.process is None)
        assert not device.embodied_like or device.embodied_like in ids
    devices = {value.device for value in published() if value.counted}
    assert devices <= ids | {machine.id for machine in servers()}


def test_a_power_that_nothing_confirms_has_an_interval():
    for device in accelerators():
        if device.tdp is not None and not device.seen:
            assert device.tdp_range is not None, device.id


@pytest.mark.parametrize(
    ("name", "power", "ends"),
    [
        ("NVIDIA H100 80GB HBM3", 700, (700, 700)),  # as its driver shows
        ("Tesla V100-SXM3-32GB", 350, (300, 350)),  # as its driver shows, where lists have 300
        ("Tesla K80", 149, (149, 149)),  # one of the two devices of its board
        ("NVIDIA A16", 62, (62, 62)),  # one of four
        ("NVIDIA GeForce RTX 3080", 320, (320, 384)),  # boards of many makers
        ("NVIDIA L40G", 300, (270, 330)),  # one database alone
    ],
)
def test_a_power_is_as_wide_as_its_sources_leave_it(name, power, ends):
    factor = shipped().factor(f"tdp/{accelerator(name).id}")
    assert (factor.value, (factor.low, factor.high)) == (power, ends)
    assert "confirmed" in factor.note


def test_a_value_that_does_not_count_says_why():
    for value in (*published(), *published_parts()):
        if not value.counted:
            assert value.note, value


def test_what_nobody_publishes_is_left_open():
    assert {accelerator(f"TPU {name}").tdp for name in ("v4", "v5e", "v5p", "v6e", "v7")} == {None}
    assert accelerator("Apple M1 Max").tdp is None
    assert accelerator("Apple M1 Max").memory is None
    assert "published" in accelerator("TPU v7").note


def test_silicon_as_published():
    h100 = accelerator("NVIDIA H100 80GB HBM3")
    assert (h100.die, h100.process) == (814, 5)
    assert h100.die_source is not None
    assert "TechPowerUp" in h100.die_source.citation


def test_h100_covers_its_published_values():
    factor = factor_of("NVIDIA H100 80GB HBM3")
    assert factor.low <= 164
    assert factor.high >= 575.1
    assert factor.value == pytest.approx((164 * 273 * 575.1) ** (1 / 3))
    assert factor.unit == "kgCO2e"


def test_every_value_is_kept_side_by_side_even_if_not_counted():
    values = {value.value for value in published_for("nvidia-h100-sxm-80gb")}
    assert {164, 273, 575.1, 14.65, 500} <= values


def test_every_interval_covers_the_published_cards():
    for device in accelerators():
        known = embodied(device)
        factor = known.factor
        if factor is None:
            assert known.reason
            continue
        for value in known.values:
            if value.counted:
                assert factor.low <= value.value <= factor.high, device.id


def test_the_model_holds_every_published_card():
    memory = {device.id: device.memory or 0.0 for device in accelerators()}
    for value in published():
        if value.counted and value.indicator == "gwp" and value.device in memory:
            middle = BASE_KG + KG_PER_GB * memory[value.device]
            assert middle / APART <= value.value <= middle * APART, value


def test_a_lone_parametric_value_is_brought_to_the_middle_and_marked():
    factor = factor_of("NVIDIA A100-SXM4-80GB")
    assert factor.value == pytest.approx(567.7 / APART**0.5)
    assert factor.tier is Tier.MODELLED
    assert factor.low < 170
    assert factor.high > 800


def test_a_twin_is_wider_and_marked():
    own = factor_of("NVIDIA H100 80GB HBM3")
    twin = embodied(accelerator("NVIDIA H100 PCIe"))
    assert twin.factor is not None
    assert twin.factor.low < own.low < own.high < twin.factor.high
    assert twin.factor.tier is Tier.MODELLED
    assert "nvidia-h100-sxm-80gb" in twin.reason


def test_footprints_of_the_same_die_count_beside_parametric_values():
    known = embodied(accelerator("NVIDIA H100 PCIe"))
    assert known.factor is not None
    assert known.factor.value == pytest.approx((164 * 273 * 566.7) ** (1 / 3))
    assert {164, 273, 566.7} <= {value.value for value in known.values}


def test_no_figure_means_a_marked_model_for_carbon_and_none_for_the_rest():
    device = accelerator("NVIDIA A40")
    assert factor_of(device.id).tier is Tier.MODELLED
    none = embodied(device, "adpe")
    assert none.factor is None
    assert none.reason
