"""A recording shows the refresh, the gain and the part-time looks that its devices have."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable, UsageError
from submeter.lab.changes import changes, refresh
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.load import PERIOD, Edge, Square
from submeter.lab.powercap import WRAP
from submeter.lab.pseudonyms import Pseudonyms
from submeter.lab.record import Pace, Recorder
from submeter.lab.shown import show
from submeter.lab.tape import Tape
from submeter.lab.waveform import flat, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.metering.meter import SystemClock
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.rapl import open_sensor as open_rapl
from submeter.sensing.sensors.replay import ReplaySensor
from tests.fakes.powercap import Powercap
from tests.lab.recordings import HOST, Telling, Told, record

MS = 1_000_000
WAVE = square(100, 400, PERIOD)
BOARD = "gpu:GPU-5c0f1e2a-0000-0000-0000-00000000beef"


def shown(path):
    return {each.number: each for each in show(str(path)).shown}


def within(known, truth, slack=0.0):
    return known.low - slack <= truth <= known.high + slack


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("true", [7, 20, 33, 100])
def test_the_refresh_is_found(tmp_path, true, every):
    device = Device(WAVE, true * MS, phase=MS // 3)
    found = shown(record(tmp_path / "r", [Telling(BOARD, device)], 40, every / 1000))["counter"]
    assert found.refresh.value == pytest.approx(true / 1000, rel=1e-3)
    assert within(found.refresh, true / 1000)
    assert within(found.looks, true / 1000), "a counter misses nothing"
    assert not found.part_time


def test_a_refresh_quicker_than_the_readings_is_not_made_up(tmp_path):
    path = record(tmp_path / "r", [Telling(BOARD, Device(WAVE, MS))], 20, 0.01)
    found = shown(path)["counter"]
    assert found.refresh is None
    assert found.quick
    assert found.gap == pytest.approx(0.01)


@given(st.integers(2, 200), st.floats(0.1, 0.45), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_any_refresh_that_was_read_twice_is_found(true, part, phase):
    device = Device(flat(300), true * MS, phase * 1000)
    step = round(true * MS * part)
    readings = [(at, device.counter(at)) for at in range(10 * SECOND, 30 * SECOND, step)]
    found = refresh(changes(readings))
    assert found is not None
    assert found.value == pytest.approx(true / 1000, rel=0.01)


@pytest.mark.parametrize("gain", [0.93, 1.0, 1.08])
def test_a_gain_between_counter_and_power_is_found(tmp_path, gain):
    told = Told("plain", Device(WAVE, 20 * MS, gain=gain), averages=20 * MS)
    path = record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 20 * MS), [told])], 60)
    found = shown(path)["plain"]
    assert within(found.ratio, gain)
    assert found.ratio.value == pytest.approx(gain, rel=0.02)
    assert found.disagrees == (gain != 1.0)


def test_a_power_that_looks_25_of_100_ms_is_found_out(tmp_path):
    """Told as the mean of the last 25 ms before each refresh of 100 ms, as on an A100."""
    counter, power = Device(WAVE, 100 * MS), Device(WAVE, 100 * MS)
    told = Told("instant", power, averages=25 * MS)
    found = shown(record(tmp_path / "r", [Telling(BOARD, counter, [told])], 120))
    assert found["instant"].part_time
    assert within(found["instant"].looks, 0.025)
    assert not found["counter"].part_time
    assert within(found["counter"].looks, 0.1, slack=0.005)
    assert within(found["instant"].ratio, 1.0)


def test_a_number_that_changes_with_the_load_alone_tells_no_refresh(tmp_path):
    told = Told("instant", Device(WAVE, 20 * MS))
    found = shown(record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 20 * MS), [told])], 60))
    assert found["instant"].refresh is None
    assert not found["instant"].quick
    assert within(found["instant"].ratio, 1.0)


def test_an_average_is_found_with_its_lag(tmp_path):
    told = Told("average", Device(WAVE, 20 * MS), averages=300 * MS)
    found = shown(record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 20 * MS), [told])], 60))
    average = found["average"]
    assert average.looks.value == pytest.approx(0.3, rel=0.05)
    assert average.lag == pytest.approx(0.15 + 0.01, abs=0.02)
    assert within(average.ratio, 1.0)


@pytest.mark.parametrize("period", [0.6, 1.0, 2.0])
def test_a_load_that_keeps_time_with_the_refresh_tells_nothing_of_where_a_meter_looks(
    tmp_path, period
):
    """Every change falls at the same place in the refresh, here at its end."""
    device = Device(square(100, 400, period), 100 * MS)
    found = shown(record(tmp_path / "r", [Telling(BOARD, device)], 40))["counter"]
    assert found.refresh is not None
    assert found.looks is None
    assert not found.part_time


def test_a_flat_load_shows_no_looks_and_no_lag(tmp_path):
    told = Told("average", Device(flat(200), 20 * MS), averages=300 * MS)
    path = record(tmp_path / "r", [Telling(BOARD, Device(flat(200), 20 * MS), [told])], 10)
    found = shown(path)
    assert found["counter"].looks is None
    assert found["average"].lag is None
    assert found["average"].refresh is None
    assert within(found["average"].ratio, 1.0)


def test_the_energy_is_what_was_drawn_within_its_interval(tmp_path):
    device = Device(WAVE, 20 * MS)
    found = shown(record(tmp_path / "r", [Telling(BOARD, device)], 30))["counter"]
    start = VirtualClock().now()
    span = Span(found.span.start + start, found.span.end + start)
    assert found.drawn.low <= WAVE.energy(span) <= found.drawn.high


def test_phases_tell_the_power_of_each(tmp_path):
    start, half = 1000 * SECOND, round(PERIOD / 2 * SECOND)
    # The wave's own phase at the start of the recording.
    first = start - start % (2 * half) + 2 * half
    edges = [Edge(first + n * half, "idle" if n % 2 else "busy") for n in range(20)]
    path = record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 5 * MS))], 12, 0.001, edges)
    powers = shown(path)["counter"].phases
    assert powers["busy"] == pytest.approx(400, rel=0.02)
    assert powers["idle"] == pytest.approx(100, rel=0.05)


def test_a_powercap_tree_is_recorded_wraps_and_all(tmp_path):
    clock = VirtualClock()
    machine = Powercap(tmp_path / "tree", clock)
    package = Device(flat(50), 18 * MS, wrap=WRAP)
    machine.add("intel-rapl:0", "package-0", package, counter=WRAP - 20_000_000)
    machine.add("intel-rapl:0:0", "dram", Device(flat(5), 18 * MS))
    recorder = Recorder([open_rapl(str(tmp_path / "tree"))], clock)
    path = tmp_path / "r"
    tape = Tape(str(path), recorder.header(HOST, {}, 0.002), clock.now())
    (track,) = recorder.tracks
    for _ in range(6000):
        track.read(tape, clock)
        clock.forward(0.002)
    tape.close(clock.now())
    found = {each.domain.domain.id: each for each in show(str(path)).shown}
    assert set(found) == {"package:0", "dram:0"}
    told = found["package:0"]
    assert told.domain.spec.wrap == WRAP
    assert told.refresh is not None
    assert told.refresh.value == pytest.approx(0.018, rel=0.01)
    seconds = told.span.nanoseconds / SECOND
    assert within(told.drawn, 50e6 * seconds)


def test_a_recording_plays_back_as_what_was_recorded(tmp_path):
    device = Device(WAVE, 20 * MS)
    told = Told("instant", Device(WAVE, 20 * MS))
    path = record(tmp_path / "r", [Telling(BOARD, device, [told])], 12)
    clock = VirtualClock()
    source = SensorSource(ReplaySensor(str(path)), {})
    start = clock.now()
    for _ in range(1000):
        source.read(clock)
        clock.forward(0.01)
    span = Span(start + SECOND, start + 9 * SECOND)
    (trace,) = source.traces(span)
    assert trace.domain.id == "gpu:0"
    drawn = trace.drawn(span)
    assert drawn.low <= WAVE.energy(Span(1001 * SECOND, 1009 * SECOND)) <= drawn.high


def test_nothing_in_it_tells_whose_machine_it_was(tmp_path):
    path = record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 20 * MS))], 1)
    text = path.read_text()
    assert "secret-host" not in text
    assert "beef" not in text
    assert json.loads(text.splitlines()[0])["domains"][0]["id"] == "gpu:0"
    assert json.loads(text.splitlines()[1])[0] == 0, "times count from its beginning"


@given(st.lists(st.sampled_from(["gpu:A", "gpu:B", "module:A", "package:0", "gpu:1", "rail:VDD"])))
def test_pseudonyms_keep_domains_apart(domains):
    names = Pseudonyms(domains)
    assert len({names[each] for each in domains}) == len(set(domains))
    assert all(names[each].partition(":")[0] == each.partition(":")[0] for each in domains)


class Failing(Telling):
    """A board that does not answer for a while."""

    def sample(self, now):
        if 1003 <= now() / SECOND < 1005:
            raise OSError(f"{BOARD} is lost")
        return super().sample(now)


def test_what_did_not_answer_is_a_gap_in_the_replay(tmp_path):
    path = record(tmp_path / "r", [Failing(BOARD, Device(flat(100), 20 * MS))], 8)
    lost = [json.loads(line) for line in path.read_text().splitlines() if '"lost"' in line]
    assert [(each[1], each[3]) for each in lost] == [("gpu:0", "gpu:0 is lost")]
    clock = VirtualClock()
    sensor = ReplaySensor(str(path))
    answers = []
    for _ in range(75):
        try:
            answers.append(bool(sensor.sample(clock.now)))
        except OSError:
            answers.append(False)
        clock.forward(0.1)
    assert answers.count(False) == pytest.approx(20, abs=2)
    assert answers[0]
    assert answers[-1]


class Hanging(Telling):
    """A board whose driver never answers again."""

    def __init__(self, board, device):
        super().__init__(board, device)
        self.asked = threading.Event()
        self.freed = threading.Event()

    def sample(self, now):
        self.asked.set()
        self.freed.wait()
        return super().sample(now)


def test_a_driver_that_hangs_holds_up_neither_the_others_nor_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("submeter.lab.record._PATIENCE", 0.2)
    hanging, other = Hanging("gpu:0", Device(WAVE)), Telling("gpu:1", Device(WAVE))
    recorder = Recorder([hanging, other], SystemClock())
    path = tmp_path / "r"
    made = Tape(str(path), recorder.header(HOST, {}, 0.001), SystemClock().now())
    recorder.start(made, 0.001)
    assert hanging.asked.wait(60)
    while ("gpu:1", "counter") not in made._held and ("gpu:1", "counter") not in made._last:
        assert not made.ended
    assert recorder.stop() == ["lab"]
    made.close(SystemClock().now())
    hanging.freed.set()
    assert {each.domain.domain.id for each in show(str(path)).shown} <= {"gpu:1"}


def tape(tmp_path, **bounds):
    return Tape(str(tmp_path / "tape"), {"schema": "x"}, 0, **bounds)


def test_a_tape_ends_before_it_is_too_large(tmp_path):
    made = tape(tmp_path, most=1000)
    for each in range(1000):
        made.add(each, "gpu:0", "counter", each)
    made.close(1000)
    assert (tmp_path / "tape").stat().st_size <= 1000
    assert "it reached" in made.ended
    assert all(json.loads(line) for line in (tmp_path / "tape").read_text().splitlines())


def test_a_tape_ends_in_time(tmp_path):
    made = tape(tmp_path, longest=1.0)
    made.add(SECOND // 2, "gpu:0", "counter", 1)
    made.add(2 * SECOND, "gpu:0", "counter", 2)
    made.close(3 * SECOND)
    assert len((tmp_path / "tape").read_text().splitlines()) == 2


def test_a_number_that_stands_still_is_kept_at_both_ends(tmp_path):
    made = tape(tmp_path)
    for at, value in enumerate([5, 5, 5, 5, 6, 6, 7]):
        made.add(at, "gpu:0", "counter", value)
    made.close(9)
    lines = [json.loads(line) for line in (tmp_path / "tape").read_text().splitlines()[1:-1]]
    assert [(at, value) for at, _, _, value in lines] == [(0, 5), (3, 5), (4, 6), (5, 6), (6, 7)]


def test_a_full_disk_ends_it_with_whole_lines(tmp_path, monkeypatch):
    made = tape(tmp_path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, block: write(file, block[: len(block) // 2]))
    for each in range(100):
        made.add(each, "gpu:0", "counter", each)
    made.close(100)
    assert "disk is full" in made.ended
    text = (tmp_path / "tape").read_text()
    assert text.endswith("\n")
    assert len(text.splitlines()) > 10
    assert all(json.loads(line) for line in text.splitlines())


def test_an_older_recording_is_not_overwritten(tmp_path):
    tape(tmp_path).close(0)
    with pytest.raises(UsageError, match="already"):
        tape(tmp_path)


def test_without_a_sensor_there_is_nothing_to_record():
    with pytest.raises(SensorUnavailable, match="nothing to record") as refusal:
        Recorder([], VirtualClock())
    assert "submeter doctor" in refusal.value.fix


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 20), st.floats(0.0005, 60))
def test_reading_never_costs_more_than_its_share(waited, cost, sensors, every):
    cost = min(cost, waited)
    pause = Pace(every, 5 * sensors - 1).pause(waited, cost) * SECOND
    assert cost <= (pause + cost) / (5 * sensors) + 1
    assert waited + pause >= every * SECOND - 1


def test_the_square_wave_is_busy_and_idle_in_turn():
    edges = list(Square(0, 2.0, 4.6).edges())
    assert [each.phase for each in edges] == ["busy", "idle", "busy", "idle", "busy"]
    assert [each.instant / SECOND for each in edges] == [0.5, 1.5, 2.5, 3.5, 4.5]


@pytest.mark.slow
def test_the_workers_of_a_square_wave_end_with_it():
    import time

    with Square(time.monotonic_ns(), 0.1, 60) as load:
        workers = list(load._workers)
        assert len(workers) == len(os.sched_getaffinity(0))
        assert all(each.poll() is None for each in workers)
    assert all(each.poll() is not None for each in workers)


RECORD = [sys.executable, "-m", "submeter", "lab", "record"]


@pytest.fixture
def tree(tmp_path):
    """Give a powercap tree as a sensor's root, in the environment."""
    Powercap(tmp_path / "tree", VirtualClock()).zone("intel-rapl:0", "package-0", 50)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SUBMETER_")}
    return {**kept, "SUBMETER_SENSOR_RAPL": str(tmp_path / "tree"), "SUBMETER_HOME": str(tmp_path)}


