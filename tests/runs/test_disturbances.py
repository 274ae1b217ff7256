"""What happens to a machine while it is metered is told."""

import os

import pytest

from submeter.runs.host import describe, disturbances

SECOND = 1_000_000_000


def test_an_undisturbed_machine_tells_nothing():
    assert disturbances(describe(), 0) == []
    assert disturbances(describe(), SECOND // 10) == []


def test_a_machine_that_slept_says_for_how_long():
    (told,) = disturbances(describe(), 12 * SECOND)
    assert "suspended for 12 s" in told
    assert "leave out" in told


def test_processors_that_were_unplugged_are_told(monkeypatch):
    host = describe()
    real = os.sysconf
    fewer = int(host.capacity.threads) - 1
    monkeypatch.setattr(
        os, "sysconf", lambda name: fewer if name == "SC_NPROCESSORS_ONLN" else real(name)
    )
    (told,) = disturbances(host, 0)
    assert told.startswith(f"cpu: {fewer} hardware threads are online")


@pytest.mark.parametrize("slept", [0, 7])
def test_a_window_tells_of_a_suspension_within_it(programs, slept):
    """The kernel's two clocks drift apart by the time that a machine was asleep."""
    told = programs.told(
        f"""
        from submeter.sensing.metering.meter import SystemClock
        naps = [0]
        SystemClock.asleep = lambda self: naps[0]
        with submeter.measure("w") as window:
            naps[0] = {slept} * 10**9
        tell(missing=window.missing)
        """
    )
    found = [each for each in told["missing"] if "suspended" in each]
    assert len(found) == bool(slept)
