"""Bundles in others' formats, by name."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from submeter.benchmarks.exports import aies, hub
from submeter.benchmarks.exports.every_eval_ever import every_eval_ever
from submeter.benchmarks.results import result_of
from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.bundle import Bundle
    from submeter.benchmarks.exports.export import Export

_PLAIN = MappingProxyType({
    "aies-v1": aies.v1,
    "aies-v2": aies.v2,
    "every-eval-ever": every_eval_ever,
})  # fmt: skip
_OF_THE_HUB = MappingProxyType({"eval-results": hub.eval_results, "model-card": hub.model_card})
FORMATS = (*_PLAIN, *_OF_THE_HUB)


def export(bundle: Bundle, name: str, form: str, data: str = "") -> Export:
    """Give a bundle in another's format.

    Parameters
    ----------
    bundle : Bundle
        What was measured.
    name : str
        What it is called in messages.
    form : str
        One of `FORMATS`.
    data : str
        The data set by its name on the Hugging Face Hub, where it has another than in the bundle.

    Raises
    ------
    UsageError
        If the bundle is of random weights or of a workload of one's own, or has nothing that the
        format holds.
    """
    if bundle.told["model"]["dummy"]:
        what = "random weights have no quality and no place on a leaderboard"
        raise UsageError(what, name, "measure the model itself")
    result = result_of(bundle, name)
    if bundle.plan.scenario == "workload":
        what = "a workload of one's own has no place among results of others"
        raise UsageError(
            what, name, "submeter bench compare sets its candidates beside one another"
        )
    if form in _OF_THE_HUB:
        return _OF_THE_HUB[form](bundle, result, data)
    return _PLAIN[form](bundle, result)
