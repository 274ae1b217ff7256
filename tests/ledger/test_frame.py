import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import RecordError
from submeter.ledger import frame
from submeter.ledger.frame import Damage, decode, encode, encode_header
from tests.ledger.entries import payloads

HEADER = encode_header(b'{"writer":"t"}')
logs = st.lists(payloads, min_size=1, max_size=6)


def framed(payload_list):
    return HEADER + b"".join(encode(each) for each in payload_list)


def read(data):
    return [each.payload for each in decode(data).frames]


@given(logs)
def test_what_was_encoded_is_decoded(payload_list):
    decoded = decode(framed(payload_list))
    assert [each.payload for each in decoded.frames] == payload_list
    assert decoded.header == b'{"writer":"t"}'
    assert decoded.damage == ()
    assert decoded.torn is None


def test_the_frame_on_disk_is_what_the_reference_says():
    assert encode(b"{}") == bytes.fromhex("ff534dfe 02000000 14ad751e") + b"{}"
    assert HEADER[:12] == b"\x89SUBWAL\n" + bytes([1, 0, 14, 0])


@given(logs, st.data())
def test_any_truncation_keeps_all_whole_frames_and_is_no_damage(payload_list, data):
    whole = framed(payload_list)
    cut = data.draw(st.integers(0, len(whole)))
    decoded = decode(whole[:cut])
    ends, end = [], len(HEADER)
    for each in payload_list:
        end += len(encode(each))
        ends.append(end)
    kept = sum(end <= cut for end in ends)
    assert [each.payload for each in decoded.frames] == payload_list[:kept]
    assert decoded.damage == ()
    assert (decoded.torn is None) == (cut in [len(HEADER), *ends])
    if decoded.torn:
        assert decoded.torn.offset + decoded.torn.length == cut


@given(logs, st.data())
def test_any_flipped_byte_loses_only_its_own_frame_and_is_reported(payload_list, data):
    whole = framed(payload_list)
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = bytearray(whole)
    broken[at] ^= data.draw(st.integers(1, 255))
    decoded = decode(bytes(broken))
    expected, offset = [], len(HEADER)
    for each in payload_list:
        end = offset + len(encode(each))
        if not offset <= at < end:
            expected.append(each)
        offset = end
    assert [each.payload for each in decoded.frames] == expected
    assert decoded.torn is None
    (damage,) = decoded.damage
    assert damage.offset <= at < damage.offset + damage.length
    assert damage.reason


@given(logs, st.data())
def test_a_range_of_junk_anywhere_loses_only_what_it_covers(payload_list, data):
    whole = framed(payload_list)
    first = data.draw(st.integers(len(HEADER), len(whole)))
    last = data.draw(st.integers(first, len(whole)))
    junk = data.draw(st.binary(max_size=80))
    broken = whole[:first] + junk + whole[last:]
    kept, offset = [], len(HEADER)
    for each in payload_list:
        end = offset + len(encode(each))
        if end <= first or offset >= last:
            kept.append(each)
        offset = end
    found = read(broken)
    assert found == kept or all(each in found for each in kept)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data):
    decode(data)
    decode(HEADER + data)
    decode(HEADER + frame.SYNC + data)


@given(st.lists(st.sampled_from([HEADER, encode(b"{}"), frame.SYNC, b"\xff", b"\0" * 20, b"{"])))
def test_every_byte_is_accounted_for_exactly_once(pieces):
    data = b"".join(pieces)
    decoded = decode(data)
    ranges = [(each.offset, each.length) for each in decoded.damage]
    ranges += [(each.offset, len(encode(each.payload))) for each in decoded.frames]
    if decoded.torn:
        ranges.append((decoded.torn.offset, decoded.torn.length))
    if decoded.header is not None:
        ranges.append((0, len(HEADER)))
    at = 0
    for offset, length in sorted(ranges):
        assert offset == at
        at += length
    assert at == len(data)


def test_unwritten_blocks_after_a_power_cut_are_a_torn_tail():
    whole = framed([b"{}"])
    for tail in (b"\0" * 4096, encode(b'{"a":1}')[:15] + b"\0" * 500):
        decoded = decode(whole + tail)
        assert len(decoded.frames) == 1
        assert decoded.damage == ()
        assert decoded.torn == Damage(len(whole), len(tail), "the last write never finished")


def test_a_damaged_header_costs_no_entry():
    broken = b"\0" * len(HEADER) + framed([b"{}"])[len(HEADER) :]
    decoded = decode(broken)
    assert read(broken) == [b"{}"]
    assert decoded.header is None
    assert decoded.damage == (Damage(0, len(HEADER), "the file's header cannot be read"),)


def test_a_newer_format_is_named_and_not_guessed_at():
    decoded = decode(encode_header(b"{}", version=2) + encode(b"{}"))
    assert decoded.frames == ()
    assert "format 2" in decoded.damage[0].reason


def test_a_length_above_the_bound_is_damage():
    huge = frame.SYNC + (2**32 - 1).to_bytes(4, "little") + b"\0" * 4
    decoded = decode(HEADER + huge + encode(b"{}"))
    assert [each.payload for each in decoded.frames] == [b"{}"]
    assert "above the largest" in decoded.damage[0].reason


def test_what_does_not_fit_a_frame_is_refused():
    assert encode(b"a" * frame.LARGEST_PAYLOAD)
    with pytest.raises(RecordError, match="split the entry"):
        encode(b"a" * (frame.LARGEST_PAYLOAD + 1))
    with pytest.raises(RecordError, match="UTF-8"):
        encode(b"\xff")
    with pytest.raises(RecordError, match="header"):
        encode_header(b"a" * 70_000)


def test_a_file_full_of_false_markers_is_read_in_linear_time():
    marker = frame.SYNC + (2**20).to_bytes(4, "little") + b"\0" * 4
    begun = time.perf_counter()
    decode(HEADER + marker * 200_000)
    assert time.perf_counter() - begun < 5
