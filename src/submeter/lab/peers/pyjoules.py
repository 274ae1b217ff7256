"""pyJoules: a meter over all devices that it finds."""

from __future__ import annotations

from importlib import import_module

from submeter.lab.peers.meter import MICROJOULES, MILLIJOULES, Meter, Told


class PyJoules(Meter):
    """`EnergyMeter` over all devices that it finds."""

    package = "pyJoules"

    def prepare(self) -> None:
        """Find the devices."""
        devices = import_module("pyJoules.device").DeviceFactory.create_devices()
        if not devices:
            raise RuntimeError("it finds no device")
        self._meter = import_module("pyJoules.energy_meter").EnergyMeter(devices)

    def begin(self) -> None:
        """Start."""
        self._meter.start(tag="lab")

    def end(self) -> None:
        """Stop."""
        self._meter.stop()

    def told(self) -> Told:
        """Give its domains, summed by component."""
        found: Told = {}
        for sample in self._meter.get_trace():
            for domain, number in sample.energy.items():
                name = domain.rpartition("_")[0]
                scale = MILLIJOULES if name.startswith("nvidia") else MICROJOULES
                known = {"package": "cpu", "dram": "dram", "nvidia_gpu": "gpu"}.get(name, name)
                part = found.setdefault(known, {"energy": 0.0})
                part["energy"] += number / scale
        return found
