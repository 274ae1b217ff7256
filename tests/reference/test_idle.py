"""Idle power of accelerators: readings as published, wide, and absent where nobody published."""

from __future__ import annotations

import math
import re
from collections import defaultdict

import pytest

from submeter.reference.catalogue.accelerators import accelerator, accelerators
from submeter.reference.catalogue.idle import STATES, idle_power, readings
from submeter.reference.factors.registry import shipped

MOST_USED = (
    *("nvidia-h100-sxm-80gb", "nvidia-h100-pcie-80gb", "nvidia-h100-nvl-94gb"),
    *("nvidia-h200-sxm-141gb", "nvidia-b200-sxm-180gb", "nvidia-gh200-96gb"),
    *("nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb"),
    *("nvidia-a100-pcie-40gb", "nvidia-a100-pcie-80gb"),
    *("nvidia-l4", "nvidia-l40", "nvidia-l40s", "nvidia-a10g", "nvidia-a40", "nvidia-t4"),
    *("nvidia-v100-sxm2-32gb", "nvidia-p100-pcie-16gb"),
    *("nvidia-rtx-3090", "nvidia-rtx-4090", "nvidia-rtx-5090"),
    *("nvidia-rtx-a6000", "nvidia-rtx-6000-ada", "nvidia-rtx-pro-6000-server"),
    *("amd-mi300x", "intel-gaudi2", "google-tpu-v4"),
)


def grouped():
    groups = defaultdict(list)
    for reading in readings():
        groups[reading.device, reading.state].append(reading)
    return groups


GROUPS = grouped()
SEVERAL = {key: seen for key, seen in GROUPS.items() if len(seen) > 1}
BOTH = sorted(device for device, state in GROUPS if state == "held" and (device, "empty") in GROUPS)


def factor_of(key):
    factor = idle_power(*key)
    assert factor is not None
    return factor


@pytest.mark.parametrize(
    "reading", readings(), ids=lambda each: f"{each.device}-{each.state}-{each.watts:g}"
)
def test_every_reading_names_a_known_card_state_and_address(reading):
    assert reading.device in {device.id for device in accelerators()}
    assert reading.state in STATES
    assert reading.note
    assert re.search(r", https://[^\s,]+$", reading.source.citation)
    assert reading.source.licence == "LicenseRef-cited-figure"


@pytest.mark.parametrize("device", sorted({each.device for each in readings()}))
def test_an_idle_card_draws_a_part_of_what_it_may_draw(device):
    watts = [each.watts for each in readings() if each.device == device]
    assert min(watts) > 0
    limit = accelerator(device).tdp
    if limit is not None:
        assert max(watts) < limit / 2


@pytest.mark.parametrize("key", GROUPS, ids="-".join)
def test_the_interval_holds_every_reading_with_room_to_spare(key):
    factor = factor_of(key)
    for reading in GROUPS[key]:
        assert factor.low < reading.watts < factor.high
    assert shipped().get(factor.id) == factor


@pytest.mark.parametrize("key", SEVERAL, ids="-".join)
def test_of_several_readings_every_publisher_is_cited_and_the_range_told(key):
    factor, seen = factor_of(key), SEVERAL[key]
    for reading in seen:
        assert reading.source.citation in factor.source.citation
        assert reading.source.id in factor.source.id.split("+")
    watts = [each.watts for each in seen]
    assert factor.value == pytest.approx(math.prod(watts) ** (1 / len(watts)))
    told = f"geometric mean of {len(watts)} readings, {min(watts):g} to {max(watts):g} W"
    assert factor.note == told


def test_a_publisher_is_cited_once_however_many_cards_it_showed():
    cited = factor_of(("nvidia-h100-nvl-94gb", "empty")).source
    assert cited.citation.count("genestack-blog/blob") == 1
    assert cited.licence == "LicenseRef-cited-figure"


def test_a_single_reading_keeps_its_own_source_and_note():
    (reading,) = GROUPS["nvidia-a40", "held"]
    factor = factor_of(("nvidia-a40", "held"))
    assert (factor.value, factor.source, factor.note) == (110.0, reading.source, reading.note)


@pytest.mark.parametrize("device", MOST_USED)
def test_the_most_used_cards_have_a_reading(device):
    assert any(idle_power(device, state) for state in STATES)


@pytest.mark.parametrize("device", BOTH)
def test_a_held_card_draws_no_less_than_an_empty_one(device):
    empty, held = (factor_of((device, state)) for state in STATES)
    assert held.value > 0.95 * empty.value


@pytest.mark.parametrize("device", ["nvidia-a40", "nvidia-l4", "nvidia-l40s", "nvidia-a10g"])
def test_a_card_that_leaves_its_low_state_when_held_draws_twice_as_much(device):
    empty, held = (factor_of((device, state)) for state in STATES)
    assert held.value > 2 * empty.value


@pytest.mark.parametrize("device", ["nvidia-a10", "amd-mi250x", "intel-gaudi3", "google-tpu-v6e"])
def test_what_nobody_published_is_absent_and_not_zero(device):
    for state in STATES:
        assert idle_power(device, state) is None
        assert f"idle-{state}/{device}" not in shipped().factors
