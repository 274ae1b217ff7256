"""What each provider's answers mean, and which of them are refused."""

import json
import math
import tomllib
from email.utils import formatdate
from itertools import count

import pytest

from submeter.errors import ProviderUnavailable
from submeter.quantities.factor import Z95
from submeter.reference.factors.registry import DATA
from submeter.reference.live import spread, web
from submeter.reference.live.hourly import Stretch
from submeter.reference.live.instants import read
from submeter.reference.live.provider import open_provider
from tests.reference.live.stand_in import (
    ANSWERS,
    DAY,
    HOUR,
    KEYS,
    NOW,
    Web,
    as_json,
    document,
    environ,
    refusal,
    series,
)

TODAY = (NOW - NOW % DAY, NOW - NOW % HOUR)


@pytest.fixture
def asking():
    """Give a function that opens a provider at a site which answers as told."""
    sites = []

    def asking(name, answer=None):
        site = Web(answer or ANSWERS[name])
        sites.append(site.__enter__())
        return open_provider(name, environ(name, site.address)), site

    yield asking
    for site in sites:
        site.__exit__(None, None, None)


def changed(name, change):
    """Answer as the stand-in does, with the page changed."""

    def answer(path, query, headers):
        status, heads, body = ANSWERS[name](path, query, headers)
        if path == "/login":
            return status, heads, body
        page = json.loads(body)
        change(page)
        return as_json(page, status)

    return answer


# Electricity Maps


def test_electricity_maps_is_asked_as_its_reference_says(asking):
    provider, site = asking("electricity-maps")
    found = provider.history("FR", *TODAY, NOW)
    (path, query, headers) = site.asked[0]
    assert path == "/v3/carbon-intensity/history"
    assert query == {"zone": "FR", "emissionFactorType": "lifecycle", "disableCallerLookup": "true"}
    assert headers["auth-token"] == KEYS["electricity-maps"]
    assert [each.value for each in found.stretches] == [20 + 10 * hour for hour in range(12)]
    assert any("estimates" in note for note in found.notes)


def test_electricity_maps_is_asked_for_ten_days_at_once(asking):
    provider, site = asking("electricity-maps")
    provider.history("FR", NOW - 25 * DAY, NOW, NOW)
    spans = [query for path, query, _ in site.asked if path.endswith("past-range")]
    assert len(spans) == 3
    assert all(read(each["end"]) - read(each["start"]) <= 10 * DAY for each in spans)


def test_without_a_contract_the_last_day_is_given_and_the_rest_told(asking):
    def answer(path, query, headers):
        if path.endswith("past-range"):
            return as_json({"error": "Request unauthorized"}, 401)
        return ANSWERS["electricity-maps"](path, query, headers)

    provider, _ = asking("electricity-maps", answer)
    found = provider.history("FR", NOW - 3 * DAY, NOW, NOW)
    assert found.stretches[0].start == NOW - NOW % HOUR - 23 * HOUR
    assert any("before the last 24" in note for note in found.notes)
    with pytest.raises(ProviderUnavailable, match="contract"):
        provider.history("FR", NOW - 3 * DAY, NOW - 2 * DAY, NOW)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda page: page.update(zone="DE"), "another zone"),
        (lambda page: page.update(temporalGranularity="daily"), "not by the hour"),
        (lambda page: page.pop("history"), 'no "history"'),
        (lambda page: page["history"][3].update(carbonIntensity=-5), "cannot be"),
        (lambda page: page["history"][3].update(carbonIntensity=1e9), "cannot be"),
        (lambda page: page["history"][3].update(carbonIntensity="57"), "no number"),
        (lambda page: page["history"][3].update(carbonIntensity=True), "no number"),
        (lambda page: page["history"][3].update(datetime="soon"), "time"),
        (lambda page: page["history"][3].update(datetime="2026-11-24T02:00:00"), "time"),
        (lambda page: page["history"][3].update(datetime="2026-11-24T02:30:00Z"), "same time"),
        (lambda page: page["history"][3].update(emissionFactorType="direct"), "life-cycle"),
        (lambda page: page["history"].insert(3, 57), "life-cycle"),
    ],
    ids=count(),
)
def test_nonsense_from_electricity_maps_is_refused(asking, change, told):
    provider, _ = asking("electricity-maps", changed("electricity-maps", change))
    with pytest.raises(ProviderUnavailable, match=told):
        provider.history("FR", *TODAY, NOW)


