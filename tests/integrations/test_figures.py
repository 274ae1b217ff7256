"""What trackers and cards are told of a window, with no library but Submeter's own."""

import json
import subprocess
import sys

import pytest

import submeter
from submeter.integrations import card, jupyter, lightning, mlflow, tensorboard, transformers, wandb
from submeter.integrations.figures import figures, so_far, words
from submeter.integrations.training import Training


def test_of_what_was_not_seen_nothing_is_told():
    with submeter.measure("short", record="no") as window:
        window.count(requests=0)
        assert so_far(window) == {} or so_far(window)["energy_coverage"] > 0
    window.wait()
    window.settle((), ("energy: nothing was seen",), window.activity)
    told = figures(window)
    assert not [each for each in told if each.startswith(("energy", "power"))]
    assert told["count_requests"] == 0.0
    assert "energy_tier" not in words(window)
    assert "Energy of the devices: not known" in card.snippet(window)


def test_a_window_inside_another_has_energy_and_no_account():
    with submeter.measure("whole", record="no", region="FR"), submeter.measure("part") as part:
        sum(range(300_000))
    assert not [each for each in figures(part) if "carbon" in each]
    assert "method" not in words(part)
    assert card.metadata(part) == {}
    assert "Emissions" not in card.snippet(part)


def test_an_account_that_cannot_be_made_is_told_and_costs_no_energy(monkeypatch):
    with submeter.measure("work", record="no") as window:
        sum(range(300_000))

    def refuses(*words):
        raise submeter.UsageError("no such place", "region", "name another")

    monkeypatch.setattr(window, "statement", refuses)
    assert "accounted_kWh" not in figures(window)
    assert "account: no such place" in words(window)["missing"]


def test_what_names_folders_goes_nowhere(monkeypatch, tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    with submeter.measure("work", ledger=str(nowhere)) as window:
        pass
    assert any(each.startswith("record: ") for each in window.missing)
    assert str(tmp_path) not in words(window).get("missing", "")


def test_long_words_are_cut_to_what_trackers_take(monkeypatch):
    with submeter.measure("work", record="no") as window:
        window.notes.append("x" * 5000)
    told = words(window)["missing"]
    assert len(told) == 2000
    assert told.endswith("…")


def test_fine_tuning_at_a_known_place_is_told_as_the_hub_wants_it():
    with submeter.measure("tune", record="no", stage="fine-tuning", grid="57 gCO2e/kWh") as window:
        sum(range(3_000_000))
    told = card.metadata(window)["co2_eq_emissions"]
    assert told["training_type"] == "fine-tuning"
    total = window.statement().carbon.total
    assert total is not None
    assert told["emissions"] == pytest.approx(total.value * 1000, rel=1e-3)
    json.dumps(told)


@pytest.mark.parametrize(
    ("ask", "package"),
    [
        (lambda: transformers.EnergyCallback, "pip install transformers accelerate"),
        (lambda: lightning.EnergyCallback, "pip install lightning"),
        (lambda: wandb.log(window_of("no")), "pip install wandb"),
        (lambda: mlflow.log(window_of("no")), "pip install mlflow-skinny"),
        (lambda: jupyter.load_ipython_extension(None), "pip install ipython"),
    ],
)
def test_a_library_that_is_missing_is_named_with_the_remedy(ask, package, monkeypatch):
    for name in ("transformers", "lightning.pytorch", "pytorch_lightning", "wandb", "mlflow",
                 "IPython.core.magic"):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, None)
    transformers._class.cache_clear()
    lightning._class.cache_clear()
    with pytest.raises(submeter.UsageError) as caught:
        ask()
    assert caught.value.fix == package


def window_of(record):
    with submeter.measure("work", record=record) as window:
        pass
    return window


@pytest.mark.parametrize("module", [transformers, lightning])
def test_other_names_are_not_there(module):
    with pytest.raises(AttributeError):
        _ = module.Callback
    assert not hasattr(submeter, "unload_ipython_extension")


