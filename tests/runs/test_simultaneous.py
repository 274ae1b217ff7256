"""Windows open at once, in threads and tasks: no joule is booked twice."""

import pytest

from tests.cli.command import assert_balanced, booking, cpu_seconds


def by_domain(entries, account):
    total: dict[str, int] = {}
    for entry in entries:
        for booked in entry["bookings"]:
            total[booked["domain"]] = total.get(booked["domain"], 0) + booked[account]
    return total


THREADS = """
import threading
gate = threading.Barrier(4)

def work(number):
    gate.wait()
    with submeter.measure(f"t{number}"):
        burn(0.25)
        gate.wait()

threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
OPEN
tell(cpu=time.process_time())
"""


def test_windows_in_threads_add_up_to_what_the_process_drew(programs):
    told = programs.told(
        THREADS.replace(
            "OPEN", "for each in threads: each.start()\nfor each in threads: each.join()"
        )
    )
    entries = programs.entries()
    assert sorted(each["name"] for each in entries) == ["t0", "t1", "t2", "t3"]
    # A second in four threads: the four together are charged with it, not each of them.
    assert 0.9 <= sum(map(cpu_seconds_of_share, entries)) <= told["cpu"] * 1.1
    for each in entries:
        assert_balanced(each)
        assert "equal-among-windows" in booking(each, "cpu")["rule"]


def cpu_seconds_of_share(entry):
    """Give the CPU time [s] that a window's part of the energy stands for."""
    cpu = booking(entry, "cpu")
    return cpu["share"] * entry["seconds"] * threads(entry)


def threads(entry):
    (cpu,) = [each for each in entry["devices"] if each["kind"] == "cpu"]
    return cpu["count"]


def test_the_shares_of_simultaneous_windows_are_the_windows_around_them(programs):
    """Four phases side by side within one window draw together no more than that window."""
    told = programs.told("""
        import threading
        gate = threading.Barrier(4)

        def work(number):
            with outer.phase(f"t{number}"):
                gate.wait()
                burn(0.2)
                gate.wait()

        with submeter.measure("outer") as outer:
            threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
            for each in threads: each.start()
            for each in threads: each.join()
        tell(whole=outer.energy.value, parts=[each.value for each in outer.phases.values()])
    """)
    assert len(told["parts"]) == 4
    assert sum(told["parts"]) <= told["whole"] * 1.001
    assert sum(told["parts"]) > 0.5 * told["whole"]
    # Open for the same time, they are charged alike.
    assert max(told["parts"]) < 1.5 * min(told["parts"])
    entry = programs.only_entry()
    assert_balanced(entry)
    for booked in entry["bookings"]:
        parts = sum(
            each["workload"]
            for phase in entry["phases"]
            for each in phase["bookings"]
            if each["domain"] == booked["domain"]
        )
        assert parts <= booked["workload"]


def test_tasks_of_one_loop_are_told_apart_and_add_up(programs):
    told = programs.told("""
        import asyncio

        async def task(number):
            async with submeter.measure(f"task{number}") as window:
                for _ in range(5):
                    burn(0.02)
                    await asyncio.sleep(0)
            return window

        async def main():
            async with submeter.measure("all") as everything:
                windows = await asyncio.gather(*(task(i) for i in range(5)))
            return everything, windows

        everything, windows = asyncio.run(main())
        tell(whole=everything.energy.value, parts=[each.energy.value for each in windows])
    """)
    assert all(part > 0 for part in told["parts"])
    assert 0.3 * told["whole"] < sum(told["parts"]) <= told["whole"] * 1.001
    entry = programs.only_entry()
    assert sorted(each["name"] for each in entry["phases"]) == [f"task{i}" for i in range(5)]


def test_a_window_opened_in_a_thread_does_not_close_over_its_neighbours_phases(programs):
    """What a context sees as the window around it is its own affair."""
    programs.told("""
        import threading

        def work():
            with submeter.measure("in thread"):
                with submeter.measure("part of it"):
                    burn(0.05)

        with submeter.measure("main"):
            thread = threading.Thread(target=work)
            thread.start()
            with submeter.measure("part of main"):
                burn(0.05)
            thread.join()
    """)
    entries = {each["name"]: each for each in programs.entries()}
    assert [each["name"] for each in entries["in thread"]["phases"]] == ["part of it"]
    assert [each["name"] for each in entries["main"]["phases"]] == ["part of main"]


def test_windows_that_only_touch_share_nothing(programs):
    told = programs.told("""
        windows = []
        for i in range(4):
            with submeter.measure(f"w{i}") as window:
                burn(0.1)
            windows.append(window)
        tell(joules=[each.energy.value for each in windows])
    """)
    for entry in programs.entries():
        assert "equal-among" not in booking(entry, "cpu")["rule"]
        assert cpu_seconds(entry) == pytest.approx(0.1, abs=0.08)
    assert all(each > 0 for each in told["joules"])


def test_a_window_closed_out_of_order_is_still_right(programs):
    told = programs.told("""
        one, two = submeter.measure("one"), submeter.measure("two")
        a = one.__enter__()
        b = two.__enter__()
        burn(0.1)
        one.__exit__(None, None, None)
        burn(0.1)
        two.__exit__(None, None, None)
        with submeter.measure("three") as c:
            pass
        tell(a=joules(a.energy), b=joules(b.energy), settled=[a.wait(), b.wait(), c.wait()])
    """)
    assert told["settled"] == [True, True, True]
    assert told["a"][1] > 0
    names = [each["name"] for each in programs.entries()]
    assert "one" in names
    assert "three" in names
