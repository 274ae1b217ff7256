"""The sensor of the how-to works as it stands there, as a package found by its entry point."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from tests.docs.pages import DOCS, blocks, read

PAGE = read(DOCS / "how-to" / "write-a-sensor.md")


@pytest.fixture
def package(tmp_path):
    """Lay the package out as its installation would."""
    (settings,) = blocks(PAGE, "toml")
    module = blocks(PAGE, "python")[0]
    project = tomllib.loads(settings)["project"]
    (tmp_path / "submeter_wallmeter.py").write_text(module, encoding="utf-8")
    info = tmp_path / f"submeter_wallmeter-{project['version']}.dist-info"
    info.mkdir()
    name = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(name, encoding="utf-8")
    points = [
        line
        for group, entries in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(points) + "\n", encoding="utf-8")
    return tmp_path


def submeter(package, *arguments, **environment):
    places = {"PYTHONPATH": str(package), "SUBMETER_HOME": str(package)}
    done = subprocess.run(
        [sys.executable, "-m", "submeter", *arguments],
        env={**os.environ, **places, **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_doctor_sees_it(package):
    file = package / "joules"
    file.write_text("1500.25", encoding="ascii")
    found = json.loads(
        submeter(package, "doctor", "--json", "-", SUBMETER_SENSOR_WALLMETER=str(file))
    )
    (wall,) = [each for each in found["domains"] if each["sensor"] == "wallmeter"]
    assert (wall["domain"], wall["component"]) == ("wall", "machine")
    assert wall["power"]["tier"] == "measured"
    assert [each["domain"] for each in found["domains"]] == ["wall"], "nothing else is modelled"


def test_without_its_device_it_refuses_with_a_remedy(package):
    found = json.loads(submeter(package, "doctor", "--json", "-"))
    (refusal,) = [each for each in found["refusals"] if each["sensor"] == "wallmeter"]
    assert refusal["fix"] == "start its daemon: systemctl start wallmeter"


def test_what_it_counts_is_booked(package):
    file = package / "joules"
    file.write_text("0", encoding="ascii")
    counting = (
        "import os, sys, time\n"
        "for tenth in range(1, 8):\n"
        "    time.sleep(0.1)\n"
        "    with open(sys.argv[1] + '.new', 'w') as new:\n"
        "        new.write(str(tenth * 20.0))\n"
        "    os.replace(sys.argv[1] + '.new', sys.argv[1])\n"
    )
    submeter(
        package, "run", "--", sys.executable, "-c", counting, str(file),
        SUBMETER_SENSOR_WALLMETER=str(file),
    )  # fmt: skip
    entry = json.loads(submeter(package, "ledger", "show", "last", "--json", "-"))
    (booking,) = entry["bookings"]
    # It says that its value may be a second old: what was drawn by the end is in its interval.
    assert booking["meter"] - booking["below"] <= 140_000_000
    assert booking["meter"] + booking["above"] >= 140_000_000
    parts = (booking[each] for each in ("workload", "others", "idle", "unattributed"))
    assert sum(parts) == booking["meter"]
