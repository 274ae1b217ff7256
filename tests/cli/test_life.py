"""A model's life from a real ledger and from account files, each joule once."""

import json
import subprocess

import jsonschema
import pytest

from submeter.ledger.book import Ledger

FILE = """
name: {name}
model: {model}
stage: {stage}
start: {start}
end: {end}
place: {{grid: 300 gCO2e/kWh}}
facility: {{included: true}}
energy: [{{component: gpu, energy: {energy}}}]
"""


def write(meter, name, energy, stage="inference", model="tiny", dates=("2025-01-01", "2025-01-31")):
    path = meter.folder / f"{name}.yaml"
    start, end = dates
    path.write_text(
        FILE.format(name=name, model=model, stage=stage, energy=energy, start=start, end=end)
    )
    return path


def line(told, name):
    (found,) = [each for each in told["lines"] if each["name"] == name]
    return found


def energy(found):
    return found["energy"]["value"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Give a ledger with a life: a training inside which an evaluation is measured, and more."""
    from tests.cli.command import Meter

    meter = Meter(tmp_path_factory.mktemp("lived"))
    meter.environ["SUBMETER_REGION"] = "FR"
    inner = meter.script(
        "train.py",
        "import subprocess, sys\n"
        "subprocess.run([sys.argv[1], 'run', '--model', 'tiny', '--stage', 'evaluation', '--',"
        " sys.executable, '-c', 'sum(range(3_000_000))'], check=True)\n",
    )
    run = ("run", "--model", "tiny")
    python = meter.burn(0.1)[0]
    for words in (
        (*run, "--stage", "training", "--teacher", "big", "--", python, inner, meter.command),
        (*run, "--stage", "training", "--", python, "-c", "raise SystemExit(3)"),
        (*run, "--stage", "training", "--purpose", "development", "--", *meter.burn(0.1)),
        (*run, "--stage", "inference", "--", *meter.burn(0.2)),
        ("run", "--model", "big", "--stage", "training", "--", *meter.burn(0.2)),
        ("run", "--model", "small", "--base", "tiny", "--stage", "fine-tuning", "--", "true"),
        ("run", "--", "true"),
    ):
        meter(*words)
    return meter


def test_the_life_of_what_was_run(lived):
    told = lived.json("life", "tiny")
    jsonschema.validate(told, json.loads(lived("schema", "life").stdout))
    counts = {each["name"]: each["count"] for each in told["lines"]}
    assert counts == {"development": 1, "failed runs": 1, "training": 1, "inference": 1}
    assert energy(told["whole"]) == pytest.approx(sum(map(energy, told["lines"])))
    assert [each["model"] for each in told["made_from_it"]] == ["small"]


MEASURED = """
import submeter
told = dict(model="tiny", stage="training", region="FR")
for more in (
    {"purpose": "failed"},
    {"stage": "distillation", "teacher": "big"},
    {"stage": "data-preparation"},
):
    with submeter.measure("w", **{**told, **more}):
        sum(range(2_000_000))
with submeter.measure("big", model="big", stage="training"):
    sum(range(2_000_000))
"""


def test_what_work_is_in_a_life_is_told_to_run_attach_and_measure_alike(meter):
    meter.environ["SUBMETER_REGION"] = "FR"
    python = meter.burn(0.1)[0]
    assert meter("run", "--", python, meter.script("measured.py", MEASURED)).returncode == 0
    tiny = ("--model", "tiny", "--stage")
    meter("run", *tiny, "training", "--purpose", "development", "--", *meter.burn(0.1))
    meter("run", *tiny, "evaluation", "--", *meter.burn(0.1))
    for stage, purpose in (("fine-tuning", "failed"), ("inference", "")):
        process = subprocess.Popen(meter.burn(1.0))
        done = meter("attach", process.pid, *tiny, stage, "--purpose", purpose)
        assert (process.wait(), done.returncode) == (0, 0), done.stderr
    told = meter.json("life", "tiny", "--share", "big=0.5")
    counts = {each["name"]: each["count"] for each in told["lines"]}
    assert counts == {
        "data preparation": 1, "development": 1, "failed runs": 2, "distillation": 1,
        "teacher big": 1, "evaluation": 1, "inference": 1,
    }  # fmt: skip
    assert all(energy(each) > 0 for each in told["lines"])
    assert energy(told["whole"]) == pytest.approx(sum(map(energy, told["lines"])))
    refused = meter("run", "--role", "development", "--", "true")
    assert (refused.returncode, "did you mean --purpose?" in refused.stderr) == (2, True)


def test_what_was_measured_inside_is_counted_once(lived):
    told = lived.json("life", "tiny")
    entries = {each["id"]: each for each in lived.entries()}
    (inner,) = [key for key, each in entries.items() if each["stage"] == "evaluation"]
    assert inner not in told["whole"]["pieces"]
    assert "record: 1 entries are parts of others, and counted in those" in told["missing"]


def test_each_stage_is_what_its_entry_is_accounted_for(lived):
    told = lived.json("life", "tiny")
    for each in told["lines"]:
        (piece,) = each["pieces"]
        statement = lived.json("account", piece)
        assert energy(each) == pytest.approx(statement["energy"]["total"]["value"])
        assert each["carbon"]["value"] == pytest.approx(statement["carbon"]["total"]["value"])


def test_the_share_of_the_teacher(lived):
    told = lived.json("life", "tiny")
    assert told["lineage"] == [{"model": "big", "relation": "teacher", "share": None}]
    assert any("--share big=" in note for note in told["missing"])
    shared = lived.json("life", "tiny", "--share", "big=0.5")
    big = lived.json("life", "big")
    assert energy(line(shared, "teacher big")) == pytest.approx(energy(big["making"]) / 2)
    assert energy(shared["whole"]) == pytest.approx(
        energy(told["whole"]) + energy(big["whole"]) / 2
    )


def test_files_are_added_and_the_same_one_once(lived):
    path = write(lived, "january", "3 MWh")
    one = lived.json("life", "tiny", path)
    two = lived.json("life", "tiny", path, path)
    (told,) = set(two["missing"]) - set(one["missing"])
    assert told.startswith("twice: january was given 2 times, word by word, and counts once")
    assert {**two, "missing": one["missing"]} == one
    before = lived.json("life", "tiny")
    assert energy(one["whole"]) == pytest.approx(energy(before["whole"]) + 3000)
    assert line(one, "inference")["count"] == 2


def test_the_ledger_is_not_changed(lived):
    before = Ledger(lived.home / "ledger").paths()
    sizes = [path.stat().st_size for path in before]
    lived("life", "tiny")
    assert [path.stat().st_size for path in Ledger(lived.home / "ledger").paths()] == sizes


def test_a_job_on_many_ranks_is_one_piece_of_work_and_what_is_not_here_is_told(meter):
    for rank in "01":
        environ = {"SLURM_JOB_ID": "9", "SLURM_STEP_ID": "0", "SLURM_PROCID": rank}
        meter("run", "--model", "tiny", "--stage", "training", "--", *meter.burn(0.1),
              env={**environ, "SLURM_NNODES": "2"})  # fmt: skip
    told = meter.json("life", "tiny")
    jsonschema.validate(told, json.loads(meter("schema", "life").stdout))
    found = line(told, "training")
    assert (found["count"], len(found["pieces"])) == (1, 2)
    assert told["whole"]["count"] == 1
    job = meter.json("account", "--job", "slurm:9")
    assert energy(found) == pytest.approx(job["energy"]["total"]["value"])
    absent = "record: of slurm:9, entries of 1 of 2 nodes are here; merge the others' ledgers"
    assert [each for each in told["missing"] if each.startswith(absent)]


def test_the_day_on_which_inference_overtook(meter):
    files = [
        write(meter, "training", "10 MWh", "training", dates=("2024-12-01", "2024-12-31")),
        write(meter, "january", "6.2 MWh"),
        write(meter, "february", "28 MWh", dates=("2025-02-01", "2025-02-28")),
    ]
    told = meter.json("life", "tiny", *files)
    jsonschema.validate(told, json.loads(meter("schema", "life").stdout))
    assert told["overtaken"]["energy"]["day"] == "2025-02-04"
    assert told["overtaken"]["carbon"]["day"] == "2025-02-04"
    shown = meter("life", "tiny", *files, env={"COLUMNS": "80"})
    assert "inference overtook the making on 2025-02-04" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    early = meter("life", "tiny", *files[:2])
    assert "had not overtaken the making by 2025-01-31" in early.stdout


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("nobody",), 2, "nothing of nobody is on record"),
        (("tiny", "none.yaml"), 2, "cannot be read"),
        (("tiny", "--share", "big"), 2, "MODEL=PART"),
        (("tiny", "--share", "big=2"), 2, "is no share"),
        (("tiny", "--method", "google-2025"), 2, 'does not account for the stage "training"'),
    ],
)
def test_what_cannot_be_is_refused(lived, words, code, what):
    done = lived("life", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert what in done.stderr
