"""A benchmark from plan to bundle: figures follow from readings, and nothing measured is lost."""

import json
import zipfile
from dataclasses import replace

import pytest

from submeter.benchmarks.bundle import FILES, SUMS, is_bundle, read_bundle
from submeter.benchmarks.desk import Progress
from submeter.benchmarks.plan import published
from submeter.benchmarks.results import result_of
from submeter.benchmarks.runner import BenchError, run
from submeter.benchmarks.verification import figures, verify
from submeter.errors import UsageError
from submeter.ratings.result import Boundary
from tests.benchmarks.work import LONG, Squarer, bench, unheard


@pytest.fixture
def made(tmp_path):
    """Give a bundle that was really measured."""
    out = tmp_path / "b.zip"
    run(bench(Squarer(LONG, wrong=(3,))), out, unheard)
    return out


def rewritten(path, change):
    """Write a bundle anew with something changed, and its sums made to fit."""
    import hashlib

    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in FILES}
    change(parts)
    sums = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in parts.items()
    )
    with zipfile.ZipFile(path, "w") as file:
        for name, text in {**parts, SUMS: sums}.items():
            file.writestr(name, text)


def test_a_bundle_tells_energy_quality_and_speed_and_verifies(made):
    bundle = read_bundle(made)
    summary = bundle.told["summary"]
    energy = summary["energy"]["node"]["per"]["query"]
    assert 0 < energy["low"] < energy["value"] < energy["high"]
    assert energy["tier"] == "modelled"
    assert energy["coverage"] == 1
    per = summary["energy"]["node"]["per"]
    correct = summary["work"]["correct answer"]
    assert per["correct answer"]["value"] == pytest.approx(
        summary["energy"]["node"]["total"]["value"] / correct
    )
    assert summary["quality"]["value"] == pytest.approx(24 / 25)
    assert summary["quality"]["items"] == 25
    assert summary["work"]["token"] == summary["work"]["query"] == summary["statistics"]["kept"]
    assert summary["work"]["digits"] > summary["work"]["query"]
    assert summary["stages"]["idle"]["seconds"] >= 0.1
    assert summary["statistics"]["cut_short"] == 1
    assert bundle.told["environment"]["packages"]["pytest"]
    assert verify(bundle) == []
    assert figures(summary) > 40
    assert not made.with_name("b.zip.part").exists()


def test_the_books_of_a_bundle_balance(made):
    for each in read_bundle(made).told["summary"]["books"]:
        parts = ("workload", "others", "idle", "unattributed")
        assert sum(each[name] for name in parts) == each["meter"]


def test_a_figure_that_was_altered_is_named(made):
    def alter(parts):
        told = json.loads(parts["bundle.json"])
        told["summary"]["energy"]["node"]["per"]["query"]["value"] /= 1000
        parts["bundle.json"] = json.dumps(told)

    rewritten(made, alter)
    (found,) = verify(read_bundle(made))
    assert found.where == "summary.energy.node.per.query.value"
    assert isinstance(found.told, float)
    assert found.follows == pytest.approx(found.told * 1000)


