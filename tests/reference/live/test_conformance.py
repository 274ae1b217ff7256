"""Every provider that is installed keeps the protocol, whatever its API answers."""

import logging
from importlib import metadata
from itertools import pairwise
from typing import Any

import pytest

from submeter.errors import ProviderUnavailable, UsageError
from submeter.reference.live import web
from submeter.reference.live.provider import GROUP, names, open_provider
from tests.reference.live.stand_in import (
    ANSWERS,
    DAY,
    HOUR,
    KEYS,
    NOW,
    ZONES,
    Web,
    as_json,
    environ,
    wait_in_vain,
)

NAMES = sorted(each.name for each in metadata.entry_points(group=GROUP))
SPAN = (NOW - NOW % DAY, NOW - NOW % HOUR)


def truncated(path, query, headers):
    return 200, {"Content-Length": "10000"}, b'{"data": ['


def huge(path, query, headers):
    return 200, {}, b" " * (web.LARGEST + 10)


def elsewhere(path, query, headers):
    return 302, {"Location": f"http://localhost:9/{path}?key=x"}, b""


def circle(path, query, headers):
    return 302, {"Location": path}, b""


FAULTS = {
    "bad JSON": lambda *_: (200, {}, b"<html>down for maintenance</html>"),
    "nothing": lambda *_: (200, {}, b""),
    "another object": lambda *_: as_json({"hello": "world"}),
    "a list": lambda *_: as_json([1, 2]),
    "deep nesting": lambda *_: (200, {}, b"[" * 100_000),
    "NaN": lambda *_: (200, {}, b'{"data": NaN, "zone": NaN, "token": NaN}'),
    "not text": lambda *_: (200, {}, b"\xff\xfe\x00{"),
    "401": lambda *_: as_json({"error": "Invalid auth-token"}, 401),
    "403": lambda *_: as_json({"error": "INVALID_SCOPE"}, 403),
    "404": lambda *_: as_json({}, 404),
    "400": lambda *_: as_json({"error": {"code": "400 Bad Request"}}, 400),
    "429": lambda *_: (429, {}, b""),
    "429, an hour": lambda *_: (429, {"Retry-After": "3600"}, b""),
    "500": lambda *_: (500, {}, b"oops"),
    "503": lambda *_: (503, {}, b""),
    "truncated": truncated,
    "huge": huge,
    "elsewhere": elsewhere,
    "in a circle": circle,
    "late": wait_in_vain,
}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def site(name):
    with Web(ANSWERS[name]) as made:
        yield made


@pytest.fixture
def provider(name, site):
    return open_provider(name, environ(name, site.address))


def test_the_four_are_installed():
    assert set(KEYS) <= set(NAMES)
    assert names() == tuple(NAMES)


def test_it_says_what_it_is(name, provider):
    about = provider.about
    assert about.name == name
    assert about.address.startswith("http://127.0.0.1:")
    assert about.title
    assert about.zones
    assert about.source.licence
    assert "https://" in about.source.citation
    words = about.basis.split()
    assert len({"lifecycle", "combustion"} & set(words)) == 1
    assert len({"average", "marginal"} & set(words)) == 1


def test_opening_it_asks_nobody(name, site, provider):
    assert site.asked == []


def test_history_is_in_order_within_what_was_asked_for(name, provider):
    found = provider.history(ZONES[name], *SPAN, NOW)
    assert found.zone == ZONES[name]
    assert found.id == f"grid/live/{name}/{ZONES[name]}"
    assert found.basis == provider.about.basis
    assert found.fetched == NOW
    assert found.notes
    stretches = found.stretches
    assert stretches[0].start == SPAN[0]
    assert stretches[-1].end == SPAN[1]
    assert all(a.end == b.start for a, b in pairwise(stretches))
    assert all(each.end - each.start <= HOUR for each in stretches)
    assert all(0 < each.low < each.value < each.high for each in stretches)


def test_a_month_is_asked_for_in_parts(name, provider, site):
    start = SPAN[0] - 45 * DAY
    found = provider.history(ZONES[name], start, SPAN[1], NOW)
    assert found.mean(start, SPAN[1]).coverage == 1.0
    assert len(site.asked) > 1


