"""The leaderboard: built of what verifies, and verified again in a real browser."""

import json
import re
import zipfile

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.runner import run
from submeter.cli.main import main
from submeter.errors import UsageError
from submeter.ratings import halving
from submeter.web.leaderboard import build
from tests.benchmarks.work import LONG, Squarer, bench, unheard
from tests.web.browser import page, site


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    """Give two bundles that were really measured: a light model and a heavy one that errs."""
    folder = tmp_path_factory.mktemp("bundles")
    for name, backend in (("light", Squarer(LONG)), ("heavy", Squarer(3 * LONG, wrong=(3, 4)))):
        run(bench(backend, model=name), folder / f"{name}.zip", unheard)
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
def test_a_browser_verifies_a_bundle_and_tells_an_altered_one(built, tmp_path):
    told = json.loads((built / "results.json").read_text())["results"][0]
    opened = f"/index.html#open={told['name']}&verify=1"
    with site(built) as address:
        html = page(f"{address}{opened}", tmp_path / "a")
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
        html = page(f"{address}{opened}", tmp_path / "b")
        assert 'class="bad"' in html
        for wrong in (
            "✗ bundle.json is what SHA256SUMS says",
            "✗ node: the books give its energy",
            "workload + others + idle + unattributed = meter",
        ):
            assert wrong in html
        (built / told["bundle"]).unlink()
        assert "HTTP 404" in page(f"{address}{opened}", tmp_path / "c")
