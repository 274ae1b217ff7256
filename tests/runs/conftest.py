"""What every test of the runs uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.runs.program import Programs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """Give programs that measure themselves, in an empty folder with an empty ledger."""
    return Programs(tmp_path)
