"""A bundle holds in a reader's browser if it holds in Python, and not otherwise."""

import html
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from submeter import web
from submeter.benchmarks.bundle import SIGNATURES, SUMS, read_bundle
from submeter.benchmarks.signature import make_key, sign
from submeter.benchmarks.summary import summarise
from submeter.benchmarks.verification import verify
from submeter.errors import UsageError
from tests.benchmarks.altered import altered, swapped
from tests.benchmarks.keep import KEPT
from tests.web.browser import page, site

SINGLE = KEPT / "rules-1-single.zip"
UPTIME = 2**54 + 3
"""Nanoseconds of some 208 days: beyond what a browser's own numbers tell apart."""
PAGE = """<!doctype html><body><script type="module">
import { verify } from "./verify.js";
const found = {};
for (const name of await (await fetch("./names.json")).json()) {
  try {
    const checks = await verify(await (await fetch(`./${name}`)).arrayBuffer());
    found[name] = checks.filter((each) => each.holds === false).map((each) => each.what);
  } catch (error) { found[name] = [error.message]; }
}
const shown = document.body.appendChild(document.createElement("pre"));
shown.textContent = JSON.stringify(found);
</script></body>"""


def later(told):
    """Move all instants of a run; nothing else in it is as large."""
    if isinstance(told, dict):
        return {name: each if name == "capacity" else later(each) for name, each in told.items()}
    if isinstance(told, list):
        return [later(each) for each in told]
    return told + UPTIME if type(told) is int and told > 10**12 else told


def after_long(parts):
    whole = json.loads(parts["bundle.json"])
    whole["sittings"] = later(whole["sittings"])
    parts["bundle.json"] = json.dumps(whole).encode()
    for name in ("readings.ndjson", "queries.ndjson"):
        lines = [json.loads(line) for line in parts[name].splitlines()]
        parts[name] = "".join(f"{json.dumps(later(each))}\n" for each in lines).encode()


def with_its_figures(path, out):
    """Give a bundle with the figures that follow from what stands in it."""
    bundle = read_bundle(path)
    metric = bundle.told["data"]["metric"]
    told = summarise(
        bundle.plan, metric, bundle.sittings, bundle.queries, bundle.seen, bundle.rules
    )

    def change(parts):
        whole = json.loads(parts["bundle.json"])
        parts["bundle.json"] = json.dumps({**whole, "summary": told}).encode()

    return altered(path, out, change)


def rewritten(path, out, old, new):
    """Write a zip with some of its own bytes changed."""
    whole = path.read_bytes()
    assert old in whole
    out.write_bytes(whole.replace(old, new))
    return out


def holds(path):
    try:
        return verify(read_bundle(path)) == []
    except UsageError:
        return False


def found_on(address, folder):
    """Give what a page found."""
    found = re.search(r"<pre>(.*)</pre>", page(address, folder, "</pre>"), re.DOTALL)
    assert found is not None
    return json.loads(html.unescape(found[1]))


@pytest.fixture
def bundles(tmp_path):
    """Give a folder of sound and of altered bundles; which are which is in their names."""
    folder = tmp_path / "bundles"
    folder.mkdir()
    make_key(tmp_path / "k")
    signed = folder / "sound-signed.zip"
    signed.write_bytes(SINGLE.read_bytes())
    sign(signed, tmp_path / "k")
    made = read_bundle(signed).signatures
    for path in KEPT.iterdir():
        shutil.copy(path, folder / f"sound-{path.name}")
    moved = altered(SINGLE, tmp_path / "moved.zip", after_long)
    with_its_figures(moved, folder / "sound-after-208-days.zip")

    def signature(told):
        return lambda parts: parts.update({SIGNATURES: told})

    weak = f"ed25519 {'01' + '00' * 31} {'01' + '00' * 63}\n".encode()
    for name, told in {
        "weak-key": weak, "weak-key-beside": made + weak, "many": made * 33, "blank": made + b"\n",
        "line-ends": made.replace(b"\n", b"\r\n"), "cut": made[:-20] + b"\n", "none": b"\n",
    }.items():  # fmt: skip
        altered(signed, folder / f"altered-signature-{name}.zip", signature(told))
    rules = '"rules": 1'
    for number, new in enumerate(('"rules": 99', '"rules": null', '"rules": "0"', '"rules": 0.5')):
        altered(SINGLE, folder / f"altered-rules-{number}.zip", swapped("bundle.json", rules, new))
    form = swapped("bundle.json", "submeter.bundle/1", "submeter.bundle/9")
    altered(SINGLE, folder / "altered-form.zip", form)

    def more(parts):
        parts[SUMS] += b"0" * 64 + b"  other\n"

    altered(SINGLE, folder / "altered-sums.zip", more, mend=False)
    mark = swapped("queries.ndjson", '"mark": [1.0, 1.0]', '"mark": [0.0, 1.0]')
    altered(SINGLE, folder / "altered-mark.zip", mark)
    altered(SINGLE, folder / "altered-part.zip", lambda parts: parts.update({"other": b""}))
    whole = SINGLE.read_bytes()
    (folder / "altered-before.zip").write_bytes(b"#!/bin/sh\n" + whole)
    (folder / "altered-within.zip").write_bytes(whole[:-22] + bytes(4) + whole[-22:])
    (folder / "altered-after.zip").write_bytes(whole + b"more")
    named = altered(SINGLE, tmp_path / "n.zip", lambda parts: parts.update({"SIGNATUREX": made}))
    rewritten(named, folder / "altered-name.zip", b"SIGNATUREX", b"SIGNATURE\0")
    stored = folder / "altered-length.zip"
    with zipfile.ZipFile(SINGLE) as file:
        length = file.getinfo("readings.ndjson").file_size
    rewritten(SINGLE, stored, length.to_bytes(4, "little"), (length - 1).to_bytes(4, "little"))
    return folder


def test_in_python(bundles):
    assert {each.name for each in bundles.iterdir() if holds(each)} == {
        each.name for each in bundles.glob("sound-*")
    }


@pytest.mark.system
def test_in_a_browser(bundles, tmp_path):
    names = sorted(each.name for each in bundles.iterdir())
    shutil.copy(Path(web.__file__).parent / "static" / "verify.js", bundles)
    (bundles / "index.html").write_text(PAGE)
    (bundles / "names.json").write_text(json.dumps(names))
    with site(bundles) as address:
        told = found_on(f"{address}/index.html", tmp_path / "browser")
    assert {name: told[name] for name in names if name.startswith("sound-")} == {
        name: [] for name in names if name.startswith("sound-")
    }
    assert [name for name in names if name.startswith("altered-") and not told[name]] == []
