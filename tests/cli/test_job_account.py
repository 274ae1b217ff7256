"""A job on many ranks: several real meters at once, their ledgers merged, one account for all."""

import csv
import json
import os
import shutil
import signal
import subprocess

import jsonschema
import pytest

from tests.cli.command import PYTHON, SUBMETER, assert_balanced, finish, until
from tests.cli.recording import domain, record

GPU = "gpu:GPU-12345678-9abc-def0-1234-56789abcdef0"
OTHER = GPU.replace("1", "2")
WATTS = 300
SLURM = {"SLURM_JOB_ID": "123", "SLURM_STEP_ID": "0", "SLURM_NNODES": "1"}


def rank(number, **more):
    return {**SLURM, "SLURM_PROCID": str(number), **more}


@pytest.fixture
def machine(meter):
    """Give the meter, over a machine whose one GPU draws 300 W and whose processor 50 W."""
    path = record(
        meter.folder / "machine", {GPU: WATTS, "package:0": 50},
        [domain(GPU, "gpu"), domain("package:0", "cpu")],
    )  # fmt: skip
    meter.environ["SUBMETER_SENSOR_REPLAY"] = str(path)
    return meter


def run_at_once(meter, environs, *command, around=()):
    """Let each rank meter itself into a ledger of its own, all at the same time."""
    processes = [
        meter.start_words(
            [*around, meter.command, "run", "--name", "train", "--region", "FR",
             "--ledger", f"led{i}", "--", *(command or ("sleep", "1"))],
            environ,
        )
        for i, environ in enumerate(environs)
    ]  # fmt: skip
    for each in processes:
        _, err = finish(each)
        assert each.returncode == 0, err
    return [f"led{i}" for i in range(len(processes))]


def merged(meter, *sources, into):
    return meter.json("ledger", "merge", *sources, "--into", into)


def listed(meter, ledger):
    return meter.json("ledger", "list", "--ledger", ledger)["entries"]


def gpu(entry, name="workload"):
    (found,) = [each for each in entry["bookings"] if each["component"] == "gpu"]
    return found[name]


def test_four_ranks_that_share_a_gpu_book_it_once(machine):
    """They see one another's locks: one of them books it, and the others none of it."""
    ledgers = run_at_once(machine, [rank(i) for i in range(4)])
    told = merged(machine, *ledgers, into="all")
    # Who took it over began where the first one's record ended, which the entries tell evenly.
    assert all(each["claimed_uj"] <= 1.2 * each["drawn_uj"] for each in told["overlaps"])
    entries = listed(machine, "all")
    booked = sum(gpu(each) for each in entries)
    longest = max(each["seconds"] for each in entries)
    assert booked <= WATTS * 1e6 * (longest + 1.5)
    assert booked >= WATTS * 1e6 * (longest - 1.5)


@pytest.mark.system
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs namespaces of containers"
)
def test_four_ranks_in_containers_that_share_a_gpu_are_charged_what_it_drew(machine):
    """None sees another's lock, and each books all of it: merging their ledgers tells."""
    apart = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run/lock && exec "$@"', "sh"]
    ledgers = run_at_once(machine, [rank(i) for i in range(4)], around=apart)
    told = merged(machine, *ledgers, into="all")
    assert told["added"] == 4
    entries = listed(machine, "all")
    span = max(each["end"] for each in entries) - min(each["start"] for each in entries)
    truth = WATTS * span / 1e3
    (found,) = [each for each in told["overlaps"] if each["domain"] == GPU]
    assert sorted(found["entries"]) == sorted(each["id"] for each in entries)
    assert found["claimed_uj"] == sum(map(gpu, entries))
    assert found["claimed_uj"] > 2 * truth, "each claims nearly all of it"
    assert found["drawn_uj"] == pytest.approx(truth, rel=0.03)
    account = machine.json("account", "--job", "slurm:123", "--ledger", "all")
    drawn = account["energy"]["by_component"]["gpu"]["value"] * 3.6e12
    assert drawn == pytest.approx(found["drawn_uj"], abs=1)
    assert any(each.startswith("books: 4 entries claim") for each in account["missing"])
    assert account["job"]["ranks"] == 4
    assert account["job"]["machines"] == 1
    for each in entries:
        assert_balanced(each)
        assert each["lineage"]["job"] == "slurm:123"


def test_order_grouping_and_repeats_of_a_merge_change_nothing(machine):
    ledgers = run_at_once(machine, [rank(i) for i in range(3)])
    merged(machine, *ledgers, into="all")
    merged(machine, ledgers[2], into="pair")
    merged(machine, ledgers[1], into="pair")
    merged(machine, "pair", ledgers[0], into="other")
    assert listed(machine, "other") == listed(machine, "all")
    again = merged(machine, "other", *ledgers, "all", into="all")
    assert again["added"] == 0
    assert len(list((machine.folder / "all" / "log").iterdir())) == 1
    one, other = (
        machine("account", "--job", "slurm:123", "--ledger", each, "--json", "-").stdout
        for each in ("all", "other")
    )
    assert one == other


