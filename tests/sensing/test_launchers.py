"""What Slurm and torchrun put into the environment is read, and nothing else of it."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.sensing.devices.launchers import READ, environment_of, lineage

SLURM = {
    "SLURM_JOB_ID": "123", "SLURM_STEP_ID": "0", "SLURM_PROCID": "5", "SLURM_NNODES": "2",
    "SLURM_JOB_NODELIST": "gpu[01-02]",
}  # fmt: skip
TORCHRUN = {
    "RANK": "3", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "MASTER_ADDR": "gpu01",
    "MASTER_PORT": "29500", "TORCHELASTIC_RUN_ID": "exp-7", "TORCHELASTIC_RESTART_COUNT": "1",
}  # fmt: skip


def test_slurm():
    assert lineage(SLURM) == {
        "job": "slurm:123", "step": "0", "rank": "5", "nodes": "2", "nodelist": "gpu[01-02]",
    }  # fmt: skip
    assert lineage({**SLURM, "SLURM_RESTART_COUNT": "2"})["requeues"] == "2"


def test_torchrun():
    assert lineage(TORCHRUN) == {
        "job": "torchrun:exp-7", "run": "torchrun:exp-7", "rank": "3", "local_rank": "1",
        "ranks": "8", "restarts": "1", "master": "gpu01:29500",
    }  # fmt: skip


def test_torchrun_within_slurm_belongs_to_the_job_and_keeps_its_own_ranks():
    told = lineage({**SLURM, **TORCHRUN})
    assert (told["job"], told["run"], told["rank"]) == ("slurm:123", "torchrun:exp-7", "3")


def test_a_run_that_nobody_named_is_no_job():
    """Every run without --rdzv-id is called "none"."""
    told = lineage({**TORCHRUN, "TORCHELASTIC_RUN_ID": "none"})
    assert "job" not in told
    assert "run" not in told
    assert told["rank"] == "3"


def test_the_control_group_is_believed_before_the_environment():
    """A shell of job 123 may have started what belongs to job 124."""
    assert lineage(SLURM, "124") == {"job": "slurm:124"}
    assert lineage(SLURM, "123") == lineage(SLURM)
    assert lineage({}, "124") == {"job": "slurm:124"}


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"RANK": "general"},
        {"RANK": "3"},
        {"RANK": "-1", "WORLD_SIZE": "2"},
        {"SLURM_JOB_ID": "12; rm"},
        {"SLURM_PROCID": "5", "SLURM_STEP_ID": "0"},
        {"MASTER_ADDR": "db.internal", "MASTER_PORT": "5432"},
        {"TORCHELASTIC_RUN_ID": "two words"},
        {"TORCHELASTIC_RUN_ID": "x" * 300},
    ],
)
def test_what_looks_like_something_else_is_left_out(environ):
    assert lineage(environ) == {}


@given(st.dictionaries(st.sampled_from(sorted(READ)) | st.text(max_size=9), st.text(max_size=30)))
def test_only_what_is_listed_is_ever_told(environ):
    allowed = "".join(text for name, text in environ.items() if name in READ)
    for text in lineage(environ).values():
        for part in text.split(":"):
            assert part in allowed or part in ("slurm", "torchrun")


def test_the_environment_of_another_process_is_read_without_its_secrets():
    environ = {**os.environ, **SLURM, "API_KEY": "secret"}
    line = "import sys; print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", line], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = environment_of(process.pid)
        process.communicate()
    assert found == SLURM


def test_what_cannot_be_read_tells_nothing(tmp_path):
    assert environment_of(7, str(tmp_path)) == {}
