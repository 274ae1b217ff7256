"""The docs name all that there is: every command, every sensor, every model."""

from importlib.metadata import entry_points
from pathlib import Path

import pytest

from submeter.cli.main import COMMANDS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES = {
    "submeter.sensors": REFERENCE / "sensors",
    "submeter.estimators": REFERENCE / "models",
}


def built_in(group):
    return [point for point in entry_points(group=group) if point.value.startswith("submeter.")]


def test_every_command_stands_in_the_reference():
    page = REFERENCE / "commands.md"
    if not page.exists():
        pytest.skip("docs/reference/commands.md is not written yet")
    text = page.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"submeter {name}" not in text] == []


@pytest.mark.parametrize("point", built_in("submeter.sensors"), ids=lambda point: point.name)
def test_every_sensor_has_a_page(point):
    assert (PAGES["submeter.sensors"] / f"{point.name}.md").is_file()


@pytest.mark.parametrize("point", built_in("submeter.estimators"), ids=lambda point: point.name)
def test_every_model_has_a_page_under_its_methods_name(point):
    method = point.load().id.partition("/")[0]
    assert (PAGES["submeter.estimators"] / f"{method}.md").is_file()
