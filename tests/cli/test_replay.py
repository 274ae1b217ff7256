"""A recording as the machine: what is accounted is what was recorded, and it is measured."""

import json
import subprocess

import pytest

from tests.cli.command import PYTHON, assert_balanced, booking
from tests.cli.recording import domain, record

GPU, PACKAGE = domain("gpu:0", "gpu"), domain("package:0", "cpu", wrap=262_143_328_850)


@pytest.fixture
def replayed(meter):
    """Give the meter, over a machine with a GPU at 250 W and a processor at 40 W."""
    path = record(meter.folder / "machine", {"gpu:0": 250, "package:0": 40}, [GPU, PACKAGE])
    meter.environ["SUBMETER_SENSOR_REPLAY"] = str(path)
    return meter


def test_the_numbers_are_the_recordings_truth(replayed):
    replayed("run", "--json", "a.json", "--", *replayed.burn(1))
    entry = replayed.only_entry()
    for component, watts in (("gpu", 250), ("cpu", 40)):
        booked = booking(entry, component)
        truth = watts * entry["seconds"] * 1e6
        # A counter is known to 10 ms at either edge, which its interval allows for.
        assert booked["meter"] == pytest.approx(truth, abs=watts * 0.03e6)
        assert booked["low"] * booked["meter"] <= truth <= booked["high"] * booked["meter"]
        assert booked["tier"] == "measured"
        assert booked["coverage"] == pytest.approx(1.0, abs=0.02)
    assert_balanced(entry)


def test_measured_components_are_not_modelled_too(replayed):
    replayed("run", "--json", "a.json", "--", *replayed.burn(0.3))
    entry = replayed.only_entry()
    told = json.loads((replayed.folder / "a.json").read_text())
    assert sorted(each["component"] for each in entry["bookings"]) == ["cpu", "gpu", "memory"]
    tiers = {name: each["tier"] for name, each in told["energy"]["by_component"].items()}
    assert tiers["gpu"] == "measured"
    assert booking(entry, "cpu")["tier"] == "measured"
    assert tiers["cpu"] == "mixed", "what part of it was idle is a model's"
    assert tiers["memory"] == "modelled"
    assert told["energy"]["total"]["tier"] == "mixed"


def test_the_statement_is_the_recorded_energy(replayed):
    replayed("run", "--json", "a.json", "--", *replayed.burn(0.5))
    entry = replayed.only_entry()
    told = json.loads((replayed.folder / "a.json").read_text())
    gpu = told["energy"]["by_component"]["gpu"]
    assert gpu["value"] == pytest.approx(250 * entry["seconds"] / 3.6e6, rel=0.05)
    assert gpu["low"] <= gpu["value"] <= gpu["high"]
    assert "measured" in replayed("account").stdout


def test_a_counter_that_wraps_many_times_loses_nothing(meter):
    """At 300 W this one wraps every 50 ms; the heartbeat must be under half of that."""
    wrap = 15_000_000
    path = record(
        meter.folder / "machine", {"package:0": 300}, [domain("package:0", "cpu", wrap=wrap)]
    )
    env = {"SUBMETER_SENSOR_REPLAY": str(path), "SUBMETER_PERIOD": "10 ms"}
    meter("run", "--", "sleep", "1", env=env)
    entry = meter.only_entry()
    booked = booking(entry, "cpu")
    assert booked["meter"] == pytest.approx(300e6 * entry["seconds"], rel=0.1)


@pytest.mark.slow
def test_a_domain_inside_another_is_not_added_to_it(meter):
    domains = [domain("wall", "machine"), domain("gpu:0", "gpu", inside="wall")]
    path = record(meter.folder / "machine", {"wall": 500, "gpu:0": 250}, domains)
    env = {"SUBMETER_SENSOR_REPLAY": str(path)}
    meter("run", "--json", "a.json", "--", *meter.burn(0.5), env=env)
    entry = meter.only_entry()
    assert {each["domain"] for each in entry["bookings"]} == {"wall:rest", "gpu:0"}
    whole = sum(each["meter"] for each in entry["bookings"])
    assert whole == pytest.approx(500e6 * entry["seconds"], rel=0.03)
    told = json.loads((meter.folder / "a.json").read_text())
    before_facility = sum(
        each["value"] for name, each in told["energy"]["by_component"].items() if name != "facility"
    )
    assert before_facility <= 500 * entry["seconds"] / 3.6e6 * 1.01


@pytest.mark.slow
def test_a_recording_that_ends_is_a_gap_and_not_zero(meter):
    path = record(meter.folder / "machine", {"gpu:0": 250}, [GPU], seconds=1)
    env = {"SUBMETER_SENSOR_REPLAY": str(path), "SUBMETER_PERIOD": "100 ms"}
    meter("run", "--json", "a.json", "--", "sleep", "5", env=env)
    entry = meter.only_entry()
    booked = booking(entry, "gpu")
    assert 0.1 < booked["coverage"] < 0.9
    assert any("the recording is over" in each for each in entry["missing"])
    told = json.loads((meter.folder / "a.json").read_text())
    assert told["energy"]["by_component"]["gpu"]["coverage"] < 0.9
    assert_balanced(entry)


def test_a_recording_that_is_not_there_leaves_the_machine_unseen_and_says_so(meter):
    env = {"SUBMETER_SENSOR_REPLAY": "/nowhere"}
    told = meter.json("doctor", env=env)
    assert [each["sensor"] for each in told["refusals"]] == ["replay"]
    assert "/nowhere" in told["refusals"][0]["reason"]
    assert meter("run", "--", "true", env=env).returncode == 0


@pytest.mark.slow
def test_the_doctor_sees_the_recorded_machine(replayed):
    told = replayed.json("doctor")
    powers = {each["domain"]: each["power"] for each in told["domains"]}
    assert powers["gpu:0"]["value"] == pytest.approx(250, rel=0.02)
    assert powers["gpu:0"]["tier"] == "measured"
    assert told["measured_share"]["value"] > 0.5
    assert "Sensors see about" in replayed("doctor").stdout


@pytest.mark.slow
def test_a_busy_neighbours_share_of_a_measured_processor_is_the_neighbours(replayed):
    neighbour = replayed.start("run", "--", *replayed.burn(100))
    try:
        replayed("run", "--name", "sleeper", "--", "sleep", "1.5")
    finally:
        neighbour.terminate()
        neighbour.communicate()
    (sleeper,) = [each for each in replayed.entries() if each["name"] == "sleeper"]
    cpu = booking(sleeper, "cpu")
    assert cpu["others"] > 10 * cpu["workload"]
    assert_balanced(sleeper)


def test_a_program_is_metered_over_a_recording_too(replayed):
    program = (
        "import submeter, time\n"
        "with submeter.measure('window') as window:\n"
        "    time.sleep(1)\n"
        "gpu = [each for each in window.bookings if each.component == 'gpu'][0]\n"
        "print(gpu.meter, window.seconds, gpu.coverage, gpu.tier)\n"
    )
    done = subprocess.run(
        [PYTHON, "-c", program],
        env=replayed.environ,
        capture_output=True,
        check=True,
        text=True,
    )
    meter, seconds, coverage, tier = done.stdout.split()
    assert tier == "measured"
    # The recording is opened in the background while the window is open already.
    assert 0.1 < float(coverage) <= 1
    assert int(meter) == pytest.approx(250e6 * float(seconds) * float(coverage), rel=0.02)
