"""Lightning, the real one, fitting a tiny module to chance."""

import pytest

from tests.cli.command import assert_balanced, cpu_seconds

pytestmark = pytest.mark.integrations

FIT = """
import sys, torch
if "old" in sys.argv:
    import pytorch_lightning as lightning
else:
    import lightning
from submeter.integrations.lightning import EnergyCallback

class Tiny(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(8, 2)
    def training_step(self, batch, index):
        return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])
    def validation_step(self, batch, index):
        self.training_step(batch, index)
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)

def data(samples=44):
    pairs = torch.utils.data.TensorDataset(torch.randn(samples, 8), torch.arange(samples) % 2)
    return torch.utils.data.DataLoader(pairs, batch_size=8)

class Kept(lightning.pytorch.loggers.Logger if "old" not in sys.argv
           else lightning.loggers.logger.Logger):
    name, version = "kept", 0
    def __init__(self):
        super().__init__()
        self.kept = []
    def log_metrics(self, metrics, step=None):
        self.kept.append([step, metrics])
    def log_hyperparams(self, *words, **more):
        pass

def trainer(*callbacks, **options):
    options = {"max_epochs": 2, "logger": False, "log_every_n_steps": 4, **options}
    return lightning.Trainer(
        callbacks=list(callbacks), accelerator="cpu", enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False, **options,
    )
"""


@pytest.mark.parametrize("package", ["new", "old"])
def test_a_fit_is_one_entry_with_its_parts_and_its_work(guests, package):
    script = guests.path(
        FIT
        + """
energy, logger = EnergyCallback("tiny", region="FR"), Kept()
trainer(energy, logger=logger).fit(Tiny(), data(), data())
window = energy.window
tell(per=joules(window.per("samples")), energy=joules(window.energy), logged=logger.kept)
"""
    )
    done = guests.start_words([str(guests.python_folder / "python"), str(script), package])
    out, errors = done.communicate(timeout=240)
    assert done.returncode == 0, errors.decode()
    told = guests.told_in(out.decode())
    entry = guests.only_entry()
    assert_balanced(entry)
    assert entry["state"] == "final"
    assert entry["stage"] == "training"
    assert entry["counts"] == {"steps": 12.0, "samples": 88.0}
    assert entry["model"] == {"name": "Tiny", "parameters": "18"}
    assert [each["name"] for each in entry["phases"]] == ["evaluation", "epoch", "epoch/evaluation"]
    assert told["per"][1] == pytest.approx(told["energy"][1] / 88)
    found = [(step, each) for step, each in told["logged"] if "energy_kWh" in each]
    # The meter may not have read yet when the first lines are logged.
    steps = [step for step, _ in found]
    assert steps == [4, 6, 8, 12, 12][-len(steps) :]
    assert all(each["energy_kWh"] > 0 and each["energy_coverage"] <= 1 for _, each in found)


def test_a_crash_goes_on_and_its_account_is_written(guests):
    told = guests.said(
        FIT
        + """
class Breaks(lightning.Callback if "old" in sys.argv else lightning.pytorch.Callback):
    def on_train_batch_start(self, trainer, module, batch, index):
        if index == 3:
            raise ValueError("a secret of the data")

energy = EnergyCallback("broken")
try:
    trainer(energy, Breaks()).fit(Tiny(), data())
except ValueError as error:
    tell(error=str(error), missing=energy.window.missing)
"""
    )
    assert told["error"] == "a secret of the data"
    assert any("did not come to its end: ValueError" in each for each in told["missing"])
    entry = guests.only_entry()
    assert entry["state"] == "final"
    assert entry["counts"] == {"steps": 3.0, "samples": 24.0}
    assert "secret" not in str(entry)


@pytest.mark.parametrize("twice", ["energy, energy", "energy, EnergyCallback('second')"])
def test_added_twice_it_counts_once_and_says_so(guests, twice):
    done = guests.python(
        FIT
        + f"\nenergy = EnergyCallback('first')\ntrainer({twice}, max_steps=4).fit(Tiny(), data())\n"
    )
    assert done.returncode == 0, done.stderr
    entry = guests.only_entry()
    assert entry["name"] == "first"
    assert entry["counts"] == {"steps": 4.0, "samples": 32.0}
    assert ("the second one measures nothing" in done.stderr) == ("second" in twice)


def test_accumulated_batches_are_one_step(guests):
    guests.said(
        FIT + "\ntrainer(EnergyCallback(), accumulate_grad_batches=2).fit(Tiny(), data())\n"
    )
    assert guests.only_entry()["counts"] == {"steps": 6.0, "samples": 88.0}


def test_samples_that_no_batch_tells_are_not_counted(guests):
    told = guests.said(
        FIT
        + """
class Odd(Tiny):
    def training_step(self, batch, index):
        return self.layer(torch.ones(1, 8)).sum()

energy = EnergyCallback()
trainer(energy, max_epochs=1).fit(Odd(), [1, 2, 3])
tell(missing=energy.window.missing)
"""
    )
    assert guests.only_entry()["counts"] == {"steps": 3.0}
    assert any("could not be told" in each for each in told["missing"])


def test_a_budget_stops_it_and_the_account_stands(guests):
    done = guests.python(
        FIT
        + """
energy = EnergyCallback(budget="0.001 J", on_budget="raise")
trainer(energy, max_epochs=40).fit(Tiny(), data())
"""
    )
    assert done.returncode == 1
    assert "BudgetExceeded" in done.stderr
    entry = guests.only_entry()
    assert any("its budget was passed" in each for each in entry["missing"])


def test_ranks_that_lightning_starts_are_in_the_first_ones_account(guests):
    guests.said(
        FIT
        + """
class Burns(Tiny):
    def training_step(self, batch, index):
        if self.trainer.global_rank == 1:
            burn(0.2)
        return super().training_step(batch, index)

energy = EnergyCallback("ranks")
trainer(energy, devices=2, strategy="ddp").fit(Burns(), data(64))
""",
        env={"OMP_NUM_THREADS": "1"},
    )
    entry = guests.only_entry()
    assert entry["counts"] == {"steps": 8.0, "samples": 128.0}
    assert_balanced(entry)
    assert cpu_seconds(entry) > 8 * 0.2


def test_ranks_that_lightning_forks_are_an_entry_each(guests):
    guests.said(
        FIT
        + """
if __name__ == "__main__":
    trainer(EnergyCallback("ranks"), devices=2, strategy="ddp_fork").fit(Tiny(), data(64))
""",
        env={"OMP_NUM_THREADS": "1"},
    )
    entries = guests.entries()
    assert [each["counts"]["samples"] for each in entries] == [64.0, 64.0]
    assert [each["counts"]["steps"] for each in entries] == [4.0, 4.0]
