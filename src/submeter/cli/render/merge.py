"""What a merge of ledgers did, and what it found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from submeter.ledger.book import Ledger
    from submeter.ledger.merge import Source
    from submeter.runs.claims import Overlap


def as_dict(
    ledger: Ledger, sources: Sequence[Source], doubled: Sequence[Overlap]
) -> dict[str, Any]:
    """Give the result as a JSON object; energies in whole µJ."""
    return {
        "into": str(ledger.folder),
        "added": sum(each.added for each in sources),
        "sources": [
            {"path": str(each.path), "logs": each.logs, "entries": each.entries,
             "added": each.added, "works": each.works, "new": each.new, "changed": each.changed,
             "torn": len(each.torn),
             "damage": [
                 {"path": str(bad.path), "offset": bad.offset, "length": bad.length,
                  "reason": bad.reason}
                 for bad in each.damage
             ]}
            for each in sources
        ],
        "overlaps": [
            {"domain": each.domain, "host": each.host, "entries": list(each.entries),
             "claimed_uj": each.claimed, "drawn_uj": each.drawn, "beyond_uj": each.beyond}
            for each in doubled
        ],
    }  # fmt: skip


def print_merge(
    out: Console, ledger: Ledger, sources: Sequence[Source], doubled: Sequence[Overlap]
) -> None:
    """Print what each source had, and the devices that are claimed twice."""
    for each in sources:
        told = f"{each.path}: {_entries(each.works)} read, {each.new} of them new"
        more = f", {each.changed} with revisions that were not here" if each.changed else ""
        out.print(Text(f"{told}{more}"), soft_wrap=True)
    for overlap in doubled:
        if overlap.telling:
            out.print(Text(f"claimed twice: {overlap.line()}"))
            out.print(Text(f"  by {', '.join(overlap.entries)}", style="dim"))
            hint = "  an account over them charges it once: submeter account --job ID"
            out.print(Text(hint, style="dim"))
    new = sum(each.new for each in sources)
    out.print(Text(f"{_entries(new)} added to {ledger.folder}", style="bold"), soft_wrap=True)


def _entries(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


def warn_of_damage(sources: Sequence[Source]) -> None:
    """Tell on standard error what of the sources could not be read."""
    for source in sources:
        for each in source.damage:
            sys.stderr.write(
                f"warning: {each.path} is damaged at byte {each.offset} ({each.length} bytes): "
                f"{each.reason}; every other entry was merged\n"
            )