def test_the_newest_is_of_the_last_hours(name, provider):
    found = provider.latest(ZONES[name], NOW)
    assert found.stretches
    assert NOW - 12 * HOUR < found.stretches[-1].start <= NOW


def test_a_forecast_begins_now_and_says_so_or_is_refused(name, provider):
    if name == "entsoe":
        with pytest.raises(ProviderUnavailable, match="no forecast"):
            provider.forecast(ZONES[name], NOW)
        return
    found = provider.forecast(ZONES[name], NOW)
    assert found.stretches[0].end > NOW
    assert found.stretches[-1].end > NOW + 20 * HOUR
    assert any("forecast" in note for note in found.notes)


@pytest.mark.parametrize(
    "zone", ["", "../../etc/passwd", "F R", "FR&zone=DE", "a/b", "é", "x" * 99]
)
def test_what_is_no_zone_is_refused_before_anybody_is_asked(name, provider, site, zone):
    with pytest.raises(UsageError, match="is no"):
        provider.history(zone, *SPAN, NOW)
    assert site.asked == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_no_failure_goes_without_a_word_or_tells_the_key(name, site, fault, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    if fault is wait_in_vain:
        monkeypatch.setattr(web, "TIMEOUT", 0.2)
    site.answer = fault
    provider = open_provider(name, environ(name, site.address))
    with pytest.raises(ProviderUnavailable) as refusal:
        provider.history(ZONES[name], *SPAN, NOW)
    error = refusal.value
    assert error.what
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    told = f"{error!r} {error} {error.where} {error.fix} {error.line()} {caplog.text} {provider!r}"
    assert "secret" not in told
    assert "c29tZWJvZHk6" not in told


@pytest.mark.parametrize("name", [each for each in NAMES if KEYS.get(each)])
def test_a_key_that_is_missing_or_broken_is_asked_for_by_its_variable(name, site):
    given = environ(name, site.address)
    (variable,) = (each for each in given if "AUTH" in each)
    with pytest.raises(ProviderUnavailable, match=f"there is no key.*{variable}"):
        open_provider(name, {**given, variable: ""})
    for broken in ("secret\r\nX-Evil: 1", " secret", "sécret"):
        with pytest.raises(ProviderUnavailable, match="no key of a known form") as refusal:
            open_provider(name, {**given, variable: broken})
        assert "secret" not in str(refusal.value)
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org", "ftp://127.0.0.1", "https://me:pw@host", "https://host/?key=x",
        "http://127.0.0.1:99999", "https://", "https://host/#x", "https://h ost", "//host", "x",
    ],
)  # fmt: skip
def test_an_address_is_loopback_or_https_and_holds_no_key(name, address):
    with pytest.raises(UsageError, match="no address of a provider") as refusal:
        open_provider(name, environ(name, address))
    assert "pw" not in str(refusal.value)
    assert "key=x" not in str(refusal.value)


def test_an_unknown_provider_gets_a_suggestion():
    with pytest.raises(UsageError, match="did you mean electricity-maps"):
        open_provider("electricity-map", {})


def point(name, value, loaded):
    """Give an entry point that loads what it is told to."""
    found = metadata.EntryPoint(name, value, GROUP)
    object.__setattr__(found, "load", lambda: loaded)
    return found


def test_a_plug_in_that_fails_is_named_without_what_it_says():
    def fail(address, key):
        raise RuntimeError(key)

    broken = point("broken", "stranger:open", fail)
    with pytest.raises(ProviderUnavailable, match=r"plug-in failed \(RuntimeError\)") as refusal:
        open_provider("broken", {"SUBMETER_AUTH_BROKEN": "secret"}, [broken])
    assert "secret" not in str(refusal.value)


def test_a_plug_in_does_not_take_the_name_of_a_built_in():
    provider: Any = object()
    thief = point("entsoe", "stranger:open", lambda *_: object())
    own = point("entsoe", "submeter.reference.live.entsoe:open_provider", lambda *_: provider)
    assert open_provider("entsoe", {}, [thief, own]) is provider
