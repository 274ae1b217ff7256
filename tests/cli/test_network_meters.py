"""Meters on the network beside one another, through the installed command, in real time."""

import time

import pytest

from submeter.lab import http_pages
from submeter.lab.http_meters import HttpMeter
from submeter.lab.load import Load

SECRET = "hunter2"  # noqa: S105 - what must not be told


@pytest.fixture
def network():
    """Give the addresses of stand-ins that have drawn 200 W for ever."""
    load = Load([(0, 200_000_000)])
    makes = {
        "WALL": http_pages.ShellyGen2,
        "REDFISH": http_pages.Bmc,
        "KEPLER": http_pages.Kepler,
        "DCGM": http_pages.Dcgm,
    }
    sites = {name: HttpMeter(make(load, time.monotonic_ns)) for name, make in makes.items()}
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
    entry = meter.only_entry()
    inside = {each["domain"]: each["inside"] for each in entry["bookings"]}
    (card,) = [each for each in inside if each.startswith("gpu:")]
    assert inside == {"wall": "", "bmc": "wall", "package:0": "bmc", card: "bmc"}
    wall = next(each for each in entry["bookings"] if each["domain"] == "wall")
    assert wall["meter"] == pytest.approx(400e6, rel=0.2)


def test_a_password_is_neither_recorded_nor_shown(meter, network):
    told = [meter(*words, env=network) for words in (["run", "--", "true"], ["doctor"], ["config"])]
    assert all(SECRET not in each.stdout + each.stderr for each in told)
    assert "sensor.wall" in told[2].stdout
    kept = [file for file in meter.home.rglob("*") if file.is_file()]
    assert kept
    assert all(SECRET.encode() not in file.read_bytes() for file in kept)
