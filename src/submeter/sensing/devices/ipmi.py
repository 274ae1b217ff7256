"""How a management controller (BMC) is spoken to: IPMI by the kernel's device, or over TCP.

The device is OpenIPMI's ``/dev/ipmi0``. Over TCP it is OpenIPMI's "VM" protocol, as the simulator
``ipmi_sim`` and QEMU's ``ipmi-bmc-extern`` speak it.

References
----------
IPMI specification 2.0; Linux's ``include/uapi/linux/ipmi.h``; OpenIPMI's
``lanserv/README.vm``; QEMU's ``hw/ipmi/ipmi_bmc_extern.c``.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT = 1.0
"""How long an answer may take [s]; a controller takes milliseconds to some tenths."""

LONGEST = 300
"""Bytes of the longest message; IPMI's own are shorter."""


class Transport(Protocol):
    """A way to a controller."""

    def ask(self, function: int, command: int, data: bytes) -> bytes:
        """Send a request; gives its answer, the completion code first.

        Raises `OSError`, `TimeoutError` among them, if none comes.
        """
        ...

    def close(self) -> None:
        """Let go of it; again is harmless."""
        ...


class _Message(ctypes.Structure):
    """``struct ipmi_msg``."""

    _fields_ = (
        ("netfn", ctypes.c_ubyte), ("cmd", ctypes.c_ubyte), ("data_len", ctypes.c_ushort),
        ("data", ctypes.c_void_p),
    )  # fmt: skip


class _Address(ctypes.Structure):
    """``struct ipmi_system_interface_addr``."""

    _fields_ = (("type", ctypes.c_int), ("channel", ctypes.c_short), ("lun", ctypes.c_ubyte))


class Request(ctypes.Structure):
    """``struct ipmi_req``."""

    _fields_ = (
        ("addr", ctypes.c_void_p), ("addr_len", ctypes.c_uint), ("msgid", ctypes.c_long),
        ("msg", _Message),
    )  # fmt: skip


class Received(ctypes.Structure):
    """``struct ipmi_recv``."""

    _fields_ = (
        ("recv_type", ctypes.c_int), ("addr", ctypes.c_void_p), ("addr_len", ctypes.c_uint),
        ("msgid", ctypes.c_long), ("msg", _Message),
    )  # fmt: skip


def _code(direction: int, number: int, size: int) -> int:
    """Work out an ``ioctl`` code as ``asm-generic/ioctl.h`` does: 'i' is OpenIPMI's letter."""
    return direction << 30 | size << 16 | ord("i") << 8 | number


SEND = _code(2, 13, ctypes.sizeof(Request))
"""``IPMICTL_SEND_COMMAND``."""

RECEIVE = _code(3, 11, ctypes.sizeof(Received))
"""``IPMICTL_RECEIVE_MSG_TRUNC``: an answer that is too long is an error, and does not stay."""

_SYSTEM_INTERFACE, _BMC_CHANNEL, _ANSWER = 0x0C, 0xF, 1
_MANY = 64
"""Foreign messages after which the device is given up: answers to requests that timed out."""