def test_the_job_is_the_sum_of_its_entries_to_the_microjoule(machine):
    """Two GPUs, so that nothing is shared; the factors are the same unknown in all."""
    path = record(
        machine.folder / "second", {OTHER: WATTS, "package:0": 50},
        [domain(OTHER, "gpu"), domain("package:0", "cpu")],
    )  # fmt: skip
    second = {"SUBMETER_SENSOR_REPLAY": str(path)}
    ledgers = run_at_once(machine, [rank(0), rank(1, **second)], "sleep", "0.6")
    merged(machine, *ledgers, into="all")
    told = machine.json("account", "--job", "slurm:123", "--ledger", "all")
    entries = listed(machine, "all")
    alone = [machine.json("account", each["id"], "--ledger", "all") for each in entries]
    job = told["job"]
    assert [each for each in job["overlaps"] if each["domain"].startswith("gpu")] == []
    assert job["energy_uj"] == sum(each["energy_uj"] for each in job["entries"])
    component = told["energy"]["by_component"]["gpu"]["value"] * 3.6e12
    assert round(component) == sum(map(gpu, entries))
    for name in ("energy", "carbon", "water"):
        for end in ("value", "low", "high"):
            whole = sum(each[name]["total"][end] for each in alone)
            # The grid and the facility are one unknown: ends add up as values do, nearly.
            assert told[name]["total"][end] == pytest.approx(whole, rel=0.02)
    jsonschema.validate(told, json.loads(machine("schema", "statement").stdout))


def test_what_is_measured_inside_is_not_added_to_what_contains_it(machine):
    inside = machine.script(
        "inside.py",
        "import submeter, time\nwith submeter.measure('epoch'):\n    time.sleep(0.5)\n",
    )
    (ledger,) = run_at_once(machine, [rank(0)], PYTHON, inside)
    merged(machine, ledger, into="all")
    part, whole = sorted(listed(machine, "all"), key=lambda each: each["name"])
    assert part["lineage"]["parent"] == whole["id"]
    assert part["lineage"]["job"] == "slurm:123"
    told = machine.json("account", "--job", "slurm:123", "--ledger", "all")
    assert told["job"]["parts"] == {part["id"]: whole["id"]}
    assert [each["id"] for each in told["job"]["entries"]] == [whole["id"]]
    assert told["energy"] == machine.json("account", whole["id"], "--ledger", "all")["energy"]


def test_a_retry_of_a_rank_is_an_entry_of_its_own_and_counts(machine):
    torch = {"WORLD_SIZE": "2", "RANK": "1", "TORCHELASTIC_RUN_ID": "exp", "LOCAL_RANK": "1"}
    for count in ("0", "1"):
        environ = {**torch, "TORCHELASTIC_RESTART_COUNT": count}
        machine("run", "--name", "train", "--ledger", f"try{count}", "--", "sleep", "0.3",
                env=environ)  # fmt: skip
    merged(machine, "try0", "try1", into="all")
    told = machine.json("account", "--job", "torchrun:exp", "--ledger", "all")
    assert (told["job"]["ranks"], told["job"]["retries"]) == (1, 1)
    assert len(told["job"]["entries"]) == 2
    assert told["job"]["overlaps"] == [], "the second began when the first had ended"
    absent = "record: entries of 1 of 2 ranks are here"
    assert any(each.startswith(absent) for each in told["missing"])
    shown = machine("account", "--job", "torchrun:exp", "--ledger", "all").stdout
    assert "2 entries, 1 rank, 1 machine, 1 retry" in shown


def test_each_entry_keeps_its_own_place_unless_another_is_asked_for(machine):
    for number, region in enumerate(("FR", "DE")):
        machine("run", "--region", region, "--ledger", "all", "--", "sleep", "0.2",
                env=rank(number))  # fmt: skip
    account = ("account", "--job", "slurm:123", "--ledger", "all")
    told = machine.json(*account)
    assert told["place"]["region"] == "FR, DE"
    assert "grid" not in told["place"]
    assert {"grid/FR", "grid/DE"} & {each["factor"][: len("grid/FR")] for each in told["widest"]}
    asked = machine.json(*account, "--region", "FR")
    assert asked["place"]["region"] == "FR"
    assert asked["carbon"]["total"]["value"] < told["carbon"]["total"]["value"]


def test_a_row_of_csv_is_of_the_whole_job(machine):
    ledgers = run_at_once(machine, [rank(0), rank(1)], "sleep", "0.3")
    merged(machine, *ledgers, into="all")
    done = machine("account", "--job", "slurm:123", "--ledger", "all", "--csv", "a.csv")
    assert done.returncode == 0, done.stderr
    with (machine.folder / "a.csv").open() as file:
        (row,) = csv.DictReader(file)
    told = machine.json("account", "--job", "slurm:123", "--ledger", "all")
    assert row["id"] == "slurm:123"
    assert float(row["energy_kwh"]) == told["energy"]["total"]["value"]
    assert 0.3 < float(row["seconds"]) < 60


