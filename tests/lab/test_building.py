"""The stand-in libraries are built once, and a missing compiler is told with the next step."""

import ctypes
import subprocess

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab import building


@pytest.fixture
def compilers(tmp_path, monkeypatch):
    """Have no compiler but what a test puts there."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(script):
        (tmp_path / "cc").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "cc").chmod(0o755)

    return make


def test_no_compiler_is_told_with_the_next_step(compilers, tmp_path):
    with pytest.raises(SensorUnavailable, match="no C compiler") as refusal:
        building.build("nvml.c", folder=tmp_path / "built")
    assert "apt install gcc" in refusal.value.fix


def test_a_compiler_that_fails_is_quoted(compilers, tmp_path):
    compilers("echo 'stdio.h: no such file' >&2; exit 1")
    with pytest.raises(SensorUnavailable, match=r"stdio\.h: no such file") as refusal:
        building.build("nvml.c", folder=tmp_path / "built")
    assert "libc6-dev" in refusal.value.fix


def test_what_was_built_is_kept_and_other_flags_build_another(compilers, tmp_path, monkeypatch):
    compilers('echo ran >> "$0.log"; while [ "$1" != -o ]; do shift; done; echo > "$2"')
    log = tmp_path / "cc.log"
    first = building.build("nvml.c", folder=tmp_path / "built")
    assert building.build("nvml.c", folder=tmp_path / "built") == first
    assert log.read_text() == "ran\n"
    assert building.build("nvml.c", "-DOLD_DRIVER", folder=tmp_path / "built") != first
    assert log.read_text() == "ran\nran\n"


@pytest.mark.system
def test_the_library_can_be_loaded_by_its_makers_name(tmp_path):
    path = building.build("nvml.c", folder=tmp_path)
    assert path.endswith("/libnvidia-ml.so.1")
    truth = ctypes.CDLL(path).fake_truth
    truth.restype = ctypes.c_double
    truth.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    assert truth(0, 0, 10**9) == pytest.approx(100)


@pytest.mark.system
def test_a_fault_comes_at_its_instant(tmp_path):
    """However often the meter calls before."""
    library = building.build("nvml.c", folder=tmp_path)
    fault = "lost@nvmlDeviceGetTotalEnergyConsumption#t5.0"
    script = """
import ctypes, sys
nvml = ctypes.CDLL(sys.argv[1])
nvml.nvmlInit_v2()
board, shown = ctypes.c_void_p(), ctypes.c_ulonglong()
nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(board))
codes = []
for nanoseconds in (4_000_000_000, 4_900_000_000, 5_000_000_000, 6_000_000_000):
    nvml.fake_set_clock(ctypes.c_int64(nanoseconds))
    codes.append(nvml.nvmlDeviceGetTotalEnergyConsumption(board, ctypes.byref(shown)))
print(codes)
"""
    done = subprocess.run(
        ["python3", "-c", script, library],
        env={"FAKE_NVML_FAULTS": fault, "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[0, 0, 15, 15]\n"
