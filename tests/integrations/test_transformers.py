"""Hugging Face Trainer, the real one, fitting a tiny model to chance."""

import pytest

from tests.cli.command import assert_balanced

pytestmark = pytest.mark.integrations

TRAINER = """
import torch
from transformers import (
    BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments,
)
from submeter.integrations import card
from submeter.integrations.transformers import EnergyCallback

SAMPLES, LENGTH, BATCH = 44, 16, 8

class Chance(torch.utils.data.Dataset):
    def __len__(self):
        return SAMPLES
    def __getitem__(self, index):
        return {"input_ids": torch.randint(0, 64, (LENGTH,)), "labels": torch.tensor(index % 2)}

def trainer(*callbacks, **options):
    model = BertForSequenceClassification(BertConfig(
        vocab_size=64, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=32,
    ))
    options = {
        "per_device_train_batch_size": BATCH, "num_train_epochs": 2, "logging_steps": 2,
        "include_num_input_tokens_seen": "all", "report_to": [], "use_cpu": True,
        "disable_tqdm": True, "save_strategy": "no", **options,
    }
    return Trainer(
        model, TrainingArguments("out", **options), train_dataset=Chance(),
        eval_dataset=Chance(), callbacks=list(callbacks),
    )
"""


def test_a_training_is_one_entry_with_its_parts_and_its_work(guests):
    told = guests.said(
        TRAINER
        + """
energy = EnergyCallback("tiny", region="FR")
made = trainer(energy, eval_strategy="epoch", save_strategy="steps", save_steps=4)
made.train()
window = energy.window
tell(counts=window.counts, model=window.model, per=joules(window.per("samples")),
     energy=joules(window.energy), logs=made.state.log_history,
     parameters=made.model.num_parameters(), phases=sorted(window.phases),
     metadata=card.metadata(window), snippet=card.snippet(window))
"""
    )
    entry = guests.only_entry()
    assert_balanced(entry)
    assert entry["name"] == "tiny"
    assert entry["stage"] == "training"
    assert entry["state"] == "final"
    # 44 samples in batches of 8: the sixth of each epoch is smaller.
    assert told["counts"] == {"steps": 12.0, "samples": 88.0, "training_tokens": 88.0 * 16}
    assert told["phases"] == ["epoch", "epoch/checkpoint", "evaluation"]
    by_name = {each["name"]: each for each in entry["phases"]}
    assert by_name["epoch"]["counts"] == told["counts"]
    assert entry["model"] == {
        "name": "BertForSequenceClassification", "parameters": str(told["parameters"]),
    }  # fmt: skip
    assert told["per"][1] == pytest.approx(told["energy"][1] / 88)
    assert len(told["logs"]) == 6 + 2 + 1
    # The meter may not have read yet when the first lines are logged.
    logged = [each for each in told["logs"] if "energy_kWh" in each]
    assert logged == told["logs"][-len(logged) :]
    assert 0 < logged[-1]["energy_kWh"] <= told["energy"][1] / 3.6e6 * 1.1
    assert all(each["energy_kWh_low"] < each["energy_kWh_high"] for each in logged)
    assert all(0 < each["energy_coverage"] <= 1 for each in logged)
    emissions = told["metadata"]["co2_eq_emissions"]
    statement = guests.json("account", entry["id"])
    grams = statement["carbon"]["total"]["value"] * 1000
    assert emissions["emissions"] == pytest.approx(grams, rel=1e-3)
    assert emissions["geographical_location"] == "France"
    assert "submeter-1" in emissions["source"]
    assert "- Where: France" in told["snippet"]
    assert statement["unit"]["name"] == "training token"


def test_a_place_that_nobody_stated_gives_no_emissions(guests):
    told = guests.said(
        TRAINER
        + """
energy = EnergyCallback()
trainer(energy, max_steps=2).train()
tell(metadata=card.metadata(energy.window), snippet=card.snippet(energy.window))
"""
    )
    assert told["metadata"] == {}
    assert "- Emissions: not known: nobody stated where it ran" in told["snippet"]
    assert "Energy of the devices: " in told["snippet"]


