"""What every test of the command uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.command import Meter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    """Give the command, in an empty folder with an empty ledger."""
    return Meter(tmp_path)
