"""Boards held to a power limit: set, and set back whatever ends the run."""

import os
import signal

import pytest

from submeter.benchmarks import power_limit
from submeter.benchmarks.power_limit import limited, meant
from submeter.errors import SensorUnavailable, UsageError
from submeter.sensing.devices.nvml import Board

BOARDS = [Board(place, None, f"GPU-{place}a-b", "H100", 700_000) for place in range(3)]


class Driver:
    """What a driver does with limits; `refuses` what it does not."""

    ends: tuple[int, int] | None = (100_000, 700_000)

    def __init__(self, library=""):
        if library == "none":
            raise SensorUnavailable("no NVIDIA driver", fix="none needed")
        self.boards, self.now = BOARDS, dict.fromkeys(range(3), 700_000)
        self.set, self.closed, self.refuses = [], False, None
        made.append(self)

    def limits(self, board):
        del board
        return self.ends

    def limit(self, board):
        return self.now.get(board.place)

    def set_limit(self, board, limit):
        if self.refuses is not None:
            raise self.refuses
        self.set.append((board.place, limit))
        self.now[board.place] = limit

    def close(self):
        self.closed = True


made: list[Driver] = []


@pytest.fixture(autouse=True)
def driver(monkeypatch):
    made.clear()
    monkeypatch.setattr(power_limit, "Nvml", Driver)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_nothing_is_touched_unless_it_is_asked_for():
    with limited(None):
        assert made == []


@pytest.mark.parametrize("end", [None, ValueError, KeyboardInterrupt])
def test_boards_are_held_and_given_back_as_they_were(end):
    def work():
        with limited(300):
            assert set(made[0].now.values()) == {300_000}
            made[0].now[1] = 650_000  # by somebody else meanwhile
            if end is not None:
                raise end

    if end is None:
        work()
    else:
        with pytest.raises(end):
            work()
    assert set(made[0].now.values()) == {700_000}
    assert made[0].closed


def test_boards_are_given_back_when_a_job_is_ended_by_sigterm():
    before = signal.getsignal(signal.SIGTERM)

    def work():
        with limited(300):
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert set(made[0].now.values()) == {700_000}
    assert signal.getsignal(signal.SIGTERM) is before


def test_only_the_boards_that_the_program_may_use_are_held(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, GPU-0a")
    with limited(300):
        assert made[0].now == {0: 300_000, 1: 700_000, 2: 300_000}
    assert set(made[0].now.values()) == {700_000}
    assert meant(BOARDS, {}) == BOARDS
    with pytest.raises(UsageError, match="CUDA_VISIBLE_DEVICES=9 names no board"):
        meant(BOARDS, {"CUDA_VISIBLE_DEVICES": "9"})


@pytest.mark.parametrize(
    ("watts", "change", "what", "fix"),
    [
        (50, {}, "no limit of 50 W", "take 100 to 700 W"),
        (300, {"refuses": PermissionError("NVML says: no")}, "may not be set", "as root"),
        (300, {"refuses": OSError("NVML says: lost")}, "is not taken: NVML says: lost", ""),
        (300, {"now": {}}, "has no power limit", "leave power-limit out"),
    ],
)
def test_a_limit_that_is_not_taken_is_told_and_nothing_is_left_changed(
    watts, change, what, fix, monkeypatch
):
    class Refusing(Driver):
        def __init__(self, library=""):
            super().__init__(library)
            vars(self).update(change)

    monkeypatch.setattr(power_limit, "Nvml", Refusing)
    with pytest.raises(UsageError) as caught, limited(watts):
        pytest.fail("it was not refused")
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert made[0].closed
    assert set(made[0].now.values()) <= {700_000}


def test_a_limit_that_cannot_be_set_back_is_told_with_what_to_do():
    def work():
        with limited(300):
            made[0].refuses = OSError("NVML says: lost")

    with pytest.raises(UsageError, match="is not as it was") as caught:
        work()
    assert "nvidia-smi -i 0 -pl 700" in caught.value.fix
    assert "nvidia-smi -i 2 -pl 700" in caught.value.fix


def test_without_a_driver_it_is_told():
    with pytest.raises(UsageError, match="no board takes a power limit: no NVIDIA driver"):
        limited(300, "none").__enter__()
