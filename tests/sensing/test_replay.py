"""A recording plays back as the sensors that it was taken from; a bad one is refused clearly."""

import json
from pathlib import Path

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.clock import VirtualClock
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.replay import ReplaySensor, open_sensor, recorded

RECORDING = Path(__file__).parent / "recordings" / "synthetic.ndjson"
CARD = {"id": "gpu:0", "component": "gpu", "refresh": 0.1, "low": 0.9, "high": 1.1}
HEADER = {"schema": "submeter.recording/1", "domains": [CARD]}


def play(path, seconds, beat=0.25):
    clock = VirtualClock()
    source = SensorSource(ReplaySensor(str(path)), {})
    start = clock.now()
    source.read(clock)
    while clock.now() < start + seconds * SECOND:
        clock.forward(beat)
        source.read(clock)
    return source, Span(start, clock.now())


def written(tmp_path, *lines):
    path = tmp_path / "recording.ndjson"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


@pytest.mark.parametrize(
    "path", sorted(RECORDING.parent.glob("*.ndjson")), ids=lambda path: path.stem
)
def test_every_recording_here_is_of_hardware_or_synthetic_by_name_and_plays(path):
    """So that one which somebody gives is tested as soon as it lies there."""
    header, domains, lines = recorded(str(path))
    assert path.stem == "synthetic" or not header.get("stand_in")
    source, span = play(path, min(60.0, lines[-1].instant / SECOND), beat=0.1)
    assert not source.failure
    traces = {trace.domain.id: trace for trace in source.traces(span)}
    assert set(traces) == {each.domain.id for each in domains}
    assert any(trace.drawn(span).energy for trace in traces.values())


def test_it_draws_what_was_recorded_wraps_and_all():
    """60 W and 240 W more for 6 s; a triangle of power up to 96 W; 100 W across a wrap."""
    source, span = play(RECORDING, 12)
    drawn = {trace.domain.id: trace.energy.between(span) / 1e6 for trace in source.traces(span)}
    assert drawn == {"gpu:GPU-a": 60 * 12 + 240 * 6, "gpu:GPU-b": 576, "package:0": 1200}
    assert all(trace.drawn(span).coverage == 1.0 for trace in source.traces(span))


def test_a_part_of_it_draws_that_part():
    source, span = play(RECORDING, 12)
    busy = Span(span.start + 2 * SECOND, span.start + 8 * SECOND)
    card = source.traces(busy)[0]
    assert card.domain.device == "Synthetic One"
    assert card.drawn(busy).low <= 1_800_000_000 <= card.drawn(busy).high
    assert card.energy.between(busy) == pytest.approx(1_800_000_000, rel=0.01)


def test_it_starts_whenever_it_is_first_read():
    clock = VirtualClock(77)
    sensor = ReplaySensor(str(RECORDING))
    first = {sample.domain: sample.value for sample in sensor.sample(clock.now)}
    assert first["gpu:GPU-a"] == 5_000_000_000
    assert {sample.instant for sample in sensor.sample(clock.now)} == {77}


def test_once_it_is_over_it_answers_no_more():
    source, span = play(RECORDING, 20)
    assert source.failure == "replay: the recording is over"
    coverage = source.traces(span)[0].drawn(span).coverage
    assert 12 / 20 <= coverage < 14 / 20


def test_a_recording_without_numbers_answers_nothing(tmp_path):
    sensor = ReplaySensor(str(written(tmp_path, HEADER)))
    with pytest.raises(OSError, match="is over"):
        sensor.sample(lambda: 0)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "Expecting value"),
        (["not json"], "Expecting value"),
        ([[1, 2]], "not a submeter.recording/1 header"),
        ([{"schema": "submeter.recording/2"}], "not a submeter.recording/1 header"),
        ([{"schema": "submeter.recording/1"}], "domains"),
        ([{**HEADER, "domains": [{"id": "gpu:0"}]}], "component"),
        ([{**HEADER, "domains": [{**CARD, "low": "x"}]}], "could not convert"),
        ([HEADER, [0, "gpu:0", "counter"]], "line 2"),
        ([HEADER, [0, "gpu:0", "counter", 1], [1, "gpu:0", "volts", 1]], "line 3.*volts"),
        ([HEADER, [0, "gpu:1", "counter", 1]], "line 2.*gpu:1.*not declared"),
        ([HEADER, '[0, "gpu:0", "counter", 1e999]'], "line 2"),
        ([HEADER, "", "[0, "], "line 3"),
    ],
)
def test_a_bad_recording_is_refused_with_the_reason_and_the_way_out(tmp_path, lines, why):
    path = written(tmp_path, *lines)
    with pytest.raises(SensorUnavailable, match=why) as refusal:
        ReplaySensor(str(path))
    assert refusal.value.where == str(path)
    assert "docs/reference/sensors/replay.md" in refusal.value.fix


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "noise"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SensorUnavailable, match="cannot be read"):
        ReplaySensor(str(path))


def test_a_recording_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SensorUnavailable, match="No such file"):
        ReplaySensor(str(tmp_path / "none"))


def test_without_a_name_there_is_nothing_to_replay():
    with pytest.raises(SensorUnavailable, match="no recording was named") as refusal:
        open_sensor("")
    assert "SUBMETER_SENSOR_REPLAY" in refusal.value.fix
