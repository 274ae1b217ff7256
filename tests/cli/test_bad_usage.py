"""Bad usage ends with code 2, what, where and the next step, before anything is started."""

import pytest

from submeter.cli.main import COMMANDS

REFUSED = [
    (["run", "--region", "Frnace"], "SM120", "did you mean FR (France)"),
    (["run", "--region", "gcp/us-central9"], "SM120", "gcp/us-central1"),
    (["run", "--region", "Atlantis"], "SM120", "Atlantis"),
    (["run", "--json", "-"], "SM100", "standard output is the command's"),
    (["run", "--method", "aeis"], "SM130", "did you mean"),
    (["run", "--stage", "cooking"], "SM140", "fine-tuning"),
    (["run", "--period", "5 h"], "SM140", "choose between"),
    (["run", "--period", "1 kg"], "SM110", "period"),
    (["run", "--pue", "0.5"], "SM110", "below 1"),
    (["run", "--grid", "57 parsec"], "SM110", "gCO2e/kWh"),
    (["run", "--grid", "57 kWh"], "SM110", "gCO2e/kWh"),
    (["run", "--regoin", "FR"], "SM100", "did you mean --region?"),
]


@pytest.mark.parametrize(("words", "code", "told"), REFUSED, ids=str)
def test_it_is_refused_before_the_command_is_started(meter, words, code, told):
    done = meter(*words, "--", "touch", "started")
    assert done.returncode == 2
    assert done.stderr.startswith(f"error[{code}]: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not (meter.folder / "started").exists()
    assert meter.entries() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["doctr"], "did you mean doctor?"),
        (["xyzzy"], "submeter --help"),
        (["--verbose"], "submeter --help"),
        (["ledger"], "action, submeter ledger, choose one of list, show, merge"),
        (["lab"], "action, submeter lab, choose one of list, score, record, show"),
        (["ledger", "lsit"], 'there is no "lsit", submeter ledger, did you mean list?'),
        (["ledger", "xyzzy"], "choose one of list, show, merge"),
        (["account", "nowhere.yaml"], "there is no such account file, nowhere.yaml"),
        (["account", "./nowhere"], "an entry is named by its id: submeter ledger list"),
        (["run", "--region", "Farnce", "--", "true"], "did you mean FR (France)?\n"),
        (["run", "--pue", "0.5", "--", "true"], "a pue of 0.5 is below 1, --pue\n"),
        (["run", "--grid", "57", "--", "true"], "expected, --grid, write"),
        (["run", "--lifetime", "-5", "--", "true"], "expected, --lifetime, write"),
        (["ledger", "list", "--since", "yesterday"], "2026-11-24"),
        (["ledger", "show", "nothing"], "submeter run -- CMD"),
        (["account", "nothing"], "submeter run -- CMD"),
        (["attach"], "submeter attach PID"),
        (["attach", "abc"], '"abc" is not a whole number, PID, see submeter attach --help'),
        (["attach", "1", "--seconds", "1 mile"], '"1 mile" has no known unit, a time was expected'),
        (["attach", "1", "--seconds", "0 min"], "choose more than 0 seconds"),
        (["attach", "4194303"], "ps -e"),
        (["attach", "1", "--cgroup", "/"], "submeter attach PID"),
        (["attach", "--cgroup", "/no/such/group"], "/sys/fs/cgroup"),
        (["factors", "find"], "submeter factors find France"),
        (["schema", "statment"], "did you mean statement?"),
        (["schema", "zzz"], "choose one of statement"),
        (["top", "--interval", "0"], "choose between"),
        (["top", "--interval", "nan"], "choose between"),
        (["top", "--rows", "-1"], "choose 0 or more"),
        (["top", "--rows", "many"], '"many" is not a whole number, --rows'),
        (
            ["lab", "show", "nowhere"],
            "nowhere cannot be read: No such file or directory, check its path: ls\n",
        ),
        (["methods", "--jsn", "-"], "did you mean --json?"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_the_error_says_the_next_step(meter, words, told):
    done = meter(*words)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error[SM")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(meter, command):
    done = meter(command, "--help")
    assert done.returncode == 0
    assert f"submeter {command}" in done.stdout
    assert COMMANDS[command].split(":")[0] in " ".join(done.stdout.split())
    assert done.stderr == ""


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_overview_lists_every_command(meter, words):
    done = meter(*words)
    assert done.returncode == 0
    for name, meaning in COMMANDS.items():
        assert name in done.stdout
        assert meaning in done.stdout


def test_the_version_is_the_packages(meter):
    from importlib.metadata import version

    for word in ("--version", "-V"):
        assert meter(word).stdout == f"submeter {version('submeter')}\n"


def test_a_result_that_cannot_be_written_is_said(meter):
    for words in (["config"], ["methods"], ["factors", "find", "France"]):
        done = meter(*words, "--json", "nowhere/a.json")
        assert done.returncode == 2
        assert "the result cannot be written: No such file or directory" in done.stderr
