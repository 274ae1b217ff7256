"""What launchers of distributed work put into the environment: Slurm's and PyTorch's.

Nothing else of an environment is looked at, for it may hold secrets.

References
----------
Slurm: sbatch(1) and srun(1), "OUTPUT ENVIRONMENT VARIABLES".
PyTorch: https://docs.pytorch.org/docs/stable/elastic/run.html, "Environment Variables".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SLURM = {
    "step": "SLURM_STEP_ID",
    "rank": "SLURM_PROCID",
    "nodes": "SLURM_NNODES",
    "nodelist": "SLURM_JOB_NODELIST",
    "requeues": "SLURM_RESTART_COUNT",
}
"""By field of a lineage, the variable that tells it within the job ``SLURM_JOB_ID``."""

PYTORCH = {
    "rank": "RANK",
    "local_rank": "LOCAL_RANK",
    "ranks": "WORLD_SIZE",
    "restarts": "TORCHELASTIC_RESTART_COUNT",
}
"""The same of a process that knows its rank among ``WORLD_SIZE``."""

JOB, RUN = "SLURM_JOB_ID", "TORCHELASTIC_RUN_ID"
ADDRESS, PORT = "MASTER_ADDR", "MASTER_PORT"

READ = frozenset((*SLURM.values(), *PYTORCH.values(), JOB, RUN, ADDRESS, PORT))
"""Every variable that is looked at."""

_NUMBER = re.compile(r"[0-9]{1,20}")
_WORD = re.compile(r"[!-~]{1,256}")
_NO_RUN = "none"
"""What torchrun calls a run that nobody named (``--rdzv-id``): many runs at once are called so."""
_MOST = 1 << 20


def lineage(environ: Mapping[str, str], job: str = "") -> dict[str, str]:
    """Tell what work an environment belongs to.

    Parameters
    ----------
    environ : mapping of str to str
        The environment.
    job : str
        The Slurm job that the control group names; it is believed before the environment, which
        a shell of another job may have handed down.

    Returns
    -------
    dict of str to str
        ``job`` (``slurm:ID``, else ``torchrun:ID``) and ``run`` (``torchrun:ID``), and the fields
        of `SLURM` and `PYTORCH`; ``master`` is ``HOST:PORT``. What is not told is absent.
    """
    told: dict[str, str] = {}
    stated = _kept(_NUMBER, environ, JOB)
    if stated and job in ("", stated):
        told = {"job": f"slurm:{stated}", **_fields(environ, SLURM)}
    elif job:
        told = {"job": f"slurm:{job}"}
    if _kept(_NUMBER, environ, "RANK") and _kept(_NUMBER, environ, "WORLD_SIZE"):
        told |= _fields(environ, PYTORCH)
        address, port = _kept(_WORD, environ, ADDRESS), _kept(_NUMBER, environ, PORT)
        told |= {"master": f"{address}:{port}"} if address and port else {}
    run = _kept(_WORD, environ, RUN)
    if run and run != _NO_RUN:
        told["run"] = f"torchrun:{run}"
        told.setdefault("job", told["run"])
    return told


def environment_of(pid: int, root: str = "/proc") -> dict[str, str]:
    """Give what `lineage` reads of the environment that a process was started with.

    Nothing where it belongs to another user, or is gone.
    """
    found: dict[str, str] = {}
    try:
        with open(f"{root}/{pid}/environ", "rb") as file:
            entries = file.read(_MOST).split(b"\0")
    except OSError:
        return found
    for entry in entries:
        name, _, value = entry.decode("utf-8", "replace").partition("=")
        if name in READ:
            found[name] = value
    return found


def _fields(environ: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    kinds = {name: _WORD if field in ("step", "nodelist") else _NUMBER
             for field, name in names.items()}  # fmt: skip
    found = {field: _kept(kinds[name], environ, name) for field, name in names.items()}
    return {field: text for field, text in found.items() if text}


def _kept(form: re.Pattern[str], environ: Mapping[str, str], name: str) -> str:
    """Give a variable's text if it has the form that its launcher gives it."""
    text = environ.get(name, "")
    return text if form.fullmatch(text) else ""
