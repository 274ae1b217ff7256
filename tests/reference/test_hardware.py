"""Processors, servers and parts: found by the names they go by, and as wide as they are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import UsageError
from submeter.quantities.estimate import Tier
from submeter.reference.catalogue.components import (
    PARTS,
    component,
    die_carbon,
    fabs,
    published_parts,
)
from submeter.reference.catalogue.cpus import cpu, cpus, match_cpu
from submeter.reference.catalogue.embodied import published
from submeter.reference.catalogue.servers import embodied_server, power, server, servers
from submeter.reference.factors.registry import shipped
from submeter.reference.factors.service import lifetime


@pytest.mark.parametrize(
    ("name", "found", "tdp"),
    [
        ("Intel(R) Xeon(R) Platinum 8480+", "intel-xeon-platinum-8480plus", 350),
        ("Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "intel-xeon-platinum-8259cl", 210),
        ("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "intel-xeon-platinum-8175m", 240),
        ("Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "intel-xeon-gold-6248", 150),
        ("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "intel-xeon-e5-2680-v4", 120),
        ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "intel-xeon-e5-2686-v4", 145),
        ("AMD EPYC 7742 64-Core Processor", "amd-epyc-7742", 225),
        ("AMD EPYC 9654 96-Core Processor", "amd-epyc-9654", 360),
        ("AMD Ryzen 9 7950X 16-Core Processor", "amd-ryzen-9-7950x", 170),
        (
            "AMD Ryzen Threadripper PRO 5995WX 64-Cores",
            "amd-ryzen-threadripper-pro-5995wx",
            280,
        ),
        ("13th Gen Intel(R) Core(TM) i9-13900K", "intel-core-i9-13900k", 125),
        ("amd-epyc-7742", "amd-epyc-7742", 225),
    ],
)
def test_a_kernels_name_of_a_processor_matches(name, found, tdp):
    assert (cpu(name).id, cpu(name).tdp) == (found, tdp)


@pytest.mark.parametrize(
    "name",
    ["AMD EPYC Processor", "Intel(R) Xeon(R) Processor @ 2.70GHz", "Neoverse-N1", "", "8480"],
)
def test_a_name_that_does_not_tell_a_processor_matches_none(name):
    assert match_cpu(name) is None
    with pytest.raises(UsageError):
        cpu(name)


def test_the_nearest_processors_are_named():
    with pytest.raises(UsageError, match=r"did you mean .*EPYC 7742"):
        cpu("AMD EPYC 7743")


def test_every_processor_is_found_by_its_own_name_and_plausible():
    assert len({each.id for each in cpus()}) == len(cpus()) >= 200
    for each in cpus():
        assert cpu(each.name) is each
        assert cpu(each.id) is each
        assert each.tdp is None or 35 <= each.tdp <= 500
        assert each.tdp is not None or "differ" in each.note or each.silicon_source
        assert each.cores is None or each.threads is None or each.cores <= each.threads
        assert each.die is None or 100 <= each.die <= 2500


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("DGX H100", "server-dgx-h100"),
        ("nvidia dgx h100", "server-dgx-h100"),
        ("p4d.24xlarge", "server-p4d"),
        ("Standard_ND96asr_v4", "server-nd96asr-v4"),
        ("Dell PowerEdge R7525", "server-dell-poweredge-r7525"),
    ],
)
def test_a_server_is_found_by_its_names(name, found):
    assert server(name).id == found


def test_servers_of_one_name_are_told_apart_and_an_unknown_one_has_a_hint():
    with pytest.raises(UsageError, match="server-inspur-nf5180m6-6336y"):
        server("NF5180M6")
    with pytest.raises(UsageError, match=r"did you mean .*server-dgx-h100"):
        server("DGX H1000")


def test_servers_are_sound():
    assert len({each.id for each in servers()}) == len(servers()) >= 100
    accelerators = {
        key.partition("/")[2] for key in shipped().factors if key.startswith("embodied/")
    }
    for each in servers():
        assert server(each.id) is each
        assert each.idle is None or each.full is None or 0 < each.idle < each.full
        assert not each.accelerator or each.accelerators == 0 or each.accelerators in {4, 8, 12, 16}
        assert not each.accelerator.startswith("nvidia") or each.accelerator in accelerators


def test_power_of_a_server_as_measured_and_as_a_limit():
    idle = power(server("Dell PowerEdge R7525"), "idle")
    assert idle is not None
    assert (idle.value, idle.period, idle.basis) == (72.3, "2020", "wall power")
    limit = power(server("DGX B200"), "full")
    assert limit is not None
    assert limit.high == limit.value == 14300
    assert power(server("DGX B200"), "idle") is None
    assert power(server("p5.48xlarge"), "full") is None


def test_a_whole_server_holds_every_value_of_it():
    seen = 0
    for machine in servers():
        for indicator in ("gwp", "adpe", "pe"):
            known = embodied_server(machine, indicator)
            for value in known.values:
                if value.counted:
                    assert known.factor is not None
                    assert known.factor.low <= value.value <= known.factor.high, machine.id
                    seen += 1
            assert known.factor is not None or known.reason
    assert seen >= 35


def test_servers_of_eight_a100_agree_across_studies():
    """BLOOM took 2,500 kg and 150 a GPU, Cloud Carbon Footprint 4,677, BoaviztAPI 5,600 in all."""
    p4d = embodied_server(server("p4d.24xlarge")).factor
    assert p4d is not None
    assert all(p4d.low <= value <= p4d.high for value in (2500 + 8 * 150, 4676.79, 5600))
    assert p4d.tier is Tier.MODELLED


@pytest.mark.parametrize(("name", "kg"), [("nd96asr_v4", 1100), ("Apollo 6500", 2500)])
def test_a_figure_without_its_accelerators_does_not_count_for_the_whole(name, kg):
    machine = server(name)
    known = embodied_server(machine)
    assert known.factor is None
    assert known.reason
    (value,) = known.values
    assert value.value == kg
    assert "accelerators are not in it" in value.note or "missing" in value.note
    assert f"embodied/{machine.id}" not in shipped().factors


@pytest.mark.parametrize("part", PARTS)
def test_a_part_holds_every_value_of_it(part):
    known = component(part)
    assert known.factor is not None
    assert known.factor.unit.startswith("kgCO2e")
    for value in known.values:
        assert value.unit == known.factor.unit
        if value.counted:
            assert known.factor.low <= value.value <= known.factor.high


def test_a_part_nobody_published_has_a_reason_and_an_unknown_one_is_refused():
    assert component("hdd", "adpe").factor is None
    assert component("hdd", "adpe").reason
    with pytest.raises(UsageError, match="known: dram"):
        component("flash")


@given(st.floats(0.1, 20), st.sampled_from(sorted(fabs())), st.floats(0, 1.5), st.floats(0.01, 1))
def test_a_die_costs_by_area_and_more_where_electricity_is_dirtier(area, node, intensity, more):
    once = die_carbon(area, node, intensity)
    assert die_carbon(2 * area, node, intensity) == pytest.approx(2 * once)
    assert die_carbon(area, node, intensity + more) > once > 0


def test_dies_agree_with_other_publishers():
    """Within twice of imec, which leaves out materials and lost dies, and of LLMCarbon's H100."""
    for value in published_parts():
        if value.device.startswith("die-") and value.source.id == "imec":
            own = die_carbon(1.0, value.device.removeprefix("die-"), 0.5)
            assert value.value < own < 2.1 * value.value, value.device
    assert die_carbon(8.14, "5nm", 0.5) == pytest.approx(14.65, rel=0.5)
    with pytest.raises(UsageError, match="known: 28nm"):
        die_carbon(1.0, "6nm", 0.5)


