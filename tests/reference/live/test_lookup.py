"""Live, then kept, then the yearly table: in that order, and never in silence."""

import json
import os
import stat
from pathlib import Path

import pytest

from submeter.errors import ProviderUnavailable, UsageError
from submeter.reference.factors.registry import shipped
from submeter.reference.live.cache import SETTLED, STALE, Cache
from submeter.reference.live.hourly import Piece
from submeter.reference.live.lookup import LONGEST, look_up, weighted
from submeter.reference.live.provider import open_provider
from tests.reference.live.stand_in import ANSWERS, DAY, HOUR, NOW, ZONES, Web, environ

TODAY = NOW - NOW % DAY
SPAN = (TODAY + 2 * HOUR, TODAY + 10 * HOUR)
MINUTE = HOUR // 60


@pytest.fixture
def site():
    with Web(ANSWERS["entsoe"]) as made:
        yield made


@pytest.fixture
def provider(site):
    return open_provider("entsoe", environ("entsoe", site.address))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state" / "cache" / "hours"


@pytest.fixture
def cache(folder):
    return Cache(folder)


def down(*words):
    return 500, {}, b""


def known(found):
    """Give the hours that were found."""
    assert found.hourly is not None
    return found.hourly


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_answered_is_not_asked_for_again_within_the_hour(provider, cache, site):
    first = look_up(provider, cache, "FR", SPAN, NOW)
    assert len(site.asked) == 1
    again = look_up(provider, cache, "FR", SPAN, NOW + 30 * MINUTE)
    part = look_up(provider, cache, "FR", (SPAN[0] + HOUR, SPAN[1] - HOUR), NOW + 30 * MINUTE)
    assert len(site.asked) == 1
    assert known(again).stretches == known(first).stretches
    assert len(known(part).stretches) == 6
    look_up(provider, cache, "FR", SPAN, NOW + 61 * MINUTE)
    assert len(site.asked) == 2


def test_hours_that_were_not_asked_for_are_no_gaps(provider, cache, site):
    look_up(provider, cache, "FR", SPAN, NOW)
    wider = (TODAY, TODAY + 11 * HOUR)
    found = look_up(provider, cache, "FR", wider, NOW)
    assert len(site.asked) == 2
    assert known(found).stretches[-1].end == wider[1]
    assert len(known(found).stretches) == 11
    look_up(provider, cache, "FR", wider, NOW)
    assert len(site.asked) == 2


def test_a_settled_day_is_kept_for_long_and_not_for_ever(provider, cache, site):
    span = (TODAY - 9 * DAY, TODAY - 8 * DAY)
    look_up(provider, cache, "FR", span, NOW)
    look_up(provider, cache, "FR", span, NOW + STALE - 1)
    assert len(site.asked) == 1
    look_up(provider, cache, "FR", span, NOW + STALE)
    assert len(site.asked) == 2
    assert SETTLED > 0


def test_days_that_are_missing_are_asked_for_in_one_go(provider, cache, site):
    look_up(provider, cache, "FR", (TODAY - 5 * DAY, TODAY - 4 * DAY), NOW)
    look_up(provider, cache, "FR", (TODAY - 7 * DAY, TODAY - 2 * DAY), NOW)
    spans = [(query["periodStart"], query["periodEnd"]) for _, query, _ in site.asked]
    assert spans == [
        ("202611190000", "202611200000"),
        ("202611170000", "202611190000"),
        ("202611200000", "202611220000"),
    ]


def test_what_was_kept_stands_in_with_its_age(provider, cache, site):
    before = look_up(provider, cache, "FR", SPAN, NOW)
    site.answer = down
    found = look_up(provider, cache, "FR", SPAN, NOW + 5 * HOUR)
    assert known(found).stretches == known(before).stretches
    assert any("gives no answer" in note and "HTTP 500" in note for note in found.notes)
    assert any("what was kept stands in, asked for on 2026-11-24T12:20Z" in n for n in found.notes)


def test_nothing_at_all_is_the_yearly_table_with_both_reasons(provider, cache, site):
    site.answer = down
    found = look_up(provider, cache, "FR", SPAN, NOW)
    assert found.hourly is None
    yearly = shipped().factor("grid/FR")
    mean = weighted(found, [Piece(*SPAN, 1000)], yearly)
    assert mean.factor is yearly
    assert mean.coverage == 0.0
    told = " ".join(mean.notes)
    assert "gives no answer" in told
    assert "nothing was kept" in told
    assert "so it is grid/FR" in told


def test_hours_that_are_missing_take_the_yearly_table(provider, cache):
    span = (TODAY + 8 * HOUR, TODAY + 16 * HOUR)  # the second half has not been yet
    found = look_up(provider, cache, "FR", span, NOW)
    yearly = shipped().factor("grid/FR")
    mean = weighted(found, [Piece(*span, 1000)], yearly)
    assert mean.coverage == pytest.approx(0.5)
    assert mean.factor.value == pytest.approx((131.5 + yearly.value) / 2)
    assert any("50.0% of the energy" in note and "grid/FR" in note for note in mean.notes)


