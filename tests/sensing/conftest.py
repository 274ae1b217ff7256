"""What several tests of sensing use."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import submeter.lab

SOURCE = Path(submeter.lab.__file__).with_name("nvml.c")


def build(folder: Path, *flags: str) -> str:
    """Build the stand-in libnvidia-ml.so.1; skips where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build the stand-in NVML with")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-pthread", *flags, "-o", library, SOURCE, "-lm"],
        check=True,
    )
    return str(library)


@pytest.fixture(scope="session")
def fake_nvml(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the path of a stand-in NVML whose boards draw what ``FAKE_NVML_…`` says."""
    return build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def old_fake_nvml(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give one of an old driver, without energy counter and list of processes."""
    return build(tmp_path_factory.mktemp("old-nvml"), "-DOLD_DRIVER")
