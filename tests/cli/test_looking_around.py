"""The commands that look around: doctor, top, factors, methods, schema."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from submeter.accounting.methods import METHODS
from submeter.sensing.discovery import entry_points
from tests.cli.command import PATIENCE, SUBMETER, until


def test_the_doctor_names_every_sensor_as_answering_or_refusing_with_a_remedy(meter):
    told = meter.json("doctor")
    answering = {each["sensor"] for each in told["domains"]}
    refusing = {each["sensor"] for each in told["refusals"]}
    for point in entry_points("submeter.sensors"):
        assert point.name in answering | refusing
    for each in told["refusals"]:
        assert each["reason"]
        assert each["fix"]
    assert told["machine"]["threads"] == os.cpu_count()
    assert told["machine"]["memory_bytes"] > 0
    for each in told["domains"]:
        power = each["power"]
        assert 0 <= power["low"] <= power["value"] <= power["high"]
        assert power["unit"] == "W"
        assert each["sensor"]
    assert 0 <= told["measured_share"]["value"] <= 1


@pytest.mark.slow
def test_the_doctor_speaks_plainly(meter):
    shown = meter("doctor").stdout
    told = meter.json("doctor")
    for each in told["refusals"]:
        # That no recording is replayed is the ordinary case, and not worth a word.
        is_told = re.search(rf"\b{each['sensor']}(:| \()", shown)
        assert bool(is_told) == (each["sensor"] != "replay")
    for each in told["domains"]:
        assert each["domain"] in shown
    if told["measured_share"]["value"] == 0:
        assert "Nothing here is measured." in shown


def test_the_doctor_leaves_no_entry(meter):
    meter("doctor")
    assert meter.entries() == []


def test_a_sensor_whose_root_is_broken_is_refused_by_name(meter):
    told = meter.json("doctor", env={"SUBMETER_SENSOR_RAPL": "/nowhere"})
    (refusal,) = [each for each in told["refusals"] if each["sensor"] == "rapl"]
    assert "/nowhere" in refusal["reason"]


def test_top_shares_out_a_domain_to_the_microjoule(meter):
    burner = meter.start("run", "--", *meter.burn(100))
    try:
        told = meter.json("top", "--interval", "1.5")
    finally:
        burner.terminate()
        burner.communicate()
    (domain,) = [each for each in told["domains"] if each["domain"] == told["shared_domain"]]
    shared = (
        sum(each["microjoules"] for each in told["processes"])
        + told["idle_microjoules"]
        + told["rest_microjoules"]
    )
    assert shared / 1e6 == pytest.approx(domain["power"]["value"] * told["seconds"], rel=0.01)
    first = told["processes"][0]
    assert first["cpu_seconds"] > 0.3 * told["seconds"] / 2
    for each in told["processes"]:
        assert each["cpu_seconds"] <= told["seconds"] * (os.cpu_count() or 1)
    assert os.getpid() not in [each["pid"] for each in told["processes"][:1]]


def test_top_once_shows_and_ends(meter):
    done = meter("top", "--once", "--interval", "0.3")
    assert done.returncode == 0
    for words in ("submeter top", "domain", "idle"):
        assert words in done.stdout
    assert meter.entries() == []


def test_top_tells_what_each_domain_emits_where_a_place_is_stated(meter):
    told = meter.json("top", "--interval", "0.3", "--grid", "50 gCO2e/kWh", "--pue", "1.2")
    for each in told["domains"]:
        power, rate = each["power"], each["emission_rate"]
        assert rate["unit"] == "gCO2e/h"
        for end in ("value", "low", "high"):
            assert rate[end] == pytest.approx(power[end] * 1.2 * 50 / 1000)
    env = {"SUBMETER_REGION": "FR", "COLUMNS": "80"}
    shown = meter("top", "--once", "--interval", "0.3", env=env).stdout
    assert "gCO2e/h" in shown
    assert "carbon: France" in shown
    assert max(map(len, shown.splitlines())) <= 80
    nowhere = meter("top", "--once", "--interval", "0.3").stdout
    assert "gCO2e" not in nowhere, "of no place nothing is told"
    (one, *_) = meter.json("top", "--interval", "0.3")["domains"]
    assert one["emission_rate"] is None
    done = meter("top", "--once", "--region", "XX")
    assert (done.returncode, "--region" in done.stderr) == (2, True)


def test_top_watches_live_until_ctrl_c(meter):
    pid, terminal = pty.fork()
    if not pid:
        environ = {**meter.environ, "TERM": "xterm"}
        os.execve(SUBMETER, [SUBMETER, "top", "--interval", "0.2"], environ)  # noqa: S606
    seen = b""
    while seen.count(b"submeter top") < 3:
        seen += os.read(terminal, 65536)
    os.write(terminal, b"\x03")
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"Traceback" not in seen
    assert b"\x1b[?1049l" in seen, "the screen is given back"


def test_factors_are_found_by_place_device_and_id(meter):
    found = meter.json("factors", "find", "France")["factors"]
    assert "grid/FR" in [each["id"] for each in found]
    for words in (["H100"], ["pue"], ["grid/FR"], ["California"]):
        for each in meter.json("factors", "find", *words)["factors"]:
            assert each["low"] <= each["value"] <= each["high"]
            assert each["unit"] or each["id"].startswith("pue/")
            assert all(each["source"][key] for key in ("id", "citation", "licence"))
    shown = meter("factors", "find", "France").stdout
    assert "grid/FR" in shown
    assert "gCO2e/kWh" in shown


def test_a_factor_that_is_not_there_is_a_no(meter):
    done = meter("factors", "find", "xyzzyxyzzy")
    assert done.returncode == 1
    assert "no factor matches" in done.stdout
    assert json.loads(meter("factors", "find", "xyzzyxyzzy", "--json", "-").stdout) == {
        "factors": []
    }


@pytest.mark.parametrize("columns", ["80", "120"])
def test_factors_read_well_on_a_terminal(meter, columns):
    shown = meter("factors", "find", "H100", env={"COLUMNS": columns}).stdout
    lines = shown.partition("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert len(lines) <= 2 * 20 + 2
    assert "tdp/nvidia-h100-sxm-80gb" in shown
    assert re.search(r"700 +exact", shown)


def test_that_more_factors_match_than_are_shown_is_told(meter):
    assert "there are more than 3" in meter("factors", "find", "grid", "--limit", "3").stdout
    assert "there are more" not in meter("factors", "find", "grid/FR").stdout
    done = meter("factors", "find", "grid", "--limit", "0")
    assert done.returncode == 2
    assert "--limit" in done.stderr
    assert "[bold]x[/nothing]" in meter("factors", "find", "[bold]x[/nothing]").stdout


def test_every_published_value_of_a_year_is_shown_as_published(meter):
    shown = meter("factors", "find", "US", "2023", env={"COLUMNS": "80"}).stdout
    for told in ("392.9", "369.5", "349.7", "combustion", "lifecycle"):
        assert told in shown
    assert max(map(len, shown.splitlines())) <= 80
    every = meter.json("factors", "find", "US", "--all", "--limit", "500")["factors"]
    assert {"2000", "2024"} <= {each["period"] for each in every}


def test_one_factor_is_shown_with_what_stands_beside_it(meter):
    told = meter.json("factors", "show", "grid/FR")
    assert told["factor"]["id"] == "grid/FR"
    assert (told["name"], told["age"] >= 1) == ("France", True)
    assert "aws/eu-west-3" in told["taken_by"]
    assert "grid/FR/2019/owid-2026" in {each["id"] for each in told["beside"]}
    shown = meter("factors", "show", "grid/FR", env={"COLUMNS": "80"}).stdout
    assert "describes: 2025" in shown
    assert max(map(len, shown.splitlines())) <= 80
    done = meter("factors", "show", "grid/FRX")
    assert done.returncode == 2
    assert "did you mean" in done.stderr


def test_factors_of_ones_own_are_found_too(meter):
    (meter.folder / "mine.csv").write_text("id,value,unit\ngrid/DE,300,gCO2e/kWh\n")
    told = meter.json("factors", "show", "grid/DE", "--factors", "mine.csv")
    assert told["factor"]["value"] == 300


def test_what_is_found_is_what_an_account_of_that_year_takes(meter):
    """Albania: the table of today ends with 2022, and a newer year was published since."""
    work = (
        "name: w\nplace: {{region: AL}}\nstart: {0}-02-01\nend: {0}-03-01\n"
        "energy: [{{component: gpu, energy: 1 kWh}}]\n"
    )
    for year in (2021, 2026):
        (meter.folder / "work.yaml").write_text(work.format(year))
        taken = meter.json("account", "work.yaml")["place"]["grid"]
        told = meter.json("factors", "find", "Albania", "--year", str(year))
        assert told["year"] == year
        (found,) = [each for each in told["factors"] if each["id"] == "grid/AL"]
        shown = meter.json("factors", "show", "grid/AL", "--year", str(year))["factor"]
        for each in (found, shown):
            assert (each["value"], each["period"]) == (taken["value"], taken["period"])
    named = meter.json("factors", "find", "Albania", "2026")
    assert (named["year"], named["factors"][0]) == (2026, found)
    head = meter("factors", "find", "Albania", "--year", "2021").stdout.splitlines()[0]
    assert head.startswith("as an account of work in 2021 takes them")
    done = meter("factors", "find", "Albania", "--year", "21")
    assert (done.returncode, "--year 2024" in done.stderr) == (2, True)


def test_the_number_of_factors_is_bounded(meter):
    assert len(meter.json("factors", "find", "grid", "--limit", "3")["factors"]) == 3


def test_methods(meter):
    told = meter.json("methods")["methods"]
    assert [each["id"] for each in told] == [each.id for each in METHODS]
    assert len({each["hash"] for each in told}) == len(told)
    shown = meter("methods").stdout
    for each in METHODS:
        assert any(line.startswith(f"{each.id} ") for line in shown.splitlines())
    narrow = meter("methods", env={"COLUMNS": "80"}).stdout.splitlines()
    assert max(map(len, narrow)) <= 80
    assert sum(bool(line) and line != narrow[-1] for line in narrow) == len(METHODS)


def test_one_method(meter):
    told = meter.json("methods", "olmo-2025")
    assert (told["id"], told["in_words"]["facility's overhead"]) == ("olmo-2025", "counted")
    shown = meter("methods", "olmo-2025").stdout
    assert f"version {told['version']}" in shown
    assert "https://arxiv.org/abs/2503.05804" in shown
    refused = meter("methods", "olmo")
    assert refused.returncode == 2
    assert 'did you mean "olmo-2025"' in refused.stderr


def test_the_schema_is_one(meter):
    schema = json.loads(meter("schema", "statement").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "words", ["factors find grid --limit 500", "methods", "schema statement", "config", "--help"]
)
def test_a_reader_that_has_seen_enough_is_no_error(meter, words):
    line = f"{SUBMETER} {words} | head -1; echo ${{PIPESTATUS[0]}} >&2"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=meter.folder,
        env=meter.environ,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    assert done.stderr == "0\n"
    assert done.stdout


def test_output_that_cannot_be_written_is_an_error_and_no_traceback(meter):
    meter("run", "--", "true")
    for words in (
        "config", "--version", "config --json -", "config --help", "account last",
        "account last --json -", "ledger list", "ledger show --json -", "methods", "doctor",
        "factors find FR", "schema statement", "top --once --interval 0.2",
    ):  # fmt: skip
        line = f"exec {SUBMETER} {words} >/dev/full"
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=meter.folder,
            env=meter.environ,
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 2, words
        told = (
            "error[SM600]: the output cannot be written: No space left on device, standard output"
        )
        assert done.stderr.startswith(f"{told}, free space"), words
        assert done.stderr.count("\n") == 1, words


def test_an_error_that_nobody_can_read_changes_no_exit_code(meter):
    line = f"exec {SUBMETER} account --region FR >/dev/full 2>/dev/full"
    done = subprocess.run(
        ["bash", "-c", line], cwd=meter.folder, env=meter.environ, check=False, timeout=PATIENCE
    )
    assert done.returncode == 2


def test_ctrl_c_ends_a_command_without_a_traceback(meter):
    process = meter.start("top", "--interval", "60", "--once")

    def is_python():
        return "SigCgt:\t0000000000000002" in Path(f"/proc/{process.pid}/status").read_text()

    until(is_python, "the interpreter handles signals")
    until(lambda: len(list(Path(f"/proc/{process.pid}/task").iterdir())) > 1, "it watches")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_the_package_runs_as_a_module(meter):
    done = subprocess.run(
        [sys.executable, "-m", "submeter", "--version"],
        env=meter.environ,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.startswith("submeter ")
