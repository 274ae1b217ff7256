"""The group of a pod, a container or a job is found on a tree as the kernel lays it out."""

import os

import pytest

from submeter.errors import UsageError
from submeter.runs.groups import group_of
from submeter.runs.lineage import of_group
from submeter.sensing.devices import cgroupfs
from submeter.sensing.probes.cgroup import CgroupProbe

UID = "12345678-9abc-def0-1234-56789abcdef0"
ID = "0123456789abcdef" * 4
POD = f"/kubepods.slice/kubepods-pod{UID.replace('-', '_')}.slice"
BOX = f"{POD}/cri-containerd-{ID}.scope"
JOB = "/system.slice/slurmstepd.scope/job_123"
STEP = f"{JOB}/step_0/user/task_0"
OLD = "/slurm/uid_1000/job_77"


class Tree:
    """A tree of control groups of version 2, or of version 1."""

    def __init__(self, root, version):
        self.root, self.version = root, version
        self.base = root if version == 2 else root / "cpu,cpuacct"
        self.base.mkdir(parents=True)
        if version == 2:
            (root / "cgroup.controllers").write_text("cpu memory\n")
        self.group("")

    def group(self, path, pids=(), cpu=0):
        folder = self.base / path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for above in [folder, *folder.parents]:
            if above == self.base.parent:
                break
            if not (above / "cgroup.procs").exists():
                (above / "cgroup.procs").write_text("")
        (folder / "cgroup.procs").write_text("".join(f"{each}\n" for each in pids))
        if self.version == 2:
            (folder / "cpu.stat").write_text(f"usage_usec {cpu}\nuser_usec 0\n")
            (folder / "memory.current").write_text("4096\n")
        else:
            (folder / "cpuacct.usage").write_text(f"{cpu * 1000}\n")


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
def tree(tmp_path, request):
    made = Tree(tmp_path / "cgroup", request.param)
    for path in (POD, BOX, JOB, STEP, OLD, "/system.slice/docker.service"):
        made.group(path)
    return made


@pytest.mark.parametrize(
    ("kind", "identity", "path"),
    [
        ("pod", UID, POD),
        ("pod", UID.replace("-", "_").upper(), POD),
        ("container", ID, BOX),
        ("container", ID[:12], BOX),
        ("container", f"containerd://{ID}", BOX),
        ("slurm_job", "123", JOB),
        ("slurm_job", "77", OLD),
    ],
)
def test_it_is_found_with_all_that_is_in_it(tree, kind, identity, path):
    assert group_of(kind, identity, str(tree.root)) == path


def test_its_identity_is_told_by_its_path():
    assert of_group(JOB).lineage == {"job": "slurm:123", "covers": "job"}
    assert of_group(STEP).lineage["covers"] == "task"
    assert of_group("/user.slice").lineage == {}
    assert of_group(BOX).host == {"pod": UID, "container": ID}


@pytest.mark.parametrize(
    ("kind", "identity", "told"),
    [
        ("pod", UID[:8], "is not the id of a pod.*--pod.*kubectl"),
        ("pod", UID.replace("1", "2"), "no control group here is of the pod.*on the node"),
        ("container", "web-1", "is not the id of a container.*--container.*docker ps"),
        ("container", "ffff", "no control group here"),
        ("slurm_job", "12", "no control group here is of the Slurm job 12.*squeue"),
        ("slurm_job", "123_4", "is not the id of a Slurm job.*--slurm-job"),
    ],
)
def test_what_is_not_found_is_explained(tree, kind, identity, told):
    with pytest.raises(UsageError, match=told):
        group_of(kind, identity, str(tree.root))


def test_several_groups_of_one_beginning_are_named(tree):
    other = ID[:12] + "0" * 52
    tree.group(f"/system.slice/docker-{other}.scope")
    with pytest.raises(UsageError, match=r"2 control groups.*docker-.*--cgroup PATH"):
        group_of("container", ID[:8], str(tree.root))
    assert group_of("container", ID[:16], str(tree.root)) == BOX


def test_nothing_is_found_where_there_are_no_groups(tmp_path):
    with pytest.raises(UsageError, match="no control group here"):
        group_of("slurm_job", "1", str(tmp_path))


def test_the_processes_of_a_job_are_those_of_its_steps(tree):
    """So that an accelerator that a task holds is its job's."""
    tree.group(f"{JOB}/step_0/user", [])
    tree.group(STEP, [41, 42, 0], cpu=9)
    tree.group(f"{JOB}/step_1", [43])
    tree.group(JOB, [], cpu=12)
    probe = CgroupProbe(JOB, str(tree.root))
    assert probe.pids_now() == {41, 42, 43}
    assert probe.sample()[0] == ("cpu", 12_000)
    assert probe.last() == 12_000
    assert CgroupProbe(OLD, str(tree.root)).pids_now() == frozenset()


def test_a_group_that_goes_away_meanwhile_is_left_out(tree, monkeypatch):
    real = os.scandir

    def scandir(path):
        if str(path).endswith("job_123"):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert group_of("pod", UID, str(tree.root)) == POD
    assert cgroupfs.trees(str(tree.root)) != []
