"""Every published figure follows from its own inputs, by an account or a call anyone can open."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from submeter.accounts.account_file import account_file
from submeter.errors import UsageError
from submeter.literature.arithmetic import CALLS
from submeter.literature.cases import papers
from submeter.literature.reproduction import chosen, reproduced

CASES = [case for paper in papers() for case in paper.cases]
ORACLES = Path(__file__).parents[3] / "shared" / "facts" / "oracles.json"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_published_figure_follows_from_its_inputs(case):
    found = reproduced(case)
    assert found.agrees, (case.value, found.recomputed)
    assert found.as_dict()["ratio"] == found.recomputed / case.value


def test_every_paper_is_cited_and_every_case_has_one_name():
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids)) > 140
    for paper in papers():
        assert paper.url.startswith("https://")
        assert len(paper.citation) > 20
        assert paper.cases


def test_a_case_that_is_off_by_more_than_its_rounding_differs():
    case = chosen("bloom_total_lifecycle")[0]
    assert not reproduced(replace(case, value=case.value * 1.01)).agrees
    assert not reproduced(replace(case, value=case.value * 1e3)).agrees


def test_a_case_runs_nothing_but_what_is_listed():
    assert {case.read for case in CASES if case.account is None} <= set(CALLS)


def test_names_are_found_or_their_neighbours_told():
    assert {case.paper for case in chosen("bloom-2022")} == {"bloom-2022"}
    assert len(chosen(None)) == len(CASES)
    with pytest.raises(UsageError, match="did you mean bloom-2022"):
        chosen("blom-2022")


def test_every_account_can_be_written_and_read_again(tmp_path):
    for account in (case.account for case in CASES if case.account is not None):
        again = yaml.safe_load(yaml.safe_dump(dict(account), sort_keys=False))
        assert account_file(again) == account_file(account)


def test_no_figure_of_the_oracles_is_left_out():
    if not ORACLES.exists():
        pytest.skip("the folder of reference figures is not here")
    rows = {row["id"]: row for row in json.loads(ORACLES.read_text())}
    by_id = {case.id: case for case in CASES}
    for name, row in rows.items():
        if row["status"] == "match":
            case = by_id[name]
            assert case.value == row["expected"]["value"]
            allowed = row["expected"]["tolerance"]
            if row["expected"]["tolerance_kind"] == "rel":
                allowed *= abs(case.value)
            assert case.within <= allowed * (1 + 1e-9)