class KernelDevice:
    """The kernel's device.

    Parameters
    ----------
    path : str
        ``/dev/ipmi0``.
    timeout : float
        How long an answer may take [s].
    ioctl : callable
        The system call.

    Raises
    ------
    OSError
        If it cannot be opened.
    """

    def __init__(
        self,
        path: str,
        timeout: float = TIMEOUT,
        ioctl: Callable[[int, int, ctypes.Structure], object] = fcntl.ioctl,
    ) -> None:
        self._timeout = timeout
        self._ioctl = ioctl
        self._sequence = 0
        self._handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def ask(self, function: int, command: int, data: bytes) -> bytes:
        """Send a request; gives its answer, the completion code first."""
        self._sequence += 1
        deadline = time.monotonic() + self._timeout
        address = _Address(_SYSTEM_INTERFACE, _BMC_CHANNEL, 0)
        body = ctypes.create_string_buffer(data, len(data))
        message = _Message(function, command, len(data), ctypes.addressof(body))
        request = Request(
            ctypes.addressof(address), ctypes.sizeof(address), self._sequence, message
        )
        self._ioctl(self._handle, SEND, request)
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        for _ in range(_MANY):
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                break
            kind, sequence, answer = self._receive()
            if kind == _ANSWER and sequence == self._sequence and answer:
                return answer
        raise TimeoutError("the controller did not answer")

    def _receive(self) -> tuple[int, int, bytes]:
        address, body = _Address(), ctypes.create_string_buffer(LONGEST)
        received = Received(
            0, ctypes.addressof(address), ctypes.sizeof(address), 0,
            _Message(0, 0, LONGEST, ctypes.addressof(body)),
        )  # fmt: skip
        self._ioctl(self._handle, RECEIVE, received)
        return received.recv_type, received.msgid, body.raw[: received.msg.data_len]

    def close(self) -> None:
        """Let go of it; again is harmless."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


MESSAGE, OPERATION, _ESCAPE = 0xA0, 0xA1, 0xAA
"""A message ends with the first, an operation of the hardware with the second."""

VERSION = bytes((0xFF, 1))
"""The operation by which either side says that it speaks version 1."""


def framed(content: bytes, end: int = MESSAGE) -> bytes:
    """Escape what would end a frame, and end it."""
    escaped = bytearray()
    for byte in content:
        special = byte in (MESSAGE, OPERATION, _ESCAPE)
        escaped += bytes((_ESCAPE, byte | 0x10)) if special else bytes((byte,))
    return bytes((*escaped, end))


def checked(content: bytes) -> bytes:
    """Append the byte that makes the sum of all bytes 0, modulo 256."""
    return bytes((*content, -sum(content) & 0xFF))


class Frames:
    """Takes a stream apart; a frame longer than `LONGEST` is passed over."""

    def __init__(self) -> None:
        self._content = bytearray()
        self._escaped = False

    def feed(self, stream: bytes) -> Iterator[tuple[int, bytes]]:
        """Give each frame that is complete, with the byte that ended it."""
        for byte in stream:
            if byte in (MESSAGE, OPERATION):
                content, broken = bytes(self._content), self._escaped
                self._content.clear()
                self._escaped = False
                if content and not broken and len(content) <= LONGEST:
                    yield byte, content
            elif byte == _ESCAPE:
                self._escaped = True
            elif len(self._content) <= LONGEST:
                self._content.append(byte & ~0x10 if self._escaped else byte)
                self._escaped = False


class SerialVm:
    """OpenIPMI's "VM" protocol over TCP; connects when it first asks, and again after a failure.

    Parameters
    ----------
    host, port
        Where the controller listens.
    timeout : float
        How long a connection and an answer may take, together [s].
    """

    def __init__(self, host: str, port: int, timeout: float = TIMEOUT) -> None:
        self._place = (host, port)
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._frames = Frames()
        self._sequence = 0

    def ask(self, function: int, command: int, data: bytes) -> bytes:
        """Send a request; gives its answer, the completion code first."""
        deadline = time.monotonic() + self._timeout
        try:
            connection = self._connected()
            self._sequence = (self._sequence + 1) % 256
            head = bytes((self._sequence, function << 2, command))
            connection.sendall(framed(checked(head + data)))
            return self._answer(
                connection, bytes((head[0], (function | 1) << 2, command)), deadline
            )
        except TimeoutError as error:
            self.close()
            raise TimeoutError("the controller did not answer") from error
        except OSError:
            self.close()
            raise

    def _connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._place, self._timeout)
            self._frames = Frames()
            self._socket.sendall(framed(VERSION, OPERATION))
        self._socket.settimeout(self._timeout)
        return self._socket

    def _answer(self, connection: socket.socket, head: bytes, deadline: float) -> bytes:
        """Wait for the answer that begins with `head`; all else is passed over."""
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            stream = connection.recv(4096)
            if not stream:
                raise ConnectionError("the controller closed the connection")
            for end, content in self._frames.feed(stream):
                whole = end == MESSAGE and sum(content) & 0xFF == 0
                if whole and content.startswith(head) and len(content) > len(head) + 1:
                    return content[len(head) : -1]
        raise TimeoutError("the controller did not answer")

    def close(self) -> None:
        """Let go of the connection; asking opens another."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
            self._socket = None