def test_marginal_hours_account_for_nothing(cache):
    with Web(ANSWERS["watttime"]) as site:
        provider = open_provider("watttime", environ("watttime", site.address))
        found = look_up(provider, cache, "CAISO_NORTH", SPAN, NOW)
    with pytest.raises(UsageError, match="marginal"):
        weighted(found, [Piece(*SPAN, 1000)], shipped().factor("grid/US-CA"))


def test_a_year_is_enough_at_once_and_a_zone_that_cannot_be_is_refused(provider, cache, site):
    with pytest.raises(ProviderUnavailable, match="400 days"):
        look_up(provider, cache, "FR", (NOW - LONGEST - DAY, NOW), NOW)
    with pytest.raises(UsageError, match="no zone"):
        look_up(provider, cache, "../../FR", SPAN, NOW)
    assert site.asked == []


# What stands on disk


def test_files_are_for_their_user_alone_and_hold_no_key(folder):
    old = os.umask(0)
    try:
        for name, answer in ANSWERS.items():
            with Web(answer) as site:
                provider = open_provider(name, environ(name, site.address))
                look_up(provider, Cache(folder), ZONES[name], SPAN, NOW)
    finally:
        os.umask(old)
    assert len(files(folder)) == len(ANSWERS)
    for path in files(folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"secret" not in path.read_bytes()
        for above in (path.parent, path.parent.parent, folder):
            assert stat.S_IMODE(above.stat().st_mode) == 0o700


def test_another_address_is_another_source(provider, cache, site):
    look_up(provider, cache, "FR", SPAN, NOW)
    with Web(ANSWERS["entsoe"]) as other:
        second = open_provider("entsoe", environ("entsoe", other.address))
        look_up(second, cache, "FR", SPAN, NOW)
        assert len(other.asked) == 1


DAMAGES = {
    "half": lambda content: content[: len(content) // 2],
    "another number": lambda content: content.replace(b"131.5", b"131.6"),
    "another form": lambda content: content.replace(b"submeter.hourly/1", b"submeter.hourly/9"),
    "no text": lambda content: b"\xff" + content,
    "empty": lambda _: b"",
    "a list": lambda _: b"[]",
    "an object": lambda _: b"{}",
    "deep": lambda _: b"[" * 100_000,
    "large": lambda _: b" " * (2 << 20),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_told_and_asked_for_anew(provider, cache, site, folder, damage):
    before = look_up(provider, cache, "FR", SPAN, NOW)
    (path,) = files(folder)
    path.write_bytes(damage(path.read_bytes()))
    found = look_up(provider, cache, "FR", SPAN, NOW)
    assert len(site.asked) == 2
    assert known(found).stretches == known(before).stretches
    assert any(path.name in note and "damaged" in note for note in found.notes)
    assert look_up(provider, cache, "FR", SPAN, NOW).notes == before.notes


def test_a_damaged_file_and_no_provider_is_the_yearly_table(provider, cache, site, folder):
    look_up(provider, cache, "FR", SPAN, NOW)
    (path,) = files(folder)
    path.write_text("{")
    site.answer = down
    found = look_up(provider, cache, "FR", SPAN, NOW)
    assert found.hourly is None
    assert any("damaged" in note for note in found.notes)


def test_the_oldest_files_go_when_there_is_too_much(provider, folder):
    small = Cache(folder, largest=6000)
    for day in range(1, 12):
        look_up(provider, small, "FR", (TODAY - day * DAY, TODAY - (day - 1) * DAY), NOW)
        for age, path in enumerate(sorted(folder.rglob("*.json"))):
            os.utime(path, (1000 + age, 1000 + age))
    kept = files(folder)
    assert sum(path.stat().st_size for path in kept) <= 6000
    assert len(kept) >= 1
    assert (folder / "entsoe" / "FR" / "2026-11-13.json") in kept


def test_nothing_half_written_is_left_behind(provider, cache, folder):
    look_up(provider, cache, "FR", SPAN, NOW)
    assert [path.name for path in files(folder)] == ["2026-11-24.json"]
    whole = json.loads(files(folder)[0].read_bytes())
    assert whole["form"] == "submeter.hourly/1"


def test_a_folder_that_cannot_be_written_costs_the_cache_and_not_the_answer(provider, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    found = look_up(provider, Cache(Path(blocked) / "hours"), "FR", SPAN, NOW)
    assert found.hourly is not None
    assert any("could not be kept" in note for note in found.notes)


def test_a_file_from_the_future_is_asked_for_anew(provider, cache, site):
    look_up(provider, cache, "FR", SPAN, NOW)
    look_up(provider, cache, "FR", SPAN, NOW - MINUTE)
    assert len(site.asked) == 2
