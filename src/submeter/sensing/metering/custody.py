"""Whose turn it is to book a device, where nobody can be asked who uses it.

Inside a container a driver's process ids mean nothing, and each program that meters a device would
take all of it for its own. So one of them has the device in its custody, by a lock on a file that
the kernel lets go when the holder dies, however it dies: no lock can go stale. The file says up to
when the holder's books are on the record; who takes over begins there, and until then books nothing
of it. So nothing is lost, and nothing is booked twice.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from submeter.quantities.cumulative import Cumulative
from submeter.sensing.devices import procfs
from submeter.sensing.metering.holders import Held
from submeter.sensing.metering.reader import always

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from submeter.quantities.clock import Clock, Span

_SHARED = "/run/lock"
_FAR = 2**62


def shared_folder() -> str:
    """Give the folder that all users of this machine can lock files in."""
    return _SHARED if os.access(_SHARED, os.W_OK) else tempfile.gettempdir()


class Custody:
    """Keeps devices for one program at a time; read with the other sources at each beat.

    Parameters
    ----------
    domains : collection of str
        Ids of the devices.
    folder : str
        Where the locks are.
    wanted : callable
        Tells whether anybody needs readings; see `Reader`.
    """

    name = "custody"
    group = ""
    beat = 0.0
    lags: Collection[float] = ()

    def __init__(
        self,
        domains: Collection[str],
        folder: str = "",
        wanted: Callable[[], bool] = always,
    ) -> None:
        folder = folder or shared_folder()
        self._wanted = wanted
        boot = procfs.boot_id()
        self._claims = {each: _Claim(each, folder, boot) for each in sorted(domains)}

    @property
    def domains(self) -> set[str]:
        """The devices that it looks after."""
        return set(self._claims)

    @property
    def refused(self) -> list[str]:
        """The devices whose lock cannot be had, each with the reason."""
        return [claim.failure for claim in self._claims.values() if claim.failure]

    def read(self, clock: Clock, *, edge: bool = True) -> None:
        """Take what nobody has; a program that needs no readings leaves it to others."""
        del edge
        if not self._wanted():
            return
        for claim in self._claims.values():
            claim.look(clock.now())

    def shown(self, instant: int) -> bool:
        """Tell whether it is known whose turn it was by `instant` [ns]: it is once it was read."""
        del instant
        return True

    def keep(self, pinned: Collection[int], before: int) -> None:
        """Keep all: turns are few."""

    def restart(self) -> None:
        """Begin anew, after a pause."""
        self.release()

    def recorded(self, instant: int) -> None:
        """Say that what was drawn up to `instant` [ns] is on the record."""
        for claim in self._claims.values():
            claim.write(instant)

    def release(self) -> None:
        """Let others have the devices."""
        for claim in self._claims.values():
            claim.release()

    @property
    def known_until(self) -> int:
        """Up to when [ns] whose turn it was can't change any more."""
        return min((claim.known_until for claim in self._claims.values()), default=_FAR)

    def held(self, span: Span) -> dict[str, Held]:
        """Give the time that each device was in this program's custody, and in another's."""
        del span
        return {name: claim.held() for name, claim in self._claims.items() if not claim.failure}


class _Claim:
    """The lock of one device, and when it was whose."""

    def __init__(self, domain: str, folder: str, boot: str) -> None:
        plain = "".join(each if each.isalnum() else "-" for each in domain)
        self._path = os.path.join(folder, f"submeter-{plain}.lock")
        self._domain = domain
        self._boot = boot or "-"
        self._file = -1
        self._turns: list[tuple[int, int]] = []
        self._since = 0
        self._first = 0
        self._last = 0
        self._guard = threading.Lock()
        self.failure = ""

    def look(self, now: int) -> None:
        """Take the device if nobody has it."""
        with self._guard:
            self._first = self._first or now
            self._last = now
            if not self._since and self._lock():
                self._since = self._free_since(now)
                self._write(self._since)

    def _lock(self) -> bool:
        try:
            if self._file < 0:
                self._file = _opened(self._path)
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            self.failure = (
                f"{self._domain}: whether others meter it cannot be seen ({self._path}: "
                f"{error.strerror}); all of it is this work's"
            )
            return False
        self.failure = ""
        return True

    def _free_since(self, now: int) -> int:
        """Give from when [ns] it is ours: where the last holder's record ends, or our start."""
        said = self._said()
        begun = self._turns[-1][1] if self._turns else self._first
        return begun if said is None else max(begun, min(said, now))

    def _said(self) -> int | None:
        """Give up to when [ns] the holder said that its books are on the record."""
        try:
            boot, instant = os.pread(self._file, 128, 0).decode("ascii").split()
            return int(instant) if boot == self._boot else None
        except (OSError, ValueError):
            return None

    def write(self, instant: int) -> None:
        """Say up to when [ns] it is on the record."""
        with self._guard:
            self._write(instant)

    def _write(self, instant: int) -> None:
        if self._since:
            with suppress(OSError):
                os.pwrite(self._file, f"{self._boot} {instant:020d}\n".encode("ascii"), 0)

    @property
    def known_until(self) -> int:
        """Up to when [ns] whose turn it was can't change any more."""
        with self._guard:
            if self._since or self.failure or self._file < 0:
                return _FAR
            said = self._said()
            return _FAR if said is None else said

    def release(self) -> None:
        """Let others have it."""
        with self._guard:
            if self._since:
                end = max(self._since, self._last)
                touches = bool(self._turns) and self._turns[-1][1] >= self._since
                since = self._turns.pop()[0] if touches else self._since
                self._turns.append((since, end))
            if self._file >= 0:
                os.close(self._file)  # closing lets go of the lock
            self._file, self._since = -1, 0

    def held(self) -> Held:
        """Give when it was whose."""
        with self._guard:
            return self._held()

    def _held(self) -> Held:
        turns = [*self._turns, *([(self._since, self._last)] if self._since else [])]
        edges = sorted({self._first, self._last, *(edge for turn in turns for edge in turn)})
        mine = [_within(turns, edge) for edge in edges]
        others = [edge - self._first - own for edge, own in zip(edges, mine, strict=True)]
        never = Cumulative(tuple(edges), (0,) * len(edges))
        own = Cumulative(tuple(edges), tuple(mine))
        return Held(own, Cumulative(tuple(edges), tuple(others)), never, never)


def _within(turns: Iterable[tuple[int, int]], instant: int) -> int:
    return sum(min(end, instant) - start for start, end in turns if start < instant)


def _opened(path: str) -> int:
    """Open a lock that others share; whoever makes it lets all users of the machine lock it."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        # Where it is there already: in a shared folder the kernel lets only its owner "create" it.
        return os.open(path, flags)
    except FileNotFoundError:
        file = os.open(path, flags | os.O_CREAT, 0o666)
        with suppress(OSError):
            os.fchmod(file, 0o666)
        return file