def test_trackers_that_the_trainer_has_get_the_energy(guests):
    told = guests.said(
        TRAINER
        + """
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
energy = EnergyCallback()
os.environ["TENSORBOARD_LOGGING_DIR"] = "board"
made = trainer(energy, report_to=["tensorboard"])
made.train()
read = EventAccumulator("board")
read.Reload()
tell(scalars={tag: [each.value for each in read.Scalars(tag)] for tag in read.Tags()["scalars"]},
     kept=[each["energy_kWh"] for each in made.state.log_history if "energy_kWh" in each])
"""
    )
    energies = told["scalars"]["train/energy_kWh"]
    assert energies == pytest.approx(told["kept"], rel=1e-6)
    assert len(told["scalars"]["train/energy_coverage"]) == len(energies) > 0


def test_a_crash_goes_on_and_its_account_is_written(guests):
    done = guests.python(
        TRAINER
        + """
class Breaks(TrainerCallback):
    def on_step_end(self, args, state, control, **more):
        if state.global_step == 3:
            raise ValueError("a secret of the data")

trainer(EnergyCallback("broken"), Breaks()).train()
"""
    )
    assert done.returncode == 1
    assert "ValueError: a secret of the data" in done.stderr
    entry = guests.only_entry()
    assert entry["state"] == "final"
    assert entry["counts"]["steps"] == 3.0
    assert any("did not come to its end" in each for each in entry["missing"])
    assert "secret" not in str(entry)
    assert_balanced(entry)


def test_a_crash_that_a_notebook_survives_closes_the_window_at_once(guests):
    told = guests.said(
        TRAINER
        + """
class Breaks(TrainerCallback):
    def on_step_end(self, args, state, control, **more):
        raise ValueError("a secret of the data")

energy = EnergyCallback("broken")
try:
    with energy:
        trainer(energy, Breaks()).train()
except ValueError as error:
    tell(error=str(error), missing=energy.window.missing)
with submeter.measure("after") as after:
    pass
tell(parent=after.parent is None)
"""
    )
    assert told["error"] == "a secret of the data"
    assert any(
        "did not come to its end: ValueError" in each and "secret" not in each
        for each in told["missing"]
    )
    assert told["parent"]
    assert [each["name"] for each in guests.entries()] == ["broken", "after"]


def test_a_training_after_one_that_crashed_is_another_entry(guests):
    guests.said(
        TRAINER
        + """
class Breaks(TrainerCallback):
    def on_step_end(self, args, state, control, **more):
        raise ValueError

energy = EnergyCallback("again")
made = trainer(energy, Breaks(), max_steps=2)
try:
    made.train()
except ValueError:
    made.remove_callback(Breaks)
    made.train()
"""
    )
    first, second = guests.entries()
    assert any("another one began" in each for each in first["missing"])
    assert not any("another one began" in each for each in second.get("missing", []))
    assert second["counts"]["steps"] == 2.0


@pytest.mark.parametrize("twice", ["energy, energy", "energy, EnergyCallback('second')"])
def test_added_twice_it_counts_once_and_says_so(guests, twice):
    done = guests.python(
        TRAINER + f"\nenergy = EnergyCallback('first')\ntrainer({twice}, max_steps=4).train()\n"
    )
    assert done.returncode == 0, done.stderr
    entry = guests.only_entry()
    assert entry["name"] == "first"
    assert entry["counts"]["steps"] == 4.0
    assert ("the second one measures nothing" in done.stderr) == ("second" in twice)


def test_a_budget_stops_it_and_the_account_stands(guests):
    done = guests.python(
        TRAINER + "\ntrainer(EnergyCallback(budget='0.001 J', on_budget='raise')).train()\n"
    )
    assert done.returncode == 1
    assert "BudgetExceeded" in done.stderr
    entry = guests.only_entry()
    assert entry["state"] == "final"
    assert any("its budget was passed" in each for each in entry["missing"])


def test_a_stage_that_the_user_set_holds(guests):
    text = TRAINER + "\ntrainer(EnergyCallback(), max_steps=1).train()\n"
    guests.said(text, env={"SUBMETER_STAGE": "fine-tuning"})
    assert guests.only_entry()["stage"] == "fine-tuning"


