"""/proc is read as the kernel writes it, whatever a process calls itself."""

import os

import pytest

from submeter.lab.processes import Processes
from submeter.sensing.devices import procfs
from submeter.sensing.devices.pci import accelerators
from submeter.sensing.devices.procfs import TICK
from submeter.sensing.probes.machine import open_probe

NAMES = ["python", "tmux: server", "(sd-pam)", "a) S 1 (b", "kworker/0:1-", "x y z) Z 9 9", ")", ""]


@pytest.fixture
def proc(tmp_path):
    return Processes(tmp_path / "proc")


@pytest.mark.parametrize("name", NAMES)
def test_a_process_is_read_whatever_its_name(proc, name):
    proc.fork(7, parent=3, comm=name, start=4242)
    proc.use(7, 25)
    times = procfs.process_times(7, str(proc.root))
    assert times == procfs.ProcessTimes(
        pid=7, parent=3, state="S", cpu=25 * TICK, start=4242,
        resident=25 * os.sysconf("SC_PAGE_SIZE"),
        alone=25 * TICK,
    )  # fmt: skip
    assert procfs.parents(str(proc.root)) == {7: 3}


def test_time_of_children_that_were_waited_for_is_in_their_parents(proc):
    proc.fork(7)
    proc.fork(8, parent=7)
    proc.use(8, 30)
    proc.end(8)
    assert procfs.process_times(8, str(proc.root)).state == "Z"
    proc.reap(8)
    times = procfs.process_times(7, str(proc.root))
    assert (times.cpu, times.alone) == (30 * TICK, 0)


def test_a_process_that_is_gone_is_an_error_of_the_system(proc):
    with pytest.raises(FileNotFoundError):
        procfs.process_times(7, str(proc.root))


def test_children_of_every_thread_are_found(proc):
    proc.fork(7)
    proc.fork(8, parent=7)
    second = proc.root / "7" / "task" / "70"
    second.mkdir()
    (second / "children").write_text("9 10 ")
    assert sorted(procfs.children(7, str(proc.root)) or ()) == [8, 9, 10]


def test_a_thread_that_ends_while_it_is_looked_at_hides_no_children(proc):
    proc.fork(7)
    proc.fork(8, parent=7)
    (proc.root / "7" / "task" / "70").symlink_to("gone")
    (proc.root / "7" / "task" / "6").symlink_to("gone")
    assert procfs.children(7, str(proc.root)) == [8]


def test_a_process_that_is_gone_has_no_children(proc):
    assert procfs.children(7, str(proc.root)) == []


def test_kernels_that_do_not_list_children_are_told_apart_from_no_children(tmp_path):
    proc = Processes(tmp_path / "proc", lists_children=False)
    proc.fork(7)
    assert procfs.children(7, str(proc.root)) is None
    with_lists = Processes(tmp_path / "other")
    with_lists.fork(7)
    assert procfs.children(7, str(with_lists.root)) == []


def test_parents_pass_over_processes_that_end_while_they_are_read(proc):
    proc.fork(7)
    proc.fork(8, parent=7)
    (proc.root / "8" / "stat").unlink()
    (proc.root / "self").mkdir()
    assert procfs.parents(str(proc.root)) == {7: 1}


def test_busy_time_leaves_out_idle_io_wait_and_what_the_host_took(proc):
    (proc.root / "stat").write_text(
        "cpu  1000 20 300 99999 8888 4 5 7777 600 60\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
    )
    assert procfs.busy_time((proc.root / "stat").read_text()) == (1000 + 20 + 300 + 4 + 5) * TICK


MEMINFO = "MemTotal:       16000 kB\nMemFree:         2000 kB\n"


def test_memory_held_is_what_is_not_available(proc):
    (proc.root / "meminfo").write_text(MEMINFO + "MemAvailable:    9000 kB\nBuffers: 1 kB\n")
    assert procfs.memory((proc.root / "meminfo").read_text()) == (16000 * 1024, 7000 * 1024)


def test_on_old_kernels_memory_held_is_what_is_not_free(proc):
    (proc.root / "meminfo").write_text(MEMINFO)
    assert procfs.memory((proc.root / "meminfo").read_text()) == (16000 * 1024, 14000 * 1024)


def test_the_machine_probe_reads_both(proc):
    (proc.root / "meminfo").write_text(MEMINFO)
    (proc.root / "stat").write_text("cpu  10 0 0 0 0 0 0 0 0 0\n")
    probe = open_probe(str(proc.root))
    assert dict(probe.sample()) == {"cpu": 10 * TICK, "memory": 14000 * 1024}
    probe.close()
    probe.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor\t: 0\nmodel name\t: Xeon: x\nflags\t\t: fpu vme\n\n", ("Xeon: x", False)),
        ("model name\t: EPYC\nflags\t\t: fpu hypervisor\n\nmodel name\t: other\n", ("EPYC", True)),
        ("processor\t: 0\nBogoMIPS\t: 50\nCPU part\t: 0xd40\n\n", ("0xd40", False)),
        ("Model\t: Raspberry Pi 5\n", ("Raspberry Pi 5", False)),
        ("", ("", False)),
    ],
)  # fmt: skip
def test_the_processor_is_named_as_the_kernel_names_it(proc, text, expected):
    (proc.root / "cpuinfo").write_text(text)
    assert procfs.processor(str(proc.root)) == expected


def test_the_boot_has_an_id_or_none(proc):
    assert procfs.boot_id(str(proc.root)) == ""
    (proc.root / "sys" / "kernel" / "random").mkdir(parents=True)
    (proc.root / "sys" / "kernel" / "random" / "boot_id").write_text("ab-cd\n")
    assert procfs.boot_id(str(proc.root)) == "ab-cd"


def test_accelerators_are_counted_by_vendor_and_built_in_displays_are_not(tmp_path):
    slots = {
        "0000:01:00.0": ("0x030200", "0x10de"),  # a data-centre card
        "0000:02:00.0": ("0x030000", "0x10de"),  # a gaming card
        "0000:02:00.1": ("0x040300", "0x10de"),  # its sound
        "0000:03:00.0": ("0x120000", "0x1da3"),
        "0000:00:02.0": ("0x030000", "0x8086"),  # part of the processor
        "0000:04:00.0": ("0x120000", "0x1002"),
        "0000:05:00.0": ("0x020000", "0x8086"),
    }
    for slot, (kind, vendor) in slots.items():
        (tmp_path / slot).mkdir()
        (tmp_path / slot / "class").write_text(f"{kind}\n")
        (tmp_path / slot / "vendor").write_text(f"{vendor}\n")
    (tmp_path / "empty").mkdir()
    assert accelerators(str(tmp_path)) == {"NVIDIA": 2, "Habana": 1, "AMD": 1}
    assert accelerators(str(tmp_path / "none")) == {}
