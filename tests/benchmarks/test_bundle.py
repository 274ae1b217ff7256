"""Bundles from anybody: rules have versions, and what is none, or too much, is told and no more."""

import json
import random
import zipfile

import pytest

from submeter.benchmarks import portions
from submeter.benchmarks.archive import pack, unpack
from submeter.benchmarks.bundle import FILES, SUMS, NewerBundle, read_bundle
from submeter.benchmarks.results import result_of
from submeter.benchmarks.rules import KEPT as KEPT_RULES
from submeter.benchmarks.rules import RULES
from submeter.benchmarks.verification import NotRecomputed, verify
from submeter.cli.main import main
from submeter.errors import UsageError
from tests.benchmarks.altered import altered, swapped
from tests.benchmarks.keep import KEPT, keep

SINGLE = KEPT / f"rules-{RULES}-single.zip"
BUNDLES = sorted(KEPT.iterdir())


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_a_bundle_that_was_made_once_verifies_for_good(path):
    """Made by the code of their time: if this fails, the rules changed and need a new version."""
    bundle = read_bundle(path)
    assert bundle.rules == int(path.name.split("-")[1])
    assert verify(bundle) == []


def test_every_version_that_is_kept_has_bundles():
    assert {int(path.name.split("-")[1]) for path in BUNDLES} == set(KEPT_RULES)
    assert max(KEPT_RULES) == RULES


def test_a_change_of_the_rules_under_the_same_version_is_found(monkeypatch):
    monkeypatch.setattr(portions, "LEAST", 0.35)
    assert verify(read_bundle(SINGLE))


def test_rules_that_are_not_known_yet_are_told(tmp_path, capsys):
    rules = f'"rules": {RULES}'
    newer = altered(SINGLE, tmp_path / "n.zip", swapped("bundle.json", rules, '"rules": 99'))
    with pytest.raises(NewerBundle, match="follow rules 99, this knows"):
        read_bundle(newer)
    assert main(["verify", str(newer)]) == 2
    told = capsys.readouterr().err
    assert "made by a newer Submeter" in told
    assert "pip install --upgrade submeter" in told
    for wrong in ('"rules": -1', '"rules": "1"', '"rules": true', '"rules": 1.5', '"rules": null'):
        bad = altered(SINGLE, tmp_path / "w.zip", swapped("bundle.json", rules, wrong))
        with pytest.raises(UsageError, match="are no version"):
            read_bundle(bad)


