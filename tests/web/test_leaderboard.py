"""The leaderboard: built of what verifies, and verified again in a real browser."""

import json
import re
import zipfile

import pytest

from submeter.benchmarks.bundle import SIGNATURES, read_bundle
from submeter.benchmarks.runner import run
from submeter.benchmarks.signature import make_key, sign
from submeter.cli.main import main
from submeter.errors import UsageError
from submeter.ratings import halving
from submeter.web.leaderboard import build
from tests.benchmarks.altered import altered as rebuilt
from tests.benchmarks.altered import swapped
from tests.benchmarks.keep import KEPT
from tests.benchmarks.work import LONG, Squarer, bench, unheard
from tests.web.browser import VERIFIED, page, site


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """Give two bundles that were really measured: a light model and a heavy one that errs."""
    folder = tmp_path_factory.mktemp("bundles")
    for name, backend in (("light", Squarer(LONG)), ("heavy", Squarer(2 * LONG, wrong=(3, 4)))):
        run(bench(backend, model=name, precision=0.001), folder / f"{name}.zip", unheard)
    return folder


@pytest.fixture
def built(bundles, tmp_path):
    """Give a site of both."""
    out = tmp_path / "site"
    assert build([bundles / "heavy.zip", bundles / "light.zip"], out, halving.SCALE) == 2
    return out


def altered(path, change):
    """Alter a file within a bundle, its sums as they were."""
    with zipfile.ZipFile(path) as file:
        parts = {each.filename: file.read(each) for each in file.infolist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)


def test_the_site_holds_all_that_its_table_names(built):
    told = json.loads((built / "results.json").read_text())
    assert [each["model"] for each in told["results"]] == ["heavy", "light"]
    for each in told["results"]:
        assert read_bundle(built / each["bundle"]).sha256 == each["sha256"]
        assert (built / each["label"]).read_text().startswith("<svg")
        assert each["energy"]["low"] <= each["energy"]["value"] <= each["energy"]["high"]
        assert each["stars"] is None
        assert "no anchor for squares" in each["reason"]
    for name in ("index.html", "leaderboard.js", "verify.js", "submeter.css"):
        assert (built / name).stat().st_size > 500


def test_it_is_built_anew_over_itself_and_over_nothing_else(bundles, built, tmp_path):
    assert build([bundles / "light.zip"], built, halving.SCALE) == 1
    assert len(list((built / "bundles").iterdir())) == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds other things"):
        build([bundles / "light.zip"], tmp_path / "other", halving.SCALE)


def test_a_site_is_built_of_its_own_bundles(bundles, built):
    before = {each.name: each.read_bytes() for each in (built / "bundles").iterdir()}
    paths = [*sorted((built / "bundles").iterdir()), KEPT / "rules-1-single.zip"]
    assert build(paths, built, halving.SCALE) == 3
    after = {each.name: each.read_bytes() for each in (built / "bundles").iterdir()}
    assert len(after) == 3
    assert after.items() >= before.items()
    assert len(list((built / "labels").iterdir())) == 3


def test_a_bundle_that_cannot_be_shown_leaves_the_site_as_it_was(bundles, built, tmp_path):
    before = {each: each.read_bytes() for each in built.rglob("*") if each.is_file()}
    for number, lost in enumerate(('"created"', '"engine"')):
        path = tmp_path / f"{number}.zip"
        rebuilt(KEPT / "rules-1-short.zip", path, swapped("bundle.json", lost, '"lost"'))
        with pytest.raises(UsageError, match="cannot be read"):
            build([bundles / "light.zip", path], built, halving.SCALE)
    assert {each: each.read_bytes() for each in built.rglob("*") if each.is_file()} == before


