import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.ledger.identity import ALPHABET, LENGTH, IdSource, encode_id, id_time


@given(st.lists(st.integers(-(10**18), 2**63), min_size=1, max_size=40))
def test_ids_rise_whatever_the_clock_does(times):
    ticks = iter(times)
    source = IdSource(lambda: next(ticks))
    ids = [source.new() for _ in times]
    assert ids == sorted(set(ids))
    assert all(len(each) == LENGTH and set(each) <= set(ALPHABET) for each in ids)


def test_ids_of_two_sources_sort_by_time():
    early, late = IdSource(lambda: 10**18), IdSource(lambda: 10**18 + 10**6)
    assert early.new() < late.new()


def test_an_id_tells_its_time():
    assert id_time(IdSource(lambda: 1_760_000_000_123_456_789).new()) == 1_760_000_000_123_000_000
    with pytest.raises(ValueError, match="26"):
        id_time("short")


def test_the_largest_randomness_carries_into_the_time_and_still_rises():
    source = IdSource(lambda: 10**18, lambda size: b"\xff" * size)
    assert source.new() < source.new()


def test_the_published_example_is_encoded_alike():
    assert encode_id(0x01563E3AB5D3D6764C61EFB99302BD5B) == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def test_threads_share_a_source():
    source = IdSource(lambda: 5)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.extend(source.new() for _ in range(200)))
        for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(found)) == 800
