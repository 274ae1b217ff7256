"""Entries for the ledger's tests, and strategies for them."""

from __future__ import annotations

from hypothesis import strategies as st

from submeter.ledger.canonical import canonical, entry_bytes
from submeter.ledger.frame import encode, encode_header
from submeter.workloads.activity import STAGES, Activity, Booking, State

START = 1_760_000_000_000_000_000


def entry(identity="01ARZ3NDEKTSV4RRFFQ69G5FAV", **told):
    told = {"name": "run", "start": START, "end": START + 10**9, "seconds": 1.0, **told}
    return Activity(id=identity, **told)


def log(*activities):
    return encode_header(canonical({"writer": "t"})) + b"".join(
        encode(entry_bytes(each)) for each in activities
    )


def log_of(writer):
    """Give the file that a writer writes now."""
    assert writer.path is not None
    return writer.path


def booking(meter=10, **told):
    told = {"workload": meter, "others": 0, "idle": 0, "unattributed": 0, **told}
    return Booking(
        domain="gpu:0",
        component="gpu",
        device="X",
        sensor="nvml",
        tier="measured",
        method="nvml/1",
        meter=meter,
        low=0.9,
        high=1.1,
        coverage=1.0,
        rule="whole/1",
        share=1.0,
        **told,
    )


words = st.text(max_size=12)
int64 = st.integers(0, 2**62)
bookings = st.builds(
    booking,
    meter=st.integers(0, 2**60),
    others=int64,
    idle=int64,
    unattributed=st.integers(-(2**62), 2**62),
)
texts = st.dictionaries(words, words, max_size=3)
activities = st.builds(
    Activity,
    id=st.text(min_size=1, max_size=26),
    name=words,
    start=int64,
    end=int64,
    seconds=st.floats(0, 1e9),
    revision=st.integers(0, 5),
    state=st.sampled_from(State),
    stage=st.sampled_from(STAGES),
    counts=st.dictionaries(words, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    bookings=st.lists(bookings, max_size=3).map(tuple),
    host=texts,
    model=texts,
    exit_code=st.none() | st.integers(0, 255),
)
payloads = st.text(max_size=60).map(str.encode)
