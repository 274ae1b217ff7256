"""What the benchmark ran on, and how busy that was."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("submeter", "codecarbon", "zeus", "numpy", "psutil", "pandas")


def facts(packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Describe the machine, the kernel, Python and the packages."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} hardware threads, {_memory():.0f} GiB",
        "sensors": ", ".join(sensors()) or "none (no RAPL, no GPU)",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: version(name) for name in packages},
        "commit": _commit(),
    }


def load() -> str:
    """Give the load averages over 1, 5 and 15 minutes."""
    return " ".join(f"{each:.2f}" for each in os.getloadavg())


def _commit() -> str:
    """Name the commit that is measured, and whether files differ from it."""
    try:
        words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10"]
        return subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    name, guest = "unknown processor", False
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        guest = guest or (key.strip() == "flags" and "hypervisor" in value.split())
    return f"{name} (virtual machine)" if guest else name


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def sensors() -> list[str]:
    """Name the sensors of energy that this machine has, whether or not they can be read."""
    domains = Path("/sys/class/powercap").glob("intel-rapl:*")
    cards = Path("/proc/driver/nvidia/gpus").glob("*")
    return [each.name for each in (*sorted(domains), *sorted(cards))]


def where_blind(note: str) -> tuple[str, ...]:
    """Give a note that holds only where no sensor is."""
    return () if sensors() else (note,)
