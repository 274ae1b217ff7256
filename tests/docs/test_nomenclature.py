"""One name for each quantity: every public parameter of the pure folders stands in the page."""

import ast
import re
from pathlib import Path

from tests.docs.pages import REFERENCE, ROOT

FOLDERS = ("quantities", "traces", "workloads", "attribution", "estimation", "accounting")

_WORDS = """
basis citation component components contract currency device devices dimension domain driver
exit_code expected factor_id hint host id idle_method inside key kind known licence lineage
method_hash method_id method_version missing model name note place purpose reach reason resource
revision role rule stage state tenant text title version water_basis what where who why verdict
words names taken assumed decimals stages units wear facility_water
aspect by category conditions content ends first quantity record reporter rows rules scope second
"""
_RECORDS = """
account accounts accuracy activity again bookings causes by_component companions desk entry
facility factor
factors formula gaps heading held inventories inventory is_even is_virtual items later method
methods of other over
part parts pattern phases recipe sensor shares shown source sources spec sums target told trace
traces usage uses widest
"""
NO_QUANTITIES = frozenset((_WORDS + _RECORDS).split())
"""Parameters that denote no quantity: names, words, and records made of quantities."""


def _public(node):
    return not node.name.startswith("_")


def _parameters(node):
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return {each.arg for each in every} - {"self", "cls"}


def _fields(node):
    return {
        each.target.id
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def parameters_of(file):
    """Give the parameters of a module's public functions and methods, and its records' fields."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and _public(node):
            found |= _parameters(node)
        elif isinstance(node, ast.ClassDef) and _public(node):
            found |= {each for each in _fields(node) if not each.startswith("_")}
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and (
                    _public(method) or method.name == "__init__"
                ):
                    found |= _parameters(method)
    return found


def public_parameters():
    files = [file for each in FOLDERS for file in (Path(ROOT) / "src/submeter" / each).glob("*.py")]
    return set().union(*map(parameters_of, files))


def defined():
    """Give the names in the first column of the page's tables."""
    text = (REFERENCE / "nomenclature.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \|", text, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_public_parameter_that_is_a_quantity_is_defined():
    assert sorted(public_parameters() - defined() - NO_QUANTITIES) == []


def test_names_that_are_gone_leave_the_list():
    assert sorted(NO_QUANTITIES - public_parameters()) == []


def test_no_name_is_both_a_quantity_and_none():
    assert sorted(defined() & NO_QUANTITIES) == []
