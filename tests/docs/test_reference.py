"""The reference pages name all that there is."""

import dataclasses
import importlib
import inspect
import json
import pkgutil
import re

import pytest

import submeter
from submeter import errors
from submeter.accounting import statement
from submeter.attribution import devices, rules
from submeter.cli.render import statement_csv
from submeter.quantities.cumulative import Cumulative
from submeter.reference.sealed import read_sealed
from submeter.runs.settings import KNOWN
from submeter.workloads import activity
from tests.docs.pages import REFERENCE, ROOT, blocks, pages, read

TEXT = {page.stem: read(page) for page in REFERENCE.glob("*.md")}


def section(page, title):
    """Give the part of a page below a heading."""
    parts = re.split(r"^#{2,} ", TEXT[page], flags=re.MULTILINE)
    (found,) = [part for part in parts if part.partition("\n")[0].strip("`") == title]
    return found


def rows(text):
    """Give the code spans in the first column of a text's tables."""
    first = re.findall(r"^\| ([^|]*) \|", text, flags=re.MULTILINE)
    return {span for cell in first for span in re.findall(r"`([^`]+)`", cell)}


def parameters(function):
    return set(inspect.signature(function).parameters) - {"self"}


@pytest.mark.parametrize("name", submeter.__all__)
def test_every_public_name_has_a_section(name):
    assert section("python", name)


def test_every_parameter_of_measure_is_told():
    assert parameters(submeter.measure) == rows(section("python", "measure"))


def test_every_parameter_of_an_error_is_told():
    assert parameters(submeter.SubmeterError) == rows(section("python", "SubmeterError"))


def test_every_field_of_an_estimate_is_told():
    fields = {each.name for each in dataclasses.fields(submeter.Estimate)}
    assert fields == rows(section("python", "Estimate"))


def test_every_tier_is_told():
    assert {f"Tier.{tier.name}" for tier in submeter.Tier} == rows(section("python", "Tier"))


def public_members():
    return {name for name in vars(submeter.Window) if not name.startswith("_")}


def test_every_property_of_a_window_is_told():
    found = {n for n in public_members() if isinstance(vars(submeter.Window)[n], property)}
    assert sorted(found - rows(section("python", "Window"))) == []


def test_every_method_of_a_window_is_told_with_its_parameters():
    for name in public_members():
        member = vars(submeter.Window)[name]
        if inspect.isfunction(member):
            assert parameters(member) == rows(section("python", f"Window.{name}")), name


def every_error():
    """Give the classes of `errors.py` and those that other modules put below them."""
    for module in pkgutil.walk_packages(submeter.__path__, "submeter."):
        importlib.import_module(module.name)

    def below(kind):
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    return {each for each in below(errors.SubmeterError) if each.__module__.startswith("submeter.")}


def test_every_error_is_told_with_its_code():
    told = re.findall(r"^\| (SM\d+) \| `(\w+)` \|", TEXT["errors"], flags=re.MULTILINE)
    assert sorted((each.code, each.__name__) for each in every_error()) == sorted(told)


def test_every_setting_is_told_with_its_default():
    table = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", TEXT["settings"], flags=re.MULTILINE))
    assert set(KNOWN) <= set(table)
    for name, known in KNOWN.items():
        if known.default:
            assert table[name] == f"`{known.default}`"


def test_every_field_of_a_statement_is_told():
    file = ROOT / "src/submeter/accounting" / statement.SCHEMA_FILE
    schema = json.loads(file.read_text(encoding="utf-8"))
    told = rows(section("statement", "Fields"))
    for name, entry in schema["properties"].items():
        inner = entry.get("properties", {}) if name in ("energy", "carbon", "water") else {}
        wanted = {f"{name}.{each}" for each in inner} or {name}
        assert wanted <= told, name
    assert set(schema["$defs"]["quantity"]["properties"]) == rows(section("statement", "Q"))


def test_every_column_of_the_csv_is_told():
    page = section("statement", "CSV")
    source = inspect.getsource(statement_csv)
    names = set(re.findall(r'"(\w+)": ', source)) | {
        f"energy_{each}_kwh" for each in statement_csv.COMPONENTS
    }
    assert sorted(name for name in names if f"`{name}`" not in page) == []


@pytest.mark.parametrize(
    ("title", "record"),
    [
        ("Bookings", activity.Booking),
        ("Phases", activity.Phase),
        ("Devices", activity.Device),
    ],
)
def test_every_field_of_the_parts_of_an_entry_is_told(title, record):
    fields = {each.name for each in dataclasses.fields(record)}
    assert fields == rows(section("activity", title))


def test_every_field_of_an_entry_is_told():
    head = TEXT["activity"].partition("\n## ")[0]
    fields = {each.name for each in dataclasses.fields(activity.Activity)}
    assert fields | {"schema"} == rows(head)


def test_every_stage_is_told():
    assert [each for each in activity.STAGES if f"`{each}`" not in TEXT["settings"]] == []


def test_every_attribution_rule_is_told():
    use = Cumulative((), ())
    held = devices.DeviceHeld(use, use, use, use)
    every = (
        rules.AboveIdle(use, use, use, 1),
        rules.AboveIdle(use, use, use, 1, use),
        rules.CapacityShare(use, use, 1, "cpu-time"),
        rules.CapacityShare(use, use, 1, "memory-held"),
        held,
        devices.DeviceHeldBySm(held, use, use, use, use, use),
        devices.DeviceInTurns(use, use, use, use),
        devices.WholeDevice(),
        rules.NobodyKnown(),
    )
    kinds = {
        kind
        for module in (rules, devices)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    }
    assert kinds == {type(rule) for rule in every}, "a new rule: name it here and on the page"
    assert {rule.name for rule in every} <= rows(TEXT["attribution-rules"])


def test_settings_files_in_the_docs_can_be_used(tmp_path):
    from submeter.runs.settings import Settings

    files = [
        body for page in pages() for body in blocks(read(page), "toml")
        if body.startswith("# submeter.toml")
    ]  # fmt: skip
    assert files
    for body in files:
        file = tmp_path / "submeter.toml"
        file.write_text(body, encoding="utf-8")
        assert Settings({}, {}, str(file)).period == 1.0


def test_factor_tables_are_sealed():
    tables = sorted((ROOT / "src/submeter/reference").rglob("data/*.csv"))
    assert tables
    assert all(read_sealed(each).rows for each in tables)
