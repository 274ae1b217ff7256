"""What several entries claim of one device is found by device and time, and charged once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.runs.claims import _Times, charged_once, overlaps
from submeter.runs.parts import outermost, parts_of
from submeter.workloads.activity import Activity, Booking, Device

GPU = "gpu:GPU-12345678-9abc-def0-1234-56789abcdef0"
SECOND = 10**9
WATT = 10**6
"""A joule a second, in µJ."""


def booked(meter, workload=None, domain=GPU, **told):
    workload = meter if workload is None else workload
    component = domain.partition(":")[0].replace("package", "cpu")
    told = {"others": meter - workload, "idle": 0, "unattributed": 0, "share": 1.0, **told}
    return Booking(
        domain=domain, component=component, device="X", sensor="nvidia", tier="measured",
        method="nvidia/1", meter=meter, workload=workload, low=0.95, high=1.05, coverage=1.0,
        rule="whole-device/1", **told,
    )  # fmt: skip


def entry(identity, start, end, *bookings, boot="b1", **told):
    devices = (Device("gpu", "X", GPU.partition(":")[2], reserved=1.0), Device("cpu", "C"))
    return Activity(
        id=identity, name="run", start=round(start * SECOND), end=round(end * SECOND),
        seconds=end - start, bookings=bookings, devices=devices,
        host={"boot": boot, "name": "node"}, **told,
    )  # fmt: skip


def claimed(entries, domain=GPU):
    return sum(each.workload for row in entries for each in row.bookings if each.domain == domain)


def test_four_ranks_on_one_gpu_are_charged_what_it_drew():
    """The failure that is often seen: 4 ranks, one meter each, and 4 times the truth."""
    ranks = [entry(str(i), 0, 10, booked(3000 * WATT)) for i in range(4)]
    charged, (found,) = charged_once(ranks)
    assert claimed(charged) == 3000 * WATT
    assert {each.bookings[0].workload for each in charged} == {750 * WATT}
    assert (found.domain, found.claimed, found.drawn) == (GPU, 12000 * WATT, 3000 * WATT)
    assert found.beyond == 9000 * WATT
    assert found.entries == ("0", "1", "2", "3")
    assert found.telling
    assert "4 entries claim 12.00 kJ" in found.line()
    assert "of node" in found.line()
    assert [each.devices[0].reserved for each in charged] == [0.25] * 4
    assert [each.devices[1].reserved for each in charged] == [1.0] * 4


def test_ranks_that_begin_and_end_milliseconds_apart_are_found_too():
    ranks = [
        entry(str(i), i / 1000, 10 + (3 - i) / 500, booked(round(300 * WATT * (10 + i / 999))))
        for i in range(4)
    ]
    charged, (found,) = charged_once(ranks)
    assert claimed(charged) == found.drawn == pytest.approx(300 * WATT * 10.006, rel=0.002)


def test_where_one_goes_on_longer_its_own_time_is_its_own():
    long, short = (
        entry("A", 0, 100, booked(30_000 * WATT)),
        entry("B", 40, 60, booked(9_000 * WATT)),
    )
    charged, _ = charged_once([long, short])
    assert claimed(charged) == 30_000 * WATT, "the longer one saw all of it"


def test_whole_claims_that_overlap_in_part_are_taken_as_even_in_time():
    one, two = entry("A", 0, 10, booked(1000 * WATT)), entry("B", 5, 15, booked(1000 * WATT))
    charged, (found,) = charged_once([one, two])
    assert found.drawn == claimed(charged) == 1500 * WATT


def test_use_that_was_told_apart_is_left_alone():
    """Two ranks of a machine, each with its own CPU time: together they are below the meter."""
    one, two = (
        entry(name, 0, 10, booked(1000, workload, "package:0", idle=100, others=900 - workload))
        for name, workload in (("A", 500), ("B", 400))
    )
    assert charged_once([one, two]) == ([one, two], [])


def test_one_process_metered_twice_is_found_by_what_is_left_for_others():
    """A attached to a group and B to a process in it: A knows that others drew 100 µJ."""
    one = entry("A", 0, 10, booked(1000, 600, "package:0", idle=300, others=100, share=0.5))
    two = entry("B", 0, 10, booked(1000, 300, "package:0", idle=300, others=400, share=0.25))
    charged, (found,) = charged_once([one, two])
    assert (found.claimed, found.drawn) == (900, 700)
    assert claimed(charged, "package:0") == 700
    assert charged[0].bookings[0].share == pytest.approx(0.5 * 7 / 9, rel=0.01)
    assert charged[0].devices[1].reserved == pytest.approx(7 / 9, rel=0.01)


def test_work_that_took_turns_is_not_taken_for_a_double_claim():
    """Energy need not follow time: A was busy before B began."""
    one = entry("A", 0, 100, booked(10_000, 5_000, "package:0"))
    two = entry("B", 50, 150, booked(10_000, 5_000, "package:0"))
    assert charged_once([one, two])[1] == []


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (entry("B", 10, 20, booked(1000)), "it began as the first ended"),
        (entry("B", 0, 10, booked(1000, 0)), "it claims nothing"),
        (entry("B", 0, 10, booked(1000, domain="gpu:1")), "it is another device"),
        (entry("B", 0, 0, booked(1000)), "it took no time"),
    ],
)
def test_nothing_is_claimed_twice(other, why):
    one = entry("A", 0, 10, booked(1000))
    assert charged_once([one, other]) == ([one, other], []), why


def test_a_number_names_a_device_of_its_machine_and_a_uuid_one_of_the_world():
    same = [entry(i, 0, 10, booked(1000, domain="package:0")) for i in "AB"]
    assert len(overlaps(same)) == 1
    apart = [entry(i, 0, 10, booked(1000, domain="package:0"), boot=f"b{i}") for i in "AB"]
    assert overlaps(apart) == []
    moved = [entry(i, 0, 10, booked(1000), boot=f"b{i}") for i in "AB"]
    assert len(overlaps(moved)) == 1
    nowhere = [replace(each, host={}) for each in same]
    assert overlaps(nowhere) == []


def test_less_than_meters_differ_by_is_scaled_without_alarm():
    one, two = entry("A", 0, 10, booked(1000, 600)), entry("B", 0, 10, booked(1000, 401))
    charged, (found,) = charged_once([one, two])
    assert claimed(charged) == 1000
    assert not found.telling


spans = st.tuples(st.integers(0, 20), st.integers(1, 20))
claims = st.lists(
    st.tuples(spans, st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()), max_size=6
)


def drawn_entries(rows):
    return [
        entry(
            str(i), start, start + length,
            booked(work + (0 if whole else rest), work, others=0 if whole else rest),
        )
        for i, ((start, length), work, rest, whole) in enumerate(rows)
    ]  # fmt: skip


@given(claims)
def test_books_stay_balanced_and_no_claim_grows(rows):
    entries = drawn_entries(rows)
    charged, _ = charged_once(entries)
    assert len(charged) == len(entries)
    for before, after in zip(entries, charged, strict=True):
        for was, now in zip(before.bookings, after.bookings, strict=True):
            accounts = (now.workload, now.others, now.idle, now.unattributed)
            assert sum(accounts) == now.meter == was.meter
            assert 0 <= now.workload <= was.workload


@given(claims)
def test_what_was_found_is_charged_to_the_microjoule_and_only_once(rows):
    entries = drawn_entries(rows)
    charged, found = charged_once(entries)
    assert claimed(charged) == claimed(entries) - sum(each.beyond for each in found)
    for each in found:
        most = max(
            row.bookings[0].workload + row.bookings[0].others
            for row in entries if row.id in each.entries
        )  # fmt: skip
        assert most <= each.drawn < each.claimed
    again, _ = charged_once(charged)
    assert claimed(again) <= claimed(charged)


@given(claims, st.randoms())
def test_order_does_not_matter(rows, random):
    entries = drawn_entries(rows)
    one, _ = charged_once(entries)
    random.shuffle(entries)
    other, _ = charged_once(entries)
    assert sorted(one, key=lambda each: each.id) == sorted(other, key=lambda each: each.id)


def test_what_was_measured_inside_is_a_part_on_the_same_machine_only():
    """A launcher hands the variable on to other machines, whose joules are not here."""
    whole = entry("A", 0, 10)
    inside = entry("B", 1, 2, lineage={"parent": "A"})
    deeper = entry("C", 1, 2, lineage={"parent": "B"})
    away = entry("D", 1, 2, boot="b2", lineage={"parent": "A"})
    orphan = entry("E", 1, 2, lineage={"parent": "Z"})
    rows = [whole, inside, deeper, away, orphan]
    assert parts_of(rows) == {"B": "A", "C": "B"}
    assert outermost(rows) == [whole, away, orphan]


JOB = {"job": "slurm:1"}


def test_what_runs_in_a_group_that_is_metered_as_a_whole_is_a_part_of_it():
    whole = entry("A", 0, 10, lineage={**JOB, "covers": "job"})
    step = entry("B", 1, 9, lineage={**JOB, "step": "0", "covers": "step"})
    rank = entry("C", 2, 8, lineage={**JOB, "step": "0", "rank": "3"})
    away = entry("D", 2, 8, boot="b2", lineage={**JOB, "rank": "4"})
    before = entry("E", -1, 8, lineage={**JOB, "rank": "5"})
    strange = entry("F", 2, 8, lineage={"job": "slurm:2"})
    rows = [whole, step, rank, away, before, strange]
    assert outermost(rows) == [whole, away, before, strange]
    assert outermost(rows[1:]) == [step, away, before, strange]


def test_a_container_covers_what_is_in_it_whatever_its_job():
    whole = replace(entry("A", 0, 9, lineage={"covers": "container"}), host={"container": "c"})
    inside = replace(entry("B", 1, 8), host={"container": "c"})
    for host in ({}, {"boot": "b"}):
        rows = [replace(each, host={**each.host, **host}) for each in (whole, inside)]
        assert len(outermost(rows)) == (1 if host else 2), "without a machine nothing is known"


def test_of_two_that_metered_one_group_alike_one_is_the_whole():
    rows = [entry(each, 0, 10, lineage={**JOB, "covers": "job"}) for each in "AB"]
    assert [each.id for each in outermost(rows)] == ["A"]
    assert [each.id for each in outermost(reversed(rows))] == ["A"]


@given(st.lists(spans, max_size=12))
def test_time_is_told_apart_to_the_nanosecond(stretches):
    times, seen = _Times(), set[int]()
    for start, length in stretches:
        stretch = set(range(start, start + length))
        assert times.add(start, start + length) == len(stretch - seen)
        seen |= stretch
