"""What a pull request to a leaderboard must satisfy: each defect has its number."""

import json
import re
from pathlib import Path

import pytest
import yaml

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.rules import RULES
from submeter.benchmarks.runner import run
from submeter.benchmarks.signature import make_key, sign, signers
from submeter.benchmarks.summary import summarise
from submeter.cli.main import main
from submeter.errors import UsageError
from submeter.web import submissions
from submeter.web.modelled import read_modelled
from submeter.web.submissions import CHECKS, Demands, Finding, check
from tests.benchmarks.altered import altered, swapped
from tests.benchmarks.keep import KEPT, beside_a_board
from tests.benchmarks.work import LONG, Squarer, bench, unheard


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Give a bundle of a model whose licence is told, measured on a board of 300 W."""
    folder = tmp_path_factory.mktemp("good")
    asked = bench(Squarer(LONG), licence="Apache-2.0")._replace(settings=beside_a_board(folder))
    run(asked, folder / "b.zip", unheard)
    return folder / "b.zip"


@pytest.fixture
def key(tmp_path):
    make_key(tmp_path / "k.pem")
    return tmp_path / "k.pem"


def numbers(paths, demands=Demands()):  # noqa: B008 - frozen
    """Give the numbers of what is found, beside what this machine did meanwhile."""
    return sorted({each.number for each in check(paths, demands)} - {"L22", "L23"})


def told(good, out, change):
    """Give a bundle that tells something else, its sums made to fit."""

    def changed(parts):
        whole = json.loads(parts["bundle.json"])
        change(whole)
        parts["bundle.json"] = json.dumps(whole).encode()

    return altered(good, out, changed)


def test_a_good_bundle_is_taken(good, key, tmp_path, capsys):
    assert numbers([good]) == ["L30"]
    assert main(["leaderboard", "check", str(good)]) == 0
    assert "1 bundles, 0 errors: yes" in capsys.readouterr().out
    signed = tmp_path / "signed.zip"
    signed.write_bytes(good.read_bytes())
    signer = sign(signed, key)
    assert numbers([signed], Demands(signed=True)) == []
    assert numbers([signed], Demands(signers=frozenset({signer}))) == []
    assert main(["leaderboard", "check", str(signed), "--signed", "--signer", str(key)]) == 0


@pytest.mark.parametrize(
    ("number", "change"),
    [
        ("L07", lambda whole: whole["model"].update(dummy=True)),
        ("L11", lambda whole: whole["model"].update(licence=" ")),
        ("L11", lambda whole: whole["model"].update(licence=None)),
        ("L02", lambda whole: whole.update(rules=RULES + 1)),
        ("L02", lambda whole: whole.update(schema="submeter.bundle/2")),
        ("L01", lambda whole: whole.update(schema="other/1")),
        ("L01", lambda whole: whole.update(data={})),
        ("L01", lambda whole: whole["model"].pop("dummy")),
        ("L03", lambda whole: whole["summary"]["statistics"].update(queries=7)),
        ("L03", lambda whole: whole["summary"]["energy"]["node"]["total"].update(value=1e-9)),
    ],
    ids=["dummy", "blank", "no-licence", "rules", "schema", "form", "data", "model", "count",
         "energy"],
)  # fmt: skip
def test_each_defect_has_its_number(number, change, good, tmp_path, capsys):
    path = told(good, tmp_path / "b.zip", change)
    assert number in numbers([path])
    assert main(["leaderboard", "check", str(path)]) == 1
    assert f"{number} error: {path}: {CHECKS[number][1]}" in capsys.readouterr().out


def test_what_was_altered_or_is_no_bundle_is_told_and_the_others_are_checked(good, tmp_path):
    change = swapped("queries.ndjson", '"batch": 1', '"batch": 2')
    path = altered(good, tmp_path / "b.zip", change, mend=False)
    (tmp_path / "text.zip").write_text("none")
    paths = [path, tmp_path / "text.zip", tmp_path / "nowhere.zip", good]
    found = check(paths, Demands())
    assert [each.bundle for each in found if each.number == "L01"] == list(map(str, paths[:3]))
    assert {each.number for each in found if each.bundle == str(good)} >= {"L30"}


def test_a_bundle_that_is_too_large_is_not_unpacked(good, monkeypatch):
    monkeypatch.setattr(submissions, "MOST", 1000)
    (found,) = check([good], Demands())
    assert (found.number, "larger than any" in found.what) == ("L01", True)


def test_who_must_sign_has_to(good, key, tmp_path):
    make_key(tmp_path / "other.pem")
    path = tmp_path / "b.zip"
    path.write_bytes(good.read_bytes())
    wanted = Demands(signers=signers(str(key), key))
    assert numbers([path], Demands(signed=True)) == ["L06"]
    sign(path, tmp_path / "other.pem")
    assert numbers([path], Demands(signed=True)) == []
    assert numbers([path], wanted) == ["L06"]
    sign(path, key)
    assert numbers([path], wanted) == []
    broken = altered(path, tmp_path / "x.zip", swapped("bundle.json", '"title"', '"Title"'))
    assert numbers([broken], wanted) == ["L05", "L06"]


def test_old_rules_that_are_not_kept_are_told(monkeypatch):
    monkeypatch.setattr("submeter.benchmarks.verification.KEPT", (1,))
    assert "L04" in numbers([KEPT / "rules-0-single.zip"])


@pytest.mark.parametrize("rules", [0, 1])
def test_rules_that_are_older_than_today_are_a_warning(rules, good):
    (found,) = [
        each
        for each in check([KEPT / f"rules-{rules}-single.zip", good], Demands())
        if each.number == "L25"
    ]
    assert found.bundle.endswith(f"rules-{rules}-single.zip")
    assert found.severity.value == "warning"


@pytest.mark.parametrize("rules", [0, 1])
def test_a_run_too_short_is_told_by_whatever_rules(rules):
    assert "L10" in numbers([KEPT / f"rules-{rules}-short.zip"])


def test_a_run_without_energy_is_told(tmp_path):
    asked = bench(Squarer(concurrent=True), scenario="server", concurrency=4, least=2, most=4)
    run(asked, tmp_path / "b.zip", unheard)
    assert "L09" in numbers([tmp_path / "b.zip"])


def test_other_data_than_the_leaderboards_are_told(good, capsys):
    own = read_bundle(good).told["data"]["sha256"]
    assert numbers([good], Demands(data=frozenset({own}))) == ["L30"]
    assert numbers([good], Demands(data=frozenset({"0" * 64}))) == ["L12", "L30"]
    assert main(["leaderboard", "check", str(good), "--data", own.upper()]) == 0
    assert main(["leaderboard", "check", str(good), "--data", "0" * 64]) == 1
    assert main(["leaderboard", "check", str(good), "--data", "squares"]) == 2
    assert '"squares" is no SHA-256' in capsys.readouterr().err


def test_one_name_for_two_sets_is_told(good, tmp_path):
    path = told(good, tmp_path / "b.zip", lambda whole: whole["data"].update(sha256="0" * 64))
    found = [each for each in check([good, path], Demands()) if each.number == "L21"]
    assert [(each.bundle, each.severity.value) for each in found] == [(str(path), "warning")]


@pytest.mark.parametrize("name", [[], {}, 1, None])
def test_a_name_that_is_none_is_told_and_the_others_are_checked(name, good, tmp_path):
    path = told(good, tmp_path / "b.zip", lambda whole: whole["data"].update(name=name))
    other = told(good, tmp_path / "c.zip", lambda whole: whole["data"].pop("version"))
    assert numbers([path]) == ["L30"]
    assert numbers([other]) == ["L01", "L30"]
    assert "L14" in numbers([good, path])


def test_the_same_readings_are_no_second_run(good, tmp_path):
    copy = told(good, tmp_path / "b.zip", lambda whole: whole["model"].update(name="other"))
    assert read_bundle(copy).sha256 != read_bundle(good).sha256
    (found,) = [each for each in check([good, copy], Demands()) if each.number == "L14"]
    assert (found.bundle, str(good) in found.what) == (str(copy), True)


@pytest.mark.parametrize("ratio", [1000, 0.001])
def test_readings_a_thousand_times_off_are_told(ratio, tmp_path):
    """Of a board of 300 W, in units of milliwatts or kilowatts, and of all beside it."""

    def change(parts):
        lines = [json.loads(line) for line in parts["readings.ndjson"].splitlines()]
        for line in lines:
            if line["kind"] == "trace":
                line["totals"] = [int(each * ratio) for each in line["totals"]]
        parts["readings.ndjson"] = "\n".join(map(json.dumps, lines)).encode()

    path = altered(KEPT / "rules-1-single.zip", tmp_path / "b.zip", change)
    bundle = read_bundle(path)
    fresh = summarise(
        bundle.plan, "accuracy", bundle.sittings, bundle.queries, bundle.seen, bundle.rules
    )
    whole = told(path, tmp_path / "c.zip", lambda told: told.update(summary=fresh))
    assert {"L13"} <= set(numbers([whole]))
    assert "L03" not in numbers([whole])


def test_an_energy_far_beside_the_fields_is_a_warning(good, tmp_path, monkeypatch):
    """A very small model may draw so little: somebody looks at it, and it is not refused."""
    monkeypatch.setattr(submissions, "_OFF", 50.0)
    path = told(good, tmp_path / "b.zip", lambda whole: whole["task"].update(id="image-generation"))
    found = {each.number: each for each in check([path], Demands())}
    assert found["L20"].severity.value == "warning"
    assert "AI Energy Score" in found["L20"].what


@pytest.mark.parametrize(
    ("number", "change"),
    [
        ("L22", lambda summary: summary["books"][0].update(others=10**12)),
        ("L23", lambda summary: summary["overhead"].update(part=0.02)),
        ("L24", lambda summary: summary["books"][0].update(coverage=0.9)),
    ],
)
def test_how_it_was_measured_is_a_warning(number, change, good):
    """Altered here only to make the state: what verifies has them from its readings."""
    bundle = read_bundle(good)
    summary = json.loads(json.dumps(bundle.told["summary"]))
    change(summary)
    found = submissions._conditions(bundle._replace(told={**bundle.told, "summary": summary}))
    assert number in {each[0] for each in found}


def test_findings_are_written_with_their_numbers(good, tmp_path, capsys):
    path = told(good, tmp_path / "b.zip", lambda whole: whole["model"].update(licence=""))
    assert main(["leaderboard", "check", str(path), "--json", "-"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["bundles"], answer["errors"] >= 1) == (1, True)
    (row,) = [each for each in answer["findings"] if each["number"] == "L11"]
    assert (row["severity"], row["bundle"]) == ("error", str(path))
    assert set(row) == {"number", "severity", "bundle", "check", "what"}
    assert Finding("L11", "b", "w").severity.value == "error"


TABLE = (
    "task,model,energy_wh_per_1000,low,high,boundary,tier,source\n"
    "text-generation,closed,300,100,900,facility,{tier},{source}\n"
)


def test_modelled_entries_tell_interval_tier_and_source(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(TABLE.format(tier="modelled", source="Ada 2026"))
    (found,) = read_modelled(path)
    assert (found.source, found.tier, found.low) == ("Ada 2026", "modelled", 100.0)
    assert "nobody measured it" in found.barred
    for text, what in (
        (TABLE.format(tier="measured", source="Ada"), "no tier of what was modelled"),
        (TABLE.format(tier="modelled", source=""), "where it comes from"),
        (TABLE.format(tier="modelled", source="Ada").replace("100,900", ","), "has an interval"),
        (TABLE.format(tier="modelled", source="Ada").replace(",300,", ",0,"), "no energy"),
    ):
        path.write_text(text)
        with pytest.raises(UsageError, match=what):
            read_modelled(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="no text"):
        read_modelled(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_modelled(tmp_path / "nowhere.csv")


DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_tells_every_check():
    text = (DOCS / "reference" / "bundles.md").read_text()
    told = re.findall(r"^\| (L\d\d) \| (\w+) \| (.+) \|$", text, flags=re.MULTILINE)
    assert told == [(number, weight.value, says) for number, (weight, says) in CHECKS.items()]


def test_the_workflow_of_the_how_to_checks_a_repository(good, key, tmp_path, monkeypatch, capsys):
    """Its commands are run as they stand there, in a repository of one signed bundle."""
    text = (DOCS / "how-to" / "publish-a-leaderboard.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    steps = yaml.safe_load(block)["jobs"]["check"]["steps"]
    commands = [each["run"] for each in steps if each.get("run", "").startswith("submeter ")]
    assert len(commands) == 2
    for folder in ("bundles", "base"):
        (tmp_path / folder).mkdir()
    bundle = tmp_path / "bundles" / "b.zip"
    bundle.write_bytes(good.read_bytes())
    signer = sign(bundle, key)
    (tmp_path / "base" / "signers.txt").write_text(f"{signer} the lab\n")
    monkeypatch.chdir(tmp_path)
    for command in commands:
        words = command.replace("bundles/*.zip", "bundles/b.zip").split()
        assert main(words[1:]) == 0, capsys.readouterr()
    assert (tmp_path / "site" / "index.html").is_file()
