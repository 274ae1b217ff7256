"""What a bundle must satisfy before it goes onto a leaderboard: each thing with a number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.bundle import MALFORMED, NewerBundle, read_bundle
from submeter.benchmarks.results import result_of
from submeter.benchmarks.rules import RULES
from submeter.benchmarks.signature import signatures
from submeter.benchmarks.summary import OVERHEAD
from submeter.benchmarks.verification import NotRecomputed, verify
from submeter.disclosures.audit.finding import Severity
from submeter.errors import UsageError
from submeter.ratings.anchors import BEYOND_ACCELERATOR, anchor_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from submeter.benchmarks.bundle import Bundle

MOST = 64 * 1024 * 1024
"""Bytes of a submission's largest file, unpacked: anybody may hand one in."""
LEAST_POWER, MOST_POWER = 0.5, 50_000.0
"""Between these a machine draws [W]: a small board computer idles above, no single server of an
accelerator maker's list is rated beyond."""
_OFF = 300.0
_BUSY = 0.1

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
CHECKS = {
    "L01": (ERROR, "it cannot be read, or was altered after it was made"),
    "L02": (ERROR, "a newer Submeter made it"),
    "L03": (ERROR, "a figure does not follow from its readings"),
    "L04": (ERROR, "its figures follow older rules that are not kept"),
    "L05": (ERROR, "a signature does not hold"),
    "L06": (ERROR, "nobody who may has signed it"),
    "L07": (ERROR, "random weights"),
    "L08": (ERROR, "a workload of one's own"),
    "L09": (ERROR, "no energy of a unit of work is told"),
    "L10": (ERROR, "it is too short to tell an interval"),
    "L11": (ERROR, "the licence of the model is not told"),
    "L12": (ERROR, "it was measured on other data"),
    "L13": (ERROR, "no machine draws so much, or so little"),
    "L14": (ERROR, "it is there twice"),
    "L20": (WARNING, "its energy is far beside what the field measures"),
    "L21": (WARNING, "the same data have another hash elsewhere"),
    "L22": (WARNING, "the machine was busy with other work"),
    "L23": (WARNING, "metering took much"),
    "L24": (WARNING, "the meter did not see all of it"),
    "L25": (WARNING, "its figures follow older rules"),
    "L30": (NOTE, "it is unsigned"),
}
"""By number: how much it weighs, and what it says. A number never comes to mean another thing."""


