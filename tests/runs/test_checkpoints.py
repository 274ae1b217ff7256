"""Work in progress is written down ever more seldom, whatever its sources tell."""

import threading

from submeter.quantities.clock import Span
from submeter.runs import job as job_module
from submeter.runs.job import Job
from submeter.runs.settings import Settings
from submeter.runs.tally import Sum
from submeter.workloads.usage import Use


def test_where_a_source_tells_no_more_the_entry_is_not_written_without_pause(monkeypatch, tmp_path):
    """As of a control group that is gone: the books stand still at their beginning."""
    monkeypatch.setattr(job_module, "EARLY_LOOKS", ())
    monkeypatch.setattr(job_module, "FIRST_CHECKPOINT", 0.01)
    job = Job(Settings({}, {"SUBMETER_HOME": str(tmp_path)}), "stands still")
    still = Sum(Span(7, 7), (), Use(0, 0), 0, {})
    job.start = job.clock.now()
    written: list[object] = []
    monkeypatch.setattr(job, "look", lambda: None)
    monkeypatch.setattr(job._tally, "advance", lambda *_: (None, still))
    monkeypatch.setattr(job, "_entry", lambda *_: None)
    monkeypatch.setattr(job, "_write", lambda *told: written.append(told))
    keeping = threading.Thread(target=job._keep_entry, daemon=True)
    keeping.start()
    keeping.join(0.5)
    job._over.set()
    keeping.join(30)
    # After 10, 20, 40, 80, 160, 320, 640 ms.
    assert 1 <= len(written) <= 7
    job.rig.close()
