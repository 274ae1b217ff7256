"""Slow meters at the end of a command: waited for until they have shown it, or until Ctrl-C."""

import os
import pty
import signal
import time

import pytest

from submeter.lab import http_pages
from submeter.lab.device import Device
from submeter.lab.http_meters import HttpMeter
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from tests.cli.command import PYTHON, finish, until

WATTS = 200
FOREVER = 10**6 * SECOND


@pytest.fixture
def plug():
    """Give the address of a plug of 200 W, whose counter moves so often [ns]."""
    made = []

    def make(refresh):
        device = Device(flat(WATTS), refresh, time.monotonic_ns() % refresh)
        made.append(HttpMeter(http_pages.ShellyGen2(device, time.monotonic_ns)))
        made[-1].__enter__()
        return {"SUBMETER_SENSOR_WALL": made[-1].address}

    yield make
    for each in made:
        each.close()


def test_the_end_is_waited_for_until_the_plug_has_shown_it(meter, plug):
    """At each edge there is what it drew in a refresh; its own step is 3.6 J."""
    done = meter("run", "--", "sleep", "0.2", env=plug(3 * SECOND // 2))
    assert done.returncode == 0, done.stderr
    (wall,) = [each for each in meter.only_entry()["bookings"] if each["domain"] == "wall"]
    assert 0 < wall["above"] <= 2 * 1.6 * WATTS * 1e6
    assert not any("waited for" in each for each in meter.only_entry().get("missing", ()))


def test_ctrl_c_ends_the_waiting_and_not_the_account(meter, plug):
    """A meter that never moves, waited for at a terminal."""
    terminal, end = pty.openpty()
    command = ["sh", "-c", "exit 3"]
    process = meter.start("run", "--", *command, env=plug(FOREVER), stderr=end)
    os.close(end)
    seen = bytearray()

    def told():
        seen.extend(os.read(terminal, 65536))
        return b"waiting for wall to show the end" in seen

    until(told, "it says what it waits for")
    process.send_signal(signal.SIGINT)
    finish(process)
    assert process.returncode == 3
    entry = meter.only_entry()
    assert entry["exit_code"] == 3
    assert any(
        "wall: the work's end was not waited for" in each for each in entry.get("missing", ())
    )
    os.close(terminal)


def test_a_window_at_the_end_of_a_program_is_waited_for_too(meter, plug):
    script = meter.script(
        "short.py",
        "import submeter, time\nwith submeter.measure('short'): time.sleep(0.1)\n",
    )
    process = meter.start_words([PYTHON, script], plug(SECOND))
    _, err = finish(process)
    assert process.returncode == 0, err
    (entry,) = meter.entries()
    assert entry["state"] == "final"