def test_loading_the_adapters_loads_no_library():
    code = (
        "import sys; import submeter.integrations.transformers, submeter.integrations.lightning, "
        "submeter.integrations.wandb, submeter.integrations.mlflow, "
        "submeter.integrations.tensorboard, submeter.integrations.jupyter; import submeter; "
        "assert submeter.load_ipython_extension; "
        "print({'torch', 'transformers', 'lightning', 'wandb', 'mlflow', 'IPython', 'numpy'} "
        "& set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


class Writer:
    """Keeps what it is given, as a SummaryWriter does."""

    def __init__(self):
        self.kept = {}

    def add_scalar(self, tag, scalar_value, global_step):
        self.kept[tag] = (scalar_value, global_step)

    def add_text(self, tag, text_string, global_step):
        self.kept[tag] = (text_string, global_step)


def test_an_open_window_has_no_words_yet():
    writer = Writer()
    with submeter.measure("work", record="no") as window:
        tensorboard.log(window, writer, 1)
        assert all(each.startswith("submeter/energy") for each in writer.kept)
    tensorboard.log(window, writer, 2)
    assert writer.kept["submeter/seconds"] == (window.seconds, 2)
    assert writer.kept["submeter/interval"] == ("95 %", 2)


def test_a_training_refuses_what_cannot_be_used_before_it_begins():
    with pytest.raises(submeter.UsageError):
        Training("fit", {"regoin": "FR"})


def test_parts_close_with_what_lies_in_them():
    training = Training("fit", {"record": "no", "model": "mine"})
    training.count(samples=1)  # nothing is open: nothing is counted
    training.begin({"name": "Tiny", "parameters": "18"})
    assert training.is_open
    for part in ("epoch", "evaluation", "evaluation"):
        training.enter(part)
    training.count(samples=8)
    training.leave("checkpoint")
    training.leave("epoch")
    training.enter("epoch")
    training.end()
    training.end()
    window = training.window
    assert window is not None
    assert set(window.phases) == {"epoch", "epoch/evaluation"}
    assert window.counts == {"samples": 8.0}
    assert window.model == {"name": "mine", "parameters": "18"}
    assert window.activity is not None
    assert window.activity.stage == "training"
    assert training.figures() == {}
    with submeter.measure("after", record="no") as after:
        assert after.parent is None


def test_a_child_of_a_fork_leaves_its_parents_training_alone(guests):
    told = guests.said("""
        from submeter.integrations.training import Training
        training = Training("fit", {})
        training.begin({})
        if os.fork() == 0:
            training.enter("epoch")
            training.count(samples=1)
            training.end("child: this is on no record")
            sys.exit(training.is_open)
        _, status = os.wait()
        training.count(samples=2)
        training.end()
        tell(status=status, counts=training.window.counts)
    """)
    assert told == {"status": 0, "counts": {"samples": 2.0}}
    entry = guests.only_entry()
    assert entry["counts"] == {"samples": 2.0}
    assert "this is on no record" not in str(entry)


def test_an_account_that_was_not_recorded_is_not_offered(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    with submeter.measure("kept") as window:
        pass
    assert f"submeter account {window.id}" in repr(jupyter.Account(window))
    with submeter.measure("lost", ledger=str(nowhere)) as window:
        pass
    shown = repr(jupyter.Account(window))
    assert "submeter account" not in shown
    assert "not entered in the ledger" in shown


def test_what_a_name_holds_is_no_markup():
    with submeter.measure("<script>", record="no") as window:
        pass
    assert "<script>" not in jupyter.Account(window)._repr_html_()


def test_options_of_a_magic_are_read_where_they_stand():
    asked = jupyter.read('my cell --grid="57 gCO2e/kWh" --on-budget raise', cell=True)
    assert asked == ({"grid": "57 gCO2e/kWh", "on_budget": "raise", "name": "my cell"}, "")
    asked = jupyter.read("--name 'a b' f(--x, '--y')", cell=False)
    assert asked == ({"name": "a b"}, "f(--x, '--y')")
    assert jupyter.read("-- --x", cell=False) == ({}, "--x")
    assert jupyter.read("", cell=True) == ({}, "")