def test_lifetimes_changed_with_the_years():
    years = {year: lifetime("google", year).value for year in (2020, 2021, 2022, 2023, 2026)}
    assert years == {2020: 3, 2021: 4, 2022: 4, 2023: 6, 2026: 6}
    assert [lifetime("amazon", year).value for year in (2021, 2023, 2024, 2025)] == [4, 5, 6, 5]
    assert [lifetime("microsoft", year).value for year in (2022, 2023)] == [4, 6]
    assert lifetime("meta").value == 5.5
    assert lifetime().id == "lifetime/device"
    with pytest.raises(UsageError, match=r"known: .*google"):
        lifetime("nobody")
    with pytest.raises(UsageError, match="2020"):
        lifetime("google", 2010)


def test_any_devices_lifetime_holds_what_operators_and_methods_take():
    whole = shipped().factor("lifetime/device")
    for key, factor in shipped().factors.items():
        if key.startswith("lifetime/"):
            assert whole.low <= factor.value <= whole.high, key


def test_the_registry_shows_hardware_and_prices():
    known = shipped()
    assert known.find("DGX H100")[0].id == "full/server-dgx-h100"
    assert known.find("epyc 7742")[0].id == "tdp/amd-epyc-7742"
    assert known.factor("embodied/dram").unit == "kgCO2e/GB"
    assert known.factor("embodied/server-p5").unit == "kgCO2e"
    assert known.factor("price/US-VA").unit == "USD/kWh"
    prices = [factor for key, factor in known.factors.items() if key.startswith("price/")]
    assert len(prices) > 50
    assert all(each.low < each.value < each.high for each in prices)


def test_published_anchors_are_in_the_tables():
    values = {(value.device, value.value) for value in published()}
    assert {
        ("server-p4d", 4676.79), ("server-p4d", 5600), ("server-p4de", 7600), ("server-p5", 10300),
        ("server-p5en", 14200), ("server-apollo-6500", 2500), ("nvidia-h100-sxm-80gb", 164),
        ("amd-mi300x", 1497), ("google-tpu-v6e", 323),
    } <= values  # fmt: skip
