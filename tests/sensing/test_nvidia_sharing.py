"""Boards that several processes hold: who computes on them, and what MIG leaves untold."""

import pytest

pytestmark = pytest.mark.system

USES = "nvmlDeviceGetProcessUtilization"
PROCESSES = "nvmlDeviceGetComputeRunningProcesses_v3"
SECONDS = {"cases": [{"start": 1000.3, "beats": [1.0] * 20}]}


def computed(told, board=0):
    """Give the seconds computed by the workload and by others, and for which it is known."""
    return told["boards"][board]["computed"][:3]


def test_who_computes_on_a_shared_board_is_told_by_its_driver(nvidia):
    told = nvidia(SECONDS, pids="self,4242", sm="self:60,4242:20")
    own, others, known = computed(told)
    assert known == pytest.approx(19.9, abs=0.3)
    assert (own / known, others / known) == pytest.approx((0.6, 0.2), abs=0.01)
    assert told["notes"] == []


def test_several_processes_of_the_others_are_added(nvidia):
    own, others, known = computed(nvidia(SECONDS, pids="self,7,8", sm="self:10,7:20,8:30"))
    assert (own / known, others / known) == pytest.approx((0.1, 0.5), abs=0.01)


def test_samples_lie_where_their_own_timestamps_say(nvidia):
    """The other computes from 1005 s to 1010 s only: in a fourth of the time."""
    own, others, known = computed(nvidia(SECONDS, pids="self,7", sm="self:50,7:40:1005:1010"))
    assert others == pytest.approx(0.4 * 5, abs=0.3)
    assert own == pytest.approx(0.5 * known, abs=0.3)


def test_where_nobody_computes_that_is_known_up_to_two_seconds_ago(nvidia):
    own, others, known = computed(nvidia(SECONDS, pids="self,7", sm=""))
    assert (own, others) == (0, 0)
    assert known == pytest.approx(18, abs=0.2)


def test_a_board_with_one_holder_is_not_asked_about(nvidia):
    told = nvidia(SECONDS, boards=2, pids="self/7", sm="self:50/7:50", faults=f"lost@{USES}#0")
    assert [computed(told, board) for board in (0, 1)] == [[], []]
    assert told["notes"] == []


@pytest.mark.parametrize(
    "boards", [{"missing": USES}, {"mig": 2, "sm": "self:50,7:50"}], ids=["old board", "MIG"]
)
def test_where_it_is_not_told_the_account_says_so(nvidia, boards):
    told = nvidia(SECONDS, pids="self,7", **boards)
    assert computed(told) == []
    assert told["boards"][0]["held"] == [0, 0, 20, 0]
    (note,) = told["notes"]
    assert "stays unattributed" in note


def test_a_lookup_that_fails_once_leaves_that_time_untold(nvidia):
    told = nvidia(SECONDS, pids="self,7", sm="self:50,7:50", faults=f"once@{USES}#5")
    _, _, known = computed(told)
    assert 17 < known < 19.5
    assert "Unknown Error" in told["notes"][0]


def test_a_split_board_is_held_by_who_is_in_its_instances(nvidia):
    """Processes run in the instances in turn; the board itself lists none of them."""
    told = nvidia(SECONDS, boards=3, pids="self/7/self,7", mig=2, mig_hides=1)
    held = [told["boards"][board]["held"] for board in range(3)]
    assert held == [[20, 0, 0, 0], [0, 20, 0, 0], [0, 0, 20, 0]]
    assert told["holders"] == ""


def test_a_split_board_is_booked_whole_and_says_so(nvidia):
    told = nvidia(SECONDS, wave="300:1", mig=7)
    assert told["boards"][0]["energy"] == pytest.approx(6000, rel=0.01)
    (caveat,) = told["caveats"]
    assert "MIG" in caveat
    assert "the whole board's" in caveat


def test_one_instance_that_does_not_tell_leaves_the_board_unknown(nvidia):
    told = nvidia(SECONDS, pids="self,7", mig=2, faults=f"lost@{PROCESSES}#5")
    assert told["boards"][0]["held"][2] < 20
    assert "GPU is lost" in told["holders"]
