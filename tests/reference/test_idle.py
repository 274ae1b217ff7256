"""Idle power of accelerators: readings as published, wide, and absent where nobody published."""

from __future__ import annotations

import pytest

from submeter.reference.catalogue.accelerators import accelerators
from submeter.reference.catalogue.idle import STATES, idle_power, readings
from submeter.reference.factors.registry import shipped


def test_every_reading_names_a_known_card_state_and_address():
    known = {device.id for device in accelerators()}
    for reading in readings():
        assert reading.device in known
        assert reading.state in STATES
        assert reading.watts > 0
        assert "https://" in reading.source.citation


@pytest.mark.parametrize("reading", readings(), ids=lambda each: f"{each.device}-{each.state}")
def test_the_interval_holds_every_reading_with_room_to_spare(reading):
    factor = idle_power(reading.device, reading.state)
    assert factor is not None
    assert factor.low < reading.watts < factor.high
    assert shipped().get(factor.id) == factor


def test_a_held_card_draws_more_than_an_empty_one():
    empty, held = (idle_power("nvidia-a40", state) for state in STATES)
    assert empty is not None
    assert held is not None
    assert held.value > 2 * empty.value


def test_what_nobody_published_is_absent_and_not_zero():
    assert idle_power("nvidia-t4", "empty") is None