def test_an_hour_without_a_value_is_a_gap_and_none_at_all_is_empty(asking):
    def one(page):
        page["history"][-3]["carbonIntensity"] = None

    provider, _ = asking("electricity-maps", changed("electricity-maps", one))
    assert provider.history("FR", *TODAY, NOW).mean(*TODAY).coverage == pytest.approx(11 / 12)
    nothing = changed("electricity-maps", lambda page: page.update(history=[]))
    provider, _ = asking("electricity-maps", nothing)
    assert provider.history("FR", *TODAY, NOW).stretches == ()


def test_an_answer_in_local_time_is_the_same_hour(asking):
    def local(page):
        for row in page["history"]:
            row["datetime"] = row["datetime"].replace("Z", "+00:00")

    provider, _ = asking("electricity-maps", changed("electricity-maps", local))
    assert provider.history("FR", *TODAY, NOW).stretches[0].start == TODAY[0]


# WattTime


def test_watttime_signs_in_and_is_marginal_in_grams(asking):
    provider, site = asking("watttime")
    found = provider.history("CAISO_NORTH", *TODAY, NOW)
    assert [path for path, *_ in site.asked] == ["/login", "/v3/historical"]
    assert site.asked[1][1]["signal_type"] == "co2_moer"
    assert "Basic" not in site.asked[1][2]["Authorization"]
    assert found.stretches[0].value == 453.59237
    assert len(found.stretches) == 12 * 12
    assert found.is_marginal


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda page: page["meta"].update(region="PJM_DC"), "another region"),
        (lambda page: page["meta"].update(signal_type="health_damage"), "another region or signal"),
        (lambda page: page["meta"].update(units="usd_per_mwh"), "another unit"),
        (lambda page: page["meta"].update(data_point_period_seconds=86400), "by the hour"),
        (lambda page: page["meta"].update(data_point_period_seconds=0), "by the hour"),
        (lambda page: page["meta"].update(data_point_period_seconds="often"), "no number"),
        (lambda page: page.pop("meta"), '"meta"'),
        (lambda page: page.update(data={}), '"data"'),
        (lambda page: page["data"].append([]), "row"),
        (lambda page: page["data"][0].update(value=-3), "cannot be"),
    ],
    ids=count(),
)
def test_nonsense_from_watttime_is_refused(asking, change, told):
    provider, _ = asking("watttime", changed("watttime", change))
    with pytest.raises(ProviderUnavailable, match=told):
        provider.history("CAISO_NORTH", *TODAY, NOW)


def test_watttime_wants_a_user_and_a_password(asking):
    with pytest.raises(ProviderUnavailable, match="user:password"):
        open_provider("watttime", {"SUBMETER_AUTH_WATTTIME": "token"})
    provider, _ = asking("watttime", lambda *_: as_json({"token": "a\nb"}))
    with pytest.raises(ProviderUnavailable, match="no token"):
        provider.latest("CAISO_NORTH", NOW)


def test_an_hour_of_curtailed_sun_is_zero_and_not_missing(asking):
    def zero(page):
        for row in page["data"]:
            row["value"] = 0

    provider, _ = asking("watttime", changed("watttime", zero))
    mean = provider.history("CAISO_NORTH", *TODAY, NOW).mean(*TODAY)
    assert (mean.factor.value, mean.coverage) == (0.0, 1.0)
    assert mean.factor.high == pytest.approx(30.0)


# Great Britain


