"""The end of a child is seen, whoever is told of it."""

import os
import threading

import pytest

from submeter.runs import relay


@pytest.fixture
def bystander():
    """Give a program a thread that was there before and blocks no signal."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    yield thread
    over.set()
    thread.join()


@pytest.mark.parametrize("code", [0, 7])
def test_a_child_that_ended_unheard_is_found(bystander, monkeypatch, code):
    """The kernel tells one thread of a program, and of those that listen it picks any."""
    monkeypatch.setattr(relay, "_LOOK", 0.01)
    with relay.Relay() as one:
        child = one.spawn(["sh", "-c", f"exit {code}"], os.environ)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert one.wait(child) == code