def test_what_a_browser_is_given_is_packed_anew(bundles, tmp_path):
    """Else a field of the zip that readers take otherwise might show another bundle."""
    with zipfile.ZipFile(bundles / "light.zip") as file:
        parts = {each.filename: file.read(each) for each in file.infolist()}
    with zipfile.ZipFile(tmp_path / "stored.zip", "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    build([tmp_path / "stored.zip"], tmp_path / "site", halving.SCALE)
    (shown,) = (tmp_path / "site" / "bundles").iterdir()
    assert shown.read_bytes() == (bundles / "light.zip").read_bytes()


def test_what_does_not_verify_or_is_there_twice_is_refused(bundles, tmp_path, capsys):
    copy = tmp_path / "copy.zip"
    copy.write_bytes((bundles / "light.zip").read_bytes())
    with pytest.raises(UsageError, match="same bundle as"):
        build([bundles / "light.zip", copy], tmp_path / "site", halving.SCALE)
    altered(copy, lambda parts: parts.update({"queries.ndjson": b"{}"}))
    assert main(["leaderboard", "build", str(copy), "--out", str(tmp_path / "site")]) == 2
    assert "queries.ndjson is not what SHA256SUMS says" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def test_the_command_builds_it(bundles, tmp_path, capsys):
    out = tmp_path / "site"
    words = ["leaderboard", "build", str(bundles / "light.zip"), "--out", str(out)]
    assert main([*words, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == 1
    assert main(words) == 0
    assert "1 results" in capsys.readouterr().out


def models(html):
    """Give the models of the table's rows, in order."""
    return re.findall(r'aria-label="open ([^"]+)"', html)


@pytest.mark.system
def test_a_browser_sorts_filters_and_compares(built, tmp_path):
    with site(built) as address:
        html = page(f"{address}/index.html", tmp_path / "a")
        assert models(html) == ["light", "heavy"]
        assert "2 of 2 results" in html
        assert ">squares<" in html
        assert ">single<" in html
        assert html.count(">queries<") == 2
        assert "no stars" in html
        assert re.search(r"<circle[^>]*>.*<circle", html)
        assert models(page(f"{address}/index.html#sort=energy&down=1", tmp_path / "a")) == [
            "heavy", "light",
        ]  # fmt: skip
        assert models(page(f"{address}/index.html#search=LIG", tmp_path / "a")) == ["light"]
        told = json.loads((built / "results.json").read_text())
        both = ",".join(each["name"] for each in told["results"])
        compared = page(f"{address}/index.html#chosen={both}", tmp_path / "a")
        assert re.search("cannot be ranked|do not overlap", compared)
        assert "Over the least" in compared


@pytest.mark.system
@pytest.mark.parametrize("key", ["energy", "model", "quality"])
def test_a_browser_tells_a_table_that_shows_something_else(key, built, tmp_path):
    told = json.loads((built / "results.json").read_text())
    row = told["results"][0]
    row[key] = {
        "energy": {**row["energy"], "value": row["energy"]["value"] / 2},
        "model": "other",
        "quality": {**row["quality"], "value": 1.0},
    }[key]
    (built / "results.json").write_text(json.dumps(told))
    with site(built) as address:
        html = page(f"{address}/index.html#open={row['name']}&verify=1", tmp_path / "a", VERIFIED)
    assert "1 of " in html
    assert f"✗ the table shows this bundle's {key}" in html


@pytest.mark.system
def test_a_browser_verifies_a_bundle_and_tells_an_altered_one(built, tmp_path):
    told = json.loads((built / "results.json").read_text())["results"][0]
    opened = f"/index.html#open={told['name']}&verify=1"
    with site(built) as address:
        html = page(f"{address}{opened}", tmp_path / "a", VERIFIED)
        assert re.search(r'id="verdict" class="good">all \d+ checks hold', html)
        assert "accuracy follows from the marks of 25 items" in html
        assert "✗" not in html

        def double(parts):
            text = parts["bundle.json"].decode()
            whole = json.loads(text)
            whole["summary"]["energy"]["node"]["total"]["value"] *= 2
            whole["summary"]["books"][0]["meter"] += 1
            parts["bundle.json"] = json.dumps(whole).encode()

        altered(built / told["bundle"], double)
        html = page(f"{address}{opened}", tmp_path / "b", VERIFIED)
        assert 'class="bad"' in html
        for wrong in (
            "✗ bundle.json is what SHA256SUMS says",
            "✗ node: the books give its energy",
            "workload + others + idle + unattributed = meter",
        ):
            assert wrong in html
        (built / told["bundle"]).unlink()
        assert "HTTP 404" in page(f"{address}{opened}", tmp_path / "c", VERIFIED)


MODELLED = """\
task,model,energy_wh_per_1000,low,high,boundary,unit,scenario,tier,metric,quality,source
squares,closed,0.5,0.1,2.5,node,query,single,modelled,accuracy,0.97,"Ada 2026, example.org/closed"
"""


@pytest.fixture
def mixed(bundles, tmp_path, capsys):
    """Give a site of a signed run, an unsigned one, and an entry that nobody measured."""
    key, table, light = tmp_path / "k.pem", tmp_path / "m.csv", tmp_path / "light.zip"
    signer = make_key(key)
    light.write_bytes((bundles / "light.zip").read_bytes())
    sign(light, key)
    table.write_text(MODELLED)
    words = ["leaderboard", "build", str(light), str(bundles / "heavy.zip")]
    out = tmp_path / "site"
    assert main([*words, "--out", str(out), "--modelled", str(table)]) == 0
    assert "3 results" in capsys.readouterr().out
    return out, signer


def test_an_entry_that_nobody_measured_is_told_apart(mixed):
    out, signer = mixed
    light, heavy, closed = json.loads((out / "results.json").read_text())["results"]
    assert [each["kind"] for each in (light, heavy, closed)] == ["run", "run", "modelled"]
    assert (light["signers"], heavy["signers"]) == ([signer], [])
    assert (closed["stars"], closed["rank"], closed["tier"]) == (None, None, "modelled")
    assert closed["source"] == "Ada 2026, example.org/closed"
    assert "bundle" not in closed
    # Nobody is ranked before or behind what was not measured.
    assert light["rank"]["of"] == heavy["rank"]["of"] == 2


@pytest.mark.system
def test_a_browser_shows_what_nobody_measured_differently(mixed, tmp_path):
    out, signer = mixed
    with site(out) as address:
        html = page(f"{address}/index.html", tmp_path / "a")
        assert sorted(models(html)) == ["closed", "heavy", "light"]
        rows = dict(re.findall(r'<tr id="row-([^"]+)"([^>]*)>', html))
        assert {name for name, more in rows.items() if 'class="modelled"' in more} == {"modelled-0"}
        assert html.count('<div class="tag">modelled, not measured</div>') == 1
        assert "3 of 3 results, 1 of them modelled: no run, no stars, no rank" in html
        # Its point is open and its lines are dashed, and that is all that is.
        assert len(re.findall(r'<path class="open"', html)) == 1
        assert len(re.findall(r'<circle class="bar"', html)) == 2
        assert len(re.findall(r'<line class="whisker modelled"', html)) == 1
        assert "closed (modelled)" in html
        assert f"signed by {signer[:12]}" in html
        opened = page(f"{address}/index.html#open=modelled-0&verify=1", tmp_path / "a")
        assert "there is no run and nothing to verify" in opened
        assert "Ada 2026, example.org/closed" in opened
        assert 'id="verify"' not in opened
        both = page(f"{address}/index.html#chosen=modelled-0,{next(iter(rows))}", tmp_path / "a")
        assert "a model, no run" in both
        css = (out / "submeter.css").read_text()
        for look in ("tr.modelled td", ".open { fill: none", "stroke-dasharray"):
            assert look in css


@pytest.mark.system
def test_a_browser_checks_signatures(mixed, tmp_path):
    out, signer = mixed
    light = json.loads((out / "results.json").read_text())["results"][0]
    opened = f"/index.html#open={light['name']}&verify=1"
    with site(out) as address:
        html = page(f"{address}{opened}", tmp_path / "a", VERIFIED)
        assert f"✓ signed by {signer}" in html
        assert re.search(r'id="verdict" class="good">all \d+ checks hold', html)

        def forge(parts):
            parts[SIGNATURES] = parts[SIGNATURES][:-4] + b"000\n"

        altered(out / light["bundle"], forge)
        html = page(f"{address}{opened}", tmp_path / "b", VERIFIED)
        assert f"✗ signed by {signer}" in html
        altered(out / light["bundle"], lambda parts: parts.update({SIGNATURES: b"none\n"}))
        assert "✗ a signature can be read" in page(f"{address}{opened}", tmp_path / "c", VERIFIED)


@pytest.mark.system
def test_a_browser_says_of_a_run_too_short_that_it_has_no_interval(tmp_path):
    out = tmp_path / "site"
    build([KEPT / "rules-1-short.zip", KEPT / "rules-1-single.zip"], out, halving.SCALE)
    short = json.loads((out / "results.json").read_text())["results"][0]
    assert (short["energy"]["low"], short["stars"], short["rank"]) == (None, None, None)
    with site(out) as address:
        html = page(f"{address}/index.html#open={short['name']}&verify=1", tmp_path / "a", VERIFIED)
        assert "no interval" in html
        assert re.search(r'id="verdict" class="good">all \d+ checks hold', html)
