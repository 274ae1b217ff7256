"""What contains what where several meters see one machine: each knows only its own domains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from submeter.traces.domain import Domain
    from submeter.traces.trace import PowerTrace

_AROUND = ("psys", "module", "board", "bmc", "wall")
"""Meters of a machine from the inside out: what the board's maker wired to the processor's own
counter, a superchip, all that a board takes in, what its controller sees go in, and what the socket
gives."""

_OF_PROCESSORS = ("psys", "module")
"""Those that take in processors and memory, and of cards only what says so itself."""

_PARTED = ("package", "dram", "core", "uncore", "bmc")
"""Kinds whose bare name is all of them together: ``package`` is all sockets."""


def nested(traces: Sequence[PowerTrace]) -> list[PowerTrace]:
    """Let each domain name what contains it, among all that are read.

    Parameters
    ----------
    traces : sequence of PowerTrace
        Of one machine, by whatever sensors.

    Returns
    -------
    list of PowerTrace
        The same, with `Domain.inside` where another sensor's domain contains one.
    """
    names = {trace.domain.id for trace in traces}
    found = []
    for trace in traces:
        inside = container(trace.domain, names)
        kept = inside == trace.domain.inside
        found.append(trace if kept else replace(trace, domain=replace(trace.domain, inside=inside)))
    return found


def container(domain: Domain, names: Collection[str]) -> str:
    """Give the id of the innermost domain among `names` that contains this one.

    Notes
    -----
    What the domain itself names comes first. Else cores and graphics lie in their package;
    processors and memory in the board's own counter; a card in what the controller or the socket
    sees, for a board's counter need not see its slots. Where a controller tells of several chassis
    it is not known which, and the first stands for them: what matters is that nothing is added
    to them.

    Examples
    --------
    >>> from submeter.traces.domain import Domain
    >>> container(Domain("gpu:1", "gpu"), {"gpu:1", "psys", "wall"})
    'wall'
    >>> container(Domain("package:0", "cpu"), {"package:0", "psys", "wall"})
    'psys'
    """
    if domain.inside in names:
        return domain.inside
    kind, _, number = domain.id.partition(":")
    around = list(_AROUND)
    if kind in _AROUND:
        around = around[around.index(kind) + 1 :]
    elif domain.component not in ("cpu", "memory"):
        around = [each for each in around if each not in _OF_PROCESSORS]
    if kind in ("core", "uncore"):
        around = [f"package:{number}", "package", *around]
    for outer in around:
        read = sorted(each for each in names if each == outer or each.startswith(f"{outer}:"))
        if read:
            return read[0]
    return domain.inside


def claimed(name: str, taken: Collection[str]) -> bool:
    """Tell whether a domain is read already: itself, or the whole of it, or its parts.

    Examples
    --------
    >>> claimed("package", {"package:0", "package:1"}), claimed("package:0", {"package"})
    (True, True)
    >>> claimed("psys:1", {"psys"})
    False
    """
    if name in taken:
        return True
    kind, colon, _ = name.partition(":")
    if kind == "module":
        # A superchip goes by its socket or by its GPU, as its sensor knows it; each tells of all.
        return any(each.startswith("module:") for each in taken)
    if kind not in _PARTED:
        return False
    return kind in taken if colon else any(each.startswith(f"{kind}:") for each in taken)
