"""The page on how sensors are wrong names cases that there are."""

import re
from pathlib import Path

from submeter.lab.cases import CASES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "how-sensors-are-wrong.md"


def test_the_cases_that_the_page_names_are_there():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [each for each in lines if each.startswith("| [")]
    named = [name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[3])]
    assert len(named) == len(set(named))
    assert set(named) <= CASES.keys()
    assert len(named) > len(CASES) // 2
