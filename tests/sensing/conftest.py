"""What several tests of sensing use."""

from __future__ import annotations

import shutil
import subprocess
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
