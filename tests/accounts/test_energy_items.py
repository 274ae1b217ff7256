"""Energy that is given once, and the unknowns that it hangs on."""

import pytest

from submeter.accounting.account import work_out
from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounts.account_file import account_file
from submeter.decisions.life import life
from submeter.decisions.piece import of_file
from submeter.errors import UsageError

FRANCE = {"grid": "57 (40 to 80) gCO2e/kWh"}


def parts(*named):
    return {
        "energy": [
            {"component": each, "energy": f"{n} kWh"} if isinstance(each, str)
            else {"energy": f"{n} kWh", **each}
            for n, each in enumerate(named, 1)
        ]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("Machine", "GPU", "the energy of the GPU is given twice: the Machine holds it"),
        ("node", "gpus", "the node holds it"),
        ("ram", "server", "the server holds it"),
        ("cpu and memory", "cpu", "the cpu and memory holds it"),
        ("CPUs + RAM", "DRAM", "the CPUs \\+ RAM holds it"),
        ("gpu", "cpu, gpu", "the cpu, gpu holds it"),
        ("total", "hosts", "the total holds it"),
        ("GPU", "gpus", "the energy of gpus is given twice"),
        ({"component": "server", "label": "a"}, {"component": "gpu"}, "the server holds it"),
    ],
)
def test_what_is_in_another_is_refused(one, other, told):
    with pytest.raises(UsageError, match=told):
        account_file(parts(one, other))


@pytest.mark.parametrize(
    "named",
    [
        ("gpu", "cpu", "memory", "idle"),
        ("training gpu", "evaluation gpu"),
        ("cpu", "memory of the cpu"),
        ({"component": "server", "label": "storage"}, {"component": "gpu", "label": "training"}),
        ({"component": "gpu", "device": "H100"}, {"component": "gpu", "device": "A100"}),
        ("switch", "machine"),
    ],
)
def test_what_is_beside_another_is_not(named):
    told = account_file(parts(*named))
    assert len(told.inventory.items) + len(told.inventory.idle) == len(named)


def piece(stage, energy, place=FRANCE, **more):
    item = {"component": "gpu", **energy}
    content = {
        "name": stage,
        "model": "m",
        "stage": stage,
        "place": place,
        "energy": [item],
        **more,
    }
    return of_file(account_file(content), "m")


def ratio(*pieces, quantity="energy"):
    return life("m", pieces, SUBMETER_1, Draws()).ratio(quantity)


def test_stated_energies_of_two_files_are_not_wrong_by_the_same_part():
    """Both are known to a factor of two: so is their ratio, and to more than one of them."""
    found = ratio(
        piece("training", {"energy": "1 (0.5 to 2) GWh"}),
        piece("inference", {"energy": "10 (5 to 20) GWh"}),
    )
    assert found.value == pytest.approx(10)
    assert found.high / found.value == pytest.approx(2**2**0.5, rel=0.05)
    same = piece("training", {"energy": "1 (0.5 to 2) GWh"}, name="again")
    assert same.inventory.items[0].energy.id == piece(
        "training", {"energy": "1 (0.5 to 2) GWh"}
    ).inventory.items[0].energy.id  # fmt: skip


def test_one_grid_is_one_unknown_and_two_are_two():
    made, used = {"energy": "1 GWh"}, {"energy": "1.5 GWh"}
    shared = ratio(piece("training", made), piece("inference", used), quantity="carbon")
    assert (shared.low, shared.high) == pytest.approx((1.5, 1.5))
    germany = {"grid": "400 (280 to 560) gCO2e/kWh"}
    apart = ratio(piece("training", made), piece("inference", used, germany), quantity="carbon")
    assert apart.high / apart.low == pytest.approx(2**2**0.5, rel=0.05)


def test_what_a_device_is_supposed_to_draw_is_of_its_stage():
    hours = {"device": "H100-SXM-80GB", "device_hours": "1000 h"}
    found = ratio(piece("training", hours), piece("inference", hours))
    assert found.low < 0.9
    assert found.high > 1.1
    twice = account_file({
        "stage": "training",
        "energy": [{"component": "gpu", "label": each, **hours} for each in "ab"],
    })  # fmt: skip
    assert len({each.energy.id for each in twice.inventory.items}) == 1


def test_a_figure_without_interval_keeps_its_plain_name():
    told = account_file({"place": {"grid": "57 gCO2e/kWh"}, **parts("gpu")}).inventory
    assert told.items[0].energy.id == "energy/0"
    assert told.grid.intensity is not None
    assert told.grid.intensity.id == "grid/stated"


def test_a_wue_beside_energy_that_holds_the_facility_is_told():
    """A WUE is of the equipment's energy (ISO/IEC 30134-9)."""
    content = {"facility": {"included": True, "wue": "1 L/kWh"}, **parts("gpu")}
    missing = work_out(account_file(content).inventory, SUBMETER_1, Draws()).missing
    (told,) = [each for each in missing if each.startswith("on_site: the energy holds")]
    assert told.endswith("too high by as much as the PUE")
    whole = work_out(account_file(content).inventory, find("olmo-2025", METHODS), Draws())
    assert not [each for each in whole.missing if "holds the facility" in each]
