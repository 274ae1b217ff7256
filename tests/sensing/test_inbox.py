"""Readings are put down at once and worked out once, and nobody asks while one is on the way."""

import threading

from submeter.sensing.metering.inbox import Inbox


def test_what_another_thread_works_out_is_waited_for():
    """Whoever asks for the end of a window must not miss the reading at it."""
    began, let_go = threading.Event(), threading.Event()
    seen: list[int] = []
    found: list[list[int]] = []

    def take(reading: int) -> None:
        began.set()
        assert let_go.wait(30)
        seen.append(reading)

    def ask() -> None:
        inbox.settle()
        found.append(list(seen))

    inbox: Inbox[int] = Inbox(take)
    inbox.put(1)
    one, other = threading.Thread(target=inbox.settle), threading.Thread(target=ask)
    one.start()
    assert began.wait(30)
    other.start()
    other.join(0.1)
    let_go.set()
    one.join(30)
    other.join(30)
    assert found == [[1]]
