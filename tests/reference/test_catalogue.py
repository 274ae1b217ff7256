"""Devices go by the names that drivers give; what they embody is as wide as studies lie apart."""

import pytest

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.reference.catalogue.accelerators import (
    accelerator,
    accelerators,
    match_accelerator,
)
from submeter.reference.catalogue.embodied import (
    APART,
    BASE_KG,
    KG_PER_GB,
    embodied,
    published,
    published_for,
)


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
    ],
)
def test_a_drivers_name_matches(name, device):
    assert accelerator(name).id == device


@pytest.mark.parametrize("name", ["H100", "NVIDIA GeForce RTX 3090 Ti", "Quadro", "", "A100 80GB"])
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
    assert len(ids) == len(accelerators()) >= 40
    for device in accelerators():
        assert device.tdp is None or 40 <= device.tdp <= 1500
        assert device.memory is None or 8 <= device.memory <= 300
        assert not device.embodied_like or device.embodied_like in ids
    devices = {value.device for value in published() if value.counted}
    assert devices <= ids


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
        factor = factor_of(device.id)
        for value in embodied(device).values:
            if value.counted:
                assert factor.low <= value.value <= factor.high, device.id


def test_the_model_holds_every_published_card():
    memory = {device.id: device.memory or 0.0 for device in accelerators()}
    for value in published():
        if value.counted and value.indicator == "gwp":
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


def test_no_figure_means_a_marked_model_for_carbon_and_none_for_the_rest():
    device = accelerator("NVIDIA A40")
    assert factor_of(device.id).tier is Tier.MODELLED
    none = embodied(device, "adpe")
    assert none.factor is None
    assert none.reason