def test_great_britain_gives_actual_half_hours_and_no_key_goes_out(asking):
    provider, site = asking("uk-carbon-intensity")
    found = provider.history("GB", *TODAY, NOW)
    assert {each.value for each in found.stretches} == {160.0}
    assert len(found.stretches) == 24
    assert not {"Authorization", "auth-token"} & set(site.asked[0][2])
    assert found.basis.startswith("combustion")


def test_a_half_hour_without_an_actual_value_is_a_gap(asking):
    provider, _ = asking("uk-carbon-intensity")
    found = provider.history("GB", NOW - HOUR, NOW + HOUR, NOW)
    assert found.stretches[-1].end <= NOW


def test_regions_are_forecasts_and_say_so(asking):
    provider, site = asking("uk-carbon-intensity")
    found = provider.history("GB-13", *TODAY, NOW)
    assert site.asked[0][0].endswith("/regionid/13")
    assert {each.value for each in found.stretches} == {150.0}
    assert "grid: a forecast" in found.notes


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda page: page.update(data=None), 'no "data"'),
        (lambda page: page["data"][1].pop("intensity"), "no intensity"),
        (lambda page: page["data"][1]["intensity"].update(actual=-1), "cannot be"),
        (lambda page: page["data"][1].update(to=page["data"][1]["from"]), "longer than"),
        (lambda page: page["data"][1].update(to="2026-12-24T00:00Z"), "longer than"),
    ],
    ids=count(),
)
def test_nonsense_from_great_britain_is_refused(asking, change, told):
    provider, _ = asking("uk-carbon-intensity", changed("uk-carbon-intensity", change))
    with pytest.raises(ProviderUnavailable, match=told):
        provider.history("GB", *TODAY, NOW)


def test_another_region_than_asked_for_is_refused(asking):
    other = changed("uk-carbon-intensity", lambda page: page["data"].update(regionid=1))
    provider, _ = asking("uk-carbon-intensity", other)
    with pytest.raises(ProviderUnavailable, match="of GB-13"):
        provider.history("GB-13", *TODAY, NOW)


# ENTSO-E


def test_entsoe_is_generation_times_life_cycle_factors(asking):
    provider, site = asking("entsoe")
    found = provider.history("FR", *TODAY, NOW)
    query = site.asked[0][1]
    assert (query["documentType"], query["processType"]) == ("A75", "A16")
    assert query["in_Domain"] == "10YFR-RTE------C"
    assert query["periodStart"] == "202611240000"
    assert {each.value for each in found.stretches} == {0.75 * 12 + 0.25 * 490}
    assert any("imports" in note for note in found.notes)


@pytest.mark.parametrize("status", [200, 400])
def test_no_data_is_empty_and_no_error(asking, status):
    body = refusal("999", "No matching data found for Data item Aggregated Generation")
    provider, _ = asking("entsoe", lambda *_: (status, {}, body))
    assert provider.history("FR", *TODAY, NOW).stretches == ()


def test_a_refusal_is_told_in_its_words_without_the_key(asking):
    provider, _ = asking("entsoe", lambda *_: (400, {}, refusal("999", "Delivered time interval")))
    with pytest.raises(ProviderUnavailable, match="Delivered time interval"):
        provider.history("FR", *TODAY, NOW)
    body = refusal("999", f"no token {KEYS['entsoe']}")
    provider, _ = asking("entsoe", lambda *_: (400, {}, body))
    with pytest.raises(ProviderUnavailable) as told:
        provider.history("FR", *TODAY, NOW)
    assert "secret" not in str(told.value)


def test_a_small_type_below_zero_made_nothing(asking):
    body = document(series("B14", *TODAY, {1: 100}), series("B04", *TODAY, {1: -5}))
    provider, _ = asking("entsoe", lambda *_: (200, {}, body))
    assert {each.value for each in provider.history("FR", *TODAY, NOW).stretches} == {12.0}


# Asking


def busy(times, headers):
    """Answer 429 so many times, then as Electricity Maps does."""
    left = [times]

    def answer(path, query, heads):
        if left[0]:
            left[0] -= 1
            return 429, headers, b""
        return ANSWERS["electricity-maps"](path, query, heads)

    return answer