def test_a_job_that_is_not_there_is_explained(meter):
    meter("run", "--", "true", env=rank(0))
    for job, told in (
        ("slurm:124", 'did you mean "slurm:123"'),
        ("123", 'did you mean "slurm:123"'),
        ("mine", "known are slurm:123"),
    ):
        done = meter("account", "--job", job)
        assert done.returncode == 2
        assert told in done.stderr
    assert "name one of them" in meter("account", "last", "--job", "slurm:123").stderr
    assert meter("account", "--job", "x", "--ledger", "none").returncode == 2


def test_entries_of_a_job_are_listed(meter):
    meter("run", "--name", "in", "--", "true", env=rank(0))
    meter("run", "--name", "out", "--", "true")
    told = meter.json("ledger", "list", "--job", "slurm:123")["entries"]
    assert [each["name"] for each in told] == ["in"]
    assert "rank 0" in meter("ledger", "show", told[0]["id"]).stdout


def test_a_damaged_ledger_gives_what_is_intact(meter):
    for number in range(2):
        meter("run", "--name", f"n{number}", "--ledger", f"led{number}", "--", "true",
              env=rank(number))  # fmt: skip
    (path,) = (meter.folder / "led0" / "log").iterdir()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = meter("ledger", "merge", "led0", "led1", "--into", "all")
    assert done.returncode == 0
    assert "is damaged at byte" in done.stderr
    assert [each["name"] for each in listed(meter, "all")] == ["n1"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["merge"], "merge what"),
        (["merge", "nowhere"], "there is no ledger"),
        (["list", "01AB"], "list does not take 01AB"),
        (["show", "a", "b"], "show does not take a b"),
        (["list", "--into", "x"], "does not take --into"),
    ],
)
def test_bad_usage_is_explained(meter, words, told):
    done = meter("ledger", *words)
    assert done.returncode == 2
    assert told in done.stderr


def test_options_may_stand_anywhere(meter):
    meter("run", "--ledger", "one", "--", "true")
    for words in (("--into", "all", "one"), ("one", "--into", "all", "one")):
        assert meter("ledger", "merge", *words).returncode == 0
    assert len(listed(meter, "all")) == 1


def test_the_rank_of_a_process_that_is_attached_to_is_its_own(meter):
    environ = {**meter.environ, **rank(7), "API_KEY": "secret"}
    script = meter.script("wait.py", "import time\ntime.sleep(60)\n")
    pid = os.posix_spawn(PYTHON, [PYTHON, script], environ)
    try:
        done = meter("attach", pid, "--seconds", "0.3")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert done.returncode == 0, done.stderr
    entry = meter.only_entry()
    assert entry["lineage"] == {"job": "slurm:123", "step": "0", "rank": "7", "nodes": "1"}
    assert "secret" not in json.dumps(entry)


def test_attach_names_what_it_does_not_find(meter):
    for option, identity, told in (
        ("--slurm-job", "4000000000", "no control group here is of the Slurm job 4000000000"),
        ("--pod", "x", "is not the id of a pod"),
        ("--container", "f" * 64, "run this on the node where it runs"),
    ):
        done = meter("attach", option, identity)
        assert done.returncode == 2
        assert told in done.stderr
    assert "name one thing" in meter("attach", "1", "--slurm-job", "1").stderr
    assert meter.entries() == []


@pytest.mark.system
def test_a_slurm_job_is_attached_to_by_its_number_and_covers_its_ranks(meter):
    """On real control groups, laid out as Slurm does."""
    job = str(7_000_000_000 + os.getpid())
    base = next(
        (each for each in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/cpu,cpuacct")
         if os.access(each, os.W_OK) and os.path.exists(f"{each}/cgroup.procs")),  # noqa: PTH110
        None,
    )  # fmt: skip
    if base is None:
        pytest.skip("no control group can be made here")
    folders = [f"{base}/slurm", f"{base}/slurm/uid_0", f"{base}/slurm/uid_0/job_{job}"]
    folders.append(f"{folders[-1]}/step_0")
    made = []
    try:
        for each in folders:
            if not os.path.isdir(each):  # noqa: PTH112
                os.mkdir(each)  # noqa: PTH102
                made.append(each)
        process = meter.start("attach", "--slurm-job", job, "--ledger", "all")
        until(lambda: listed(meter, "all") != [], "it is attached")
        line = f"echo $$ > {folders[-1]}/cgroup.procs; exec "
        words = [SUBMETER, "run", "--name", "rank", "--ledger", "all", "--", *meter.burn(0.3)]
        subprocess.run(
            ["sh", "-c", line + " ".join(words)],
            check=True, cwd=meter.folder, env=meter.environ,
        )  # fmt: skip
        process.send_signal(signal.SIGINT)
        _, err = finish(process)
        assert process.returncode == 0, err
    finally:
        for each in reversed(made):
            os.rmdir(each)  # noqa: PTH106
    told = meter.json("account", "--job", f"slurm:{job}", "--ledger", "all")
    (whole,) = told["job"]["entries"]
    assert whole["lineage"] == {"job": f"slurm:{job}", "covers": "job"}
    assert list(told["job"]["parts"].values()) == [whole["id"]]
    (rank_,) = [each for each in listed(meter, "all") if each["name"] == "rank"]
    assert rank_["lineage"]["step"] == "0"
