"""The machines of the virtual clock's cases: each with its stand-ins and its real sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.lab import bmc, energy_events, http_pages, powercap, powermetrics
from submeter.lab.device import Device
from submeter.lab.energy_events import CODES, Kernel
from submeter.lab.energy_meter import EnergyMeter
from submeter.lab.http_meters import HttpMeter
from submeter.lab.hwmon import GRACE_HOPPER, Monitors, Rail, superchip
from submeter.lab.scenes import Metered
from submeter.lab.waveform import flat, square
from submeter.sensing.sensors import apple, emi, hwmon, ipmi, redfish, wall
from submeter.sensing.sensors.perf import PerfSensor
from submeter.sensing.sensors.rapl import RaplSensor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from submeter.lab.scenes import Site
    from submeter.sensing.sensors.sensor import Sensor

_MILLISECOND = 1_000_000
_CARD = "0000:03:00.0"
_PACKAGE, _MEMORY = CODES["energy-pkg"], CODES["energy-ram"]
_FIRST = 10**12
"""What channels of Windows' meters have counted before [pWh]; one that counts nothing is absent."""


def _monitors(site: Site) -> Monitors:
    found = Monitors(site.folder, site.clock.now)
    site.clock.each_time(found.show)
    return found


def intel_card(folds: int) -> Metered:
    """Give an Intel card of 1.2 kW and its package, whose driver folds a register of `folds` µJ.

    A driver folds what it reads: who reads too seldom loses what has come round meanwhile.
    """
    card, package = Device(flat(1200)), Device(flat(900))

    def build(site: Site) -> Sequence[Sensor]:
        monitors = _monitors(site)
        chip = monitors.chip("xe", _CARD)
        monitors.folded(chip, 1, card, folds, "card")
        monitors.folded(chip, 2, package, folds, "pkg")
        return [hwmon.open_sensor(str(monitors.root))]

    return Metered({"gpu": (card,)}, build)


def jetson(fault: float = 0.0) -> Metered:
    """Give a Jetson Orin NX: the board's rail, and those of its processors in it.

    Its board's rail falls silent after `fault` [s], if that is not 0.
    """
    board, compute, soc = (Device(square(*each, 0.73)) for each in ((8, 20), (3, 12), (1, 3)))

    def build(site: Site) -> Sequence[Sensor]:
        monitors = _monitors(site)
        rails = (Rail("VDD_IN", board), Rail("VDD_CPU_GPU_CV", compute), Rail("VDD_SOC", soc))
        chip = monitors.rails("1-0040", *rails)
        if fault:
            site.after(fault, lambda: monitors.vanish(chip, "curr1_input"))
        return [hwmon.open_sensor(str(monitors.root))]

    return Metered({"whole": (board,), "other": (compute, soc)}, build)


def orin() -> Metered:
    """Give a Jetson AGX Orin: rails beside one another, and memory in one of them."""
    gpu, cpu, system, memory = (
        Device(square(*each, 0.73)) for each in ((5, 25), (4, 8), (5, 6), (1, 2))
    )

    def build(site: Site) -> Sequence[Sensor]:
        monitors = _monitors(site)
        high = 19_000
        rails = (Rail("VDD_GPU_SOC", gpu, high), Rail("VDD_CPU_CV", cpu, high))
        monitors.rails("1-0040", *rails, Rail("VIN_SYS_5V0", system))
        monitors.rails("1-0041", Rail("VDDQ_VDD2_1V8AO", memory))
        return [hwmon.open_sensor(str(monitors.root))]

    parts = {"gpu": (gpu,), "cpu": (cpu,), "other": (system,), "dram": (memory,)}
    return Metered({**parts, "whole": (gpu, cpu, system)}, build)