def test_readings_that_were_altered_are_named(made):
    def alter(parts):
        lines = [json.loads(line) for line in parts["readings.ndjson"].splitlines()]
        for line in lines:
            if line["kind"] == "trace":
                line["totals"] = [each // 2 for each in line["totals"]]
        parts["readings.ndjson"] = "\n".join(map(json.dumps, lines))

    rewritten(made, alter)
    assert {each.where for each in verify(read_bundle(made))} >= {
        "summary.energy.node.total.value",
        "summary.energy.node.per.query.value",
    }


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_what_its_sum_says_is_named(made, name):
    with zipfile.ZipFile(made) as file:
        parts = {each: file.read(each) for each in (*FILES, SUMS)}
    parts[name] += b" \n"
    with zipfile.ZipFile(made, "w") as file:
        for each, content in parts.items():
            file.writestr(each, content)
    with pytest.raises(UsageError, match=f"{name} is not what SHA256SUMS says"):
        read_bundle(made)


def test_a_newer_form_and_other_files_are_told_from_bundles(made, tmp_path):
    def newer(parts):
        parts["bundle.json"] = parts["bundle.json"].replace(
            "submeter.bundle/1", "submeter.bundle/2"
        )

    rewritten(made, newer)
    with pytest.raises(UsageError, match="use a newer Submeter"):
        read_bundle(made)
    other = tmp_path / "o.zip"
    with zipfile.ZipFile(other, "w") as file:
        file.writestr("x", "y")
    with pytest.raises(UsageError, match=r"has no bundle\.json"):
        read_bundle(other)
    other.write_text("no zip")
    assert not is_bundle(other)
    with pytest.raises(UsageError, match="cannot be read"):
        read_bundle(other)


def test_a_model_that_fails_keeps_what_was_measured_and_goes_on(tmp_path):
    out = tmp_path / "b.zip"
    failing = Squarer(fails_at=30)
    with pytest.raises(BenchError, match="failed at query 31: MemoryError: CUDA out of memory"):
        run(bench(failing, precision=0.001), out, unheard)
    assert failing.closed == 1
    assert not out.exists()
    going_on = Squarer()
    run(bench(going_on, precision=0.001), out, unheard)
    assert going_on.asked == 30
    bundle = read_bundle(out)
    assert bundle.told["summary"]["statistics"]["queries"] == 60
    assert bundle.told["summary"]["statistics"]["sittings"] == 2
    assert verify(bundle) == []
    # The order goes on where it was broken off: each item was asked at least twice.
    counts = [sum(each.item == str(i) for each in bundle.queries) for i in range(25)]
    assert min(counts) == 2


def test_what_was_begun_is_not_mixed_with_another_plan(tmp_path):
    out = tmp_path / "b.zip"
    with pytest.raises(BenchError):
        run(bench(Squarer(fails_at=30)), out, unheard)
    with pytest.raises(UsageError, match="has another seed"):
        run(bench(Squarer(), seed=1), out, unheard)


def test_a_model_that_cannot_be_loaded_is_told(tmp_path):
    with pytest.raises(BenchError, match="cannot be loaded: FileNotFoundError: no such weights"):
        run(bench(Squarer(), model="missing"), tmp_path / "b.zip", unheard)


def test_it_stops_when_it_is_precise_enough(tmp_path):
    told = [Progress(0, 0, 1.0, 0.0)]
    out = tmp_path / "b.zip"
    run(bench(Squarer(cost=200_000), most=100_000, precision=0.3), out, told.append)
    statistics = read_bundle(out).told["summary"]["statistics"]
    assert statistics["half_width"] <= 0.3
    assert statistics["queries"] < 100_000
    assert told[-1].done == statistics["queries"]


def test_batches_are_asked_together(tmp_path):
    backend = Squarer()
    out = tmp_path / "b.zip"
    run(bench(backend, scenario="offline", batch=4), out, unheard)
    assert set(backend.batches) == {4}
    queries = read_bundle(out).queries
    assert len({each.batch for each in queries}) == len(queries) / 4


def test_queries_side_by_side_have_a_steady_part(tmp_path):
    backend = Squarer(cost=2_000, concurrent=True)
    out = tmp_path / "b.zip"
    told = bench(backend, scenario="server", concurrency=4, most=400, precision=0.001)
    run(told, out, unheard)
    bundle = read_bundle(out)
    assert len(bundle.queries) == 400
    assert 0 < bundle.told["summary"]["work"]["query"] < 400
    assert verify(bundle) == []
    result = result_of(bundle, "b.zip")
    assert (result.unit, result.boundary) == ("token", Boundary.NODE)


def test_a_run_too_short_to_be_steady_tells_no_energy(tmp_path):
    out = tmp_path / "b.zip"
    told = bench(Squarer(concurrent=True), scenario="server", concurrency=4, least=2, most=4)
    run(told, out, unheard)
    bundle = read_bundle(out)
    assert bundle.told["summary"]["energy"] == {}
    assert verify(bundle) == []
    with pytest.raises(UsageError, match="no energy a token"):
        result_of(bundle, "b.zip")


def test_a_failure_among_many_is_told(tmp_path):
    backend = Squarer(concurrent=True, fails_at=10)
    told = bench(backend, scenario="server", concurrency=4)
    with pytest.raises(BenchError, match="CUDA out of memory"):
        run(told, tmp_path / "b.zip", unheard)


def test_what_does_not_fit_together_is_refused(tmp_path):
    out = tmp_path / "b.zip"
    told = bench(Squarer())
    speaking = replace(told.task, ability="speak")
    for wrong, why in (
        (told._replace(task=speaking), "cannot speak"),
        (bench(Squarer(), scenario="server"), "answers one at a time"),
        (bench(Squarer(), options={"fast": "1"}), "has no option fast"),
        (bench(Squarer(), dummy=True), "draws none at random, --dummy-weights"),
    ):
        with pytest.raises(UsageError, match=why):
            run(wrong, out, unheard)
    with pytest.raises(UsageError, match="at least 2 queries"):
        bench(Squarer(), least=1)


def test_random_weights_have_no_quality_in_a_result(tmp_path):
    out = tmp_path / "b.zip"
    run(bench(Squarer(dummy=True)), out, unheard)
    result = result_of(read_bundle(out), "b.zip")
    assert result.dummy
    assert result.quality is None


def test_a_bundle_tells_nothing_of_its_makers_folders(tmp_path):
    out = tmp_path / "b.zip"
    private = str(tmp_path / "home" / "ada" / "weights.bin")
    run(bench(Squarer(), options={"slow": private}), out, unheard)
    with zipfile.ZipFile(out) as file:
        inside = "".join(file.read(name).decode() for name in FILES)
    assert "weights.bin" in inside
    assert str(tmp_path) not in inside
    assert read_bundle(out).plan == published(bench(Squarer(), options={"slow": private}).plan, "m")
