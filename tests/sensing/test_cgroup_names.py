"""A control group's path says whose it is, as each scheduler and engine writes it, and no more."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.sensing.devices.cgroup_names import NOBODY, named, of_process, paths

UID = "12345678-9abc-def0-1234-56789abcdef0"
LOW = UID.replace("-", "_")
ID = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4
STATIC = "e3e1b1a5f1c2d3e4f5a6b7c8d9e0f1a2"

PODS = [
    f"/kubepods/burstable/pod{UID}/{ID}",
    f"/kubepods/pod{UID}/{ID}",
    f"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{LOW}.slice/cri-containerd-{ID}.scope",
    f"/kubepods.slice/kubepods-pod{LOW}.slice/crio-{ID}.scope",
    f"/kubepods.slice/kubepods-pod{LOW}.slice/crio-{ID}.scope/container",
    f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{LOW}.slice/docker-{ID}.scope",
    f"/system.slice/containerd.service/kubepods-burstable-pod{LOW}.slice:cri-containerd:{ID}",
    f"/docker/{OTHER}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod{LOW}.slice/cri-containerd-{ID}.scope",
]  # fmt: skip


@pytest.mark.parametrize("path", PODS)
def test_a_pod_and_its_container(path):
    found = named(path)
    assert (found.pod, found.container) == (UID, ID)
    assert found.job == ""


@pytest.mark.parametrize(
    "path",
    [
        f"/system.slice/docker-{ID}.scope",
        f"/docker/{ID}",
        f"/machine.slice/libpod-{ID}.scope",
        f"/machine.slice/libpod-{ID}.scope/container",
        f"/libpod_parent/libpod-{ID}",
        f"/machine.slice/machine-libpod_pod_{OTHER}.slice/libpod-{ID}.scope",
        f"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope",
        f"/docker/{OTHER}/docker/{ID}",
    ],
)
def test_a_container_without_a_pod(path):
    found = named(path)
    assert found.container == ID
    assert found.pod == ""


@pytest.mark.parametrize(
    ("path", "job", "step", "task"),
    [
        ("/system.slice/slurmstepd.scope/job_123/step_0/user/task_2", "123", "0", "2"),
        ("/system.slice/slurmstepd.scope/job_123/step_0/slurm", "123", "0", ""),
        ("/system.slice/slurmstepd.scope/job_123/step_batch/user/task_special", "123", "batch", ""),
        ("/system.slice/node7_slurmstepd.scope/job_9/step_interactive/user/task_0", "9",
         "interactive", "0"),
        ("/system.slice/slurmstepd.scope/job_123", "123", "", ""),
        ("/slurm/uid_1000/job_123/step_extern/task_0", "123", "extern", "0"),
        ("/slurm_node7/uid_1000/job_123/step_4", "123", "4", ""),
    ],
)  # fmt: skip
def test_a_slurm_job(path, job, step, task):
    assert named(path)[:3] == (job, step, task)
    assert named(path).unit == ""


def test_a_static_pod_has_the_digits_of_its_manifest():
    path = f"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{STATIC}.slice"
    assert named(path).pod == STATIC


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("/system.slice/ollama.service", "ollama.service"),
        ("/user.slice/user-1000.slice/user@1000.service/app.slice/app.scope", "app.scope"),
        ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
        (f"/docker/{ID}/system.slice/nginx.service", "nginx.service"),
        ("/system.slice", ""),
    ],
)
def test_a_unit_of_systemd(path, unit):
    assert named(path).unit == unit


@pytest.mark.parametrize(
    "path",
    [
        "/", "", "/..", "/user.slice", "/slurm", "/slurm/uid_1", "/job_12", "/home/job_12/step_0",
        "/mine/slurmstepd.scope/job_x", f"/podcast/{UID}", f"/pod{UID}", "/docker/0123456789ab",
        f"/process_api/{ID[:32]}", f"/machine.slice/libpod-conmon-{ID}.scope",
        f"/kubepods.slice/kubepods-podx{LOW}.slice",
    ],
)  # fmt: skip
def test_what_is_not_told_is_not_known(path):
    assert named(path) == NOBODY


@given(st.text(max_size=200))
def test_no_path_breaks_it(text):
    named(text)
    paths(text)


@pytest.fixture
def process(tmp_path):
    def write(text):
        (tmp_path / "7").mkdir(exist_ok=True)
        (tmp_path / "7" / "cgroup").write_text(text)
        return of_process(7, str(tmp_path))

    return write


def test_inside_a_cgroup_namespace_nothing_is_known(process):
    assert process("0::/\n") == NOBODY
    assert process("5:memory:/\n1:name=systemd:/\n0::/\n") == NOBODY


def test_of_several_hierarchies_the_one_that_says_most_counts(process):
    text = f"9:cpuset:/\n5:memory:/docker/{OTHER}\n4:cpu:/kubepods/pod{UID}/{ID}\n0::/x.service\n"
    assert process(text) == named(f"/kubepods/pod{UID}/{ID}")


def test_a_group_that_was_removed_is_still_named(process):
    assert process(f"0::/docker/{ID} (deleted)\n").container == ID


def test_a_path_may_hold_a_colon(process):
    path = f"/system.slice/containerd.service/kubepods-pod{LOW}.slice:cri-containerd:{ID}"
    assert process(f"0::{path}\n").pod == UID


def test_a_process_that_is_gone_is_nobodys(tmp_path):
    assert of_process(7, str(tmp_path)) == NOBODY


def test_this_process_is_read_from_the_kernel():
    assert of_process() == of_process(os.getpid())
