"""Trackers, the real ones: what was logged is read back from their own files."""

import pytest

pytestmark = pytest.mark.integrations

MEASURED = """
with submeter.measure("work", region="FR") as window:
    burn(0.2)
    window.count(requests=4)
    with submeter.measure("inner") as inner:
        burn(0.1)
"""

TOLD = """
from submeter.integrations.figures import figures, words
tell(figures=figures(window), words=words(window))
"""

ESTIMATES = {
    "energy_kWh", "power_W", "energy_J_per_requests", "accounted_kWh", "carbon_kgCO2e", "water_L",
}  # fmt: skip
NAMES = {
    *(f"{name}{end}" for name in ESTIMATES for end in ("", "_low", "_high")),
    "energy_coverage", "seconds", "count_requests",
}  # fmt: skip
WORDS = {
    "name", "interval", "energy_tier", "entry", "method", "place", "carbon_tier", "missing",
}  # fmt: skip


def wanted(told):
    assert set(told["figures"]) == NAMES
    assert set(told["words"]) == WORDS
    for name in ESTIMATES:
        low, value, high = (told["figures"][f"{name}{end}"] for end in ("_low", "", "_high"))
        assert 0 < low <= value <= high, name
    return {f"submeter/{name}": value for name, value in told["figures"].items()}


def test_mlflow(guests):
    told = guests.said(
        MEASURED
        + TOLD
        + """
import mlflow
from submeter.integrations import mlflow as energy
mlflow.set_tracking_uri("sqlite:///track.db")
try:
    energy.log(window)
except submeter.UsageError as error:
    tell(error=str(error), runs=len(mlflow.search_runs(output_format="list")))
with mlflow.start_run() as run:
    with submeter.measure("open", record="no") as still:
        burn(1.5)
        energy.log(still, step=1)
    energy.log(window, step=7)
other = mlflow.MlflowClient().create_run("0").info.run_id
energy.log(window, run_id=other)
client = mlflow.MlflowClient()
history = client.get_metric_history(run.info.run_id, "submeter/energy_kWh")
tell(steps=[each.step for each in history], read=client.get_run(run.info.run_id).data.metrics,
     tags=client.get_run(run.info.run_id).data.tags, other=client.get_run(other).data.metrics)
"""
    )
    assert "no run of mlflow is active" in told["error"]
    assert told["runs"] == 0
    metrics = wanted(told)
    assert told["steps"] == [1, 7]
    assert {name: told["read"][name] for name in metrics} == pytest.approx(metrics)
    assert told["other"] == pytest.approx(metrics)
    for name, text in told["words"].items():
        assert told["tags"][f"submeter/{name}"] == text


def test_wandb_offline(guests):
    told = guests.said(
        MEASURED
        + TOLD
        + """
import glob, wandb
from submeter.integrations import wandb as energy
try:
    energy.log(window)
except submeter.UsageError as error:
    tell(error=str(error))
run = wandb.init(project="p", mode="offline", dir=os.getcwd(), settings=wandb.Settings(
    console="off", silent=True, x_disable_stats=True))
energy.log(window, step=3)
run.finish()
wandb.teardown()  # its own process has written the file by then
from wandb.proto import wandb_internal_pb2

def records(data, at=7, block=32768):
    # LevelDB's log format, behind a header of 7 bytes.
    whole = b""
    while at + 7 <= len(data):
        if block - at % block < 7:
            at += block - at % block
            continue
        length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
        whole += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            record = wandb_internal_pb2.Record()
            record.ParseFromString(whole)
            yield record
            whole = b""

(file,) = glob.glob("wandb/offline-run-*/run-*.wandb")
history, summary = {}, {}
for record in records(open(file, "rb").read()):
    for kind, into in ((record.history.item, history), (record.summary.update, summary)):
        for item in kind:
            into[item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
tell(history=history, summary=summary)
""",
        env={"WANDB_MODE": "offline"},
    )
    assert "no run of wandb is open" in told["error"]
    metrics = wanted(told)
    assert {name: told["history"][name] for name in metrics} == pytest.approx(metrics)
    assert told["history"]["_step"] == 3
    for name, text in told["words"].items():
        assert told["summary"][f"submeter/{name}"] == text


def test_tensorboard(guests):
    told = guests.said(
        MEASURED
        + TOLD
        + """
from torch.utils.tensorboard import SummaryWriter
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from submeter.integrations import tensorboard as energy
with SummaryWriter("board") as writer:
    energy.log(window, writer, step=5)
read = EventAccumulator("board")
read.Reload()
scalars = {tag: read.Scalars(tag)[0] for tag in read.Tags()["scalars"]}
tell(scalars={tag: each.value for tag, each in scalars.items()},
     steps=sorted({each.step for each in scalars.values()}),
     texts={tag: read.Tensors(tag)[0].tensor_proto.string_val[0].decode()
            for tag in read.Tags()["tensors"]})
"""
    )
    metrics = wanted(told)
    assert told["scalars"] == pytest.approx(metrics, rel=1e-6)
    assert told["steps"] == [5]
    for name, text in told["words"].items():
        assert told["texts"][f"submeter/{name}/text_summary"] == text
