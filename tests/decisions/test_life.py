"""A life is the sum of its stages, whatever their order, each piece of work once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.patterns import grouped
from submeter.accounting.surroundings import Grid
from submeter.accounts.account_file import account_file
from submeter.decisions.life import life
from submeter.decisions.piece import Kind, Parent, kind_of, of_file
from submeter.errors import UsageError

DRAWS = Draws(seed=5, count=64)
STAGES = ("data-preparation", "training", "fine-tuning", "distillation", "inference", "other")


def piece(name, mwh=1.0, stage="training", model="m", **more):
    content = {
        "name": name, "stage": stage, "model": model, "place": {"grid": "200 to 400 gCO2e/kWh"},
        "facility": {"included": True}, "energy": [{"component": "gpu", "energy": f"{mwh} MWh"}],
        **more,
    }  # fmt: skip
    return of_file(account_file(content), "m")


def value(line, quantity="energy"):
    amount = line.estimate(quantity)
    assert amount is not None
    return amount.value


def named(found, name):
    (line,) = [each for each in found.lines if each.name == name]
    return line


def work_out(pieces, model="m", **shares):
    return life(model, pieces, SUBMETER_1, DRAWS, shares)


def plain(found):
    return found.as_dict()


works = st.lists(
    st.tuples(
        st.floats(0.001, 1e3), st.sampled_from(STAGES),
        st.sampled_from(["", "development", "failed"]),
    ),
    min_size=1, max_size=6,
).map(lambda rows: [
    piece(f"p{number}", mwh, stage, purpose=purpose)
    for number, (mwh, stage, purpose) in enumerate(rows)
])  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(works)
def test_the_stages_add_up_to_the_whole(pieces):
    found = work_out(pieces)
    for quantity in ("energy", "carbon"):
        parts = sum(value(line, quantity) for line in found.lines)
        assert parts == pytest.approx(value(found.whole, quantity))
    untold = [line for line in found.lines if line.name == Kind.UNTOLD]
    sides = [each for each in (found.making, found.inference, *untold) if each.pieces]
    assert sum(map(value, sides)) == pytest.approx(value(found.whole))


@settings(max_examples=30, deadline=None)
@given(works, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_anything(pieces, random):
    again = [*pieces, *pieces]
    random.shuffle(again)
    told = plain(work_out(again))
    twice = [each for each in told["missing"] if each.startswith("twice: ")]
    assert len(twice) == len(pieces)
    told["missing"] = [each for each in told["missing"] if each not in twice]
    assert told == plain(work_out(pieces))


def test_what_is_shared_is_one_unknown():
    """Of a hundred runs on one grid the interval is as wide, for its size, as that of one."""
    one = work_out([piece("one")]).whole.estimate("carbon")
    many = work_out([piece(f"r{n}") for n in range(100)]).whole.estimate("carbon")
    assert one is not None
    assert many is not None
    assert (many.high - many.low) / many.value == pytest.approx((one.high - one.low) / one.value)


def test_a_share_of_the_teacher_is_counted_and_none_where_it_is_not_stated():
    teacher = [piece("t1", 80, model="T"), piece("t2", 20, "data-preparation", model="T")]
    used = piece("t3", 500, "inference", model="T")
    student = piece("s", 1, "distillation", parent={"model": "T", "share": 0.25})
    found = work_out([*teacher, used, student])
    assert value(named(found, "teacher T")) == pytest.approx(25_000)
    assert value(found.whole) == pytest.approx(26_000)
    untold = piece("s", 1, "distillation", parent={"model": "T"})
    silent = work_out([*teacher, used, untold])
    assert value(silent.whole) == pytest.approx(1000)
    assert silent.ancestors[0].share is None
    assert any("--share T=" in note for note in silent.missing)
    asked = work_out([*teacher, used, untold], T=0.25)
    assert value(asked.whole) == pytest.approx(26_000)


def diamond(left, right):
    """Give a model made from two, which were both made from one base."""
    return [
        piece("b", 100, model="B"),
        piece("x", 1, "fine-tuning", model="X", parent={"model": "B", "share": left}),
        piece("y", 1, "fine-tuning", model="Y", parent={"model": "B", "share": right}),
        piece("m1", 1, "distillation", parent={"model": "X", "share": 1}),
        piece("m2", 1, "fine-tuning", parent={"model": "Y", "share": 1}),
    ]


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_a_base_that_two_ways_lead_to_is_counted_once(left, right):
    found = work_out(diamond(left, right))
    share = min(1.0, left + right)
    assert found.ancestors[-1].model == "B"
    assert found.ancestors[-1].share == pytest.approx(share)
    assert value(found.whole) == pytest.approx(4000 + 100_000 * share)


def test_more_than_the_whole_given_away_is_told():
    told = work_out(diamond(0.8, 0.8)).missing
    assert any("the shares of B" in note and "1.6" in note for note in told)


def test_what_is_made_from_it_is_shown_beside_and_not_counted():
    child = piece("c", 7, "fine-tuning", model="C", parent={"model": "m", "share": 1})
    found = work_out([piece("a", 10), child])
    assert value(found.whole) == pytest.approx(10_000)
    (beside,) = found.made_from_it
    assert (beside.model, value(beside)) == ("C", pytest.approx(7000))


def test_failed_and_development_runs_are_told_apart():
    assert kind_of("training", "", failed=True) is Kind.FAILED
    assert kind_of("training", "development", failed=False) is Kind.DEVELOPMENT
    assert kind_of("training", "development", failed=True) is Kind.FAILED
    assert kind_of("inference", "", failed=True) is Kind.INFERENCE
    assert kind_of("other", "", failed=True) is Kind.UNTOLD
    assert kind_of("other", "development", failed=False) is Kind.DEVELOPMENT


def test_what_is_not_known_of_some_is_told():
    bare = piece("hardware", embodied=[{"component": "server", "each": "1 kgCO2e", "hours": "1 h"}])
    bare = replace(bare, inventory=replace(bare.inventory, items=()))
    found = work_out([piece("a"), bare])
    assert "energy: not known of 1 of 2 pieces of training; the others' sum" in found.missing


def test_a_lineage_that_cannot_be_is_refused():
    a = piece("a", parent={"model": "b", "share": 1})
    b = piece("b", model="b", parent={"model": "m", "share": 1})
    with pytest.raises(UsageError, match="made from itself: m from b from m"):
        work_out([a, b])
    with pytest.raises(UsageError, match="its own parent"):
        piece("x", parent={"model": "m"})
    other = replace(a, id="other", parents=(Parent("b", "base", 0.5),))
    with pytest.raises(UsageError, match=r"share of b in m is 0\.5 and 1"):
        work_out([a, other])


def test_an_unknown_model_names_those_that_are_known():
    with pytest.raises(UsageError, match="nothing of z is on record") as told:
        work_out([piece("a")], model="z")
    assert "known are m" in told.value.line()


def of_olmo(name, mwh, tonnes, kilolitres, **more):
    """Give a part of OLMo as its tables print it: energy, and what its sites made of it."""
    return of_file(
        account_file(
            {
                "name": name,
                "stage": "training",
                "model": "olmo",
                "place": {
                    "grid": f"{tonnes / mwh} kgCO2e/kWh",
                    "water": f"{kilolitres / mwh} L/kWh",
                },
                "facility": {"included": True, "wue": "0 L/kWh"},
                "energy": [{"component": "gpu", "energy": f"{mwh} MWh"}],
                **more,
            }
        ),
        "olmo",
    )


def test_olmo_development_and_training():
    """Morrison et al. 2025: 493 t and 2,769 m³, of which development is half of training.

    159 t and 843 m³ of development, 312 t and 1,921 m³ of training (table 2), 22 t and 4.8 m³ of
    1.65 million hours of accelerators (section 4.1). The development's energy only carries its
    tonnes and litres here, and is not the paper's.
    """
    rows = [(0.8, 0.3, 1), (1.2, 0.4, 1.6), (2.4, 1, 3.6), (5, 2, 5.9), (8, 3, 10), (67, 22, 87),
            (30, 10, 39), (149, 0, 0), (114, 70, 487), (95, 32, 122), (157, 52, 202),
            (230, 101, 892), (54, 18, 70)]  # fmt: skip
    hardware = {
        "name": "accelerators", "stage": "training", "model": "olmo", "purpose": "development",
        "embodied": [{"component": "gpu", "each": "463 kgCO2e", "water": "102.6 L",
                      "device_hours": "1650000 h", "lifetime": "4 years"}],
    }  # fmt: skip
    pieces = [of_olmo(f"training {n}", *row) for n, row in enumerate(rows)]
    pieces.append(of_olmo("development", 479, 159, 843, purpose="development"))
    found = life("olmo", pieces, find("olmo-2025", METHODS), DRAWS)
    development, training = named(found, "development"), named(found, "training")
    assert value(training) / 1000 == pytest.approx(913, abs=0.6)
    assert value(training, "carbon") / 1000 == pytest.approx(312, abs=0.6)
    assert value(development, "carbon") / value(training, "carbon") == pytest.approx(0.5, abs=0.02)
    made = of_file(account_file(hardware), "olmo").inventory.embodied
    whole = [replace(pieces[-1], inventory=replace(pieces[-1].inventory, embodied=made))]
    found = life("olmo", [*pieces[:-1], *whole], find("olmo-2025", METHODS), DRAWS)
    assert value(found.whole, "carbon") / 1000 == pytest.approx(493, abs=1)
    assert value(found.whole, "water") / 1000 == pytest.approx(2769, abs=1)


def test_pieces_alike_are_added_up_and_each_is_counted():
    alike = [piece(f"p{number}") for number in range(4)]
    assert len(grouped([each.inventory for each in alike])) == 1
    placeless = [
        replace(each, inventory=replace(each.inventory, grid=Grid())) for each in alike[:3]
    ]
    one, some = work_out(alike[:1]), work_out([*placeless, alike[3]])
    assert value(some.whole) == pytest.approx(4 * value(one.whole))
    assert value(some.whole, "carbon") == pytest.approx(value(one.whole, "carbon"))
    assert named(some, "training").pieces == sorted(each.id for each in alike)
    assert "carbon: not known of 3 of 4 pieces of training; the others' sum" in some.missing