class Demands(NamedTuple):
    """What a leaderboard asks for beside what all must satisfy.

    Parameters
    ----------
    signed : bool
        Whether somebody must have signed.
    signers : frozenset of str
        Fingerprints one of which must have; empty: anybody.
    data : frozenset of str
        SHA-256 of the data sets that it takes; empty: any.
    """

    signed: bool = False
    signers: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a submission does not satisfy.

    Parameters
    ----------
    number : str
        One of `CHECKS`.
    bundle : str
        Which bundle.
    what : str
        What was found.
    """

    number: str
    bundle: str
    what: str

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return CHECKS[self.number][0]

    def as_dict(self) -> dict[str, str]:
        """Give it for JSON."""
        return {
            "number": self.number, "severity": self.severity.value, "bundle": self.bundle,
            "check": CHECKS[self.number][1], "what": self.what,
        }  # fmt: skip


def check(paths: Sequence[Path], demands: Demands) -> list[Finding]:
    """Check submissions, each by itself and all beside one another.

    Parameters
    ----------
    paths : sequence of Path
        All bundles of a leaderboard, the new among them: some checks need the others.
    demands : Demands
        What this leaderboard asks for.
    """
    found: list[Finding] = []
    read: list[_Beside] = []
    for path in paths:
        name = str(path)
        try:
            bundle = read_bundle(path, MOST)
            for number, what in _of_one(bundle, demands):
                found.append(Finding(number, name, what))
            read.append(_about(name, bundle))
        except NewerBundle as error:
            found.append(Finding("L02", name, str(error)))
        except UsageError as error:
            found.append(Finding("L01", name, str(error)))
        except MALFORMED as error:
            found.append(Finding("L01", name, f"{type(error).__name__}: {error}"))
    return [*found, *_beside(read)]


def _of_one(bundle: Bundle, demands: Demands) -> Iterator[tuple[str, str]]:
    yield from _trust(bundle, demands)
    yield from _work(bundle, demands)
    yield from _energy(bundle)
    yield from _conditions(bundle)


def _trust(bundle: Bundle, demands: Demands) -> Iterator[tuple[str, str]]:
    try:
        for each in verify(bundle):
            if each.where.startswith("summary"):
                yield "L03", f"{each.where}: told {each.told}, follows {each.follows}"
    except NotRecomputed as error:
        yield "L04", str(error)
    if bundle.rules < RULES:
        yield "L25", f"rules {bundle.rules}, now {RULES}: see that it was made before these"
    signed = signatures(bundle.sums, bundle.signatures)
    for told in signed:
        if told.holds is False:
            yield "L05", f"signed by {told.signer or '?'}: not its signature of this bundle"
    valid = {told.signer for told in signed if told.holds}
    if demands.signers and not valid & demands.signers:
        yield "L06", f"signed by {', '.join(sorted(valid)) or 'nobody'}"
    elif demands.signed and not valid:
        yield "L06", "submeter bench sign puts a name under it"
    elif not signed:
        yield "L30", "who took the readings is told by nobody"


def _work(bundle: Bundle, demands: Demands) -> Iterator[tuple[str, str]]:
    told = bundle.told
    if told["model"]["dummy"]:
        yield "L07", "they are given no stars: measure real ones"
    if bundle.plan.scenario == "workload":
        yield "L08", "nobody else has it: submeter bench compare sets its runs beside one another"
    if not str(told["model"]["licence"] or "").strip():
        yield "L11", "submeter bench run --licence NAME tells it where the backend does not"
    if demands.data and told["data"]["sha256"] not in demands.data:
        yield "L12", f"{told['data']['name']}, sha256 {told['data']['sha256']}"


def _energy(bundle: Bundle) -> Iterator[tuple[str, str]]:
    try:
        result = result_of(bundle, "it")
    except UsageError as error:
        yield "L09", error.what
        return
    if bundle.told["summary"]["statistics"]["half_width"] is None:
        yield "L10", "how much queries differ is not known: allow more --queries"
    power = _power(bundle.told["summary"])
    if power is not None and not LEAST_POWER <= power <= MOST_POWER:
        told = f"its meters tell {power:.3g} W on average: see the unit of what was read"
        yield "L13", told
    anchor = anchor_of(result)
    if anchor is not None:
        ratio = result.energy / anchor.energy / BEYOND_ACCELERATOR[result.boundary]
        if not 1 / _OFF < ratio < _OFF:
            told = f"{ratio:.2g} times {anchor.source}: a very small model, or a unit that is off?"
            yield "L20", told


def _power(summary: Mapping[str, Any]) -> float | None:
    """Give what all meters saw within the time that counts, as power [W]."""
    books = summary["books"]
    seconds = sum(end - start for _, start, end in summary["stretches"]) / 1e9
    names = {each["domain"] for each in books}
    drawn = sum(each["meter"] for each in books if each["inside"] not in names) / 1e6
    return float(drawn / seconds) if seconds > 0 else None


def _conditions(bundle: Bundle) -> Iterator[tuple[str, str]]:
    summary = bundle.told["summary"]
    others = sum(each["others"] for each in summary["books"] if each["component"] != "memory")
    work = others + sum(each["workload"] for each in summary["books"])
    if others > _BUSY * work:
        yield "L22", f"{others / work:.0%} of what was drawn above idle was others' work"
    part = summary["overhead"]["part"]
    if part is not None and part > OVERHEAD:
        yield "L23", f"{part:.1%} of a core"
    for each in summary["books"]:
        if each["coverage"] < 1:
            yield "L24", f"{each['domain']}: {each['coverage']:.1%} of the time"


class _Beside(NamedTuple):
    """What of a bundle is held against others: little, for there may be many large ones."""

    name: str
    readings: str
    data: tuple[str, str]
    sha256: str


def _about(name: str, bundle: Bundle) -> _Beside:
    told = bundle.told["data"]
    data = (str(told["name"]), str(told["version"]))
    return _Beside(name, _readings(bundle), data, str(told["sha256"]))


def _beside(read: Sequence[_Beside]) -> list[Finding]:
    """Give what bundles say of one another: the same run twice, one name for two data sets."""
    found = []
    runs: dict[str, str] = {}
    data: dict[tuple[str, str], tuple[str, str]] = {}
    for each in read:
        if each.readings in runs:
            what = f"its readings are those of {runs[each.readings]}"
            found.append(Finding("L14", each.name, what))
        runs.setdefault(each.readings, each.name)
        other, first = data.setdefault(each.data, (each.sha256, each.name))
        if each.sha256 != other:
            what = f"{' '.join(each.data)} has another sha256 in {first}"
            found.append(Finding("L21", each.name, what))
    return found


def _readings(bundle: Bundle) -> str:
    """Give what tells a run from every other: the same readings are no second run."""
    sums = bundle.sums.decode("ascii").splitlines()
    own = [line for line in sums if line.endswith("readings.ndjson")]
    return hashlib.sha256("".join(own).encode()).hexdigest()
