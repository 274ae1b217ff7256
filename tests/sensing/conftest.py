"""What several tests of sensing use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab import building

ROOT = Path(__file__).parents[2]
TEN_BEATS = {"cases": [{"start": 1000.3, "beats": [0.5] * 20}]}


def build(folder: Path, *flags: str, source: str = "nvml.c") -> str:
    """Build a stand-in library; skips where there is no compiler."""
    try:
        return building.build(source, *flags, folder=folder)
    except SensorUnavailable as refusal:
        pytest.skip(refusal.what)


@pytest.fixture(scope="session")
def fake_nvml(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the path of a stand-in NVML whose boards draw what ``FAKE_NVML_…`` says."""
    return build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def old_fake_nvml(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give one of an old driver, without energy counter and list of processes."""
    return build(tmp_path_factory.mktemp("old-nvml"), "-DOLD_DRIVER")


@pytest.fixture(scope="session")
def fake_amd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the path of a stand-in AMD SMI whose modules draw what ``FAKE_AMD_…`` says."""
    return build(tmp_path_factory.mktemp("amd"), source="amd_smi.c")


def read_boards(maker: str, library: str, plan: object, boards: dict[str, object]) -> Any:
    """Read boards that are as told through the real sensor, in a process of its own."""
    told = {f"FAKE_{maker}_{name.upper()}": str(value) for name, value in boards.items()}
    script = [sys.executable, "-m", "tests.fakes.boards_on_virtual_clock", maker]
    ran = subprocess.run(
        [*script, library, json.dumps(plan)],
        cwd=ROOT, env={**os.environ, **told}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    answer = json.loads(ran.stdout)
    if "cases" in answer:
        first = answer["cases"][0]
        answer.update(first, boards={int(key): each for key, each in first["boards"].items()})
    return answer


@pytest.fixture
def nvidia(fake_nvml):
    """Read NVIDIA boards that are as told; gives what the sensor says."""

    def read(plan=TEN_BEATS, library=fake_nvml, **boards):
        return read_boards("NVML", library, plan, boards)

    return read


@pytest.fixture
def amd(fake_amd):
    """Read AMD modules that are as told; gives what the sensor says."""

    def read(plan=TEN_BEATS, **boards):
        return read_boards("AMD", fake_amd, plan, boards)

    return read