@pytest.mark.parametrize("text", ["7", formatdate(0, usegmt=True)])
def test_a_short_wait_is_waited_for_once(asking, monkeypatch, text):
    waited: list[float] = []
    provider, site = asking("electricity-maps", busy(1, {"Retry-After": text}))
    monkeypatch.setattr(provider._site, "_wait", waited.append)
    assert provider.latest("FR", NOW).stretches
    assert waited == [7.0 if text == "7" else 0.0]
    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("times", "headers", "asked", "told"),
    [
        (9, {"Retry-After": "7"}, 2, "again in 7 s"),
        (9, {"Retry-After": "3600"}, 1, "again in 3600 s"),
        (9, {"Retry-After": "tomorrow"}, 1, "again later"),
        (9, {"Retry-After": "-1"}, 1, "again later"),
        (9, {}, 1, "again later"),
    ],
)
def test_a_long_wait_is_told(asking, monkeypatch, times, headers, asked, told):
    provider, site = asking("electricity-maps", busy(times, headers))
    monkeypatch.setattr(provider._site, "_wait", lambda *_: None)
    with pytest.raises(ProviderUnavailable, match=rf"too often \(HTTP 429\).*{told}"):
        provider.latest("FR", NOW)
    assert len(site.asked) == asked


def test_a_redirect_on_the_same_host_is_followed_and_one_elsewhere_gets_no_key(asking):
    def moved(path, query, headers):
        if path.startswith("/v3"):
            return 301, {"Location": f"/new{path}?zone=FR"}, b""
        return ANSWERS["electricity-maps"](path.removeprefix("/new"), query, headers)

    provider, _ = asking("electricity-maps", moved)
    assert provider.latest("FR", NOW).stretches
    thief = Web(lambda *_: as_json({}))
    with thief:
        provider, _ = asking("electricity-maps", lambda *_: (302, {"Location": thief.address}, b""))
        with pytest.raises(ProviderUnavailable, match="another host"):
            provider.latest("FR", NOW)
    assert thief.asked == []


def test_nobody_there_is_told():
    with Web(lambda *_: as_json({})) as gone:
        address = gone.address
    provider = open_provider("electricity-maps", environ("electricity-maps", address))
    with pytest.raises(ProviderUnavailable, match="nothing listens there"):
        provider.latest("FR", NOW)


@pytest.mark.parametrize("drop", [b"", b"X"])
def test_an_answer_in_drops_is_cut_off(asking, monkeypatch, drop):
    monkeypatch.setattr(web, "TIMEOUT", 0.3)
    provider, _ = asking("electricity-maps", lambda *_: (-1, {}, drop))
    with pytest.raises(ProviderUnavailable, match=r"no answer within 0\.3 s"):
        provider.latest("FR", NOW)


# Intervals


def test_the_sigmas_are_those_of_the_yearly_table():
    fit = tomllib.loads((DATA / "grid_country.toml").read_text(encoding="utf-8"))["fit"]
    assert fit["large_publisher_sigma"] == spread.LARGE
    assert fit["small_publisher_sigma"] == spread.SMALL
    assert fit["large_grid_twh"] == spread.LARGE_TWH
    assert spread.sigma_of("FR") == spread.LARGE
    assert spread.sigma_of("IS") == spread.sigma_of("DK-DK1") == spread.SMALL


def test_an_interval_is_a_ratio_and_a_forecast_is_wider():
    one = spread.lifecycle(0, 1, 100.0, 0.2)
    assert one.high / one.value == pytest.approx(math.exp(Z95 * 0.2))
    (later,) = spread.less_sure([one])
    assert later.low < one.low < one.high < later.high
    assert later.high / 100 == pytest.approx(math.exp(Z95 * math.hypot(0.2, spread.FORECAST)))
    (zero,) = spread.less_sure([Stretch(0, 1, 0.0, 0.0, 30.0)])
    assert zero.low == 0.0
    assert zero.high > 30.0
