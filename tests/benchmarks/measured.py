"""A task of text measured by the real runner, with a function of `answerers`."""

from pathlib import Path

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.registry import backend_named, task_named
from submeter.benchmarks.runner import Bench, run
from submeter.benchmarks.verification import verify
from submeter.runs.settings import load
from tests.benchmarks import answerers
from tests.benchmarks.work import unheard

ANSWERERS = str(Path(answerers.__file__))


def measured(tmp_path, name, function, **told):
    """Measure a function at all items of a task; gives the bundle and the task's data."""
    task = task_named(name)
    data = task.load(told.get("data", ""))
    plan = Plan(
        name, f"{ANSWERERS}:{function}", "function", idle=0.1, least=len(data.items),
        most=len(data.items), seconds=60.0, **told,
    )  # fmt: skip
    out = tmp_path / "b.zip"
    run(Bench(plan, task, backend_named("function"), load({"period": "0.1 s"}, {})), out, unheard)
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert bundle.told["data"]["sha256"] == data.sha256
    assert bundle.told["summary"]["energy"]["node"]["per"]["query"]["value"] > 0
    return bundle, data
