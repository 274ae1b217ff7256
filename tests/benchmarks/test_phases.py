"""The time until the first token and after it, and bounds that latencies are held to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.latency_bounds import OF, broken, checked, kept
from submeter.benchmarks.phases import phases
from submeter.benchmarks.plan import Plan, plan_of
from submeter.benchmarks.query import Query
from submeter.benchmarks.runner import run
from submeter.benchmarks.verification import verify
from submeter.errors import RecordError, UsageError
from tests.benchmarks.keep import KEPT
from tests.benchmarks.work import LONG, Squarer, bench, unheard

SECOND = 1_000_000_000


def test_phases_that_are_long_enough_are_told_apart_by_what_they_drew():
    """A first token that is slept for draws less than the busy wait for the others."""
    bundle = read_bundle(KEPT / "rules-2-phases.zip")
    assert verify(bundle) == []
    summary = bundle.told["summary"]
    prefill, decode = summary["phases"]["prefill"], summary["phases"]["decode"]
    own = [each for each in bundle.queries if each.first is not None]
    assert prefill["seconds"] + decode["seconds"] == pytest.approx(
        sum(each.end - each.start for each in own[summary["statistics"]["warm_up"] :]) / SECOND
    )
    books = [each for each in summary["books"] if each["component"] == "cpu"]
    whole = summary["energy"]["node"]["total"]["value"]
    both = prefill["energy"]["value"] + decode["energy"]["value"]
    # The rest is the board's, which draws the same at all times, and pauses between queries.
    assert 0 < both <= whole * 1.000001
    assert books


@given(
    st.lists(
        st.tuples(st.integers(0, 100_000_000), st.integers(0, 100_000_000)), min_size=1, max_size=20
    )
)
def test_phases_too_short_for_readings_have_a_time_and_no_energy(lengths):
    start, queries = 0, []
    for number, (one, two) in enumerate(lengths):
        queries.append(Query(0, number, "i", start, start + one + two, start + one))
        start += one + two
    told = phases(queries, {})
    assert told["prefill"]["seconds"] == pytest.approx(sum(one for one, _ in lengths) / SECOND)
    assert told["decode"]["seconds"] == pytest.approx(sum(two for _, two in lengths) / SECOND)
    assert told["prefill"]["energy"] is None
    assert told["decode"]["energy"] is None


def test_where_a_query_tells_no_first_token_no_phase_is_told():
    assert phases([Query(0, 0, "i", 0, 9, 4), Query(0, 1, "i", 9, 12)], {}) == {}
    assert phases([], {}) == {}


@pytest.mark.parametrize(
    "bounds",
    [{"first_token": 1.0}, {"latency.p98": 1.0}, {"speed.p50": 1.0}, {"latency.p50": 0.0},
     {"latency.p50": float("nan")}],
)  # fmt: skip
def test_a_bound_that_names_nothing_is_refused(bounds):
    with pytest.raises(UsageError):
        checked(bounds)
    with pytest.raises(RecordError):
        plan_of({"task": "t", "model": "m", "backend": "b", "bounds": bounds})


@pytest.mark.parametrize("bounds", [3, {"latency.p50": "soon"}, [["latency.p50", 1]]])
def test_bounds_of_another_form_are_refused(bounds):
    with pytest.raises(RecordError):
        plan_of({"task": "t", "model": "m", "backend": "b", "bounds": bounds})


@given(st.sampled_from(OF), st.sampled_from(["p50", "p99"]), st.floats(0.001, 9), st.floats(0, 9))
def test_a_bound_is_kept_up_to_itself(of, part, limit, seen):
    told = kept({f"{of}.{part}": limit}, {of: {part: seen}})
    assert told[f"{of}.{part}"]["kept"] is (seen <= limit)
    assert bool(broken({"bounds": told})) is (seen > limit)


def test_what_was_not_told_keeps_to_nothing():
    told = kept({"first_token.p50": 1.0}, {"first_token": None})
    assert told["first_token.p50"] == {"limit": 1.0, "seen": None, "kept": None}
    assert "was not told" in broken({"bounds": told})[0]


def test_all_right_of_few_is_no_certainty():
    quality = read_bundle(KEPT / "rules-2-phases.zip").told["summary"]["quality"]
    assert quality["value"] == 1.0
    assert quality["low"] == pytest.approx(1 / (1 + 1.96**2 / quality["items"]), abs=1e-4)
    assert quality["high"] == pytest.approx(1.0)


def test_bounds_stand_in_a_bundle_and_verify(tmp_path):
    out = tmp_path / "b.zip"
    asked = bench(Squarer(LONG), bounds={"latency.p50": 60.0, "latency.p99": 1e-6})
    run(asked, out, unheard)
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert bundle.plan.bounds == asked.plan.bounds
    told = bundle.told["summary"]["bounds"]
    assert (told["latency.p50"]["kept"], told["latency.p99"]["kept"]) == (True, False)
    assert isinstance(bundle.plan, Plan)