@pytest.mark.slow
def test_ctrl_c_leaves_a_whole_recording(tmp_path, tree):
    path = tmp_path / "r.ndjson"
    started = subprocess.Popen(
        [*RECORD, str(path), "--seconds", "600"], env=tree, stderr=subprocess.PIPE, text=True
    )
    while not path.exists() or not path.read_text():
        assert started.poll() is None
    started.send_signal(signal.SIGINT)
    assert started.wait(60) == 0
    _, told = started.communicate()
    assert "recorded" in told
    assert [each.name for each in show(str(path)).phases] == ["idle"]
    assert json.loads(path.read_text().splitlines()[-1])[2:] == ["phase", "end"]


@pytest.mark.slow
def test_a_command_is_recorded_with_what_is_around_it_and_its_code_passed_on(tmp_path, tree):
    path = tmp_path / "r.ndjson"
    words = [sys.executable, "-c", "import sys; sys.exit(int(sys.argv[2]))", "--every", "7"]
    done = subprocess.run(
        [*RECORD, str(path), "--every", "20 ms", "--", *words],
        env=tree, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    assert [each.name for each in show(str(path)).phases] == ["idle", "load", "idle"]
    assert json.loads(path.read_text().splitlines()[0])["every"] == 0.02


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["r", "--load", "idle", "--", "true"], "lasts as long as its command"),
        (["r", "--seconds", "0"], "more than 0"),
        (["r", "--seconds", "1e9"], "at most 3600"),
        (["r", "--every", "1 ns"], "between 0.5 ms"),
        (["r", "--period", "1 s"], "--load square"),
        (["r", "--case", "x"], "no cases"),
        (["r", "--json", "-"], "lab show"),
        ([], "which recording"),
    ],
)
def test_what_cannot_be_recorded_is_refused(words, why, capsys, tmp_path, monkeypatch):
    from submeter.cli.main import main

    monkeypatch.chdir(tmp_path)
    assert main(["lab", "record", *words]) == 2
    assert why in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_where_no_sensor_answers_it_says_so(capsys, tmp_path, monkeypatch):
    from submeter.cli.main import main

    monkeypatch.setenv("SUBMETER_SENSOR_REPLAY", str(tmp_path / "none"))
    assert main(["lab", "record", str(tmp_path / "r"), "--seconds", "1"]) == 2
    assert "none cannot be read: No such file or directory" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


def test_the_report_is_a_table_and_json(capsys, tmp_path):
    from submeter.cli.main import main

    told = Told("instant", Device(WAVE, 100 * MS), averages=25 * MS)
    path = record(tmp_path / "r", [Telling(BOARD, Device(WAVE, 100 * MS), [told])], 120)
    assert main(["lab", "show", str(path)]) == 0
    table = capsys.readouterr().out
    assert "gpu:0 instant looks at about" in table
    assert main(["lab", "show", str(path), "--json", "-"]) == 0
    numbers = {each["number"]: each for each in json.loads(capsys.readouterr().out)["numbers"]}
    assert numbers["counter"]["refresh_seconds"]["value"] == pytest.approx(0.1, rel=1e-3)
    looks = numbers["instant"]["looks_seconds"]
    assert looks["low"] <= 0.025 <= looks["high"]
    assert numbers["instant"]["part_time"] is True
    ratio = numbers["instant"]["ratio_to_counter"]
    assert ratio["low"] <= 1 <= ratio["high"]
