"""Bundles in others' formats: nothing changes on the way, and what is lost is told."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.exports import aies
from submeter.benchmarks.exports.formats import FORMATS, export
from submeter.benchmarks.imports.files import read_results
from submeter.benchmarks.imports.hints import Hints
from submeter.benchmarks.results import result_of
from submeter.benchmarks.runner import run
from submeter.cli.main import main
from submeter.errors import UsageError
from tests.benchmarks.keep import beside_a_board
from tests.benchmarks.work import LONG, Squarer, bench, unheard

SCHEMA = (
    Path(__file__).parents[3] / "shared" / "facts" / "schemas" / "every_eval_ever"
    / "eval.schema.json"
)  # fmt: skip


@pytest.fixture(scope="module")
def with_gpu(tmp_path_factory):
    """Give the path of a bundle that was really run, beside a recorded board of 300 W."""
    folder = tmp_path_factory.mktemp("gpu")
    settings = beside_a_board(folder)
    out = folder / "b.zip"
    run(bench(Squarer(LONG, wrong=(3,)))._replace(settings=settings), out, unheard)
    return out


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """Give the path of a bundle without an accelerator."""
    out = tmp_path_factory.mktemp("cpu") / "b.zip"
    run(bench(Squarer(LONG)), out, unheard)
    return out


def test_a_run_too_short_to_tell_an_interval_is_exported_without_one(tmp_path):
    out = tmp_path / "b.zip"
    run(bench(Squarer(1000)), out, unheard)
    bundle = read_bundle(out)
    per = bundle.told["summary"]["energy"]["node"]["per"]["query"]
    assert (per["low"], per["high"]) == (None, None)
    told = json.loads(export(bundle, "b", "every-eval-ever").text)
    found = [each["score_details"] for each in told["evaluation_results"]]
    energies = [each for each in found if each["score"] == per["value"]]
    assert energies
    assert "confidence_interval" not in energies[0]["uncertainty"]
    assert "too short" in export(bundle, "b", "model-card").text


def exported(path, form, out, *more):
    words = ["bench", "export", str(path), "--format", form, "--out", str(out), *more]
    return main(words)


@pytest.mark.parametrize("form", ["aies-v1", "aies-v2"])
def test_an_exported_table_is_read_back_with_the_same_energy(with_gpu, tmp_path, capsys, form):
    out = tmp_path / "o.csv"
    assert exported(with_gpu, form, out) == 0
    told = capsys.readouterr().err
    for word in ("95 % interval", "tier (measured)", "boundary", "NVIDIA H100", "accuracy"):
        assert word in told
    bundle = read_bundle(with_gpu)
    (result,) = read_results(out, Hints("squares")).results
    per_query = bundle.told["summary"]["energy"]["accelerator"]["per"]["query"]["value"]
    assert result.energy == pytest.approx(per_query / 3.6, rel=1e-12)
    assert result.model == "m"
    assert main(["rate", str(out), "--task", "squares", "--json", "-"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["energy"]["value"] == pytest.approx(per_query / 3.6, rel=1e-12)


@given(st.floats(1e-9, 1e9))
def test_no_energy_changes_on_its_way_through_a_leaderboard(with_gpu, tmp_path_factory, energy):
    bundle = read_bundle(with_gpu)
    result = replace(result_of(bundle, "b"), energy=energy, low=energy, high=energy)
    path = tmp_path_factory.mktemp("o") / "o.csv"
    path.write_text(aies.v1(bundle, result).text)
    (back,) = read_results(path, Hints("squares")).results
    assert back.energy == pytest.approx(energy, rel=1e-12)


def test_a_row_of_the_second_release_has_the_runs_own_figures(with_gpu):
    bundle = read_bundle(with_gpu)
    (row,) = csv.DictReader(io.StringIO(export(bundle, "b", "aies-v2").text))
    kept = bundle.told["summary"]["statistics"]["kept"]
    assert int(row["successful_prompts"]) == kept
    assert int(row["total_prompt_tokens"]) == 3 * kept
    assert int(row["total_completion_tokens"]) == kept
    total = bundle.told["summary"]["energy"]["accelerator"]["total"]["value"]
    assert float(row["gpu_energy_wh"]) == pytest.approx(total / 3600)
    assert float(row["tokens_per_joule"]) == pytest.approx(4 * kept / total)
    assert (row["reasoning_state"], row["co2_emissions_g"], row["model_class"]) == ("Off", "", "")


def test_what_was_not_told_is_empty_and_no_zero(with_gpu):
    bundle = read_bundle(with_gpu)
    silent = [replace(each, tokens_in=None, first=None) for each in bundle.queries]
    made = export(bundle._replace(queries=silent), "b", "aies-v2")
    (row,) = csv.DictReader(io.StringIO(made.text))
    assert row["total_prompt_tokens"] == row["total_tokens"] == row["tokens_per_joule"] == ""
    assert row["avg_time_to_first_token"] == ""
    assert any("total_prompt_tokens" in each for each in made.lost)


@pytest.mark.parametrize(
    ("effort", "reasoned", "state"),
    [("high", None, "On (High)"), ("off", None, "Off"), ("", 5, "On"), ("", None, "")],
)
def test_reasoning_is_on_only_where_something_tells_so(with_gpu, effort, reasoned, state):
    bundle = read_bundle(with_gpu)
    plan = replace(bundle.plan, scenario="reasoning", effort=effort)
    queries = [replace(each, tokens_reasoning=reasoned) for each in bundle.queries]
    made = export(bundle._replace(plan=plan, queries=queries), "b", "aies-v2")
    (row,) = csv.DictReader(io.StringIO(made.text))
    assert row["reasoning_state"] == state


@pytest.mark.parametrize("form", ["aies-v1", "aies-v2"])
def test_energy_of_a_node_is_never_put_under_an_accelerators_name(without, tmp_path, capsys, form):
    assert exported(without, form, tmp_path / "o.csv") == 2
    assert "hold accelerator energy, and the bundle tells none" in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_a_served_model_is_no_row_of_single_queries(with_gpu):
    bundle = read_bundle(with_gpu)
    served = bundle._replace(plan=replace(bundle.plan, scenario="server"))
    with pytest.raises(UsageError, match="one query at a time"):
        export(served, "b", "aies-v1")


@pytest.mark.parametrize("form", FORMATS)
def test_random_weights_are_exported_in_no_format(with_gpu, form):
    bundle = read_bundle(with_gpu)
    told = {**bundle.told, "model": {**bundle.told["model"], "dummy": True}}
    with pytest.raises(UsageError, match="random weights"):
        export(bundle._replace(told=told), "b", form, "a/b")


def test_results_of_the_hub_have_energy_beside_quality(with_gpu, tmp_path, capsys):
    out = tmp_path / "r.yaml"
    assert exported(with_gpu, "eval-results", out) == 2
    assert "say --data OWNER/NAME" in capsys.readouterr().err
    assert exported(with_gpu, "eval-results", out, "--data", "me/squares") == 0
    assert "notes has them in words" in capsys.readouterr().err
    energy, quality = yaml.safe_load(out.read_text())
    result = result_of(read_bundle(with_gpu), "b")
    assert energy["dataset"] == {"id": "me/squares", "task_id": "squares-energy"}
    assert energy["value"] == result.energy
    for word in ("Wh per 1,000 queries", "95 % interval", "accelerator", "measured", "H100"):
        assert word in energy["notes"]
    assert quality["dataset"]["task_id"] == "squares"
    assert quality["value"] == pytest.approx(24 / 25)
    known = {"dataset", "value", "verifyToken", "date", "source", "evaluation_framework", "notes"}
    assert set(energy) | set(quality) <= known


def test_a_cards_metadata_have_the_energy_with_all_that_is_known_of_it(without, tmp_path, capsys):
    out = tmp_path / "README.md"
    assert exported(without, "model-card", out) == 0
    told = capsys.readouterr().err
    assert "no co2_eq_emissions" in told
    assert '"squares" is no data set on the Hub' in told
    empty, front, rest = out.read_text().split("---\n")
    assert empty == rest == ""
    card = yaml.safe_load(front)
    result = result_of(read_bundle(without), "b")
    (index,) = card["model-index"]
    (entry,) = index["results"]
    assert {"task", "dataset", "metrics"} == set(entry)
    assert {"type", "name"} <= set(entry["dataset"])
    assert entry["metrics"][0]["value"] == card["energy"]["value"] == result.energy
    assert (card["energy"]["low"], card["energy"]["high"]) == (result.low, result.high)
    assert (card["energy"]["boundary"], card["energy"]["tier"]) == ("node", "modelled")
    assert entry["metrics"][1]["type"] == "accuracy"


def test_every_eval_ever_has_energies_with_their_intervals(with_gpu, tmp_path, capsys):
    out = tmp_path / "e.json"
    assert exported(with_gpu, "every-eval-ever", out) == 0
    assert "no place for boundary, tier" in capsys.readouterr().err
    document = json.loads(out.read_text())
    told = read_bundle(with_gpu).told["summary"]
    by_id = {
        each["evaluation_result_id"].partition("#")[2]: each
        for each in document["evaluation_results"]
    }
    for boundary, energy in told["energy"].items():
        for unit, figure in energy["per"].items():
            found = by_id[f"energy-{boundary}-{unit.replace(' ', '_')}"]
            ends = found["score_details"]["uncertainty"]["confidence_interval"]
            assert found["score_details"]["score"] == figure["value"]
            assert (ends["lower"], ends["upper"]) == (figure["low"], figure["high"])
            assert found["metric_config"]["metric_unit"] == "J"
            assert found["metric_config"]["metric_parameters"]["tier"] == figure["tier"]
    quality = by_id["quality"]
    assert quality["metric_config"]["lower_is_better"] is False
    assert quality["score_details"]["score"] == told["quality"]["value"]


@pytest.mark.skipif(not SCHEMA.is_file(), reason="the published schema is not here")
def test_every_eval_ever_is_valid_by_the_published_schema(with_gpu, without):
    check = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    for path in (with_gpu, without):
        document = json.loads(export(read_bundle(path), "b", "every-eval-ever").text)
        assert [each.message for each in check.iter_errors(document)] == []


def test_bad_usage_says_what_where_and_the_next_step(without, tmp_path, capsys):
    assert main(["bench", "export", str(without), "--out", "x"]) == 2
    assert "it takes a bundle, --format and --out" in capsys.readouterr().err
    assert exported(without, "model-card", "/nowhere/o.md") == 2
    assert "cannot be written" in capsys.readouterr().err
    assert exported(without, "aies-3", tmp_path / "o.csv") == 2
    assert "aies-3" in capsys.readouterr().err


def test_a_bundle_whose_figures_do_not_follow_is_not_exported(without, tmp_path, capsys):
    from tests.benchmarks.test_runner import rewritten

    altered = tmp_path / "b.zip"
    altered.write_bytes(without.read_bytes())

    def alter(parts):
        told = json.loads(parts["bundle.json"])
        told["summary"]["energy"]["node"]["per"]["query"]["value"] /= 1000
        parts["bundle.json"] = json.dumps(told)

    rewritten(altered, alter)
    assert exported(altered, "model-card", tmp_path / "o.md") == 2
    assert "does not follow from the readings: it is not exported" in capsys.readouterr().err
