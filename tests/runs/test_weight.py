"""What measuring costs the measured program: next to nothing until it is asked for more."""

import subprocess
import sys

import pytest

from tests.cli.command import PYTHON

HEAVY = (
    "numpy",
    "rich",
    "pynvml",
    "asyncio",
    "importlib.metadata",
    "json",
    "subprocess",
    "inspect",
)


def test_importing_starts_no_thread_opens_no_file_and_loads_nothing_heavy(programs):
    program = (
        "import sys, threading, os\n"
        "before = set(sys.modules)\n"
        "opened = []\n"
        "note = lambda event, args: opened.append(args[0]) if event == 'open' else None\n"
        "sys.addaudithook(note)\n"
        "import submeter\n"
        "opened = [str(each) for each in opened if not str(each).endswith(('.py', '.pyc'))"
        " and not isinstance(each, int)]\n"
        f"print(opened, threading.active_count(), "
        f"[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run(
        [PYTHON, "-S", "-c", f"import sys; sys.path[:0] = {_paths()!r}\n{program}"],
        env=programs.environ,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == "[] 1 []\n"
    assert not programs.home.exists()


def _paths():
    """Give where packages are; the interpreter starts without `site`, which imports its own."""
    return [each for each in sys.path if each]


def test_measuring_loads_neither_numpy_nor_tables_until_a_statement_is_asked_for(programs):
    told = programs.told("""
        with submeter.measure("w") as window:
            burn(0.05)
        energy = joules(window.energy)
        heavy = ("numpy", "rich", "yaml", "submeter.reference.factors.registry")
        before = [name for name in heavy if name in sys.modules]
        window.statement()
        tell(before=before, after="numpy" in sys.modules, energy=energy)
    """)
    assert told["energy"][1] > 0
    assert told["before"] == []
    assert told["after"] is True


def test_a_driver_library_is_loaded_only_where_there_is_a_driver(programs):
    told = programs.told("""
        import ctypes.util
        with submeter.measure("w") as window:
            burn(0.02)
        window.wait()
        try:
            import ctypes
            ctypes.CDLL("libnvidia-ml.so.1")
            there = True
        except OSError:
            there = False
        tell(there=there, loaded="pynvml" in sys.modules)
    """)
    assert told["loaded"] <= told["there"]


def test_no_thread_of_ours_keeps_a_program_alive(programs):
    told = programs.told("""
        import threading
        with submeter.measure("w") as window:
            burn(0.02)
        window.wait()
        tell(threads=[[each.name, each.daemon] for each in threading.enumerate()[1:]])
    """)
    assert told["threads"]
    for name, daemon in told["threads"]:
        assert name.startswith("submeter"), name
        assert daemon


@pytest.mark.slow
def test_thousands_of_short_windows_cost_bounded_time_and_memory(programs):
    told = programs.told("""
        import resource

        def many(count):
            began, cpu = time.monotonic(), time.process_time()
            for _ in range(count):
                with submeter.measure("short") as window:
                    window.count(requests=1)
            window.wait(60)
            return time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        with submeter.measure("warm up") as window:
            pass
        window.wait()
        first, before = many(500)
        second, after = many(4000)
        tell(first=first, second=second, grown_kib=after - before)
    """)
    assert told["grown_kib"] < 64 * 1024
    # Eight times the windows: not sixty-four times the time.
    assert told["second"] < 25 * max(told["first"], 0.2)
    assert told["second"] < 90
    entries = programs.entries()
    assert len(entries) == 4501


@pytest.mark.slow
def test_thousands_of_parts_of_one_window_are_one_line(programs):
    told = programs.told("""
        with submeter.measure("serve") as window:
            for _ in range(3000):
                with window.phase("request") as part:
                    part.count(requests=1)
        tell(settled=window.wait(60), phases=list(window.phases))
    """)
    assert told == {"settled": True, "phases": ["request"]}
    entry = programs.only_entry()
    assert entry["phases"][0]["counts"] == {"requests": 3000.0}
    size = sum(path.stat().st_size for path in (programs.home / "ledger" / "log").iterdir())
    assert size < 64 * 1024


def test_the_meter_declares_its_own_cost(programs):
    programs.told("""
        with submeter.measure("w") as window:
            burn(0.3)
    """)
    programs("run", "--", "true")
    entries = programs.entries()
    assert len(entries) == 2
    for entry in entries:
        assert entry["overhead"]["cpu"] > 0


@pytest.mark.slow
def test_a_window_that_is_open_for_long_rests_between_heartbeats(programs):
    told = programs.told("""
        with submeter.measure("warm up") as window:
            pass
        window.wait()
        with submeter.measure("idle") as window:
            time.sleep(0.3)
            before = time.process_time()
            time.sleep(3)
            used = time.process_time() - before
        tell(used=used)
    """)
    assert told["used"] < 0.1
