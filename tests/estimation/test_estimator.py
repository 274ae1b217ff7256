"""The built-in estimators keep the protocol that plug-ins keep."""

import inspect
from typing import get_type_hints

import pytest

from submeter.estimation import cpu, memory
from submeter.estimation.estimator import Estimator

BUILT_IN: list[Estimator] = [cpu.ESTIMATOR, memory.ESTIMATOR]
MEMBERS = ("name", "id", "component", "citation", "power_trace", "idle_trace")


@pytest.mark.parametrize("estimator", BUILT_IN, ids=lambda estimator: estimator.name)
def test_a_built_in_estimator_has_what_the_protocol_asks(estimator):
    for member in MEMBERS:
        assert hasattr(Estimator, member)
        assert getattr(estimator, member)
    name, slash, version = estimator.id.partition("/")
    assert name
    assert slash
    assert version.isdigit()
    for method in ("power_trace", "idle_trace"):
        ours, asked = getattr(type(estimator), method), getattr(Estimator, method)
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(asked).parameters)


def test_the_protocol_is_small():
    asked = {name for name in vars(Estimator) if not name.startswith("_")}
    assert asked == set(MEMBERS)
    assert get_type_hints(Estimator.id.fget)["return"] is str  # type: ignore[attr-defined]