def acpi_server() -> Metered:
    """Give a server whose ACPI meter tells the mean of the last second."""
    server = Device(square(300, 900, 7.3))

    def build(site: Site) -> Sequence[Sensor]:
        monitors = _monitors(site)
        monitors.acpi(server, interval=1000)
        return [hwmon.open_sensor(str(monitors.root))]

    return Metered({"whole": (server,)}, build)


def grace_hopper() -> Metered:
    """Give a superchip: Grace in it, and in Grace processors, system and memory."""
    module, grace, processors, system = (
        GRACE_HOPPER[name] for name in ("Module", "Grace", "CPU", "SysIO")
    )

    def build(site: Site) -> Sequence[Sensor]:
        monitors = _monitors(site)
        superchip(monitors, 0)
        return [hwmon.open_sensor(str(monitors.root))]

    memory = grace - processors - system
    watts = {"cpu": grace, "other": system, "dram": memory, "whole": module}
    return Metered({part: (Device(flat(each)),) for part, each in watts.items()}, build)


def dies() -> Metered:
    """Give two sockets of two dies each, through performance events."""
    cpus = {0: (0, 0), 8: (0, 1), 16: (1, 0), 24: (1, 1)}
    packages = {cpu: Device(flat(60 + 5 * cpu)) for cpu in cpus}
    memory = {cpu: Device(flat(10 + cpu)) for cpu in cpus}

    def build(site: Site) -> Sequence[Sensor]:
        sys = energy_events.pmu(site.folder / "sys", ("energy-pkg", "energy-ram"), "0,8,16,24")
        for cpu, (socket, die) in cpus.items():
            energy_events.place(sys, cpu, socket, die)
        counted = {(_PACKAGE, cpu): each for cpu, each in packages.items()}
        counted |= {(_MEMORY, cpu): each for cpu, each in memory.items()}
        kernel = Kernel(counted, site.clock.now)
        return [PerfSensor(str(sys), kernel.open, site.clock.forward)]

    return Metered({"cpu": tuple(packages.values()), "dram": tuple(memory.values())}, build)


def offline(after: float) -> Metered:
    """Give a socket by performance events, whose package falls silent `after` so long [s]."""
    package, memory = Device(flat(150)), Device(flat(12))

    def build(site: Site) -> Sequence[Sensor]:
        sys = energy_events.pmu(site.folder / "sys", ("energy-pkg", "energy-ram"))
        kernel = Kernel({(_PACKAGE, 0): package, (_MEMORY, 0): memory}, site.clock.now)
        sensor = PerfSensor(str(sys), kernel.open, site.clock.forward)
        event = kernel.opened[_PACKAGE, 0]
        site.after(after, lambda: setattr(event, "offline", True))
        return [sensor]

    return Metered({"cpu": (package,), "dram": (memory,)}, build)


def two_doors() -> Metered:
    """Give one socket that powercap and performance events both show."""
    package, memory = Device(square(80, 240, 0.7)), Device(flat(12))

    def build(site: Site) -> Sequence[Sensor]:
        tree = powercap.Tree(site.folder / "powercap", site.clock.now)
        tree.socket(0, package, memory)
        site.clock.each_time(tree.show)
        sys = energy_events.pmu(site.folder / "sys", ("energy-pkg", "energy-ram"))
        kernel = Kernel({(_PACKAGE, 0): package, (_MEMORY, 0): memory}, site.clock.now)
        events = PerfSensor(str(sys), kernel.open, site.clock.forward)
        return [RaplSensor(str(tree.root)), events]

    return Metered({"cpu": (package,), "dram": (memory,)}, build)


def unreadable() -> Metered:
    """Give a socket under powercap whose memory's counter may not be read."""
    package, memory = Device(flat(200)), Device(flat(12))

    def build(site: Site) -> Sequence[Sensor]:
        tree = powercap.Tree(site.folder / "powercap", site.clock.now)
        tree.socket(0, package, memory)
        tree.zones[1].forbid()
        site.clock.each_time(tree.show)
        return [RaplSensor(str(tree.root))]

    return Metered({"cpu": (package,), "dram": (memory,)}, build)


