"""A management controller on loopback that tells DCMI power, and fails as real ones do.

It speaks OpenIPMI's "VM" protocol over TCP, as ``ipmi_sim`` does.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from submeter.lab.device import StandIn
from submeter.quantities.clock import NANOSECONDS_PER_SECOND
from submeter.sensing.devices import dcmi, ipmi

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from submeter.lab.device import Device

MICROWATTS = 1_000_000
_POWER_READING = bytes((0x2C << 2, 0x02, 0xDC))
_UNKNOWN_COMMAND = 0xC1
_HUGE = 1 << 16


class Fault(StrEnum):
    """How it fails."""

    NONE = "none"
    SILENT = "silent"
    """It answers nothing."""
    CLOSED = "closed connection"
    GARBLED = "wrong checksum"
    SHORT = "half an answer"
    ENDLESS = "an answer without end"
    INACTIVE = "power reading not active"
    DEAD_SUPPLY = "0 W"
    CHATTY = "an operation and another's answer before its own"
    OTHER_GROUP = "an answer of another group"


class StandInBmc(StandIn):
    """A controller on a free port of this machine, on threads of its own.

    Parameters
    ----------
    device, now
        See `StandIn`.
    period : float
        Period of its statistics [s].

    Attributes
    ----------
    fault : Fault
        How it fails from now on.
    completion : int
        The completion code of its answers from now on; 0 for success.
    asked : int
        How often it was asked for its power.
    connections : int
        How often somebody connected.
    """

    def __init__(self, device: Device, now: Callable[[], int], period: float = 1.0) -> None:
        super().__init__(device, now)
        self.fault = Fault.NONE
        self.completion = 0
        self.asked = 0
        self.connections = 0
        self._period = round(period * NANOSECONDS_PER_SECOND)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._peers: list[socket.socket] = []
        self._threads = [self._thread(self._serve)]

    @property
    def root(self) -> str:
        """What a sensor is given as its root."""
        return f"tcp:127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Hang up on everybody and end the threads."""
        for each in (self._server, *self._peers):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _thread(target: Callable[..., None], *peer: socket.socket) -> threading.Thread:
        return threading.Thread(target=target, args=peer, name="stand-in-bmc", daemon=True)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._server.accept()
                self.connections += 1
                self._peers.append(peer)
                self._threads.append(self._thread(self._talk, peer))
                self._threads[-1].start()

    def _talk(self, peer: socket.socket) -> None:
        frames = ipmi.Frames()
        with peer, suppress(OSError):
            peer.sendall(ipmi.framed(ipmi.VERSION, ipmi.OPERATION))
            while stream := peer.recv(4096):
                for end, content in frames.feed(stream):
                    if end != ipmi.MESSAGE or sum(content) & 0xFF:
                        continue
                    self.asked += content[1:4] == _POWER_READING
                    if self.fault is Fault.CLOSED:
                        return
                    peer.sendall(self._answer(content))

    def _answer(self, request: bytes) -> bytes:
        """Give the bytes that go back; none where it is silent."""
        head = bytes((request[0], request[1] | 1 << 2, request[2]))
        known = request[1:4] == _POWER_READING
        completion = self.completion if known else _UNKNOWN_COMMAND
        body = b"" if completion else self._reading()
        answer = ipmi.checked(head + bytes((completion,)) + body)
        other = ipmi.checked(bytes((head[0] ^ 0x80, *head[1:], 0, *self._reading())))
        return {
            Fault.SILENT: b"",
            Fault.GARBLED: ipmi.framed(bytes((*answer[:-1], answer[-1] ^ 1))),
            Fault.SHORT: ipmi.framed(ipmi.checked(answer[:10])),
            Fault.ENDLESS: bytes(_HUGE),
            Fault.CHATTY: ipmi.framed(b"\1", ipmi.OPERATION) + ipmi.framed(other)
            + ipmi.framed(answer),
        }.get(self.fault, ipmi.framed(answer))  # fmt: skip

    def _reading(self) -> bytes:
        """Make a power reading of what the device shows now."""
        at = self.device.refreshed(self._now())
        power = self.device.power(at)
        mean = self.device.average(at, self._period)
        least, most = min(power, mean), max(power, mean)
        watts = [each // MICROWATTS for each in (power, least, most, mean)]
        if self.fault is Fault.DEAD_SUPPLY:
            watts = [0, 0, 0, 0]
        state = 0 if self.fault is Fault.INACTIVE else dcmi.ACTIVE
        group = 0x00 if self.fault is Fault.OTHER_GROUP else 0xDC
        stamp = at // NANOSECONDS_PER_SECOND & 0xFFFF_FFFF
        return dcmi.ANSWER.pack(group, *watts, stamp, self._period // 1_000_000, state)
