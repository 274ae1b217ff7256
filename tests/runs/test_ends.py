"""How programs end: right after a window, within one, by a fork, a kill, or with a sensor hung."""

import signal
import subprocess
import time

import pytest

from tests.cli.command import PATIENCE, PYTHON, assert_balanced, cpu_seconds, until


def names(programs):
    return sorted(each["name"] for each in programs.entries())


@pytest.mark.parametrize("end", ["pass", "sys.exit(0)", "raise SystemExit"])
def test_the_entry_of_a_window_at_the_very_end_is_in_the_ledger(programs, end):
    done = programs.python(f"""
        for i in range(3):
            with submeter.measure(f"w{{i}}"):
                burn(0.02)
        {end}
    """)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert names(programs) == ["w0", "w1", "w2"]
    for entry in programs.entries():
        assert entry["state"] == "final"
        assert_balanced(entry)


def test_an_uncaught_error_leaves_the_entry(programs):
    done = programs.python("""
        with submeter.measure("fails"):
            burn(0.05)
            raise ValueError("mine")
    """)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ValueError: mine")
    assert done.stderr.count("Traceback") == 1
    assert names(programs) == ["fails"]


def test_after_windows_that_were_settled_the_last_one_is_not_lost(programs):
    """The log is open by then, and must not close before the last window is in it."""
    done = programs.python("""
        with submeter.measure("early") as window:
            pass
        window.wait()
        with submeter.measure("late"):
            burn(0.05)
    """)
    assert done.stderr == ""
    assert names(programs) == ["early", "late"]


def test_a_window_that_is_still_open_at_the_end_is_on_the_record_as_it_stood(programs):
    done = programs.python("""
        measure = submeter.measure("open")
        window = measure.__enter__()
        window.count(requests=3)
        burn(0.3)
    """)
    assert done.returncode == 0
    assert done.stderr == ""
    entry = programs.only_entry()
    assert entry["state"] == "open"
    assert entry["standing"] == "interrupted"
    assert entry["counts"] == {"requests": 3.0}
    assert 0.25 < cpu_seconds(entry) < 1
    assert_balanced(entry)


def test_a_window_open_in_a_thread_at_the_end_holds_nothing_up(programs):
    began = time.monotonic()
    done = programs.python("""
        import threading
        def forever():
            with submeter.measure("forever"):
                time.sleep(1000)
        threading.Thread(target=forever, daemon=True).start()
        time.sleep(0.3)
    """)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 30
    assert programs.only_entry()["standing"] == "interrupted"


