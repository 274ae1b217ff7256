"""What a management controller says of power: DCMI's Get Power Reading.

References
----------
Data Center Manageability Interface specification 1.5, 6.6.1.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from submeter.sensing.devices.ipmi import Transport

_GROUP_FUNCTION, _GET_POWER_READING, _GROUP = 0x2C, 0x02, 0xDC
_SYSTEM_POWER = bytes((_GROUP, 0x01, 0x00, 0x00))
"""Mode 01h: statistics of the system's power."""

ANSWER = struct.Struct("<BHHHHIIB")
"""Group, power now, least, most, mean [W], time stamp [s], period of the statistics [ms], state."""

ACTIVE = 0x40
"""Bit 6 of the state: power is being measured."""

_MEANINGS = {
    0xC0: "it is busy",
    0xC1: "it does not know the command",
    0xC3: "it timed out",
    0xC7: "it wants a request of another length",
    0xC9: "it does not know this kind of reading",
    0xCC: "it does not know this kind of reading",
    0xD4: "it refuses for lack of privilege",
    0xD5: "it cannot in its present state",
}
"""Completion codes (IPMI specification 2.0, table 5-2)."""


class Refused(OSError):  # noqa: N818 - an answer, not a fault
    """The controller answered with a completion code other than 0."""

    def __init__(self, completion: int) -> None:
        meaning = _MEANINGS.get(completion, "it refuses")
        super().__init__(f"the controller does not tell its power: {meaning} ({completion:02X}h)")
        self.completion = completion


class NotActive(OSError):  # noqa: N818 - a state of the controller, not a fault
    """The controller measures no power at present."""


class PowerReading(NamedTuple):
    """What the controller tells.

    Parameters
    ----------
    power : int
        Power now [W].
    period : float
        Period of its statistics [s]: a time over which it averages, or the time since it began.
    """

    power: int
    period: float


def power_reading(transport: Transport) -> PowerReading:
    """Ask for the power of the system.

    Raises
    ------
    OSError
        If no answer comes, or one that cannot be used; `Refused` and `NotActive` among them.
    """
    answer = transport.ask(_GROUP_FUNCTION, _GET_POWER_READING, _SYSTEM_POWER)
    completion, content = answer[0], answer[1:]
    if completion:
        raise Refused(completion)
    if len(content) < ANSWER.size or content[0] != _GROUP:
        raise OSError("the controller's answer is not a DCMI power reading")
    _, power, _, _, _, _, period, state = ANSWER.unpack_from(content)
    if not state & ACTIVE:
        raise NotActive("the controller does not measure power at present")
    if not power:
        # A controller whose power supplies do not answer tells 0 W; it runs on some itself.
        raise OSError("the controller tells 0 W")
    return PowerReading(power, period / 1000)
