"""Programs that use Submeter inside other people's libraries, in a process of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.runs.program import Programs


class Guests(Programs):
    """Runs programs whose libraries print as well."""

    python_folder = Path(sys.executable).parent

    def said(self, text: str, **more: Any) -> dict[str, Any]:
        """Run a program that ends well; gives what it told between other people's lines."""
        done = self.python(text, **more)
        assert done.returncode == 0, done.stderr
        return self.told_in(done.stdout)

    @staticmethod
    def told_in(out: str) -> dict[str, Any]:
        """Give what was told among other lines."""
        found: dict[str, Any] = {}
        for line in out.splitlines():
            try:
                told = json.loads(line)
            except ValueError:
                continue
            found.update(told if isinstance(told, dict) else {})
        return found


@pytest.fixture
def guests(tmp_path: Path) -> Guests:
    """Give programs in an empty folder with an empty ledger."""
    return Guests(tmp_path)
