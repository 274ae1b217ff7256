"""The Pareto front and its probabilities; sweeps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.front import Candidate, Trait, candidates_of, dominance, standings
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.runner import run
from submeter.benchmarks.sweep import steps
from submeter.errors import UsageError
from tests.benchmarks.work import LONG, Squarer, bench, unheard

traits = st.builds(Trait, st.floats(-5, 5), st.floats(0, 2), st.floats(0, 2))
candidates = st.builds(
    Candidate, st.text(max_size=3), st.sampled_from("ab"), st.tuples(traits, traits)
)


def one(name, *values, deviation=0.0, common=0.0, meter="m"):
    return Candidate(name, meter, tuple(Trait(each, deviation, common) for each in values))


@given(st.lists(candidates, min_size=1, max_size=6))
def test_somebody_is_always_on_the_front(many):
    found = standings(many)
    assert any(each.is_on_front for each in found)
    assert all(0 <= each.dominated <= 1 for each in found)


@given(candidates, candidates)
def test_two_never_dominate_each_other_surely(a, b):
    assert dominance(a, b) + dominance(b, a) <= 1 + 1e-9


@given(candidates, candidates, st.floats(0.01, 3))
def test_what_is_common_cancels_between_results_of_one_meter(a, b, more):
    a, b = a._replace(meter="m"), b._replace(meter="m")
    wider = a._replace(traits=tuple(each._replace(common=each.common + more) for each in a.traits))
    assert dominance(wider, b) == dominance(a, b)


def test_worked_example():
    cheap, dear, bad = one("cheap", 1, 3), one("dear", 2, 1), one("bad", 3, 3)
    assert [each.is_on_front for each in standings([cheap, dear, bad])] == [True, True, False]
    assert standings([cheap, dear, bad])[2].dominated == 1
    assert standings([cheap]) == [("cheap", True, 0.0, "")]
    a, b = one("a", 0.0, deviation=3.0), one("b", 1.0, deviation=4.0)
    assert dominance(a, b) == pytest.approx(0.5 * (1 + math.erf(0.2 / math.sqrt(2))))
    far = one("c", 1.0, deviation=4.0, common=12.0, meter="other")
    assert dominance(a, far) == pytest.approx(0.5 * (1 + math.erf(1 / 13 / math.sqrt(2))))


def test_bundles_are_weighed_by_what_all_of_them_have(tmp_path):
    found = []
    for name, backend in (("light", Squarer(LONG)), ("heavy", Squarer(3 * LONG, wrong=range(9)))):
        run(bench(backend, model=name), tmp_path / name, unheard)
        found.append((name, read_bundle(tmp_path / name)))
    light, heavy = candidates_of(found, "query")
    assert light.meter == heavy.meter
    assert len(light.traits) == 3
    assert light.traits[0].value < heavy.traits[0].value
    assert light.traits[0].common == 0
    told = {each.name: each for each in standings([light, heavy])}
    assert told["light"].is_on_front
    assert not told["heavy"].is_on_front
    assert told["heavy"].by == "light"
    assert 0.5 < told["heavy"].dominated < 1


def test_a_run_too_short_to_tell_its_interval_beats_nobody_surely(tmp_path):
    found = []
    for name, backend in (("short", Squarer(1000)), ("long", Squarer(LONG))):
        run(bench(backend, model=name), tmp_path / name, unheard)
        found.append((name, read_bundle(tmp_path / name)))
    short, long = candidates_of(found, "query")
    assert short.traits[0].deviation == math.inf
    assert short.traits[0].value < long.traits[0].value
    energies = [each._replace(traits=each.traits[:1]) for each in (short, long)]
    assert dominance(*energies) == 0.5


PLAN = Plan("t", "m", "b", "offline")


def test_a_sweep_is_every_combination():
    found = steps(PLAN, ["batch=1,2,4", "output-tokens=10,100", "option.threads=2"])
    assert len(found) == 6
    assert len({each.name for each in found}) == 6
    assert {each.plan.batch for each in found} == {1, 2, 4}
    assert {each.plan.output for each in found} == {10, 100}
    assert {each.plan.options["threads"] for each in found} == {"2"}
    assert [each.plan.model for each in steps(PLAN, ["model=a/b.gguf,c"])] == ["a/b.gguf", "c"]
    assert steps(PLAN, ["model=a/b.gguf"])[0].name == "model-a-b.gguf"


@pytest.mark.parametrize(
    ("varied", "told"),
    [
        (["batch"], "varies nothing"),
        (["batch="], "varies nothing"),
        (["colour=red"], "cannot be varied"),
        (["batch=one"], "is no number"),
        (["batch=1,1"], "one name"),
        (["batch=0"], "1 query or more"),
        ([f"batch={','.join(map(str, range(1, 200)))}", "concurrency=1,2,3,4,5,6"], "vary less"),
    ],
)
def test_a_sweep_that_is_none_says_why(varied, told):
    with pytest.raises(UsageError, match=told):
        steps(PLAN, varied)