def server(wave: tuple[float, float, float]) -> Metered:
    """Give a socket under powercap that draws two powers [W] in turn, over a period [s]."""
    package = Device(square(*wave))

    def build(site: Site) -> Sequence[Sensor]:
        tree = powercap.Tree(site.folder / "powercap", site.clock.now)
        tree.socket(0, package)
        site.clock.each_time(tree.show)
        return [RaplSensor(str(tree.root))]

    return Metered({"cpu": (package,)}, build)


def mac() -> Metered:
    """Give a Mac whose ``powermetrics`` writes a list a second."""
    parts = {
        "cpu": Device(square(2, 30, 7.3)), "gpu": Device(square(1, 40, 11.1)),
        "dram": Device(flat(3)),
    }  # fmt: skip

    def build(site: Site) -> Sequence[Sensor]:
        path = site.folder / "power.plist"
        tool = powermetrics.PowerMetrics(path, parts, site.clock.now)
        site.clock.each_time(tool.show)
        return [apple.open_sensor(str(path))]

    return Metered({name: (each,) for name, each in parts.items()}, build)


def windows() -> Metered:
    """Give a PC under Windows, with the rails that its Energy Meter Interface hands on."""
    watts = {"PKG": 45.0, "PP0": 30.0, "PP1": 5.0, "DRAM": 4.0}
    rails = {f"RAPL_Package0_{name}": Device(flat(each)) for name, each in watts.items()}

    def build(site: Site) -> Sequence[Sensor]:
        meter = EnergyMeter(site.folder / "emi" / "0", dict.fromkeys(rails, _FIRST))
        meter.follow(rails, site.clock.now)
        site.clock.each_time(meter.show)
        return [emi.open_sensor(str(site.folder / "emi"))]

    package, memory = rails["RAPL_Package0_PKG"], rails["RAPL_Package0_DRAM"]
    return Metered({"cpu": (package,), "dram": (memory,)}, build)


def controller() -> Metered:
    """Give a server whose management controller tells its power by IPMI, on loopback."""
    machine = Device(square(300, 900, 7.3), 1000 * _MILLISECOND)

    def build(site: Site) -> Sequence[Sensor]:
        stand_in = site.stack.enter_context(bmc.StandInBmc(machine, site.clock.now))
        return [ipmi.open_sensor(stand_in.root)]

    return Metered({"whole": (machine,)}, build)


def on_the_network(page: type[http_pages.Drawn], sensors: ModuleType) -> Metered:
    """Give a server whose meter answers on loopback over HTTP: a controller by Redfish, a plug."""
    machine = Device(square(300, 900, 7.3), 1000 * _MILLISECOND)

    def build(site: Site) -> Sequence[Sensor]:
        meter = HttpMeter(page(machine, site.clock.now))
        return [sensors.open_sensor(site.stack.enter_context(meter).address)]

    return Metered({"whole": (machine,)}, build)


def redfish_server() -> Metered:
    """Give one by Redfish, with an energy counter."""
    return on_the_network(http_pages.Bmc, redfish)


def plugged() -> Metered:
    """Give one behind a plug that counts."""
    return on_the_network(http_pages.ShellyGen2, wall)


def suspended(after: float, seconds: float) -> Metered:
    """Give one behind a plug that counts on while the machine is suspended for so long [s].

    It falls asleep `after` so long [s]. What it draws asleep is no more than awake: of what the
    plug counted nothing looks wrong but the time.
    """
    machine = Device(flat(300), 1000 * _MILLISECOND)

    def build(site: Site) -> Sequence[Sensor]:
        site.after(after, lambda: site.clock.suspend(seconds))
        meter = HttpMeter(http_pages.ShellyGen2(machine, site.clock.boot_time))
        return [wall.open_sensor(site.stack.enter_context(meter).address)]

    return Metered({"whole": (machine,)}, build)