def test_rules_that_are_no_longer_kept_are_not_called_altered(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("submeter.benchmarks.verification.KEPT", (1,))
    old = KEPT / "rules-0-single.zip"
    with pytest.raises(NotRecomputed, match="follow rules 0"):
        verify(read_bundle(old))
    assert main(["verify", str(old), "--json", str(tmp_path / "v.json")]) == 1
    told = capsys.readouterr().out
    assert "not verified, and not said to be altered" in told
    assert "its files are as their sums say" in told
    (row,) = json.loads((tmp_path / "v.json").read_text())["bundles"]
    assert (row["recomputed"], row["differences"]) == (False, [])
    for words in (["label", str(old)], ["leaderboard", "build", str(old)]):
        assert main([*words, "--out", str(tmp_path / "o.svg")]) == 2
        assert "SM170" in capsys.readouterr().err


def test_a_bundle_without_rules_that_does_not_follow_may_be_older(tmp_path, capsys):
    change = swapped("queries.ndjson", '"mark": [1.0, 1.0]', '"mark": [0.0, 1.0]')
    for rules, told in ((0, True), (1, False)):
        path = altered(KEPT / f"rules-{rules}-single.zip", tmp_path / "b.zip", change)
        assert main(["verify", str(path)]) == 1
        assert ("it may be older than they are" in capsys.readouterr().out) is told


def test_what_is_kept_is_not_made_anew():
    before = {path: path.stat().st_mtime_ns for path in BUNDLES}
    keep()
    assert {path: path.stat().st_mtime_ns for path in sorted(KEPT.iterdir())} == before


def test_a_short_run_has_an_interval_by_old_rules_and_none_by_new_ones():
    old, new = (read_bundle(KEPT / f"rules-{rules}-short.zip") for rules in (0, 1))
    for bundle in (old, new):
        assert bundle.told["summary"]["statistics"]["portions"] == 1
    per = [each.told["summary"]["energy"]["node"]["per"]["query"] for each in (old, new)]
    assert per[0]["low"] < per[0]["value"] < per[0]["high"]
    assert (per[1]["low"], per[1]["high"]) == (None, None)
    total = new.told["summary"]["energy"]["node"]["total"]
    assert total["low"] < total["value"] < total["high"]
    for bundle in (old, new):
        assert "too short" in result_of(bundle, "b.zip").unrated
    assert result_of(read_bundle(SINGLE), "b.zip").unrated == ""


def test_slices_of_a_served_run_are_no_shorter_than_readings_tell_apart():
    for rules, count in ((0, portions.SLICES), (1, None)):
        statistics = read_bundle(KEPT / f"rules-{rules}-server.zip").told["summary"]["statistics"]
        spans = read_bundle(KEPT / f"rules-{rules}-server.zip").told["summary"]["stretches"]
        seconds = sum(end - start for _, start, end in spans) / 1e9
        assert 1 < seconds < portions.SLICES * portions.LEAST
        assert statistics["portions"] == (count or int(seconds / portions.LEAST))


def zipped(path, parts, **how):
    with zipfile.ZipFile(path, "w", **how) as file:
        for name, content in parts:
            file.writestr(name, content)
    return path


def contents():
    with zipfile.ZipFile(SINGLE) as file:
        return [(name, file.read(name)) for name in (*FILES, SUMS)]


def test_the_same_content_makes_the_same_bytes():
    assert pack(dict(contents())) == pack(dict(contents())) == SINGLE.read_bytes()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_is_no_bundle_is_refused_before_it_costs_anything(tmp_path):
    whole, path = contents(), tmp_path / "z.zip"
    stored = zipfile.ZIP_DEFLATED
    with pytest.raises(UsageError, match=r'holds "\.\./x", which no bundle does'):
        read_bundle(zipped(path, [*whole, ("../x", b"")]))
    with pytest.raises(UsageError, match="holds a file twice"):
        read_bundle(zipped(path, [*whole, whole[0]]))
    with pytest.raises(UsageError, match=r"has no SHA256SUMS"):
        read_bundle(zipped(path, whole[:3]))
    with pytest.raises(UsageError, match="more files than any bundle"):
        read_bundle(zipped(path, [*whole, *((f"{i}", b"") for i in range(100))]))
    with pytest.raises(UsageError, match="packed as no bundle is"):
        read_bundle(zipped(path, whole, compression=zipfile.ZIP_BZIP2))
    bomb = zipped(path, [("bundle.json", bytes(50_000_000)), *whole[1:]], compression=stored)
    assert bomb.stat().st_size < 1_000_000
    with pytest.raises(UsageError, match=r"bundle\.json is larger than any bundle's"):
        read_bundle(bomb, most=10_000_000)
    zipped(path, whole)
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"hello"
    with pytest.raises(UsageError, match="with a comment"):
        read_bundle(path)
    large = SINGLE.read_bytes()
    path.write_bytes(large[:-22] + b"PK\x06\x07" + bytes(16) + large[-22:])
    with pytest.raises(UsageError, match="more files than any bundle"):
        read_bundle(path)
    path.write_bytes(b"#!/bin/sh\n" + large)
    with pytest.raises(UsageError, match="something stands before"):
        read_bundle(path)
    path.write_bytes(large[:-22] + bytes(4) + large[-22:])
    with pytest.raises(UsageError, match="or within it"):
        read_bundle(path)
    other = zipped(path, [("bundle.jsonX", whole[0][1]), *whole[1:]]).read_bytes()
    path.write_bytes(other.replace(b"bundle.jsonX", b"bundle.json\0"))
    with pytest.raises(UsageError, match="names a file in two ways"):
        read_bundle(path)
    for cut in (0, 10, 30, len(large) // 2):
        path.write_bytes(large[:cut])
        with pytest.raises(UsageError, match="cannot be read"):
            unpack(path, FILES)
    with pytest.raises(UsageError, match="cannot be read"):
        read_bundle(tmp_path / "nowhere.zip")


def test_a_file_whose_length_is_a_lie_is_read_no_further_than_it_says(tmp_path):
    content = bytearray(
        zipped(tmp_path / "z.zip", [("a", bytes(5_000_000))], compression=8).read_bytes()
    )
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    (tmp_path / "z.zip").write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read"):
        unpack(tmp_path / "z.zip", ["a"])


def test_bytes_that_were_flipped_never_verify(tmp_path):
    chance = random.Random(0)  # noqa: S311 - no secret
    whole = SINGLE.read_bytes()
    path, told = tmp_path / "b.zip", SINGLE.name
    original = read_bundle(SINGLE)
    for _ in range(150):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            bundle = read_bundle(path)
        except UsageError:
            continue
        # In the zip's own fields, such as dates: what is told is what was told.
        assert (bundle.sha256, bundle.told) == (original.sha256, original.told), told


WRONG: tuple[object, ...] = (None, -1, 0.5, 1e308, "x", [], {}, True, [[1, 2, 3]], 10**30)


def places(told, where=()):
    """Give the places of all values in an object."""
    pairs = told.items() if isinstance(told, dict) else enumerate(told)
    for name, value in pairs:
        yield (*where, name)
        if isinstance(value, (dict, list)):
            yield from places(value, (*where, name))


def put(told, where, value):
    for name in where[:-1]:
        told = told[name]
    told[where[-1]] = value


@pytest.mark.parametrize("name", FILES)
def test_whatever_stands_in_a_bundle_is_told_and_nothing_else_happens(name, tmp_path):
    chance = random.Random(name)  # noqa: S311 - no secret
    path = tmp_path / "b.zip"

    def change(parts):
        lines = parts[name].decode().splitlines() if name != "bundle.json" else [parts[name]]
        number = chance.randrange(len(lines))
        told = json.loads(lines[number])
        put(told, chance.choice(list(places(told))), chance.choice(WRONG))
        lines[number] = json.dumps(told)
        parts[name] = "\n".join(lines).encode()

    for _ in range(40):
        altered(KEPT / "rules-1-short.zip", path, change)
        assert main(["verify", str(path), "--json", str(tmp_path / "v.json")]) in (0, 1, 2)
        assert main(["rate", str(path), "--json", str(tmp_path / "r.json")]) in (0, 2)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_none(constant, tmp_path, capsys):
    change = swapped("bundle.json", '"coverage": 1.0', f'"coverage": {constant}')
    assert main(["verify", str(altered(SINGLE, tmp_path / "b.zip", change))]) == 2
    assert f"{constant} is no number" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ['"\\ud800"', "1e999", "-1e999"])
def test_what_cannot_be_written_on_is_not_read(wrong, tmp_path, capsys):
    """Else the first site or terminal that it comes to breaks."""
    change = swapped("bundle.json", '"engine": "test"', f'"engine": {wrong}')
    path = altered(SINGLE, tmp_path / "b.zip", change)
    for words in (["verify"], ["rate"], ["leaderboard", "check"]):
        assert main([*words, str(path)]) in (1, 2)
        told = capsys.readouterr()
        assert "it is no JSON" in told.out + told.err


def test_what_does_not_verify_is_not_rated(tmp_path, capsys):
    change = swapped("queries.ndjson", '"mark": [1.0, 1.0]', '"mark": [0.0, 1.0]')
    assert main(["rate", str(altered(SINGLE, tmp_path / "b.zip", change))]) == 2
    assert "it is not rated" in capsys.readouterr().err


def test_json_as_deep_as_a_well_is_told(tmp_path, capsys):
    def change(parts):
        parts["bundle.json"] = b"[" * 200_000

    assert main(["verify", str(altered(SINGLE, tmp_path / "b.zip", change))]) == 2
    assert "no JSON" in capsys.readouterr().err