def test_a_kill_loses_no_window_that_was_settled(programs):
    path = programs.path("""
        with submeter.measure("settled") as window:
            burn(0.05)
        window.wait()
        tell(ready=True)
        with submeter.measure("killed"):
            time.sleep(1000)
    """)
    with subprocess.Popen([PYTHON, path], env=programs.environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait(PATIENCE)
    assert names(programs) == ["settled"]


def test_os_exit_right_after_waiting_loses_nothing(programs):
    done = programs.python("""
        with submeter.measure("waited for") as window:
            burn(0.05)
        window.wait()
        os._exit(4)
    """)
    assert done.returncode == 4
    assert names(programs) == ["waited for"]


def test_ctrl_c_is_the_programs_own(programs):
    path = programs.path("""
        try:
            with submeter.measure("interrupted"):
                tell(ready=True)
                time.sleep(1000)
        except KeyboardInterrupt:
            sys.exit(9)
    """)
    with subprocess.Popen(
        [PYTHON, path], env=programs.environ, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 9
    assert programs.only_entry()["state"] == "final"


def test_a_fork_with_windows_in_parent_and_child(programs):
    told = programs.told("""
        with submeter.measure("before"):
            burn(0.02)
        pid = os.fork()
        if pid == 0:
            with submeter.measure("child") as window:
                burn(0.1)
            sys.exit(0 if window.energy else 5)
        with submeter.measure("parent"):
            burn(0.1)
        tell(code=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """)
    assert told["code"] == 0
    assert names(programs) == ["before", "child", "parent"]
    pids = {each["name"]: each["host"]["pid"] for each in programs.entries()}
    assert pids["before"] == pids["parent"] != pids["child"]


def test_a_fork_within_a_window_leaves_the_window_to_the_parent(programs):
    """Forked often, while the meter's threads hold their locks now and then."""
    told = programs.told("""
        codes = []
        with submeter.measure("around") as around:
            for _ in range(30):
                pid = os.fork()
                if pid == 0:
                    break
                codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            burn(0.001)
        if pid == 0:
            assert around.energy is None
            os._exit(0)
        tell(codes=codes, settled=around.wait())
    """)
    assert told["codes"] == [0] * 30
    assert told["settled"] is True
    assert names(programs) == ["around"]


def test_what_a_forked_child_measures_hangs_on_the_window_around_it(programs):
    """Both see the child's joules: the ledger says that one is a part of the other."""
    told = programs.told("""
        with submeter.measure("around") as around:
            pid = os.fork()
            if pid == 0:
                with submeter.measure("child"):
                    burn(0.2)
                sys.exit(0)
            os.waitpid(pid, 0)
        tell(id=around.id)
    """)
    entries = {each["name"]: each for each in programs.entries()}
    assert entries["child"]["lineage"] == {"parent": told["id"]}
    assert not entries["around"].get("lineage")
    assert cpu_seconds(entries["around"]) >= cpu_seconds(entries["child"]) * 0.9


def test_what_is_measured_within_a_metered_command_hangs_on_its_entry(programs):
    path = programs.path("""
        with submeter.measure("inside"):
            burn(0.1)
    """)
    assert programs("run", "--name", "outside", "--", PYTHON, path).returncode == 0
    entries = {each["name"]: each for each in programs.entries()}
    assert entries["inside"]["lineage"] == {"parent": entries["outside"]["id"]}


def test_a_window_that_is_not_recorded_is_nobodys_parent(programs):
    programs.told("""
        with submeter.measure("around", record="no"):
            pid = os.fork()
            if pid == 0:
                with submeter.measure("child"):
                    burn(0.05)
                sys.exit(0)
            os.waitpid(pid, 0)
    """)
    assert not programs.only_entry().get("lineage")


def test_a_parent_that_is_no_id_is_not_believed(programs):
    programs.told(
        """
        with submeter.measure("w"):
            pass
        """,
        env={"SUBMETER_PARENT": "../../etc"},
    )
    assert not programs.only_entry().get("lineage")


WORKERS = """
import multiprocessing

def work(number):
    with submeter.measure(f"worker{number}") as window:
        burn(0.05)
    return os.getpid()

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    USE
"""
PROCESSES = """
    workers = [context.Process(target=work, args=(i,)) for i in range(2)]
    with submeter.measure("main"):
        for each in workers: each.start()
        for each in workers: each.join()
    tell(codes=[each.exitcode for each in workers])
"""
POOL = """
    with context.Pool(2) as pool:
        pids = pool.map(work, range(4), chunksize=1)
        pool.close()
        pool.join()
    tell(codes=[0])
"""
EXECUTOR = """
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        list(pool.map(work, range(4)))
    tell(codes=[0])
"""


@pytest.mark.parametrize(
    "method", ["fork", "spawn", pytest.param("forkserver", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (PROCESSES, ["main", "worker0", "worker1"]),
        (POOL, ["worker0", "worker1", "worker2", "worker3"]),
        pytest.param(
            EXECUTOR, ["worker0", "worker1", "worker2", "worker3"], marks=pytest.mark.slow
        ),
    ],
    ids=["Process", "Pool", "Executor"],
)
def test_workers_of_multiprocessing_lose_no_window(programs, method, use, expected):
    path = programs.path(WORKERS.replace("    USE\n", use))
    done = subprocess.run(
        [PYTHON, path, method],
        env=programs.environ,
        cwd=programs.folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert names(programs) == expected
    for each in programs.entries():
        assert each["state"] == "final"


HANGING = """
import threading
from submeter.sensing.sensors.sensor import Sensed
from submeter.traces.counter import CounterSpec
from submeter.traces.domain import Domain
from submeter.traces.reading import Kind, Sample
from submeter.traces.trace import Accuracy

class Hanging:
    name = "hanging"
    method = "hanging/1"

    def __init__(self, root):
        answers, self.may_hang = (root.split() + ["yes"])[:2] if root else ("2", "yes")
        self.answers, self.may_hang = int(answers), self.may_hang == "yes"
        self.asked = 0

    def domains(self):
        accuracy = Accuracy(0.1, 0.9, 1.1, "test")
        return [Sensed(Domain("gpu:hanging", "gpu"), CounterSpec(), accuracy)]

    def sample(self, now):
        self.asked += 1
        if self.asked > self.answers:
            threading.Event().wait()
        return [Sample("gpu:hanging", Kind.POWER, 100_000_000, now())]

    def close(self):
        threading.Event().wait()

def open_sensor(root):
    if root == "never":
        threading.Event().wait()
    return Hanging(root)
"""


@pytest.fixture
def hanging(programs):
    """Install a plug-in whose sensor hangs, as a stranger's package would be."""
    programs.plug_in("hanging", HANGING)
    return programs


@pytest.mark.slow
def test_a_plug_in_is_found(hanging):
    told = hanging.json("doctor", env={"SUBMETER_SENSOR_HANGING": "1000000 yes"})
    (gpu,) = [each for each in told["domains"] if each["domain"] == "gpu:hanging"]
    assert gpu["power"]["value"] == pytest.approx(100, rel=0.01)
    assert gpu["power"]["tier"] == "measured"


TAKES_TIME = """
        began = time.monotonic()
        for i in range(5):
            with submeter.measure(f"w{i}"):
                burn(0.02)
        tell(worked=time.monotonic() - began)
"""


@pytest.mark.slow
@pytest.mark.parametrize("root", ["0", "2", "0 no", "3 no", "never"])
def test_a_sensor_that_hangs_delays_the_host_by_no_more_than_some_seconds(hanging, root):
    plain = time.monotonic()
    assert hanging.python("pass").returncode == 0
    plain = time.monotonic() - plain
    began = time.monotonic()
    told = hanging.told(TAKES_TIME, env={"SUBMETER_SENSOR_HANGING": root})
    took = time.monotonic() - began
    assert told["worked"] < 2, "windows wait for nothing"
    assert took - plain - told["worked"] < 5, "the farewell is bounded"


@pytest.mark.parametrize("root", [pytest.param("0", marks=pytest.mark.slow), "2"])
def test_a_sensor_that_hangs_costs_no_entry_and_is_named(hanging, root):
    hanging.told(TAKES_TIME, env={"SUBMETER_SENSOR_HANGING": root})
    assert names(hanging) == [f"w{i}" for i in range(5)]
    last = hanging.entries()[-1]
    assert any("hanging" in each for each in last["missing"]), last["missing"]
    (cpu,) = [each for each in last["bookings"] if each["component"] == "cpu"]
    assert cpu["workload"] > 0
    assert_balanced(last)


@pytest.mark.slow
def test_a_metered_command_is_not_held_up_by_a_sensor_that_hangs(hanging):
    for root in ("0", "2", "never"):
        began = time.monotonic()
        done = hanging(
            "run", "--", "sh", "-c", "echo hello; exit 3", env={"SUBMETER_SENSOR_HANGING": root}
        )
        assert done.returncode == 3
        assert done.stdout == "hello\n"
        assert time.monotonic() - began < 30
        assert "hanging" in done.stderr


BROKEN = {
    "raises at import": "raise ImportError('broken on purpose')",
    "raises when opened": "def open_sensor(root): raise KeyError('broken on purpose')",
    "has nothing": "open_sensor = None",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plug_in_is_named_and_the_rest_goes_on(hanging, fault):
    (hanging.folder / "site" / "hanging.py").write_text(BROKEN[fault])
    told = hanging.json("doctor")
    (refusal,) = [each for each in told["refusals"] if each["sensor"] == "hanging"]
    assert "the plug-in failed" in refusal["reason"]
    assert "author of the plug-in" in refusal["fix"]
    assert hanging("run", "--", "true").returncode == 0
    hanging.told("""
        with submeter.measure("goes on") as window:
            burn(0.05)
        tell(energy=joules(window.energy))
    """)
    assert len(hanging.entries()) == 2


FAILING = HANGING.replace("threading.Event().wait()\n        return", "raise ERROR\n        return")


@pytest.mark.slow
@pytest.mark.parametrize(
    "error", ["OSError('gone')", "KeyError('odd')", "ZeroDivisionError('odd')"]
)
def test_a_sensor_that_fails_in_the_middle_is_reported_and_nothing_more(hanging, error):
    """Whatever a stranger's sensor raises: the account tells, the rest is metered on."""
    (hanging.folder / "site" / "hanging.py").write_text(FAILING.replace("ERROR", error))
    told = hanging.told(
        """
        time.sleep(0.2)
        with submeter.measure("warm up") as window:
            pass
        window.wait()
        with submeter.measure("work") as window:
            burn(0.3)
        cpu = [each for each in window.bookings if each.component == "cpu"][0]
        tell(workload=cpu.workload, missing=window.missing)
    """,
        env={"SUBMETER_SENSOR_HANGING": "1 yes"},
    )
    assert told["workload"] > 0
    assert any("hanging" in each for each in told["missing"])
    assert names(hanging) == ["warm up", "work"]
    done = hanging("run", "--", *hanging.burn(0.1), env={"SUBMETER_SENSOR_HANGING": "1 yes"})
    assert done.returncode == 0
    assert "Exception in thread" not in done.stderr
    assert "hanging" in done.stderr


def test_an_entry_is_written_now_and_then_however_often_windows_close(programs):
    """A training loop with a phase a step: killed, its entry is there."""
    process = programs.start_words(
        [PYTHON, str(programs.path("""
            from submeter.runs import settler
            settler.CHECKPOINT = 0.5
            with submeter.measure("training") as window:
                print("begun", flush=True)
                while True:
                    with window.phase("step"):
                        time.sleep(0.01)
        """))]
    )  # fmt: skip
    try:
        until(programs.entries, "an entry is written")
        process.kill()
        process.communicate()
    finally:
        process.kill()
    entry = programs.only_entry()
    assert (entry["name"], entry["standing"]) == ("training", "interrupted")
    assert_balanced(entry)


def test_thousands_of_phases_keep_little_and_are_settled(programs):
    told = programs.told(
        """
        with submeter.measure("loop") as window:
            for i in range(3000):
                with window.phase("step") as step:
                    step.count(requests=1)
        window.wait(60)
        tell(phases=len(window.phases), kept=len(window.parts), past=len(window._session._past))
        """
    )
    assert told["phases"] == 1
    assert told["kept"] <= 65
    assert told["past"] <= 65
    (phase,) = programs.only_entry()["phases"]
    assert phase["counts"] == {"requests": 3000}


def test_ctrl_c_while_a_device_is_waited_for_closes_the_window(programs):
    told = programs.told(
        """
        import types
        def interrupted():
            raise KeyboardInterrupt
        cuda = types.SimpleNamespace(synchronize=interrupted, on=False)
        cuda.is_initialized = lambda: cuda.on
        sys.modules["torch"] = types.ModuleType("torch")
        sys.modules["torch"].cuda = cuda
        try:
            with submeter.measure("cut short") as window:
                cuda.on = True
        except KeyboardInterrupt:
            pass
        cuda.on = False
        with submeter.measure("next") as other:
            pass
        tell(ended=window.end is not None, own=other.parent is None)
        """
    )
    assert told == {"ended": True, "own": True}
