"""How Apple's IOReport is spoken to: the "Energy Model" channels, without privileges.

IOReport has no public header. What is called here is what open programs have found out and agree
on (macmon, Stats, NeoAsitop); a library without one of the calls is refused, not guessed at.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.errors import SensorUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY = "/usr/lib/libIOReport.dylib"
_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
_GROUP = "Energy Model"
_UTF8 = 0x0800_0100
"""``kCFStringEncodingUTF8``."""
_SIMPLE = 1
"""``kIOReportFormatSimple``: one whole number."""
_NOT_TOLD = -(2**63)
"""What a channel reads that has no value."""
_MOST_CHANNELS = 4096

_FIX = "the interface is not public and may change with macOS: report the version of yours"


class Channel(NamedTuple):
    """One running total: the channel's name, the unit that it is told in, and its value."""

    name: str
    unit: str
    value: int


_POINTER, _WHOLE = ctypes.c_void_p, ctypes.c_uint64
_REPORT = {
    "IOReportCopyChannelsInGroup": (_POINTER, (_POINTER, _POINTER, _WHOLE, _WHOLE, _WHOLE)),
    "IOReportCreateSubscription": (_POINTER, (_POINTER, _POINTER, _POINTER, _WHOLE, _POINTER)),
    "IOReportCreateSamples": (_POINTER, (_POINTER, _POINTER, _POINTER)),
    "IOReportChannelGetChannelName": (_POINTER, (_POINTER,)),
    "IOReportChannelGetUnitLabel": (_POINTER, (_POINTER,)),
    "IOReportChannelGetFormat": (ctypes.c_int, (_POINTER,)),
    "IOReportSimpleGetIntegerValue": (ctypes.c_int64, (_POINTER, ctypes.c_int32)),
}
_CORE = {
    "CFStringCreateWithCString": (_POINTER, (_POINTER, ctypes.c_char_p, ctypes.c_uint32)),
    "CFStringGetCString": (ctypes.c_bool, (_POINTER, _POINTER, ctypes.c_long, ctypes.c_uint32)),
    "CFDictionaryGetValue": (_POINTER, (_POINTER, _POINTER)),
    "CFArrayGetCount": (ctypes.c_long, (_POINTER,)),
    "CFArrayGetValueAtIndex": (_POINTER, (_POINTER, ctypes.c_long)),
    "CFRelease": (None, (_POINTER,)),
}


class IOReport:
    """A subscription to the energy channels.

    Parameters
    ----------
    library : str
        A library that stands in for both IOReport and CoreFoundation; empty for the system's own.

    Raises
    ------
    SensorUnavailable
        If there is no such library, or it has no energy channels.
    """

    def __init__(self, library: str = "") -> None:
        self._report = _bound(library or LIBRARY, _REPORT)
        self._core = _bound(library or _FOUNDATION, _CORE)
        group = self._string(_GROUP)
        channels = self._report.IOReportCopyChannelsInGroup(group, None, 0, 0, 0)
        self._core.CFRelease(group)
        if not channels:
            raise SensorUnavailable(f'IOReport has no group "{_GROUP}"', fix=_FIX)
        subscribed = ctypes.c_void_p()
        self._subscription = self._report.IOReportCreateSubscription(
            None, channels, ctypes.byref(subscribed), 0, None
        )
        self._core.CFRelease(channels)
        self._subscribed = subscribed
        self._key = self._string("IOReportChannels")
        if not self._subscription:
            raise SensorUnavailable("IOReport takes no subscription", fix=_FIX)

    def channels(self, instant: int) -> list[Channel]:
        """Give every energy channel that has a value now; raises `OSError` if none is given."""
        del instant  # only a file that may have gone stale has to know
        sample = self._report.IOReportCreateSamples(self._subscription, self._subscribed, None)
        if not sample:
            raise OSError("IOReport gives no sample")
        try:
            found = self._core.CFDictionaryGetValue(sample, self._key)
            count = self._core.CFArrayGetCount(found) if found else 0
            told = [
                self._channel(self._core.CFArrayGetValueAtIndex(found, place))
                for place in range(min(count, _MOST_CHANNELS))
            ]
        finally:
            self._core.CFRelease(sample)
        return [channel for channel in told if channel is not None]

    def _channel(self, channel: int) -> Channel | None:
        if self._report.IOReportChannelGetFormat(channel) != _SIMPLE:
            return None
        value = int(self._report.IOReportSimpleGetIntegerValue(channel, 0))
        name = self._text(self._report.IOReportChannelGetChannelName(channel))
        unit = self._text(self._report.IOReportChannelGetUnitLabel(channel))
        return None if value == _NOT_TOLD else Channel(name, unit, value)

    def _string(self, text: str) -> int:
        return int(self._core.CFStringCreateWithCString(None, text.encode(), _UTF8))

    def _text(self, string: int | None) -> str:
        buffer = ctypes.create_string_buffer(256)
        if not string or not self._core.CFStringGetCString(string, buffer, len(buffer), _UTF8):
            return ""
        return buffer.value.decode(errors="replace").strip()

    def close(self) -> None:
        """Let go of the subscription; again is harmless."""
        for each in (self._subscription, self._subscribed.value, self._key):
            if each:
                self._core.CFRelease(each)
        self._subscription = self._key = 0
        self._subscribed = ctypes.c_void_p()


def _bound(path: str, calls: Mapping[str, tuple[Any, tuple[Any, ...]]]) -> ctypes.CDLL:
    """Load a library and say what its calls take and give."""
    try:
        library = ctypes.CDLL(path)
        for name, (gives, takes) in calls.items():
            function = getattr(library, name)
            function.restype, function.argtypes = gives, takes
    except (OSError, AttributeError) as error:
        raise SensorUnavailable(f"IOReport cannot be spoken to: {error}", fix=_FIX) from error
    return library
