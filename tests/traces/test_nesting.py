"""Several meters of one machine: what one of them sees is never added to what another sees."""

from hypothesis import given
from hypothesis import strategies as st

from submeter.quantities.cumulative import Cumulative
from submeter.quantities.estimate import Tier
from submeter.traces.domain import Domain
from submeter.traces.nesting import claimed, container, nested
from submeter.traces.trace import Accuracy, PowerTrace

COMPONENTS = {
    "gpu": "gpu", "package": "cpu", "core": "cpu", "uncore": "cpu", "dram": "memory",
    "psys": "machine", "board": "machine", "module": "machine", "bmc": "machine", "wall": "machine",
    "rail": "other",
}  # fmt: skip
kinds = st.sampled_from(sorted(COMPONENTS))
ids = st.builds(
    lambda kind, number: kind if number is None else f"{kind}:{number}",
    kinds,
    st.sampled_from([None, 0, 1]),
)


def domain(name, inside=""):
    return Domain(name, COMPONENTS[name.partition(":")[0]], inside)


def trace(name, inside=""):
    energy = Cumulative([0, 1], [0, 1])
    accuracy = Accuracy(0.0, 1.0, 1.0, "exact")
    return PowerTrace(domain(name, inside), "drawn", Tier.MEASURED, energy, accuracy)


def inside(name, *others, named=""):
    return container(domain(name, named), {name, *others})


def test_everything_lies_in_the_socket_and_in_the_narrowest_meter_around_it():
    others = ("psys", "bmc", "wall")
    assert inside("package:0", *others) == "psys"
    assert inside("dram:0", *others) == "psys"
    assert inside("psys", *others) == "bmc"
    assert inside("bmc", *others) == "wall"
    assert inside("wall", *others) == ""


def test_a_card_lies_in_the_machine_and_not_in_the_boards_counter():
    assert inside("gpu:1", "psys") == ""
    assert inside("gpu:1", "psys", "bmc", "wall") == "bmc"
    assert inside("gpu:1", "board") == "board"


def test_a_superchip_takes_in_processors_and_the_gpu_that_says_so():
    chip = "module:GPU-1"
    assert inside("package:0", chip, "wall") == chip
    assert inside("dram", chip, "wall") == chip
    assert inside("gpu:GPU-1", chip, "wall", named=chip) == chip
    assert inside("gpu:GPU-2", chip, "wall") == "wall"
    assert inside(chip, "psys", "bmc") == "bmc"


def test_a_superchip_is_one_whether_it_goes_by_its_socket_or_by_its_gpu():
    assert claimed("module:0", {"module:GPU-1"})
    assert not claimed("module:0", {"gpu:GPU-1"})


def test_cores_lie_in_their_package_whichever_sensor_reads_it():
    assert inside("core:1", "package:0", "package:1") == "package:1"
    assert inside("core", "package:0", "package:1") == "package:0"
    assert inside("core:0", "package", "psys") == "package"


def test_what_a_sensor_names_itself_comes_first_and_stays_where_nothing_is_read():
    assert inside("core:0", "package:0", "wall", named="wall") == "wall"
    assert inside("core:0", named="package:0") == "package:0"


def test_of_all_that_is_read_each_names_what_contains_it():
    read = [trace("gpu:0"), trace("package:0"), trace("core:0", "package:0"), trace("wall")]
    found = nested(read)
    told = {each.domain.id: each.domain.inside for each in found}
    assert told == {"gpu:0": "wall", "package:0": "wall", "core:0": "package:0", "wall": ""}
    assert found[2:] == read[2:]
    assert [each.energy for each in found] == [each.energy for each in read]


@given(st.sets(ids, min_size=1, max_size=8))
def test_what_is_nested_stays_as_it_is(names):
    once = nested([trace(name) for name in sorted(names)])
    assert nested(once) == once
    assert [each.domain.id for each in once] == sorted(names)


def test_of_several_chassis_one_stands_for_all():
    assert inside("package:0", "bmc:A", "bmc:B") == "bmc:A"
    assert inside("bmc:A", "bmc:B") == ""


def test_the_whole_and_its_parts_are_read_once():
    assert claimed("gpu:1", {"gpu:1"})
    assert claimed("bmc", {"bmc:A"})
    assert claimed("core:0", {"core"})
    assert not claimed("core:0", {"core:1", "package"})
    assert not claimed("gpu:1", {"gpu"})


@given(st.sets(ids, min_size=1, max_size=12))
def test_no_domain_lies_in_itself_however_far_out_one_goes(names):
    around = {name: container(domain(name), names) for name in names}
    for name in names:
        seen, at = set(), name
        while at:
            assert at in names
            assert at not in seen
            seen.add(at)
            at = around[at]


@given(st.sets(ids, min_size=1, max_size=12))
def test_with_a_meter_at_the_socket_nothing_else_is_outermost(names):
    names |= {"wall"}
    outermost = {name for name in names if not container(domain(name), names)}
    assert {name.partition(":")[0] for name in outermost} == {"wall"}
