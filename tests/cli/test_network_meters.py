"""Meters on the network beside one another, through the installed command, in real time."""

import time

import pytest

from submeter.lab import http_pages
from submeter.lab.device import Device
from submeter.lab.http_meters import HttpMeter
from submeter.lab.waveform import flat

SECRET = "hunter2"  # noqa: S105 - what must not be told


@pytest.fixture
def network():
    """Give the addresses of stand-ins for one machine's meters, each inside the one before."""
    makes = {
        "WALL": (http_pages.ShellyGen2, 200),
        "REDFISH": (http_pages.Bmc, 180),
        "DCGM": (http_pages.Dcgm, 80),
        "KEPLER": (http_pages.Kepler, 60),
    }
    sites = {
        name: HttpMeter(make(Device(flat(watts)), time.monotonic_ns))
        for name, (make, watts) in makes.items()
    }
    for site in sites.values():
        site.__enter__()
    yield {
        f"SUBMETER_SENSOR_{name}": site.address.replace("://", f"://admin:{SECRET}@")
        for name, site in sites.items()
    }
    for site in sites.values():
        site.close()


def test_what_one_meter_sees_is_not_added_to_what_another_sees(meter, network):
    done = meter("run", "--", "sleep", "2", env=network)
    assert done.returncode == 0, done.stderr
    bookings = meter.only_entry()["bookings"]
    names = {each["domain"] for each in bookings}
    assert {"gpu", "package", "bmc", "wall"} <= {each.partition(":")[0] for each in names}
    # What lies in nothing else is all that the socket gave, and no more.
    outermost = [each for each in bookings if each["inside"] not in names]
    assert sum(each["meter"] for each in outermost) == pytest.approx(400e6, rel=0.2)


def test_a_password_is_neither_recorded_nor_shown(meter, network):
    told = [meter(*words, env=network) for words in (["run", "--", "true"], ["doctor"], ["config"])]
    assert all(SECRET not in each.stdout + each.stderr for each in told)
    assert "sensor.wall" in told[2].stdout
    kept = [file for file in meter.home.rglob("*") if file.is_file()]
    assert kept
    assert all(SECRET.encode() not in file.read_bytes() for file in kept)
