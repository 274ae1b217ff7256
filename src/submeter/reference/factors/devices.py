"""What is known of a device by its name: its power and its making, the user's own rows first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from submeter.reference.catalogue.accelerators import (
    Accelerator,
    accelerators,
    match_accelerator,
    words,
)
from submeter.reference.catalogue.embodied import embodied

if TYPE_CHECKING:
    from submeter.quantities.factor import Factor
    from submeter.reference.factors.registry import Registry

KINDS = ("tdp", "embodied", "embodied-adpe")
"""The first parts of the ids of what is known of a device: its power limit, what making it cost in
carbon and in minerals."""


class Known(NamedTuple):
    """What is known of a device.

    Parameters
    ----------
    name : str
        Its name.
    tdp : Factor or None
        Its power limit [W]; None where nobody published one.
    made, mined : Factor or None
        What making it cost [kgCO2e] and [kgSb_eq]; None where there is no figure.
    reason : str
        Why there is no figure of its making; empty where there is one.
    """

    name: str
    tdp: Factor | None
    made: Factor | None
    mined: Factor | None
    reason: str = ""


def known(name: str, registry: Registry) -> Known | None:
    """Give what is known of a device, or None where neither the user nor the catalogue knows it.

    Parameters
    ----------
    name : str
        As a driver or a person writes it.
    registry : Registry
        Where figures come from. A row of the user's own names a device by its id
        (``tdp/my-card``) or by its column ``name``, and one of a device of the catalogue by its
        id there (``embodied/nvidia-h100-sxm-80gb``).

    Examples
    --------
    >>> from submeter.reference.factors.registry import shipped
    >>> known("NVIDIA H100 80GB HBM3", shipped()).tdp.value
    700.0
    """
    own = _own(name, registry)
    if own:
        return _of(own, registry, name, "no figure of its making is in your file")
    device = match_accelerator(name)
    if device is None:
        return None
    return _of(device.id, registry, device.name, embodied(device).reason)


def of_own(registry: Registry) -> tuple[Accelerator, ...]:
    """Give the devices whose power limit the user's own rows tell, as the catalogue has its own.

    One of the catalogue keeps all but its limit; another has its name and its limit alone.
    """
    known = {device.id: device for device in accelerators()} if registry.own else {}
    found = []
    for key in registry.own:
        kind, _, name = key.partition("/")
        if kind == KINDS[0]:
            limit = registry.factors[key]
            device = known.get(name) or _unlisted(name, registry.names.get(key, name), limit)
            found.append(replace(device, tdp=limit.value, tdp_range=None, source=limit.source))
    return tuple(found)


def _unlisted(device: str, name: str, limit: Factor) -> Accelerator:
    called = device if name.startswith(f"{KINDS[0]}/") else name
    return Accelerator(
        id=device, vendor="", name=called, kind="datacentre", tdp=None, tdp_range=None, seen="",
        memory=None, die=None, process=None, embodied_like="", aliases=(), named="",
        source=limit.source, die_source=None,
    )  # fmt: skip


def _of(device: str, registry: Registry, name: str, reason: str) -> Known:
    tdp, made, mined = (registry.get(f"{kind}/{device}") for kind in KINDS)
    return Known(name, tdp, made, mined, "" if made is not None else reason)


def _own(name: str, registry: Registry) -> str:
    """Give the id of the user's own device that bears a name, or an empty string."""
    sought = words(name)
    for key in registry.own if sought else ():
        kind, _, device = key.partition("/")
        names = (device, registry.names.get(key, ""))
        if kind in KINDS and sought in map(words, names):
            return device
    return ""
