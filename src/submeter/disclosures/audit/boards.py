"""The accelerators that a text names, however it writes them: one, or a family of variants."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from submeter.reference.catalogue.accelerators import accelerators, match_accelerator
from submeter.reference.catalogue.peaks import peaks
from submeter.reference.factors.devices import of_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from submeter.disclosures.audit.claim import Claim
    from submeter.reference.catalogue.accelerators import Accelerator
    from submeter.reference.catalogue.peaks import Peak
    from submeter.reference.factors.registry import Registry

NAMED = ("device", "hardware", "gpu", "accelerator")
"""Texts of a claim that name its hardware."""
_VARIANT = re.compile(r"^(?:\d+gb|pcie|sxm\d?|oam|nvl|server|workstation)$")
_TIMES = re.compile(r"\b\d+\s*[x×]\s*(?=[a-z])|(?<=\w)\s*[x×]\s*\d+\W*$")
_TPU = re.compile(r"\btpu[\s-]*v(\d\w*)")
_LEFT_OUT = re.compile(r"^rtx a\d{4}$|^rtx 6000 ada$")
"""Cards that are called by what stands behind RTX as well."""
_APPLE = "apple"
"""Its chips have names such as M2, which are theirs only where Apple is named too."""


class Boards(NamedTuple):
    """The devices that a text may mean.

    Parameters
    ----------
    name : str
        What they are called together.
    variants : tuple of Accelerator
        One, or all of a family where the text does not tell them apart.
    """

    name: str
    variants: tuple[Accelerator, ...]

    @property
    def limit(self) -> float | None:
        """The most that one draws by its maker [kW]; None where it is not known of each."""
        return _most(each.tdp for each in self.variants) if self._told else None

    @property
    def least_limit(self) -> float | None:
        """The limit of the smallest variant [kW]."""
        known = [each.tdp for each in self.variants if each.tdp]
        return min(known) / 1e3 if known and self._told else None

    @property
    def _told(self) -> bool:
        return all(each.tdp for each in self.variants)

    @property
    def peaks(self) -> tuple[Peak, ...]:
        """What the variants can do; empty where it is not known of each."""
        known = [peaks().get(each.id) for each in self.variants]
        return tuple(each for each in known if each) if all(known) else ()


def boards(text: str, registry: Registry | None = None) -> Boards | None:
    """Give the accelerators that a text names; None where it names none that is known.

    Parameters
    ----------
    text : str
        As somebody wrote it.
    registry : Registry, optional
        The power limits of the user's own in it count before the catalogue's.

    Examples
    --------
    >>> boards("8xA100-80GB").name, len(boards("8xA100-80GB").variants)
    ('A100', 2)
    >>> boards("NVIDIA H100 80GB HBM3").variants[0].id
    'nvidia-h100-sxm-80gb'
    >>> boards("V100x64").name
    'V100'
    >>> boards("an abacus") is None
    True
    """
    own = of_own(registry) if registry is not None else ()
    exact = match_accelerator(text)
    if exact is not None:
        exact = next((each for each in own if each.id == exact.id), exact)
        return Boards(exact.name, (exact,))
    words = _words(text)
    found: dict[tuple[str, ...], tuple[Accelerator, ...]] = {}
    for core, family in _families(own).items():
        if _within(core, words) and (family[0].vendor != _APPLE or _APPLE in words):
            found[core] = _told_apart(family, words)
    whole = [core for core in found if not any(core != o and _within(core, o) for o in found)]
    variants = tuple(each for core in whole for each in found[core])
    return (
        Boards(" or ".join(" ".join(core).upper() for core in whole), variants) if whole else None
    )


def boards_of(claim: Claim, registry: Registry) -> Boards | None:
    """Give the accelerators that a claim names."""
    texts = (claim.texts.get(name, "") for name in NAMED)
    return next((found for text in texts if text and (found := boards(text, registry))), None)


def _words(text: str) -> tuple[str, ...]:
    plain = _TPU.sub(r"tpu v\1", _TIMES.sub(" ", text.lower()))
    plain = re.sub(r"(\d)\s*gb\b", r"\1gb", plain)
    return tuple(
        word.removesuffix("s") if re.fullmatch(r"[a-z]+\d+\w*s", word) and word != "l40s" else word
        for word in re.findall(r"[a-z0-9]+", plain)
    )


@lru_cache(maxsize=4)
def _families(own: tuple[Accelerator, ...]) -> Mapping[tuple[str, ...], tuple[Accelerator, ...]]:
    found: dict[tuple[str, ...], tuple[Accelerator, ...]] = {}
    known = {device.id: device for device in accelerators()}
    for device in own:
        if device.id not in known:
            # Of a name of the user's own nothing is known to be a variant's.
            found |= {core: (device,) for core in map(_words, (device.id, device.name)) if core}
    for device in (known | {each.id: each for each in own if each.id in known}).values():
        core = tuple(word for word in device.id.split("-")[1:] if not _VARIANT.match(word))
        for name in (core, core[1:]) if _LEFT_OUT.match(" ".join(core)) else (core,):
            found[name] = (*found.get(name, ()), device)
    return found


def _within(core: tuple[str, ...], words: tuple[str, ...]) -> bool:
    span = len(core)
    return any(words[at : at + span] == core for at in range(len(words) - span + 1))


def _told_apart(family: tuple[Accelerator, ...], words: tuple[str, ...]) -> tuple[Accelerator, ...]:
    """Give the variants that the text leaves open, by form and memory."""
    for kind in (r"^\d+gb$", r"^(?:pcie|sxm\d?|oam|nvl)$"):
        said = [word.rstrip("0123456789") if "sxm" in word else word
                for word in words if re.match(kind, word)]  # fmt: skip
        fitting = tuple(
            each for each in family
            if any(part.startswith(word) for part in each.id.split("-") for word in said)
        )  # fmt: skip
        family = fitting or family
    return family


def _most(numbers: Iterable[float | None]) -> float | None:
    known = [each for each in numbers if each]
    return max(known) / 1e3 if known else None
