"""What was counted is the unit of the account, in the words of the methods that ask for one."""

import pytest

from submeter.accounting.methods import METHODS
from submeter.runs.account import UNITS, unit_of
from submeter.workloads.activity import Activity


@pytest.mark.parametrize(
    ("counts", "unit"),
    [
        ({"requests": 5.0, "tokens_out": 200.0}, ("request", 5.0)),
        ({"training_tokens": 1e6}, ("training token", 1e6)),
        ({"steps": 10.0, "flops": 1e20}, ("FLOP", 1e20)),
        ({"requests": 0.0, "parameters": 7e9}, ("parameter", 7e9)),
        ({"steps": 10.0, "samples": 80.0, "training_tokens": 640.0}, ("training token", 640.0)),
        ({"steps": 10.0, "samples": 80.0}, ("sample", 80.0)),
        ({"pages": 3.0}, ("pages", 3.0)),
        ({"pages": 3.0, "books": 1.0}, ("run", 1.0)),
        ({}, ("run", 1.0)),
    ],
)
def test_the_first_that_is_known_is_taken_else_the_only_one(counts, unit):
    found = unit_of(Activity("e1", "w", 0, 1, 1e-9, counts=counts))
    assert (found.name, found.count) == unit


def test_what_a_method_asks_for_can_be_counted():
    assert {name for method in METHODS for name in method.units} <= set(UNITS.values())
