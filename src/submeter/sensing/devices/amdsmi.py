"""How AMD's driver is spoken to: the AMD SMI library of ROCm, bound by its public header.

The library's records changed from release to release, so its version is asked first. Nothing is
read by a layout that was not looked up in the header of that release.

References
----------
``amdsmi.h`` of ROCm 6.2 (24.6), 6.4 (25), 7.0 (26):
https://rocm.docs.amd.com/projects/amdsmi/en/latest/doxygen/docBin/html/amdsmi_8h.html
"""

from __future__ import annotations

import ctypes
import os
from ctypes import byref
from typing import TYPE_CHECKING, NamedTuple

from submeter.errors import SensorUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

_GPUS = 1 << 1
"""``AMDSMI_INIT_AMD_GPUS``."""

_SUCCESS, _NOT_SUPPORTED, _NOT_YET_IMPLEMENTED = 0, 2, 3
_NO_DRIVER = 34
"""``AMDSMI_STATUS_DRIVER_NOT_LOADED``."""

_OLDEST = 24
"""ROCm 6.1; before it the records held other fields."""

_HOLDERS_FROM = 26
"""ROCm 7.0: from here on the records of processes are known to be laid out as in `_Process`."""

_NOT_TOLD = frozenset({0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF})
"""What stands in a field that the board does not support, by its width and the release."""

_MOST_WATTS = 20_000
"""No socket draws more [W]: a larger number is in µW, as some releases tell it."""

_MOST_PROCESSES = 1024
_MOST_PID = 1 << 22
"""``PID_MAX_LIMIT`` of Linux."""

_BUFFER = 4096
"""Bytes kept ready for a record that has grown over the releases; the largest has 1.2 kB."""

_CARE = "run amd-smi; if it fails too, the driver (amdgpu) needs care"


class Processor(NamedTuple):
    """A die or a partition: its handle, UUID, name, power limit [µW] (0 if not told)."""

    handle: ctypes.c_void_p
    uuid: str
    name: str
    limit: int


class Count(NamedTuple):
    """An energy counter: its value and what it wraps at [µJ]."""

    energy: int
    wrap: int


class _PowerCap(ctypes.Structure):
    _fields_ = (
        ("cap", ctypes.c_uint64),
        ("usual", ctypes.c_uint64),
        ("dpm", ctypes.c_uint64),
        ("least", ctypes.c_uint64),
        ("most", ctypes.c_uint64),
        ("reserved", ctypes.c_uint64 * 3),
    )


class _Process(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char * 256),
        ("pid", ctypes.c_uint32),
        ("memory", ctypes.c_uint64),
        ("engine_usage", ctypes.c_uint64 * 8),
        ("memory_usage", ctypes.c_uint64 * 8),
        ("container", ctypes.c_char * 256),
        ("rest", ctypes.c_uint32 * 12),
    )


