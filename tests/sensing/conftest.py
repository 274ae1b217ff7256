"""What several tests of sensing use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import submeter.lab

LAB = Path(submeter.lab.__file__).parent


def build(
    folder: Path, *flags: str, source: str = "nvml.c", name: str = "libnvidia-ml.so.1"
) -> str:
    """Build a stand-in library; skips where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the stand-in libraries with")
    library = folder / name
    options = ["-O2", "-shared", "-fPIC", "-pthread", *flags]
    subprocess.run([compiler, *options, "-o", library, LAB / source, "-lm"], check=True)
    return str(library)


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
    return build(tmp_path_factory.mktemp("amd"), source="amd_smi.c", name="libamd_smi.so")


ROOT = Path(__file__).parents[2]
TEN_BEATS = {"cases": [{"start": 1000.3, "beats": [0.5] * 20}]}


@pytest.fixture
def nvidia(fake_nvml):
    """Read boards that are as told through the real sensor; gives what it says."""

    def read(plan=TEN_BEATS, library=fake_nvml, **boards):
        told = {f"FAKE_NVML_{name.upper()}": str(value) for name, value in boards.items()}
        script = [sys.executable, "-m", "tests.fakes.nvidia_on_virtual_clock"]
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

    return read
