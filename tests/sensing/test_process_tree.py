"""A process tree's CPU time, on a /proc whose truth is known: nothing lost, nothing twice."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from submeter.lab.processes import Processes
from submeter.sensing.devices.procfs import TICK
from submeter.sensing.probes.processes import ProcessTree, descendants

ROOT = 100


@pytest.fixture
def proc(tmp_path):
    tree = Processes(tmp_path / "proc")
    tree.fork(1, parent=0)
    tree.fork(ROOT)
    return tree


def ticks(tree):
    uses = dict(tree.sample())
    assert uses["cpu"] % TICK == 0
    return uses["cpu"] // TICK


def probe(proc, **told):
    return ProcessTree(ROOT, root=str(proc.root), **told)


def test_children_and_their_children_count(proc):
    tree = probe(proc)
    proc.fork(101, parent=ROOT)
    proc.fork(102, parent=101)
    for pid, used in ((ROOT, 1), (101, 10), (102, 100)):
        proc.use(pid, used)
    assert ticks(tree) == 111
    assert tree.pids_now() == {ROOT, 101, 102}


def test_other_processes_do_not_count(proc):
    tree = probe(proc)
    proc.fork(555)
    proc.use(555, 1000)
    assert ticks(tree) == 0


def test_memory_is_that_of_the_whole_tree(proc):
    tree = probe(proc)
    one = dict(tree.sample())["memory"]
    proc.fork(101, parent=ROOT)
    assert dict(tree.sample())["memory"] == 2 * one > 0


def test_a_child_that_lived_and_died_between_two_readings_counts_in_full(proc):
    tree = probe(proc)
    assert ticks(tree) == 0
    proc.fork(101, parent=ROOT)
    proc.use(101, 50)
    proc.end(101)
    proc.reap(101)
    assert ticks(tree) == 50


def test_a_child_counts_once_while_it_ends_and_is_waited_for(proc):
    tree = probe(proc)
    proc.fork(101, parent=ROOT)
    proc.use(101, 50)
    assert ticks(tree) == 50
    proc.end(101)
    assert ticks(tree) == 50
    proc.reap(101)
    assert ticks(tree) == 50


def test_an_orphan_is_followed_after_its_parents_death(proc):
    tree = probe(proc)
    proc.fork(101, parent=ROOT)
    proc.fork(102, parent=101)
    assert ticks(tree) == 0
    proc.end(101)
    proc.reap(101)
    proc.use(102, 70)
    assert ticks(tree) == 70
    assert 102 in tree.pids_now()


def test_a_guardians_adopted_children_are_of_the_tree_and_it_is_not(proc):
    proc.fork(50)
    proc.rows[ROOT].parent = 50
    tree = probe(proc, guardian=50)
    proc.fork(103, parent=50)
    proc.use(103, 5)
    proc.use(50, 1000)
    assert ticks(tree) == 5


def test_children_that_nobody_waits_for_count_as_they_were_last_seen(proc):
    """A parent that ignores SIGCHLD: the kernel drops what its children used."""
    tree = probe(proc)
    for number in range(4):
        pid = 200 + number
        proc.fork(pid, parent=ROOT)
        proc.use(pid, 25)
        assert ticks(tree) == 25 * (number + 1)
        proc.end(pid)
        proc.reap(pid, counted=False)
        assert ticks(tree) == 25 * (number + 1)
    proc.use(ROOT, 10)
    assert ticks(tree) == 110


def test_a_child_waited_for_between_the_reading_of_parent_and_child_counts_once(proc):
    """The parent is read first; then the child is gone, and not yet in what was read."""
    tree = probe(proc)
    proc.fork(101, parent=ROOT)
    proc.use(101, 50)
    assert ticks(tree) == 50
    early = proc.stat(ROOT)
    proc.end(101)
    proc.reap(101)
    late = proc.stat(ROOT)
    (proc.root / str(ROOT) / "stat").write_text(early)
    assert ticks(tree) == 50
    (proc.root / str(ROOT) / "stat").write_text(late)
    assert ticks(tree) == 50
    proc.use(ROOT, 3)
    assert ticks(tree) == 53


def test_another_process_with_a_reused_id_is_not_taken_for_it(proc):
    tree = probe(proc)
    proc.fork(101, parent=ROOT, start=100)
    proc.use(101, 5)
    assert ticks(tree) == 5
    proc.end(101)
    proc.reap(101)
    proc.fork(101, parent=1, start=900)
    proc.use(101, 1000)
    assert ticks(tree) == 5
    assert tree.pids_now() == {ROOT}


def test_what_the_caller_waited_for_counts_and_is_the_last_word(proc):
    reaped = [0]
    tree = probe(proc, reaped=lambda: reaped[0])
    proc.use(ROOT, 7)
    assert ticks(tree) == 7
    proc.use(ROOT, 2)
    proc.end(ROOT)
    proc.reap(ROOT)
    reaped[0] = 9 * TICK
    with pytest.raises(ProcessLookupError, match="gone"):
        tree.sample()
    assert tree.last() == 9 * TICK


def test_a_process_that_is_not_there_cannot_be_followed(proc):
    with pytest.raises(FileNotFoundError):
        ProcessTree(4711, root=str(proc.root))


def test_without_lists_of_children_all_of_proc_is_searched_when_it_is_due(tmp_path):
    proc = Processes(tmp_path / "proc", lists_children=False)
    proc.fork(1, parent=0)
    proc.fork(ROOT)
    tree = probe(proc)
    tree.sample()
    proc.fork(101, parent=ROOT)
    proc.fork(102, parent=101)
    proc.use(102, 8)
    tree.scan_now()
    assert ticks(tree) == 8
    proc.fork(103, parent=ROOT)
    tree.sample()
    assert 103 not in tree.pids_now()


def test_a_search_that_is_not_due_waits_while_what_is_known_is_read(tmp_path):
    proc = Processes(tmp_path / "proc", lists_children=False)
    proc.fork(ROOT)
    tree = probe(proc)
    tree.sample()
    proc.use(ROOT, 3)
    assert ticks(tree) == 3


def test_descendants_are_found_through_any_order():
    parents = {5: 4, 4: 3, 3: 1, 9: 8, 8: 1, 2: 9}
    assert descendants([3], parents) == {3, 4, 5}
    assert descendants([8], parents) == {8, 9, 2}
    assert descendants([7], parents) == {7}


class Family(RuleBasedStateMachine):
    """Processes fork, work, end and are waited for; the tree is read after each step."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.proc = Processes(Path(self.folder.name) / "proc")
        self.proc.fork(1, parent=0)
        self.proc.fork(ROOT)
        self.tree = probe(self.proc)
        self.true = 0
        self.next = ROOT

    def teardown(self):
        self.folder.cleanup()

    def living(self):
        return [pid for pid in self.tree.pids_now() if not self.proc.rows[pid].zombie]

    @rule(place=st.integers(0, 20))
    def fork(self, place):
        living = sorted(self.living())
        self.next += 1
        self.proc.fork(self.next, parent=living[place % len(living)])

    @rule(place=st.integers(0, 20), used=st.integers(0, 50))
    def work(self, place, used):
        living = sorted(self.living())
        self.proc.use(living[place % len(living)], used)
        self.true += used

    @precondition(lambda self: len(self.living()) > 1)
    @rule(place=st.integers(0, 20))
    def end(self, place):
        living = sorted(pid for pid in self.living() if pid != ROOT)
        self.proc.end(living[place % len(living)])

    @precondition(lambda self: self.zombies())
    @rule(place=st.integers(0, 20), counted=st.booleans())
    def reap(self, place, counted):
        zombies = self.zombies()
        self.proc.reap(zombies[place % len(zombies)], counted=counted)

    def zombies(self):
        return sorted(pid for pid, row in self.proc.rows.items() if row.zombie)

    @invariant()
    def every_tick_of_the_tree_is_counted_once(self):
        assert ticks(self.tree) == self.true


Family.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestFamily = Family.TestCase
