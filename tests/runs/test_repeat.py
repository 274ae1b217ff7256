"""A function too short for the meter is repeated in one window."""

import pytest


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