class AmdSmi:
    """An initialised AMD SMI library.

    Parameters
    ----------
    library : str
        Path of the library; empty for ROCm's own.

    Attributes
    ----------
    version : int
        The first number of the library's version: the year up to 25, then its own count.
    sockets : list of tuple of Processor
        What answers, grouped by the socket that it sits in.
    refused : list of str
        What does not, each with the reason.

    Raises
    ------
    SensorUnavailable
        If there is no library or driver, or it does not answer, or no board does.
    """

    def __init__(self, library: str = "") -> None:
        self._library = _load(library)
        status = self._status("amdsmi_init", ctypes.c_uint64(_GPUS))
        if status != _SUCCESS:
            fix = "sudo modprobe amdgpu" if status == _NO_DRIVER else _CARE
            raise SensorUnavailable(f"AMD SMI does not start: {self._told(status)}", fix=fix)
        self._open = True
        self.sockets: list[tuple[Processor, ...]] = []
        self.refused: list[str] = []
        try:
            self.version = self._version()
            self._find()
        except OSError as error:
            self.close()
            raise SensorUnavailable(str(error), fix=_CARE) from error
        if not self.sockets:
            self.close()
            what = "; ".join(self.refused) or "the AMD driver sees no GPU"
            raise SensorUnavailable(
                what, fix="in a container start it with --device=/dev/kfd --device=/dev/dri"
            )

    def _version(self) -> int:
        buffer = (ctypes.c_uint32 * (_BUFFER // 4))()
        self._call("amdsmi_get_lib_version", buffer)
        if buffer[0] < _OLDEST:
            raise OSError("this AMD SMI is older than ROCm 6.1 and is not understood")
        return int(buffer[0])

    def _find(self) -> None:
        for place, socket in enumerate(self._handles("amdsmi_get_socket_handles")):
            try:
                handles = self._handles("amdsmi_get_processor_handles", socket)
                found = tuple(self._processor(handle) for handle in handles)
            except OSError as error:
                self.refused.append(f"socket {place}: {error}")
                continue
            if found:
                self.sockets.append(found)

    def _handles(self, call: str, *of: ctypes.c_void_p) -> list[ctypes.c_void_p]:
        count = ctypes.c_uint32(0)
        self._call(call, *of, byref(count), None)
        handles = (ctypes.c_void_p * count.value)()
        self._call(call, *of, byref(count), handles)
        return [ctypes.c_void_p(each) for each in handles[: count.value] if each]

    def _processor(self, handle: ctypes.c_void_p) -> Processor:
        length, uuid = ctypes.c_uint32(64), ctypes.create_string_buffer(64)
        self._call("amdsmi_get_gpu_device_uuid", handle, byref(length), uuid)
        asic = ctypes.create_string_buffer(_BUFFER)
        named = self._answers("amdsmi_get_gpu_asic_info", handle, asic)
        name = asic.value[:256].decode(errors="replace").strip() if named else ""
        cap = _PowerCap()
        self._answers("amdsmi_get_power_cap_info", handle, ctypes.c_uint32(0), byref(cap))
        limit = 0 if cap.cap in _NOT_TOLD else _microwatts(cap.cap)
        return Processor(handle, uuid.value.decode(errors="replace"), name, limit)

    def energy(self, processor: Processor) -> Count | None:
        """Give the energy since the driver was loaded, or None if the board does not count.

        Steps of the accumulator times its resolution [µJ], which is taken as a whole number of
        picojoules: 15.259 on most boards, as a 32-bit float. A virtual machine has no counter.
        """
        steps, timestamp = ctypes.c_uint64(), ctypes.c_uint64()
        resolution = ctypes.c_float()
        found = byref(steps), byref(resolution), byref(timestamp)
        if not self._answers("amdsmi_get_energy_count", processor.handle, *found):
            return None
        step = round(resolution.value * 1e6)
        if step <= 0 or steps.value == 2**64 - 1:
            return None
        return Count(steps.value * step // 1_000_000, 2**64 * step // 1_000_000)

    def power(self, processor: Processor) -> int | None:
        """Give the socket's power [µW], or None if the board does not tell.

        ``current_socket_power`` is told by MI300 and later, ``average_socket_power`` by Radeon,
        MI200 and earlier.
        """
        record = ctypes.create_string_buffer(_BUFFER)
        if not self._answers("amdsmi_get_power_info", processor.handle, record):
            return None
        told = [value for value in _powers(record.raw, self.version) if value not in _NOT_TOLD]
        if not told:
            return None
        return _microwatts(next((value for value in told if value), 0))

    def holders(self, processor: Processor) -> set[int] | None:
        """Give the ids of the processes on the processor, or None if it is not told."""
        if self.version < _HOLDERS_FROM:
            return None
        count, found = ctypes.c_uint32(_MOST_PROCESSES), (_Process * _MOST_PROCESSES)()
        if not self._answers("amdsmi_get_gpu_process_list", processor.handle, byref(count), found):
            return None
        pids = {int(each.pid) for each in found[: min(count.value, _MOST_PROCESSES)]}
        if not all(0 < pid <= _MOST_PID for pid in pids):
            raise OSError("AMD SMI lists processes in a form that is not understood")
        return pids

    def close(self) -> None:
        """Let go of the library; again is harmless."""
        if self._open:
            self._open = False
            self._status("amdsmi_shut_down")

    def _answers(self, call: str, *arguments: object) -> bool:
        """Call what a board, or an old library, may not have: whether it answers."""
        try:
            status = self._status(call, *arguments)
        except AttributeError:
            return False
        if status in (_NOT_SUPPORTED, _NOT_YET_IMPLEMENTED):
            return False
        if status != _SUCCESS:
            raise OSError(f"AMD SMI says: {self._told(status)}")
        return True

    def _call(self, call: str, *arguments: object) -> None:
        if not self._answers(call, *arguments):
            raise OSError(f"this AMD SMI has no {call}")

    def _status(self, call: str, *arguments: object) -> int:
        return int(getattr(self._library, call)(*arguments)) & 0xFFFF_FFFF

    def _told(self, status: int) -> str:
        text = ctypes.c_char_p()
        self._status("amdsmi_status_code_to_string", ctypes.c_uint32(status), byref(text))
        return (text.value or b"").decode(errors="replace") or f"status {status}"


def _load(library: str) -> ctypes.CDLL:
    reason = ""
    for path in [library] if library else _places():
        try:
            found = ctypes.CDLL(path)
        except OSError as error:
            reason = reason or str(error)
            continue
        if hasattr(found, "amdsmi_init"):
            return found
        reason = reason or f"{path} is another library"
    fix = (
        "none needed without an AMD GPU; else install amd-smi-lib (ROCm), and name the library "
        "with SUBMETER_SENSOR_AMD=/path/libamd_smi.so if it lies elsewhere"
    )
    raise SensorUnavailable(f"no AMD SMI library: {reason}", fix=fix)


def _places() -> Iterator[str]:
    for name in ("ROCM_PATH", "ROCM_HOME"):
        if os.environ.get(name):
            yield f"{os.environ[name]}/lib/libamd_smi.so"
    yield from ("libamd_smi.so", "/opt/rocm/lib/libamd_smi.so", "libamd_smi.so.26")


def _powers(record: bytes, version: int) -> tuple[int, ...]:
    """Give the current, average and, where there is one, the host's power of ``power_info``."""
    words = (ctypes.c_uint32 * 4).from_buffer_copy(record)
    if version <= _OLDEST:
        return words[0], words[1]
    return words[2], words[3], words[0] | words[1] << 32


def _microwatts(number: int) -> int:
    return number if number > _MOST_WATTS else number * 1_000_000
