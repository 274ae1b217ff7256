"""Meters that answer over HTTP, against loopback servers whose true draw is known exactly."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab import http_pages
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.http_meters import Fault, HttpMeter
from submeter.lab.waveform import Waveform
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.devices import http
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors import dcgm, kepler, redfish, wall
from submeter.traces.reading import Kind

UUID = http_pages.Dcgm.uuids[0]
BEGIN = 1_000 * SECOND


class FineTasmota(http_pages.Tasmota):
    digits = 5


class FineBmc(http_pages.Bmc):
    digits = 4


class CoarseBmc(http_pages.Bmc):
    digits = 0


class OldBmc(http_pages.Bmc):
    style = "power"


class SuppliedBmc(http_pages.Bmc):
    style = "supplies"


class PowerDcgm(http_pages.Dcgm):
    counts = False


METERS = {
    "gen2": (wall, http_pages.ShellyGen2, "wall", 2),
    "gen1": (wall, http_pages.ShellyGen1, "wall", 2),
    "tasmota": (wall, http_pages.Tasmota, "wall", 2),
    "tasmota fine": (wall, FineTasmota, "wall", 2),
    "bmc": (redfish, http_pages.Bmc, "bmc", 10),
    "bmc fine": (redfish, FineBmc, "bmc", 10),
    "bmc coarse": (redfish, CoarseBmc, "bmc", 10),
    "bmc old": (redfish, OldBmc, "bmc", 10),
    "bmc supplies": (redfish, SuppliedBmc, "bmc", 10),
    "dcgm": (dcgm, http_pages.Dcgm, f"gpu:{UUID}", 30),
    "dcgm power": (dcgm, PowerDcgm, f"gpu:{UUID}", 30),
    "kepler": (kepler, http_pages.Kepler, "package:0", 0.5),
}
"""By name: the sensor, its stand-in, the domain, and how often the numbers change [s]."""

COUNTERS = ("gen2", "gen1", "tasmota fine", "bmc fine", "dcgm", "kepler")
STEPS = {"gen1": 60e6, "bmc fine": 360e6}
"""Steps of their counters [µJ], where they are more than 36 J."""
every = pytest.mark.parametrize("kind", METERS)


class Bench:
    """A stand-in on the network, a clock, and the real sensor read by the real source."""

    def __init__(self, kind, steps=((0.0, 200),), phase=0.0, **more):
        self.sensors, make, self.domain, refresh = METERS[kind]
        self.clock = VirtualClock(BEGIN)
        starts = [0, *(BEGIN + round(at * SECOND) for at, _ in steps[1:]), 10**6 * SECOND]
        watts = [round(each * 1e6) for _, each in steps]
        lengths = [end - start for start, end in pairwise(starts)]
        self.draws = Waveform(tuple(zip(lengths, watts, strict=True)))
        self.make = make
        self.device = Device(self.draws, round(refresh * SECOND), round(phase * SECOND), **more)
        self.meter = make(self.device, self.clock.now)
        self.site = HttpMeter(self.meter)
        self.site.__enter__()
        self.opened = []

    def open(self):
        sensor = self.sensors.open_sensor(self.site.address)
        self.opened.append(sensor)
        return sensor

    def close(self):
        for each in self.opened:
            each.close()
        self.site.close()

    def source(self):
        return SensorSource(self.open(), {})

    def read(self, source, seconds):
        """Read every second for a time; gives the window."""
        start = self.clock.now()
        source.read(self.clock)
        for _ in range(round(seconds)):
            self.clock.forward(1)
            source.read(self.clock)
        return Span(start, self.clock.now())

    def drawn(self, source, span):
        trace = {each.domain.id: each for each in source.traces(span)}[self.domain]
        return trace.drawn(span)

    def truth(self, span):
        return self.draws.energy(span)


@pytest.fixture
def bench():
    made = []

    def make(*arguments, **more):
        made.append(Bench(*arguments, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@every
def test_what_was_drawn_lies_within_the_stated_interval(bench, kind):
    """Over five minutes in which the draw changes, whatever the moment of the meter's refresh."""
    steps = ((0, 150), (60, 300), (170, 80), (240, 220))
    for phase in (0.0, 0.2, 0.45, 1.3, 7.7, 19.1):
        setup = bench(kind, steps, phase)
        source = setup.source()
        span = setup.read(source, 300)
        drawn = setup.drawn(source, span)
        assert drawn.low <= setup.truth(span) <= drawn.high
        assert drawn.coverage == 1.0
        assert abs(drawn.energy / setup.truth(span) - 1) < 0.12


