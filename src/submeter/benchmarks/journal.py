"""What a run has measured so far, on disk: a crash or a kill loses no more than a few seconds."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.plan import Plan, plan_of
from submeter.benchmarks.query import Query, query_of
from submeter.benchmarks.sitting import Sitting, sitting_of
from submeter.errors import RecordError, UsageError
from submeter.runs.evidence_json import from_lines, to_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from submeter.runs.books import Evidence


class Journal:
    """The folder beside a bundle that is being made.

    Parameters
    ----------
    bundle : Path
        The bundle to be.
    plan : Plan
        What is measured.

    Raises
    ------
    UsageError
        If the folder is there and belongs to another plan, or it cannot be written.
    """

    def __init__(self, bundle: Path, plan: Plan) -> None:
        self.folder = bundle.with_name(f"{bundle.name}.part")
        self._plan = self.folder / "plan.json"
        try:
            self.folder.mkdir(exist_ok=True)
            if self._plan.exists():
                self._check(plan)
            else:
                self._write(self._plan, json.dumps(plan.as_dict()))
        except OSError as error:
            fix = "name a file in a folder that can be written"
            what = f"the bundle cannot be begun: {error.strerror}"
            raise UsageError(what, str(bundle), fix) from error

    def _check(self, plan: Plan) -> None:
        try:
            before = plan_of(json.loads(self._plan.read_text(encoding="utf-8")))
        except (ValueError, RecordError) as error:
            fix = f"remove it to begin anew: rm -r {self.folder}"
            raise UsageError(f"its plan cannot be read: {error}", str(self.folder), fix) from error
        other = [name for name, value in before.as_dict().items() if value != plan.as_dict()[name]]
        if other:
            fix = f"name another --out, or remove it to begin anew: rm -r {self.folder}"
            kind = "another" if len(other) == 1 and not other[0].endswith("s") else "other"
            told = f"what was begun there has {kind} {', '.join(other)}"
            raise UsageError(told, str(self.folder), fix)

    def keep(self, sitting: Sitting, queries: Sequence[Query], seen: Evidence | None) -> None:
        """Keep a sitting as far as it has come: its own files, each written anew at once.

        What was kept before stays if writing fails, and is what is found after a kill.
        """
        number = sitting.number
        if seen is not None:
            lines = [json.dumps({"sitting": number, **line}) for line in to_lines(seen)]
            self._write(self.folder / f"readings-{number}.ndjson", "\n".join(lines))
        text = "\n".join(json.dumps(each.as_dict(), ensure_ascii=False) for each in queries)
        self._write(self.folder / f"queries-{number}.ndjson", text)
        self._write(self.folder / f"sitting-{number}.json", json.dumps(sitting.as_dict()))

    def note(self, told: Mapping[str, Any]) -> None:
        """Keep what is known of model and data, with which a bundle can be made at any time."""
        self._write(self.folder / "head.json", json.dumps(told, ensure_ascii=False))

    def _write(self, path: Path, text: str) -> None:
        new = path.with_name(f".{path.name}.new")
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def sittings(self) -> list[Sitting]:
        """Give the sittings that were kept."""
        found = sorted(self.folder.glob("sitting-*.json"))
        kept = [sitting_of(json.loads(each.read_text(encoding="utf-8"))) for each in found]
        return sorted(kept, key=lambda each: each.number)

    def queries(self, sittings: Sequence[Sitting]) -> list[Query]:
        """Give the queries that were kept."""
        return [
            query_of(json.loads(line))
            for each in sittings
            for line in self._text(f"queries-{each.number}.ndjson").splitlines()
        ]

    def readings(self, sittings: Sequence[Sitting]) -> dict[int, Evidence]:
        """Give the readings that were kept, by sitting."""
        texts = {each.number: self._text(f"readings-{each.number}.ndjson") for each in sittings}
        return {
            number: from_lines(json.loads(line) for line in text.splitlines())
            for number, text in texts.items()
            if text
        }

    def lines(self, kind: str, sittings: Sequence[Sitting]) -> list[str]:
        """Give the lines of all ``readings`` or ``queries`` files, as they go into a bundle."""
        return [
            line
            for each in sittings
            for line in self._text(f"{kind}-{each.number}.ndjson").splitlines()
        ]

    def head(self) -> dict[str, Any]:
        """Give what was noted of model and data; empty if nothing was."""
        text = self._text("head.json")
        told: dict[str, Any] = json.loads(text) if text else {}
        return told

    def _text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def remove(self) -> None:
        """Remove the folder: all of it is in the bundle."""
        shutil.rmtree(self.folder, ignore_errors=True)
