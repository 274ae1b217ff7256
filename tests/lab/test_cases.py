"""The cases as data, and how an answer is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.estimation import cpu
from submeter.lab.case import Asked
from submeter.lab.cases import CASES, THREADS
from submeter.lab.hardware import Boards, Server, Zones
from submeter.lab.processors import MILLIONTHS
from submeter.lab.score import Outcome, judged, verdict
from submeter.lab.stage import Answer
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.quantities.cumulative import Cumulative
from submeter.workloads.usage import Capacity, UsageTrace


def window(start, end, inner=None, cpu=0.0, **told):
    """Give a window as a meter answers it; times in seconds."""
    ends = [round(each * SECOND) for each in (start, end)]
    within = [round(each * SECOND) for each in inner] if inner else ends
    return {"outer": ends, "inner": within, "cpu": cpu, "told": told}


def figure(energy, low=None, high=None, coverage=1.0):
    if low is None:
        return {"energy": energy}
    return {"energy": energy, "low": low, "high": high, "coverage": coverage}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_draws_what_it_is_asked_for(case):
    assert case.title
    assert case.windows
    for part in case.parts:
        assert case.truth(part, Span(0, SECOND)) > 0


@pytest.mark.parametrize("name", ["gpu-four", "gpu-ranks", "rapl-sockets", "rapl-asleep"])
def test_the_truth_of_a_second(name):
    expected = {"gpu-four": 1200, "gpu-ranks": 300, "rapl-sockets": 300, "rapl-asleep": 200}
    case = CASES[name]
    assert case.truth(case.parts[0], Span(5 * SECOND, 6 * SECOND)) == pytest.approx(expected[name])


def test_a_board_zone_is_the_whole_and_twins_draw_nothing_more():
    zones = CASES["rapl-sockets"].hardware
    assert isinstance(zones, Zones)
    told = [zones.truth(part, Span(0, SECOND)) for part in ("cpu", "dram", "whole")]
    assert told == pytest.approx([300, 24, 400])


def test_faults_come_at_an_instant_of_the_clock():
    case = CASES["gpu-lost"]
    assert isinstance(case.hardware, Boards)
    told = case.hardware.environment(1000 * SECOND)["FAKE_NVML_FAULTS"]
    assert "lost@nvmlDeviceGetTotalEnergyConsumption#t1002.500" in told
    assert "lost@nvmlDeviceGetPowerUsage#t1002.500" in told


def test_an_interval_that_holds_and_one_that_does_not():
    case = CASES["gpu-flat"]
    good = verdict(case, "gpu", [window(0, 5, gpu=figure(1490, 1400, 1550))])
    assert good.held
    assert good.error == pytest.approx(-10 / 1500)
    bad = verdict(case, "gpu", [window(0, 5, gpu=figure(1490, 1480, 1495))])
    assert bad.held is False


def test_what_is_drawn_while_a_meter_starts_is_no_error_whether_counted_or_not():
    case = CASES["gpu-flat"]
    for told in (1500, 1700, 1800):
        got = verdict(case, "gpu", [window(0, 6, (1, 6), gpu=figure(told))])
        assert (got.error, got.held) == (0, None)
    low = verdict(case, "gpu", [window(0, 6, (1, 6), gpu=figure(1300))])
    assert low.error == pytest.approx(-200 / 1800)


def test_ranks_are_added_up():
    case = CASES["gpu-ranks"]
    ranks = [window(0, 5, gpu=figure(375, 350, 400)) for _ in range(4)]
    assert verdict(case, "gpu", ranks).held
    ranks = [window(0, 5, gpu=figure(1500)) for _ in range(4)]
    assert verdict(case, "gpu", ranks).error == pytest.approx(3)


def test_too_little_seen_is_not_held_whatever_the_interval():
    case = CASES["gpu-flat"]
    told = figure(1500, 0, 9000, coverage=0.5)
    assert verdict(case, "gpu", [window(0, 5, gpu=told)]).held is False


def test_of_a_device_that_fails_the_truth_is_that_of_the_time_seen():
    case = CASES["gpu-lost"]
    half = figure(750, 712, 788, coverage=0.5)
    assert verdict(case, "gpu", [window(0, 5, gpu=half)]).held
    nothing = figure(0, 0, 0, coverage=0.0)
    assert verdict(case, "gpu", [window(0, 5, gpu=nothing)]).held is False


def test_a_sleeping_process_pays_for_its_own_cpu_time_at_most():
    case = CASES["rapl-asleep"]
    assert case.asked is Asked.PROCESS
    used = 0.05
    most = 2000 * used / (0.5 * THREADS * 10)
    for told, held in ((0, True), (most, True), (3 * most, False)):
        answer = figure(told, told * 0.95, told * 1.05)
        assert (
            verdict(case, "cpu", [window(0, 10, cpu=used, cpu_=0) | {"told": {"cpu": answer}}]).held
            is held
        )


def test_no_figure_fails_a_meter_that_has_intervals_and_is_named_of_others():
    case = CASES["rapl-flat"]
    told = [window(0, 5, cpu_=0) | {"told": {"cpu": figure(2000, 1900, 2100)}}]
    assert verdict(case, "dram", told).held is False
    told = [window(0, 5, cpu_=0) | {"told": {"cpu": figure(2000)}}]
    assert verdict(case, "dram", told)[3:] == (None, None, None, None, None)


def test_an_outcome_is_as_bad_as_its_worst_window():
    case = CASES["gpu-flat"]
    windows = [window(0, 5, gpu=figure(each, each * 0.95, each * 1.05)) for each in (1500, 1300)]
    outcome = judged(case, "submeter", Answer([windows]))
    assert outcome.failed
    assert outcome.error == pytest.approx(-200 / 1500)
    told = outcome.as_dict()
    assert [each["held"] for each in told["windows"]] == [True, False]
    assert all({"error", "interval_J", "truth_J"} <= set(each) for each in told["windows"])


def test_no_figure_at_all_is_no_way_to_pass_for_a_meter_with_intervals():
    case = CASES["gpu-flat"]
    nothing = Answer([[window(0, 5)]])
    for name in ("submeter", "submeter run"):
        assert judged(case, name, nothing).failed
        assert judged(case, name, Answer([[window(0, 5, gpu=figure(1500))]])).failed
    assert not judged(case, "zeus", nothing).failed


@pytest.mark.parametrize("ranks", [[], [[]], [[window(0, 5, gpu=figure(1500, 1400, 1600))], []]])
def test_windows_that_were_not_answered_fail(ranks):
    assert judged(CASES["gpu-ranks"], "submeter", Answer(ranks)).failed


def test_a_limit_fails_nobody_and_a_fall_does():
    case = CASES["gpu-part-time-counter"]
    answer = Answer([[window(0, 5, gpu=figure(9000, 8900, 9100))]])
    assert not judged(case, "submeter", answer).failed
    assert Outcome("x", "submeter", silent="failed: it fell").failed
    assert Outcome("x", "submeter", silent="needs root").skipped


def modelled(busy, seconds=10):
    """Give what the CPU model says [J] of a share of the threads that is busy."""
    load = Waveform(((SECOND, round(busy * THREADS * MILLIONTHS)),))
    times = [each * SECOND for each in range(seconds + 1)]
    totals = [load.until(each) // MILLIONTHS for each in times]
    usage = UsageTrace("machine", Cumulative(tuple(times), tuple(totals)), Cumulative((), ()))
    trace = cpu.ESTIMATOR.power_trace(usage, Capacity(THREADS, 2**34), is_virtual=True)
    assert trace is not None
    return trace.drawn(Span(0, seconds * SECOND))


@pytest.mark.parametrize("busy", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_models_interval_holds_the_labs_server(busy):
    told = modelled(busy)
    truth = Server(busy, THREADS).truth("cpu", Span(0, 10 * SECOND)) * 1e6
    assert told.low <= truth <= told.high


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_model_rises_with_load_and_is_never_a_cubic(one, other):
    less, more = sorted((one, other))
    idle, low, high, full = (modelled(each).energy for each in (0, less, more, 1))
    assert idle <= low <= high <= full
    half = (modelled(0.5).energy - idle) / (full - idle)
    assert 0.4 <= half <= 0.7
