"""How Windows' Energy Meter Interface is spoken to, and what its answers mean.

A device is anything that answers a control code with bytes: a driver on Windows, or the same
bytes kept in files.

References
----------
``emi.h`` of the Windows SDK: https://learn.microsoft.com/en-us/windows/win32/api/emi/
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import uuid
from typing import NamedTuple, Protocol

GET_VERSION, GET_METADATA_SIZE, GET_METADATA, GET_MEASUREMENT = range(0x22_4000, 0x22_4010, 4)
"""``IOCTL_EMI_…``."""

_FILES = {
    GET_VERSION: "version",
    GET_METADATA_SIZE: "metadata_size",
    GET_METADATA: "metadata",
    GET_MEASUREMENT: "measurement",
}
_METERS = "{45bd8344-7ed6-49cf-a440-c276c933b053}"
"""``GUID_DEVICE_ENERGY_METER``."""

_PICOWATT_HOURS = 0
"""``EmiMeasurementUnitPicowattHours``, the only unit there is."""

_V1 = struct.Struct("<I32s32sHH")
"""``EMI_METADATA_V1`` up to the name: unit, maker, model, revision, size of the name [B]."""
_V2 = struct.Struct("<32s32sHH")
"""``EMI_METADATA_V2`` up to its channels: maker, model, revision, number of channels."""
_CHANNEL = struct.Struct("<IH")
"""``EMI_CHANNEL_V2`` up to the name; each follows the last without a gap."""
_MEASUREMENT = struct.Struct("<QQ")
"""``EMI_CHANNEL_MEASUREMENT_DATA``: energy in the channel's unit, time in 100 ns."""

_MOST = 65536
"""Bytes of the longest answer that is believed."""

WRAP = 2**64 * 36 // 10_000
"""A channel's 64 bits of picowatt-hours come round after this many µJ."""


class Channel(NamedTuple):
    """One channel of a device: its place among the device's measurements, and its name."""

    place: int
    name: str


class Metadata(NamedTuple):
    """What a device says of itself."""

    maker: str
    model: str
    channels: tuple[Channel, ...]


class Device(Protocol):
    """What answers control codes."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    def ask(self, code: int, most: int) -> bytes:
        """Give the answer to a control code, `most` bytes at most; raises `OSError`."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def metadata(device: Device) -> Metadata:
    """Ask a device what it meters; raises `OSError` where the answer is not as documented."""
    try:
        (version,) = struct.unpack_from("<H", device.ask(GET_VERSION, 2))
        (size,) = struct.unpack_from("<I", device.ask(GET_METADATA_SIZE, 4))
        if not 0 < size <= _MOST:
            raise OSError(f"{device.path} has metadata of {size} bytes")
        data = device.ask(GET_METADATA, size)
        if version == 1:
            return _version_1(data)
        if version == 2:  # noqa: PLR2004 - EMI_VERSION_V2
            return _version_2(data)
    except struct.error as error:
        raise OSError(f"{device.path} answers with less than is documented") from error
    raise OSError(f"{device.path} speaks version {version} of EMI, which is not known")


def _version_1(data: bytes) -> Metadata:
    unit, maker, model, _, size = _V1.unpack_from(data)
    channels = (Channel(0, _text(data[_V1.size : _V1.size + size])),)
    return Metadata(_text(maker), _text(model), channels if unit == _PICOWATT_HOURS else ())


def _version_2(data: bytes) -> Metadata:
    maker, model, _, count = _V2.unpack_from(data)
    channels, at = [], _V2.size
    for place in range(count):
        unit, size = _CHANNEL.unpack_from(data, at)
        at += _CHANNEL.size
        if at + size > len(data):
            raise struct.error
        if unit == _PICOWATT_HOURS:
            channels.append(Channel(place, _text(data[at : at + size])))
        at += size
    return Metadata(_text(maker), _text(model), tuple(channels))


def _text(data: bytes) -> str:
    return data[: len(data) // 2 * 2].decode("utf-16-le", errors="replace").partition("\0")[0]


def energies(device: Device, channels: int) -> list[int]:
    """Give the energy [µJ] of the first `channels` channels of a device.

    One picowatt-hour is 3.6 nJ.
    """
    data = device.ask(GET_MEASUREMENT, channels * _MEASUREMENT.size)
    if len(data) < channels * _MEASUREMENT.size:
        raise OSError(f"{device.path} measures fewer channels than it has")
    return [_MEASUREMENT.unpack_from(data, i * 16)[0] * 36 // 10_000 for i in range(channels)]


class Recorded:
    """A device whose answers lie in a folder, one file a control code."""

    def __init__(self, path: str) -> None:
        self.path = path

    def ask(self, code: int, most: int) -> bytes:
        """Read the answer's file."""
        with open(f"{self.path}/{_FILES[code]}", "rb") as file:
            return file.read(most)

    def close(self) -> None:
        """Nothing is held open."""


def recorded(root: str) -> list[Recorded]:
    """Give the devices recorded in the folders of `root`."""
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    return [Recorded(f"{root}/{name}") for name in names if os.path.isdir(f"{root}/{name}")]


if sys.platform == "win32":
    from ctypes import wintypes

    class _Guid(ctypes.Structure):
        _fields_ = (("bytes", ctypes.c_ubyte * 16),)

    class Driver:
        """A device behind its driver.

        Parameters
        ----------
        path : str
            The interface's path, as the configuration manager gives it.
        """

        def __init__(self, path: str) -> None:
            self.path = path
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.CreateFileW.restype = wintypes.HANDLE
            handle = self._kernel.CreateFileW(
                wintypes.LPCWSTR(path), wintypes.DWORD(0x8000_0000),  # GENERIC_READ
                wintypes.DWORD(3), None, wintypes.DWORD(3), wintypes.DWORD(0), None,
            )  # fmt: skip
            if handle == ctypes.c_void_p(-1).value:
                raise ctypes.WinError(ctypes.get_last_error())
            self._handle: wintypes.HANDLE | None = wintypes.HANDLE(handle)

        def ask(self, code: int, most: int) -> bytes:
            """Send a control code."""
            buffer, length = ctypes.create_string_buffer(most), wintypes.DWORD()
            if not self._kernel.DeviceIoControl(
                self._handle, wintypes.DWORD(code), None, wintypes.DWORD(0),
                buffer, wintypes.DWORD(most), ctypes.byref(length), None,
            ):  # fmt: skip
                raise ctypes.WinError(ctypes.get_last_error())
            return buffer.raw[: length.value]

        def close(self) -> None:
            """Close it; again is harmless."""
            if self._handle:
                self._kernel.CloseHandle(self._handle)
                self._handle = None

    def drivers() -> list[str]:
        """Give the paths of the energy meters that this machine has."""
        manager = ctypes.WinDLL("cfgmgr32")
        guid = _Guid.from_buffer_copy(uuid.UUID(_METERS).bytes_le)
        size = wintypes.ULONG()
        manager.CM_Get_Device_Interface_List_SizeW(
            ctypes.byref(size), ctypes.byref(guid), None, wintypes.ULONG(0)
        )
        buffer = ctypes.create_unicode_buffer(max(1, size.value))
        if manager.CM_Get_Device_Interface_ListW(
            ctypes.byref(guid), None, buffer, wintypes.ULONG(len(buffer)), wintypes.ULONG(0)
        ):
            return []
        return [path for path in buffer[:].split("\0") if path]
