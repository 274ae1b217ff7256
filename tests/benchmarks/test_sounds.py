"""Sounds that are speech or none: as many of each, as loud as is said, in whole steps."""

import math

import pytest

from submeter.benchmarks.tasks.sounds import OTHER, SPEECH, sounds
from submeter.errors import UsageError

numpy = pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def items():
    try:
        return {each.id: each for each in sounds().items}
    except UsageError as error:
        pytest.skip(str(error))


def level(item):
    return math.sqrt((item.input["samples"].astype(float) ** 2).mean())


def test_as_many_are_speech_as_not_and_each_lasts_a_second(items):
    kinds = [each.reference for each in items.values()]
    assert kinds.count(SPEECH) == kinds.count(OTHER) > 20
    assert {(len(each.input["samples"]), each.input["rate"]) for each in items.values()} == {
        (16000, 16000)
    }


def test_noise_is_ten_decibels_below_the_speech_in_it(items):
    noisy = [name for name in items if name.endswith(" in noise")]
    assert len(noisy) > 10
    for name in noisy:
        clean, both = (items[each].input["samples"].astype(float)
                       for each in (name.removesuffix(" in noise"), name))  # fmt: skip
        # Where the sum goes beyond what 16 bits hold it is cut off, and tells no noise.
        noise = (both - clean)[abs(both) < 0.99]
        ratio = 20 * math.log10(math.sqrt((clean**2).mean()) / math.sqrt((noise**2).mean()))
        assert ratio == pytest.approx(10, abs=0.3)


def test_what_is_made_is_as_loud_as_is_said_and_each_time_another(items):
    made = [each for each in items.values() if each.reference == OTHER]
    told: dict[str, set[bytes]] = {}
    for each in made:
        kind = each.id.split()[0]
        told.setdefault(kind, set()).add(each.input["samples"].tobytes())
        assert level(each) == pytest.approx(0 if kind == "silence" else 0.1, abs=0.02)
    assert set(told) == {
        "silence", "hiss", "rumble", "hum", "clicks", "sweep", "melody", "chord",
    }  # fmt: skip
    assert all(len(told[kind]) > 2 for kind in ("hiss", "rumble", "clicks", "sweep", "melody"))


def test_samples_are_whole_steps_of_sixteen_bits(items):
    for each in items.values():
        steps = each.input["samples"].astype(float) * 32768
        assert (steps == steps.round()).all()
        assert abs(each.input["samples"]).max() <= 1
