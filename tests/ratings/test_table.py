"""Tables of results: both forms are read, and what is wrong with them is told."""

import pytest

from submeter.errors import UsageError
from submeter.ratings.result import Boundary, Quality
from submeter.ratings.table import read_table


def test_the_full_form_is_read():
    text = (
        "task,model_class,model,energy_wh_per_1000,low,high,boundary,unit,scenario,hardware,tier,"
        "metric,quality,dummy\n"
        "speech-recognition,,whisper,2.5,2,3,node,query,single,2 cores,modelled,WER,5.6,no\n"
    )
    ((result,), defects) = read_table(text, "t.csv")
    assert (result.energy, result.low, result.high) == (2.5, 2.0, 3.0)
    assert (result.boundary, result.tier) == (Boundary.NODE, "modelled")
    assert result.quality == Quality("WER", 5.6, more_is_better=False)
    assert (result.source, result.dummy, defects) == ("t.csv, line 2", False, ())


def test_the_leaderboards_own_form_is_in_kwh_under_a_wh_label():
    text = "\ufeffmodel,total_gpu_energy,energy_score,class\ngpt2,0.002146,5,A\n"
    ((result,), _) = read_table(text, "text_generation.csv", task="text_generation")
    assert result.energy == pytest.approx(2.146)
    assert (result.task, result.model_class) == ("text-generation", "A")


@pytest.mark.parametrize("told", ["", "0", "0.0"])
def test_what_was_not_measured_is_a_defect_and_no_result(told):
    text = f"task,model,gpu_energy_wh_per_1000\nasr,a,{told}\nasr,b,2\n"
    results, defects = read_table(text, "t.csv")
    assert [each.model for each in results] == ["b"]
    assert "line 2: no energy" in defects[0]


@pytest.mark.parametrize(("ratio", "told"), [(1e-3, "kWh under the label"), (1e3, "J or mWh")])
def test_a_table_a_thousand_times_off_is_told(ratio, told):
    rows = "".join(
        f"text_generation,m{i},{energy * ratio}\n" for i, energy in enumerate((9, 16, 30))
    )
    _, defects = read_table(f"task,model,gpu_energy_wh_per_1000\n{rows}", "t.csv")
    assert len(defects) == 1
    assert told in defects[0]


def test_work_that_has_no_anchor_is_held_against_none():
    """Nothing tells what of it is a thousand times off, and the tasks beside it are held still."""
    rows = "".join(
        f"{task},m{i},{energy / 1000}\n"
        for task in ("video_chat", "text_generation")
        for i, energy in enumerate((9, 16, 30))
    )
    results, defects = read_table(f"task,model,gpu_energy_wh_per_1000\n{rows}", "t.csv")
    assert len(results) == 6
    (told,) = defects
    assert told.startswith("t.csv: text-generation: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "no table of results"),
        (
            "task,model,gpu_energy_wh_per_1000\nasr,a,five\n",
            '"five" is not a number, t.csv, line 2',
        ),
        ("task,model,gpu_energy_wh_per_1000\nasr,a,-5\n", "is none"),
        ("model,gpu_energy_wh_per_1000\na,5\n", "no task"),
        ("task,model,energy_wh_per_1000\nasr,a,5\n", "what of the machine room"),
        ("task,model,energy_wh_per_1000,boundary\nasr,a,5,room\n", '"room" is no boundary'),
    ],
)
def test_bad_tables_say_what_and_where(text, told):
    with pytest.raises(UsageError, match=told):
        read_table(text, "t.csv")


def test_a_table_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("submeter.ratings.table._MOST", 2)
    text = "task,model,gpu_energy_wh_per_1000\nasr,a,1\nasr,b,1\n"
    with pytest.raises(UsageError, match="more than 2 rows"):
        read_table(text, "t.csv")