def test_ranks_of_torchrun_are_one_job_and_the_work_is_counted_once(guests):
    text = TRAINER + "\ntrainer(EnergyCallback('ranks', region='FR'), ddp_backend='gloo').train()\n"
    script = guests.path(text)
    done = guests.start_words(
        [str(guests.python_folder / "torchrun"), "--nproc-per-node", "2", "--rdzv-id", "pair",
         "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0", str(script)],
        env={"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    _, errors = done.communicate(timeout=240)
    assert done.returncode == 0, errors.decode()
    ranks = guests.entries()
    assert sorted(each["lineage"]["rank"] for each in ranks) == ["0", "1"]
    account = guests.json("account", "--job", "torchrun:pair")
    assert account["job"]["ranks"] == 2
    # 44 samples over two ranks in steps of 16: three steps an epoch, two epochs.
    (counts, others) = (each["counts"] for each in ranks)
    assert counts == others
    assert (counts["steps"], counts["samples"]) == (3.0, 44.0)
    tokens = 2 * counts["training_tokens"]
    assert tokens >= 88 * 16
    assert account["unit"] == {"name": "training token", "count": tokens}


def test_data_without_a_length_and_loaders_of_their_own_are_counted(guests):
    told = guests.said(
        TRAINER
        + """
class Endless(torch.utils.data.IterableDataset):
    def __iter__(self):
        while True:
            yield {"input_ids": torch.randint(0, 64, (LENGTH,)), "labels": torch.tensor(0)}

energy = EnergyCallback("endless")
made = trainer(
    energy, max_steps=3, gradient_accumulation_steps=2, dataloader_num_workers=1,
    include_num_input_tokens_seen="no",
)
made.train_dataset = Endless()
made.train()
tell(counts=energy.window.counts)
"""
    )
    assert told["counts"] == {"steps": 3.0, "samples": 3.0 * 2 * 8}
    assert_balanced(guests.only_entry())


SEEN = """
def counted(*callbacks, resume=None, **options):
    seen = []
    made = trainer(*callbacks, **options)
    made.model.register_forward_pre_hook(
        lambda model, given, named: seen.append(len(named["input_ids"])), with_kwargs=True,
    )
    made.train(resume_from_checkpoint=resume)
    return sum(seen)
"""


@pytest.mark.parametrize("accumulation", [1, 4])
@pytest.mark.parametrize("drops", [False, True])
def test_samples_are_as_many_as_the_model_saw(accumulation, drops, guests):
    told = guests.said(
        TRAINER
        + SEEN
        + f"""
energy = EnergyCallback()
seen = counted(
    energy, dataloader_drop_last={drops}, gradient_accumulation_steps={accumulation},
)
tell(counts=energy.window.counts, seen=seen)
"""
    )
    assert told["counts"]["samples"] == told["seen"] == (80 if drops else 88)


@pytest.mark.parametrize("anew", [False, True])
def test_samples_after_a_resumed_epoch_are_as_many_as_the_model_saw(anew, guests):
    told = guests.said(
        TRAINER
        + SEEN
        + f"""
counted(save_strategy="steps", save_steps=4, max_steps=4)
energy = EnergyCallback()
seen = counted(energy, resume="out/checkpoint-4", ignore_data_skip={anew})
tell(counts=energy.window.counts, seen=seen)
"""
    )
    assert told["counts"]["samples"] == told["seen"]
    assert (told["seen"] == 88 - 32) is not anew


def test_a_training_that_is_resumed_counts_what_it_does_itself(guests):
    guests.said(
        TRAINER
        + """
options = {"save_strategy": "steps", "save_steps": 4}
trainer(EnergyCallback("first"), **options, max_steps=4).train()
trainer(EnergyCallback("second"), **options).train(resume_from_checkpoint="out/checkpoint-4")
"""
    )
    first, second = guests.entries()
    assert first["counts"]["steps"] == 4.0
    assert first["counts"]["samples"] == 32.0
    assert second["counts"]["steps"] == 8.0
    assert second["counts"]["samples"] == 88.0 - 32.0
