"""What was told of an edge is not taken back: windows add up, whatever was read later."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.drive import LabSensor, drive
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.runs.told import Told
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.remainder import parted
from submeter.traces.trace import Accuracy
from tests.lab.benches import MILLISECOND, START

BOARD = 60_000_000
LEFT = "wall:rest"


def machine(chance, gain):
    """Give a wall meter and the counter of the GPU behind it, which reads `gain` of what it draws.

    They refresh at different times, so that for moments the GPU seems to draw more than the wall.
    """
    steps = [
        (round(10 ** chance.uniform(8, 9.7)), round(chance.uniform(0, 500) * 1e6))
        for _ in range(chance.randrange(2, 8))
    ]
    slow = round(chance.choice([0.25, 1, 2, 5]) * SECOND)
    whole = Waveform(tuple((length, power + BOARD) for length, power in steps))
    devices = {
        _sensed("wall", "machine", slow): Device(whole, slow, chance.randrange(slow)),
        _sensed("gpu:0", "gpu", 20 * MILLISECOND, "wall"): Device(
            Waveform(tuple(steps)), 20 * MILLISECOND, gain=gain
        ),
    }
    return SensorSource(LabSensor(devices), {}), 2 * slow


def _sensed(name, component, refresh, inside=""):
    accuracy = Accuracy(refresh / SECOND, 0.9, 1.1, "±10 %")
    return Sensed(Domain(name, component, inside), CounterSpec(), accuracy)


def windows(chance, count):
    edges = [START + 5 * SECOND]
    for _ in range(count):
        edges.append(edges[-1] + round(10 ** chance.uniform(-1.5, 1) * SECOND))
    return [Span(*each) for each in pairwise(edges)]


def booked(source, around, spans, told):
    """Settle each window as it closes, by what had been read until then, as the rig does."""
    clock, found = VirtualClock(START), []
    drive([source], clock, [spans[0].start])
    for span in spans:
        drive([source], clock, [span.end])
        traces = [told.kept(each, span) for each in parted(source.traces(span, around))]
        found.append({each.domain.id: each for each in traces})
    return found


@given(st.integers(0, 2**32), st.floats(0.9, 1.1))
def test_windows_add_up_to_what_the_whole_told(seed, gain):
    chance = random.Random(seed)  # noqa: S311 - the same cases every time
    source, around = machine(chance, gain)
    spans, told = windows(chance, 8), Told()
    found = booked(source, around, spans, told)
    parts = [each[LEFT].energy.between(span) for each, span in zip(found, spans, strict=True)]
    assert min(parts) >= 0
    whole = Span(spans[0].start, spans[-1].end)
    (left,) = (each for each in parted(source.traces(whole, around)) if each.domain.id == LEFT)
    assert told.kept(left, whole).energy.between(whole) == sum(parts)


def test_remainder_and_parts_are_the_meter_in_the_long_run():
    """However many windows: what they miss is at most what meters disagree by for a moment."""
    for seed in range(20):
        chance = random.Random(seed)  # noqa: S311 - the same cases every time
        source, around = machine(chance, 1.0)
        spans = windows(chance, 60)
        found = booked(source, around, spans, Told())
        left = sum(each[LEFT].energy.between(span) for each, span in zip(found, spans, strict=True))
        seconds = sum(span.seconds for span in spans)
        moment = around / SECOND
        assert left == pytest.approx(BOARD * seconds, abs=(BOARD + 500e6) * moment)


def test_the_interval_holds_the_truth_though_windows_begin_where_others_ended():
    held = count = 0
    for seed in range(60):
        chance = random.Random(seed)  # noqa: S311 - the same cases every time
        source, around = machine(chance, 1.0)
        spans = windows(chance, 6)
        for each, span in zip(booked(source, around, spans, Told()), spans, strict=True):
            drawn = each[LEFT].drawn(span)
            count += 1
            held += drawn.low - 1 <= BOARD * span.seconds <= drawn.high + 1
    assert held >= 0.95 * count


def test_a_reading_once_told_stays_though_the_next_one_is_lower():
    source, _ = machine(random.Random(1), 1.0)  # noqa: S311 - the same case every time
    spans = [Span(START + 5 * SECOND, START + 7 * SECOND)]
    told = Told()
    (first,) = booked(source, 0, spans, told)
    again = told.kept(first[LEFT], spans[0])
    assert again.energy.between(spans[0]) == first[LEFT].energy.between(spans[0])
