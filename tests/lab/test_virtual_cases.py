"""Every case on the virtual clock holds, and fails where what it asks about is done wrongly."""

from dataclasses import replace

import pytest

from submeter.lab.cases import CASES
from submeter.lab.rehearsal import rehearse
from submeter.lab.score import judged
from submeter.lab.virtual_cases import VIRTUAL
from submeter.runs import metered
from submeter.sensing.metering import series
from submeter.sensing.metering.naps import Naps
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.probes.processes import ProcessTree
from submeter.traces import counter


def asked(case):
    assert case.scene is not None
    return rehearse(case, case.scene, "0")


def outcome(case, answer=None):
    return judged(case, "submeter", answer or asked(case))


@pytest.fixture(scope="module")
def answers():
    return {case.name: asked(case) for case in VIRTUAL}


@pytest.mark.parametrize("case", VIRTUAL, ids=lambda case: case.name)
def test_submeter_holds_the_truth(case, answers):
    found = outcome(case, answers[case.name])
    assert found.held
    assert len(found.verdicts) == len(case.windows) * len(case.parts)


@pytest.mark.parametrize("case", VIRTUAL, ids=lambda case: case.name)
@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_each_part_fails_if_it_is_off(case, factor, answers):
    """By more than any of their meters may err."""
    for part in case.parts:
        answer = answers[case.name]
        wrong = [[_off(window, part, factor) for window in rank] for rank in answer.ranks]
        assert outcome(case, replace(answer, ranks=wrong)).failed, part


def _off(window, part, factor):
    figures = dict(window["told"].get(part, {"energy": 1.0, "coverage": 1.0}))
    for key in figures.keys() - {"coverage"}:
        figures[key] *= factor
    return {**window, "told": {**window["told"], part: figures}}


def test_a_part_that_cannot_be_read_fails_if_it_is_told_as_zero(answers):
    case = CASES["rapl-unreadable"]
    zero = dict.fromkeys(("energy", "low", "high"), 0.0) | {"coverage": 1.0}
    (windows,) = answers[case.name].ranks
    wrong = [{**each, "told": {**each["told"], "dram": zero}} for each in windows]
    assert outcome(case, replace(answers[case.name], ranks=[wrong])).failed


def test_a_register_that_comes_round_unseen_is_found_out(monkeypatch):
    """The sensor says how often it must be read; a reader that does not listen loses rounds."""
    monkeypatch.setattr(SensorSource, "beat", 0.0)
    assert outcome(CASES["hwmon-wrap"]).failed


def test_a_wrap_that_is_not_undone_is_found_out(monkeypatch):
    def grown(spec, before, after, nanoseconds):
        return counter.step(spec._replace(wrap=0, limit=0), before, after, nanoseconds)

    monkeypatch.setattr(series, "step", grown)
    assert outcome(CASES["rapl-hours"]).failed


def test_what_was_counted_while_the_machine_slept_is_found_out(monkeypatch):
    monkeypatch.setattr(Naps, "found", ())
    assert outcome(CASES["wall-suspended"]).failed


def test_a_socket_that_is_counted_at_both_doors_is_found_out(monkeypatch):
    monkeypatch.setattr(metered, "claimed", lambda *_: False)
    assert outcome(CASES["rapl-two-doors"]).failed


def test_children_that_are_forgotten_when_they_end_are_found_out(monkeypatch):
    monkeypatch.setattr(ProcessTree, "_used", lambda *told: (told[2].alone, 0))
    monkeypatch.setattr(ProcessTree, "_left", lambda *_: 0)
    assert outcome(CASES["share-children"]).failed


def test_ranks_that_each_take_all_are_found_out(answers):
    case = CASES["share-ranks"]
    wrong = [[_off(each, "own", 4.0) for each in rank] for rank in answers[case.name].ranks]
    assert outcome(case, replace(answers[case.name], ranks=wrong)).failed
