"""`submeter explain` and `account --compare` as their users see them."""

import json
import re

import pytest

from submeter.cli.main import main
from tests.cli.command import Meter

SCORE = """
name: AI Energy Score, Llama-3.1-8B
stage: inference
method: aies
unit: {name: query}
energy: [{component: gpu, energy: 62.6 J}]
conditions: {device: H100, batch: 1, output_tokens: 10, stack: transformers}
"""
SERVED = SCORE.replace("62.6", "27.8").replace("batch: 1", "batch: 512").replace("10,", "397,")


@pytest.fixture
def figures(tmp_path):
    one, other = tmp_path / "score.yaml", tmp_path / "served.yaml"
    one.write_text(SCORE)
    other.write_text(SERVED.replace("transformers", "vLLM"))
    return str(one), str(other)


def test_two_published_figures_are_told_apart(figures, capsys):
    assert main(["explain", *figures, "--of", "energy"]) == 0
    told = capsys.readouterr().out
    assert "×39.7" in told
    assert "batch 1 → 512; stack transformers → vLLM" in told
    told = " ".join(told.split())
    assert "batch and stack differ at once" in told
    assert "with --through FILE" in told
    assert main(["explain", *figures, "--of", "energy", "--json", "-"]) == 0
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    whole = step["second"]["value"] - step["first"]["value"]
    assert sum(cause["effect"] for cause in step["causes"]) == pytest.approx(whole)


def test_a_figure_between_leaves_nothing_to_suggest(figures, tmp_path, capsys):
    between = tmp_path / "between.yaml"
    between.write_text(SERVED.replace("27.8", "177").replace("512", "1"))
    assert main(["explain", *figures, "--of", "energy", "--through", str(between)]) == 0
    told = capsys.readouterr().out
    assert "in all" in told
    # Of the two steps each differs in the length, or in batch and stack: the second is still open.
    assert told.count("--through") == 1
    one_by_one = tmp_path / "one.yaml"
    one_by_one.write_text(SERVED.replace("27.8", "90"))
    words = ["--through", str(between), "--through", str(one_by_one)]
    assert main(["explain", *figures, "--of", "energy", *words]) == 0
    assert "--through" not in capsys.readouterr().out


def test_one_is_told_in_words(capsys):
    assert main(["explain", "bloom_total_lifecycle"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Carbon: 50.53 tCO2e" in told
    assert "Its rules leave out: " in told
    assert "taken from what was stated or published" in told


def test_what_is_no_single_account_is_told(capsys):
    assert main(["explain", "bloom-2022"]) == 2
    assert "name one of its cases" in capsys.readouterr().err
    assert main(["explain", "ph_t5_parity_bloomz_1b"]) == 2


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    """Give a ledger with a job of two ranks in France and one with ranks in two countries."""
    meter = Meter(tmp_path_factory.mktemp("jobs"))
    for job, region, rank in (
        ("1", "FR", "0"),
        ("1", "FR", "1"),
        ("2", "FR", "0"),
        ("2", "DE", "1"),
    ):
        environ = {"SLURM_JOB_ID": job, "SLURM_STEP_ID": "0", "SLURM_PROCID": rank}
        meter("run", "--name", "train", "--region", region, "--model", "tiny", "--stage",
              "training", "--", *meter.burn(0.1), env=environ)  # fmt: skip
    return meter


def test_a_job_is_explained_by_its_own_account(jobs):
    account = jobs.json("account", "--job", "slurm:1")
    told = jobs.json("explain", "slurm:1")["statement"]
    assert told == {key: each for key, each in account.items() if key != "job"}
    apart = " ".join(jobs("explain", "slurm:2").stdout.split())
    assert "France, Germany" in apart
    assert "an unknown grid" not in apart


def test_a_job_is_held_against_an_entry_and_the_causes_add_up(jobs):
    account = jobs.json("account", "--job", "slurm:1")
    (step,) = jobs.json("explain", "last", "slurm:1")["steps"]
    assert step["second"]["value"] == pytest.approx(account["carbon"]["total"]["value"])
    whole = step["second"]["value"] - step["first"]["value"]
    assert sum(cause["effect"] for cause in step["causes"]) == pytest.approx(whole)
    assert "place" in {cause["aspect"] for cause in step["causes"]}
    (same,) = jobs.json("explain", "last", "slurm:1", "--region", "FR")["steps"]
    assert "place" not in {cause["aspect"] for cause in same["causes"]}


def test_what_differs_is_told_in_figures_too(jobs):
    told = jobs("explain", "last", "slurm:1").stdout
    assert re.search(r"^hardware .* h of use → [\d.e-]+ h of use", told, re.MULTILINE)
    assert re.search(r"^idle .*Wh → [\d.]+ [nµm]Wh", told, re.MULTILINE)
    assert re.search(r"^energy of one unit .*Wh → [\d.]+ [nµm]Wh", told, re.MULTILINE)
    steps = jobs("explain", "last", "last", "--through", "slurm:1").stdout
    assert not re.search(r"e[-+]\d+ kgCO2e", steps), "no exponents where people read"


def test_what_no_meter_saw_is_not_called_measured(jobs):
    told = " ".join(jobs("explain", "last").stdout.split())
    assert "partly modelled, partly assumed, none of it measured" in told
    assert "for each of 1 run" not in told


def test_a_job_at_several_places_has_no_one_place_to_differ_by(jobs):
    done = jobs("explain", "slurm:1", "slurm:2")
    assert done.returncode == 2
    assert "several grids" in done.stderr
    assert "--region" in done.stderr
    assert jobs("explain", "slurm:1", "slurm:2", "--region", "FR").returncode == 0
    done = jobs("explain", "slurm:3")
    assert done.returncode == 2
    assert 'did you mean "slurm:' in done.stderr


def test_an_entry_is_explained_as_it_is_accounted_for(meter):
    """Where it recorded no place, what is configured holds for both."""
    meter("run", "--", "true")
    for where in ({"SUBMETER_REGION": "FR"}, {}):
        account = meter.json("account", "last", env=where)
        assert meter.json("explain", "last", env=where)["statement"] == account


def test_an_entry_is_restated_beside_what_was_stated(meter):
    meter("run", "--", "true")
    told = " ".join(meter("account", "last", "--compare", "--region", "FR").stdout.split())
    assert "[grid/world] →" in told
    assert "is what its own inputs and rules give, bit for bit" in told
    answer = meter.json("account", "last", "--compare")
    assert answer["changes"] == []
    assert answer["recomputed"] is True
    assert answer["before"] == answer["now"]


def test_an_entry_is_restated_by_the_method_that_it_was_stated_by(meter):
    meter("run", "--method", "ghg-location", "--", "true")
    answer = meter.json("account", "last", "--compare")
    assert answer["now"]["method"] == "ghg-location"
    assert answer["changes"] == []
    other = meter.json("account", "--compare", "--method", "sci")
    assert [other[each]["method"] for each in ("before", "now")] == ["ghg-location", "sci"]


def test_a_file_is_compared_with_itself_under_another_method(figures, capsys):
    assert main(["account", figures[0], "--compare", "--method", "submeter-1"]) == 0
    told = capsys.readouterr().out
    assert "before (aies)" in told
    assert "now (submeter-1)" in told


def test_what_was_contracted_for_is_what_is_told(capsys):
    assert main(["explain", "gemini_co2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "market-based (what was contracted for)" in told
    assert "PUE 1.09 × contract 94 gCO2e/kWh" in told
    assert "457" not in told