@pytest.mark.parametrize("kind", COUNTERS)
def test_a_counter_ends_within_a_step_and_a_refresh_of_the_truth(bench, kind):
    setup = bench(kind)
    source = setup.source()
    span = setup.read(source, 120)
    trace = source.traces(span)[0]
    assert setup.truth(span) == 24_000_000_000
    most = 200e6 * METERS[kind][3] + STEPS.get(kind, 36e6)
    assert abs(trace.drawn(span).energy - setup.truth(span)) <= most
    assert {each.kind for each in setup.open().sample(setup.clock.now)} == {Kind.COUNTER}


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("gen2", "shelly-gen2-energy-counter/1"),
        ("gen1", "shelly-gen1-energy-counter/1"),
        ("tasmota", "tasmota-power/1"),
        ("tasmota fine", "tasmota-energy-counter/1"),
        ("bmc", "redfish-power/1"),
        ("bmc fine", "redfish-energy/1"),
        ("bmc coarse", "redfish-power/1"),
        ("bmc old", "redfish-power/1"),
        ("bmc supplies", "redfish-power/1"),
        ("dcgm", "dcgm-energy-counter/1"),
        ("dcgm power", "dcgm-power/1"),
        ("kepler", "kepler-node-joules/1"),
    ],
)
def test_the_finer_of_counter_and_power_is_read_and_named(bench, kind, method):
    sensor = bench(kind).open()
    assert sensor.method == method
    (sensed,) = sensor.domains()
    assert sensed.accuracy.reason
    assert sensor.may_hang


def test_a_coarse_counter_is_told_in_the_accuracy(bench):
    (sensed,) = bench("tasmota").open().domains()
    assert "steps of 3600 J are too coarse" in sensed.accuracy.reason
    (sensed,) = bench("bmc coarse").open().domains()
    assert "steps of 1 kWh are too coarse" in sensed.accuracy.reason
    (sensed,) = bench("gen1").open().domains()
    assert "steps of 60 J" in sensed.accuracy.reason
    assert (sensed.accuracy.refresh, sensed.spec.grain) == (2, 60e6)


FAILING = [each for each in Fault if each is not Fault.NONE]


