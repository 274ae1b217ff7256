"""The cases on the virtual clock: what takes hours, and whose interface no process can be given."""

from __future__ import annotations

from submeter.lab import machines
from submeter.lab.case import Asked, Case, WindowOf
from submeter.lab.scenes import OTHERS, OWN, SUM, Shared, Shift

_HOUR = 3600.0
_MINUTE = (WindowOf(0.0, 60.0),)
_QUICK = (*(WindowOf(0.317, 0.45) for _ in range(20)), WindowOf(0.317, 60.0))
"""Windows of less than a second, everywhere in a meter's second, of which little can be told; and
one of which much can."""
_ALL = 0.999_99
"""All of the time must have been seen: a wrap that is taken for a reset costs a second."""
_REGISTER = 2**32 * 1_000_000 // 2**14
"""An Intel card's register: 32 bits of 2⁻¹⁴ J [µJ] (``xe_hwmon.c`` in Linux)."""

_SHIFTS = (Shift(20.0, 3.0, 1.0), Shift(7.0, 0.5, 4.0), Shift(11.0, 0.0, 0.25))
"""Work that is busy, then others, then hardly anybody."""
_STEADY = (Shift(60.0, 1.0, 2.0),)
_ACCOUNTS = (OWN, OTHERS, SUM)

VIRTUAL = (
    Case("rapl-hours", "RAPL: 4 h at 80 and 240 W in turn, while the counter wraps eight times",
         machines.server((80, 240, 0.7)), (WindowOf(0.0, 4 * _HOUR),), ("cpu",), seen=_ALL),
    Case("rapl-two-doors", "RAPL: one socket by powercap and by performance events",
         machines.two_doors(), _MINUTE, ("cpu", "dram", "whole")),
    Case("rapl-unreadable", "RAPL: the memory's counter may not be read, and is no number then",
         machines.unreadable(), _MINUTE, ("cpu", "dram"), untold=("dram",)),
    Case("perf-dies", "RAPL by performance events: two sockets of two dies, with memory",
         machines.dies(), _MINUTE, ("cpu", "dram", "whole")),
    Case("perf-offline", "RAPL by performance events: a processor goes offline at half-time",
         machines.offline(30.0), _MINUTE, ("cpu", "dram"), seen=0.45, partly=True),
    Case("hwmon-wrap", "hwmon: 3 h of an Intel card at 1.2 kW, its register wraps every 218 s",
         machines.intel_card(_REGISTER), (WindowOf(0.0, 3 * _HOUR),), every=600.0,
         seen=_ALL),
    Case("hwmon-rails", "hwmon: an INA3221 on a Jetson, the board's rail and two in it",
         machines.jetson(), _MINUTE, ("whole", "other")),
    Case("hwmon-rails-apart", "hwmon: two INA3221, rails side by side and one in another",
         machines.orin(), _MINUTE, ("gpu", "cpu", "other", "dram", "whole")),
    Case("hwmon-silent", "hwmon: the board's rail falls silent at half-time, two go on",
         machines.jetson(30.0), _MINUTE, ("other",)),
    Case("hwmon-mean", "hwmon: an ACPI meter of one-second means, windows of 0.45 s and of 60 s",
         machines.acpi_server(), _QUICK, ("whole",)),
    Case("hwmon-superchip", "hwmon: Grace Hopper, meters around meters", machines.grace_hopper(),
         _MINUTE, ("cpu", "other", "dram", "whole")),
    Case("mac-lists", "powermetrics: a Mac, one list a second", machines.mac(), _MINUTE,
         ("cpu", "gpu", "dram", "whole")),
    Case("windows-rails", "EMI: the rails of a PC under Windows", machines.windows(), _MINUTE,
         ("cpu", "dram", "whole")),
    Case("bmc-ipmi", "IPMI: a controller of whole watts once a second, windows of 0.45 and 60 s",
         machines.controller(), _QUICK, ("whole",)),
    Case("bmc-redfish", "Redfish: a controller that counts Wh, an hour", machines.redfish_server(),
         (WindowOf(0.0, _HOUR),), ("whole",)),
    Case("wall-plug", "A plug that counts mWh, an hour", machines.plugged(),
         (WindowOf(0.0, _HOUR),), ("whole",)),
    Case("wall-suspended", "A plug that counts on while the machine sleeps for five minutes",
         machines.suspended(300.0, 300.0), (WindowOf(0.0, 600.0),), ("whole",), partly=True),
    Case("share-tree", "Shares: a process and its child, others, and what is left over",
         Shared(_SHIFTS), (WindowOf(0.0, 190.0),), _ACCOUNTS, Asked.SHARES),
    Case("share-children", "Shares: a process whose children live for 0.4 s",
         Shared(_STEADY, "children"), _MINUTE, _ACCOUNTS, Asked.SHARES),
    Case("share-container", "Shares: a container", Shared(_SHIFTS, "group"),
         (WindowOf(0.0, 190.0),), _ACCOUNTS, Asked.SHARES),
    Case("share-ranks", "Shares: four ranks, each with a meter on one socket",
         Shared(_SHIFTS, ranks=4), (WindowOf(0.0, 190.0),), (OWN,), Asked.SHARES, ranks=4),
)  # fmt: skip
"""In the order in which they are told."""
