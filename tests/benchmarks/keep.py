"""Makes the bundles of ``kept/``: one of each kind of run, by the rules that are in force.

They are made once a version of the rules, by ``python -m tests.benchmarks.keep``, and then stay: a
change of the rules under the same version no longer verifies them.
"""

import json
import tempfile
from pathlib import Path

from submeter.benchmarks.rules import RULES
from submeter.benchmarks.runner import run
from submeter.runs.settings import load
from tests.benchmarks.work import LONG, Squarer, Thinker, bench, unheard

KEPT = Path(__file__).parent / "kept"


def beside_a_board(folder):
    """Give settings in which a recorded board of 300 W is read beside this machine."""
    head = {
        "schema": "submeter.recording/1", "machine": "m", "date": "2026-11-30",
        "domains": [{
            "id": "gpu:0", "component": "gpu", "device": "NVIDIA H100", "inside": "", "wrap": 0,
            "limit": 0, "refresh": 0.1, "low": 0.95, "high": 1.05, "reason": "a test's",
        }],
    }  # fmt: skip
    lines = [[i * 100_000_000, "gpu:0", "counter", i * 30_000_000] for i in range(1200)]
    recording = Path(folder) / "gpu.ndjson"
    recording.write_text("".join(f"{json.dumps(each)}\n" for each in (head, *lines)))
    return load({"period": "0.1 s", "sensor.replay": str(recording)}, {})


def keep(folder=KEPT, rules=RULES):
    """Make those that are not there yet."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as beside:
        settings = beside_a_board(beside)
        many = {"scenario": "server", "concurrency": 4, "most": 400, "precision": 0.001}
        for name, asked in {
            "single": bench(Squarer(LONG, wrong=(3,))),
            "short": bench(Squarer(1000)),
            "phases": bench(Thinker(LONG), most=24),
            "server": bench(Squarer(LONG // 5, concurrent=True), **many),
        }.items():
            out = folder / f"rules-{rules}-{name}.zip"
            if not out.exists():
                run(asked._replace(settings=settings), out, unheard)


if __name__ == "__main__":
    keep()
