"""A function too short for the meter is repeated; many short windows tell a mean."""

import pytest

from submeter.errors import UsageError
from submeter.lab.device import Device
from submeter.lab.waveform import flat
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.runs.books import Evidence, book
from submeter.runs.drawn import energy_of, mean_energy
from submeter.workloads.usage import Capacity
from tests.lab.benches import MILLISECOND, START, Bench, read
from tests.runs.test_books import THREADS


def test_a_decorated_function_is_called_as_often_as_asked_in_one_window(programs):
    told = programs.told(
        """
        calls = []

        @submeter.measure("short", repeat=50)
        def short(n):
            calls.append(n)
            return sum(range(n)) + len(calls)

        result = short(1000)
        window = short.window
        tell(result=result, calls=len(calls), counts=dict(window.counts),
             per=joules(window.per("calls")), energy=joules(window.energy))
        """
    )
    assert told["calls"] == 50
    assert told["result"] == 499500 + 50
    assert told["counts"] == {"calls": 50}
    assert told["per"] == pytest.approx([each / 50 for each in told["energy"]])
    assert programs.only_entry()["counts"] == {"calls": 50}


def test_an_async_function_is_repeated_too(programs):
    told = programs.told(
        """
        import asyncio
        calls = []

        @submeter.measure(repeat=3)
        async def short():
            calls.append(1)

        asyncio.run(short())
        tell(calls=len(calls), counts=dict(short.window.counts))
        """
    )
    assert told == {"calls": 3, "counts": {"calls": 3}}


def test_a_block_cannot_be_repeated(programs):
    told = programs.told(
        """
        said = []
        nothing = lambda: submeter.measure("w", repeat=0)
        block = lambda: submeter.measure("w", repeat=2).__enter__()
        for attempt in (nothing, block):
            try:
                attempt()
            except submeter.UsageError as error:
                said.append(str(error))
        tell(said=said)
        """
    )
    assert "calls nothing" in told["said"][0]
    assert "only a function" in told["said"][1]


class Closed:
    """A window that is closed and settled."""

    end = 1

    def __init__(self, bookings, seconds):
        self.bookings, self.seconds = bookings, seconds


def short(start, length):
    """Give the books of a window on a GPU of 300 W whose counter refreshes every 100 ms."""
    span = Span(start, start + length)
    answer = read(Bench(Device(flat(300), 100 * MILLISECOND), span))
    seen = Evidence([answer.trace], {}, None, None, {}, Capacity(THREADS, 0))
    return Closed(book(seen, span), length / SECOND)


def test_the_mean_of_many_short_windows_narrows_with_the_root_of_their_number():
    length, truth = 20 * MILLISECOND, 6.0
    windows = [short(START + SECOND + i * 137 * MILLISECOND, length) for i in range(100)]
    widths = []
    for count in (1, 25, 100):
        mean = mean_energy(windows[:count])
        assert mean is not None
        assert mean.low <= truth <= mean.high
        widths.append(mean.high - mean.low)
    # One window's interval is cut off at zero: the others are compared with it uncut.
    assert widths[1] == pytest.approx(2 * 30 / 5, rel=0.1)
    assert widths[2] == pytest.approx(widths[1] / 2, rel=0.1)
    alone = energy_of(windows[0].bookings)
    assert alone is not None
    assert alone.low == 0


def test_windows_that_are_open_or_none_have_no_mean():
    with pytest.raises(UsageError, match="closed"):
        mean_energy([])
