"""The raw runs give the paper's tables: means and medians of the queries, without the loading."""

import pytest

from submeter.errors import UsageError
from submeter.literature.power_hungry import runs, statistic

TABLE_2 = {
    "text_classification": 0.002, "extractive_qa": 0.003, "masked_lm": 0.003,
    "token_classification": 0.004, "image_classification": 0.007, "object_detection": 0.038,
    "text_generation": 0.047, "summarization": 0.049, "image_captioning": 0.063,
    "image_generation": 2.907,
}  # fmt: skip
TABLE_3 = {
    "google/flan-t5-base": (0.026, 3.67),
    "google/flan-t5-xl": (0.058, 8.08), "google/flan-t5-xxl": (0.083, 11.48),
    "bigscience/bloomz-560m": (0.054, 7.5), "bigscience/bloomz-1b7": (0.062, 8.66),
    "bigscience/bloomz-3b": (0.073, 10.17),
}  # fmt: skip


def test_all_runs_are_there():
    assert len(runs()) == 3470
    assert len({run.model for run in runs()}) > 80


@pytest.mark.parametrize("task", TABLE_2)
def test_table_2_means(task):
    assert statistic("mean", "energy", task=task) == pytest.approx(TABLE_2[task], abs=0.00051)


@pytest.mark.parametrize("model", TABLE_3)
def test_table_3(model):
    energy, emissions = TABLE_3[model]
    assert statistic("mean", "energy", model=model) == pytest.approx(energy, abs=0.001)
    assert statistic("mean", "emissions", model=model) == pytest.approx(emissions, rel=0.012)


def test_loading_is_told_from_the_queries():
    loads = [(run.load, run.energy) for run in runs() if run.load is not None]
    assert len(loads) > 3000
    assert sum(load for load, _ in loads) > 0.02 * sum(energy for _, energy in loads)


def test_its_truncated_deviations_are_not_what_the_runs_give():
    assert statistic("deviation", "energy", task="extractive_qa") == pytest.approx(
        0.00155, abs=1e-5
    )
    assert statistic("deviation", "energy", task="object_detection") > 0.025


def test_what_is_not_there_is_told():
    for wrong in (("mode", "energy"), ("mean", "water")):
        with pytest.raises(UsageError, match="is known"):
            statistic(*wrong)
    with pytest.raises(UsageError, match="no run of"):
        statistic("mean", "energy", task="telepathy")