@pytest.mark.parametrize("fault", FAILING)
@every
def test_a_fault_is_a_gap_and_never_a_wrong_joule(bench, kind, fault, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", 0.2 if fault is Fault.SLOW else 2.0)
    setup = bench(kind)
    source = setup.source()
    start = setup.read(source, 60).start
    setup.site.fault = fault
    setup.clock.forward(1)
    source.read(setup.clock)
    assert source.failure.startswith(source.name)
    lost = Span(start, setup.clock.now())
    # Before: all that was read. In the gap: nothing is made up.
    assert setup.drawn(source, lost).coverage < 1
    assert setup.drawn(source, lost).energy <= setup.truth(lost) + 200e6 * METERS[kind][
        3
    ] + STEPS.get(kind, 36e6)
    setup.site.released.set()
    setup.site.fault = Fault.NONE
    setup.clock.forward(1)
    span = Span(start, setup.read(source, 60).end)
    drawn = setup.drawn(source, span)
    seen = drawn.coverage * span.nanoseconds * 200 / 1e3  # of 200 W, what was looked at
    assert abs(drawn.energy - seen) <= 200e6 * METERS[kind][3] + STEPS.get(kind, 36e6)
    if kind in COUNTERS:
        assert drawn.coverage > 0.9
        assert drawn.low <= setup.truth(span) <= drawn.high


@pytest.mark.parametrize("fault", FAILING)
@every
def test_a_fault_at_the_start_is_refused_with_the_next_step(bench, kind, fault, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", 0.2 if fault is Fault.SLOW else 2.0)
    setup = bench(kind)
    setup.site.fault = fault
    with pytest.raises(SensorUnavailable) as refusal:
        setup.open()
    assert refusal.value.what
    assert refusal.value.fix


@pytest.mark.parametrize("kind", [each for each in METERS if each not in COUNTERS])
def test_a_power_that_nobody_could_look_at_for_minutes_is_not_guessed(bench, kind):
    """The draw was another one meanwhile; a mean of what was before and after is not it."""
    setup = bench(kind, ((0, 200), (70, 900), (600, 200)))
    source = setup.source()
    start = setup.read(source, 60).start
    setup.clock.forward(600)
    span = Span(start, setup.read(source, 60).end)
    drawn = setup.drawn(source, span)
    (trace,) = source.traces(span)
    assert any("nobody could look at" in gap.reason for gap in trace.gaps)
    assert drawn.coverage == pytest.approx(120 / 720, abs=0.06)
    assert drawn.energy <= 200e6 * 720 * drawn.coverage * 1.01


@every
def test_numbers_that_are_missing_are_a_gap_not_zero(bench, kind):
    setup = bench(kind)
    source = setup.source()
    setup.read(source, 30)
    setup.meter.silent = True
    setup.clock.forward(1)
    source.read(setup.clock)
    span = Span(setup.clock.now() - SECOND, setup.clock.now())
    assert setup.drawn(source, span) == (0, 0, 0, 0.0)
    assert source.failure


@every
def test_a_meter_without_numbers_is_refused(bench, kind):
    setup = bench(kind)
    setup.meter.silent = True
    with pytest.raises(SensorUnavailable) as refusal:
        setup.open()
    assert refusal.value.fix


@pytest.mark.parametrize("kind", COUNTERS)
def test_a_counter_that_starts_anew_is_a_gap_and_goes_on(bench, kind):
    setup = bench(kind)
    source = setup.source()
    first = setup.read(source, 60)
    setup.meter.reset()
    setup.clock.forward(1)
    span = Span(first.start, setup.read(source, 60).end)
    (trace,) = source.traces(span)
    assert any("reset" in gap.reason for gap in trace.gaps)
    assert (
        0
        < trace.drawn(span).energy
        <= setup.truth(span) + 200e6 * METERS[kind][3] + STEPS.get(kind, 36e6)
    )


@pytest.mark.parametrize("module", [wall, redfish, dcgm, kepler])
def test_nothing_is_asked_where_nothing_was_named(module):
    with pytest.raises(SensorUnavailable) as refusal:
        module.open_sensor("")
    assert f"SUBMETER_SENSOR_{module.__name__.rpartition('.')[2].upper()}=http" in refusal.value.fix


@settings(max_examples=25, deadline=None)
@given(watts=st.floats(1, 3000), beats=st.lists(st.floats(0.1, 90), min_size=1, max_size=5))
def test_a_fine_counter_gives_every_window_to_its_last_step(watts, beats):
    setup = Bench("kepler", ((0, watts),))
    setup.site.meter = http_pages.Kepler(Device(setup.draws), setup.clock.now)
    try:
        source = setup.source()
        source.read(setup.clock)
        for beat in beats:
            start = setup.clock.now()
            setup.clock.forward(beat)
            source.read(setup.clock)
            span = Span(start, setup.clock.now())
            assert abs(setup.drawn(source, span).energy - setup.truth(span)) <= 2
    finally:
        setup.close()


# Exporters


def test_every_board_is_a_domain_under_nvmls_own_id(bench):
    setup = bench("dcgm")
    setup.meter.uuids = (UUID, "GPU-other")
    sensor = setup.open()
    assert [each.domain.id for each in sensor.domains()] == [f"gpu:{UUID}", "gpu:GPU-other"]
    assert {each.domain.component for each in sensor.domains()} == {"gpu"}
    assert sensor.domains()[0].domain.device == 'NVIDIA Lab "1"'


def test_a_split_board_is_counted_once(bench):
    setup = bench("dcgm")
    setup.meter.instances = 7
    source = setup.source()
    span = setup.read(source, 90)
    assert len(source.traces(span)) == 1
    assert abs(setup.drawn(source, span).energy - setup.truth(span)) <= 30 * 200e6


def test_a_board_that_vanishes_is_a_gap_and_the_others_go_on(bench):
    setup = bench("dcgm")
    setup.meter.uuids = (UUID, "GPU-other")
    source = setup.source()
    setup.read(source, 30)
    setup.meter.uuids = ("GPU-other",)
    setup.clock.forward(1)
    source.read(setup.clock)
    assert source.failure == f"dcgm: gpu:{UUID} did not answer"


@pytest.mark.parametrize("value", ["9223372036854775794", "NaN", "+Inf", "-1"])
def test_a_blank_of_dcgm_is_no_number(bench, value):
    setup = bench("dcgm")
    real = setup.meter.page
    name = "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"

    def blank(path):
        page = real(path)
        return page and "\n".join(
            f"{line.rpartition(' ')[0]} {value}" if line.startswith(name) else line
            for line in page.split("\n")
        )

    setup.meter.page = blank
    assert setup.open().method == "dcgm-power/1"


SYSFS = "/sys/class/powercap/intel-rapl"


def zones(setup):
    return {each.domain.id: each.domain.inside for each in setup.open().domains()}


def test_keplers_zones_are_rapls_domains_and_lie_in_one_another(bench):
    setup = bench("kepler")
    setup.meter.zones = {
        ("package", f"{SYSFS}:0"): 50,
        ("core", f"{SYSFS}:0:0"): 30,
        ("uncore", f"{SYSFS}:0:1"): 5,
        ("dram", f"{SYSFS}:0:2"): 20,
        ("psys", f"{SYSFS}:1"): 100,
    }
    assert zones(setup) == {
        "psys": "",
        "package:0": "psys",
        "core:0": "package:0",
        "uncore:0": "package:0",
        "dram:0": "psys",
    }


def test_sockets_that_kepler_adds_up_are_one_domain(bench):
    setup = bench("kepler")
    setup.meter.zones = {
        ("package", "aggregated-package"): 90,
        ("core", "aggregated-core"): 60,
        ("dram", "aggregated-dram"): 10,
    }
    assert zones(setup) == {"package": "", "core": "package", "dram": ""}


def test_zones_of_several_sockets_of_older_versions_stand_apart(bench):
    setup = bench("kepler")
    setup.meter.zones = {("package-0", f"{SYSFS}:0"): 50, ("package-1", f"{SYSFS}:1"): 50}
    assert zones(setup) == {"package:0": "", "package:1": ""}


def test_a_zone_that_is_shown_twice_or_is_not_known_is_left_out(bench):
    setup = bench("kepler")
    setup.meter.zones = {
        ("package", f"{SYSFS}:0"): 50,
        ("package", f"/host{SYSFS}:0"): 50,
        ("dram", f"{SYSFS}:0:0"): 10,
        ("fan", "/sys/class/hwmon/hwmon1"): 5,
    }
    assert zones(setup) == {"dram:0": ""}


def test_a_wrap_that_kepler_hands_on_is_a_gap_since_nobody_told_where_it_wraps(bench):
    wrap = 262_144_000_000
    setup = bench("kepler", wrap=wrap)
    setup.clock.forward(wrap / 200e6 - 1_000 - 30)
    source = setup.source()
    span = setup.read(source, 60)
    drawn = setup.drawn(source, span)
    assert drawn.coverage == pytest.approx(59 / 60, abs=0.01)
    assert drawn.energy == pytest.approx(drawn.coverage * setup.truth(span), rel=0.02)


# Plugs


@pytest.mark.parametrize("kind", ["gen1", "gen2", "tasmota"])
def test_a_socket_may_be_named_by_its_page(bench, kind):
    setup = bench(kind)
    page = {
        "gen1": "/meter/0",
        "gen2": "/rpc/Switch.GetStatus?id=0",
        "tasmota": "/cm?cmnd=Status%208",
    }[kind]
    sensor = wall.open_sensor(setup.site.address + page)
    (sample,) = sensor.sample(setup.clock.now)
    sensor.close()
    assert sample.value > 0
    assert {path for path, _ in setup.site.asked} == {page}


class Page:
    def __init__(self, pages):
        self.pages = pages

    def page(self, path):
        return self.pages.get(path)


def wall_of(pages):
    with HttpMeter(Page(pages)) as site:
        sensor = wall.open_sensor(site.address)
        try:
            return sensor.sample(lambda: 7)[0]
        finally:
            sensor.close()


def test_a_strip_whose_socket_was_not_said_is_refused():
    meter = '{"power": 1.0, "is_valid": true, "total": 7}'
    with pytest.raises(SensorUnavailable, match="several sockets") as refusal:
        wall_of({"/status": f'{{"meters": [{meter}, {meter}]}}'})
    assert "/meter/1" in refusal.value.fix


def test_a_clamp_counts_in_watt_hours():
    """Shelly EM: as the plugs of its generation, but in watt-hours."""
    meter = '{"power": 10.0, "is_valid": true, "total": 5.25, "total_returned": 0.0}'
    sample = wall_of({"/status": f'{{"emeters": [{meter}]}}'})
    assert sample.value == 5.25 * 3600 * 1_000_000


def test_channels_of_a_tasmota_are_added_and_one_that_is_missing_leaves_none():
    page = '{{"StatusSNS": {{"ENERGY": {{"Total": 1.5, "Power": [30, {}]}}}}}}'
    assert wall_of({"/cm?cmnd=Status%208": page.format(12)}).value == 42_000_000
    sample = wall_of({"/cm?cmnd=Status%208": page.format("null")})
    assert sample.kind is Kind.COUNTER


def test_power_that_flows_back_is_no_draw():
    page = '{"apower": -11.2, "aenergy": {"total": 7}}'
    sample = wall_of({"/rpc/Switch.GetStatus?id=0": page})
    assert (sample.kind, sample.value) == (Kind.COUNTER, 7 * 3600 * 1_000_000)


@pytest.mark.parametrize(
    "page", ["[]", "7", '{"apower": true}', '{"apower": 1e400}', '{"apower": NaN}', "[" * 100_000]
)
def test_what_is_no_page_of_a_plug_is_refused(page):
    with pytest.raises(SensorUnavailable, match="no plug that is known"):
        wall_of({"/rpc/Switch.GetStatus?id=0": page})


# BMCs


def test_a_chassis_in_another_is_not_added(bench):
    setup = bench("bmc")
    source = setup.source()
    span = setup.read(source, 120)
    assert {each.domain.id for each in source.traces(span)} == {"bmc"}
    assert not any("Board/Env" in path for path, _ in setup.site.asked)


def bmc_of(pages):
    root = "/redfish/v1/Chassis"
    at = {f"{root}/{name}".rstrip("/"): page for name, page in pages.items()}
    with HttpMeter(Page(at)) as site:
        sensor = redfish.open_sensor(site.address)
        try:
            values = [(each.domain, each.value) for each in sensor.sample(lambda: 7)]
            return values, [each.domain for each in sensor.domains()]
        finally:
            sensor.close()


def link(name):
    return f'{{"@odata.id": "/redfish/v1/Chassis/{name}"}}'


def members(*names):
    return f'{{"Members": [{", ".join(map(link, names))}]}}'


def power(*watts):
    return f'{{"PowerControl": [{", ".join(f"{{{each}}}" for each in watts)}]}}'


def test_two_chassis_side_by_side_are_two_domains():
    values, domains = bmc_of(
        {
            "": members("A", "B"),
            "A": f'{{"Power": {link("A/Power")}}}',
            "B": f'{{"Power": {link("B/Power")}}}',
            "A/Power": power('"PowerConsumedWatts": 300'),
            "B/Power": power('"PowerConsumedWatts": 100.5'),
        }
    )
    assert values == [("bmc:A", 300_000_000), ("bmc:B", 100_500_000)]
    assert {each.component for each in domains} == {"machine"}


def test_a_chassis_counts_where_the_one_around_it_tells_nothing():
    values, _ = bmc_of(
        {
            "": members("Node", "Rack"),
            "Rack": '{"ChassisType": "Rack"}',
            "Node": f'{{"Links": {{"ContainedBy": {link("Rack")}}}, "Power": {link("N/Power")}}}',
            "N/Power": power('"PowerConsumedWatts": 300'),
        }
    )
    assert values == [("bmc", 300_000_000)]


def test_a_board_that_names_no_chassis_around_it_is_still_a_part():
    values, _ = bmc_of(
        {
            "": members("GPU", "1"),
            "GPU": f'{{"ChassisType": "Module", "Power": {link("GPU/Power")}}}',
            "1": f'{{"ChassisType": "RackMount", "Power": {link("1/Power")}}}',
            "GPU/Power": power('"PowerConsumedWatts": 700'),
            "1/Power": power('"PowerConsumedWatts": 1500'),
        }
    )
    assert values == [("bmc", 1_500_000_000)]


def test_a_mean_is_read_where_there_is_nothing_newer_and_its_length_is_told():
    pages = {
        "": members("1"),
        "1": f'{{"Power": {link("1/Power")}}}',
        "1/Power": power(
            '"PowerConsumedWatts": null, '
            '"PowerMetrics": {"AverageConsumedWatts": 587, "IntervalInMin": 20}'
        ),
    }
    with HttpMeter(
        Page({f"/redfish/v1/Chassis/{k}".rstrip("/"): v for k, v in pages.items()})
    ) as it:
        sensor = redfish.open_sensor(it.address)
        (sensed,) = sensor.domains()
        (sample,) = sensor.sample(lambda: 7)
        sensor.close()
    assert sample.value == 587_000_000
    assert (sensed.accuracy.refresh, sensed.window, sensed.beat) == (10, 1200, 600)
    assert "a mean over 20 min" in sensed.accuracy.reason


def test_a_power_supply_that_will_not_tell_leaves_the_sum_unknown():
    with pytest.raises(SensorUnavailable, match="no chassis tells"):
        bmc_of(
            {
                "": members("1"),
                "1": f'{{"PowerSubsystem": {link("1/PS")}}}',
                "1/PS": f'{{"PowerSupplies": {link("1/PSUs")}}}',
                "1/PSUs": members("1/PSUs/0", "1/PSUs/1"),
                "1/PSUs/0": f'{{"Metrics": {link("1/PSUs/0/M")}}}',
                "1/PSUs/1": "{}",
                "1/PSUs/0/M": '{"InputPowerWatts": {"Reading": 200}}',
            }
        )


def test_chassis_that_contain_one_another_end():
    with pytest.raises(SensorUnavailable, match="no chassis tells"):
        bmc_of(
            {
                "": members("A", "B"),
                "A": f'{{"Links": {{"ContainedBy": {link("B")}}}}}',
                "B": f'{{"Links": {{"ContainedBy": {link("A")}}}}}',
            }
        )


def test_links_to_other_machines_are_not_followed():
    with pytest.raises(SensorUnavailable, match="no chassis tells"):
        bmc_of({"": '{"Members": [{"@odata.id": "http://elsewhere/redfish/v1/Chassis/1"}]}'})


def test_a_slow_bmc_is_refused_with_the_way_to_name_one_chassis(bench, monkeypatch):
    setup = bench("bmc")
    monkeypatch.setattr("submeter.sensing.devices.redfish._PATIENCE", -1.0)
    with pytest.raises(SensorUnavailable, match="took more than") as refusal:
        setup.open()
    assert "/redfish/v1/Chassis/ID" in refusal.value.fix


def test_one_chassis_may_be_named(bench):
    setup = bench("bmc")
    sensor = redfish.open_sensor(f"{setup.site.address}/redfish/v1/Chassis/Board")
    (sample,) = sensor.sample(setup.clock.now)
    sensor.close()
    assert sample == ("bmc", Kind.POWER, 100_000_000, setup.clock.now())
