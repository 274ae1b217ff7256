"""The cache is never seen: whatever was asked before, the hours are those that the provider has."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import ProviderUnavailable
from submeter.quantities.factor import Source
from submeter.reference.live.cache import Cache
from submeter.reference.live.hourly import Hourly, Stretch
from submeter.reference.live.lookup import look_up
from submeter.reference.live.provider import About
from tests.reference.live.stand_in import DAY, HOUR, NOW

FIRST = NOW - NOW % DAY - 6 * DAY
SOURCE = Source("test", "a test", "Apache-2.0")
spans = st.tuples(st.integers(0, 7 * 24 - 1), st.integers(1, 72)).map(
    lambda each: (FIRST + each[0] * HOUR, FIRST + (each[0] + each[1]) * HOUR)
)
questions = st.lists(
    st.tuples(spans, st.integers(0, 40 * 24 * 60), st.booleans()), min_size=1, max_size=8
)


class Stranger:
    """A plug-in: knows all hours but some, gives an hour once it is over, and may be down."""

    def __init__(self, gaps):
        self.gaps = gaps
        self.is_up = True
        self.about = About(
            "stranger", "A stranger", "https://127.0.0.1:9", "any", "lifecycle location average",
            SOURCE, needs_key=False,
        )  # fmt: skip

    def history(self, zone, start, end, now):  # noqa: ARG002 - the protocol
        if not self.is_up:
            raise ProviderUnavailable("down")
        return self.truth(start, end, now)

    def truth(self, start, end, now):
        stretches = tuple(
            Stretch(hour, hour + HOUR, float(hour // HOUR % 997), 0.0, 1000.0)
            for hour in range(start - start % HOUR, end, HOUR)
            if hour + HOUR <= now and hour // HOUR % 168 not in self.gaps
        )
        whole = Hourly(
            "grid/live/stranger/X", "X", self.about.basis, SOURCE, stretches, now, ("a note",)
        )
        return whole.between(start, end)

    def latest(self, zone, now):  # noqa: ARG002
        return self.truth(now - HOUR, now, now)

    def forecast(self, zone, now):  # noqa: ARG002
        raise ProviderUnavailable("no forecast")


@given(st.sets(st.integers(0, 167), max_size=60), questions)
def test_the_cache_is_never_seen(gaps, asked):
    stranger = Stranger(gaps)
    with tempfile.TemporaryDirectory() as folder:
        now = NOW
        for span, minutes, is_up in asked:
            now += minutes * HOUR // 60
            stranger.is_up = is_up
            found = look_up(stranger, Cache(Path(folder)), "X", span, now)
            truth = stranger.truth(span[0], span[1], now).stretches
            seen = found.hourly.stretches if found.hourly is not None else ()
            if is_up:
                late = HOUR  # what was asked for within the hour is not asked for again
                assert set(seen) <= set(truth)
                assert {each for each in truth if each.end <= now - late} <= set(seen)
            else:
                assert set(seen) <= set(truth)
                assert set(seen) == set(truth) or found.notes
