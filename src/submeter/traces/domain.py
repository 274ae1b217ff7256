"""What draws: a stretch of hardware with a meter or a model of its own, and what contains what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of a machine whose energy is known as one number.

    Parameters
    ----------
    id : str
        Unique on its host and stable across readers: ``gpu:GPU-1b2c…``, ``package:0``,
        ``dram:0``, ``psys``, ``cpu:model``, ``wall``.
    component : str
        What it is called in a statement: ``gpu``, ``cpu``, ``memory``, ``machine``.
    inside : str
        Id of the domain that contains it (its energy is part of that one's), or empty.
    device : str
        The product's name as its driver tells it, or empty.
    """

    id: str
    component: str
    inside: str = ""
    device: str = ""
