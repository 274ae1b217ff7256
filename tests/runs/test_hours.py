"""The grid of some energy, by the hour where a provider is named."""

import pytest

from submeter.accounting.draws import Draws
from submeter.accounting.method import find
from submeter.accounting.methods import METHODS, SUBMETER_1
from submeter.accounting.statement import state
from submeter.errors import ConfigError, UsageError
from submeter.reference.factors.places import place as of_place
from submeter.reference.factors.registry import shipped
from submeter.reference.live.hourly import Piece
from submeter.runs.account import inventory_of
from submeter.runs.hours import by_the_hour, grid
from submeter.runs.joint import Joint, account_jointly
from submeter.runs.place import year_of
from submeter.runs.settings import Settings
from submeter.workloads.activity import Activity, Booking
from tests.reference.live.stand_in import ANSWERS, HOUR, NOW, Web, environ

YEARLY = shipped().factor("grid/FR")
END = NOW - NOW % HOUR
PIECES = [Piece(END - 3 * HOUR, END, 10**9)]
YEAR = year_of(END, END)


def settings(tmp_path, address, name="entsoe", zone="FR", **more):
    given = {"SUBMETER_PROVIDER": name, "SUBMETER_ZONE": zone, "SUBMETER_HOME": str(tmp_path)}
    return Settings({}, {**given, **environ(name, address), **more})


def test_nobody_is_asked_without_a_name(tmp_path):
    assert grid(Settings({}, {"SUBMETER_HOME": str(tmp_path)}), PIECES, YEARLY, NOW) is None


def test_energy_is_weighed_by_its_hours(tmp_path):
    with Web(ANSWERS["entsoe"]) as site:
        mean = grid(settings(tmp_path, site.address), PIECES, YEARLY, NOW)
    assert mean is not None
    assert mean.factor.value == pytest.approx(131.5)
    assert mean.coverage == 1.0


def test_without_a_key_it_is_the_yearly_table_and_told(tmp_path):
    given = settings(tmp_path, "https://127.0.0.1:9", SUBMETER_AUTH_ENTSOE="")
    mean = grid(given, PIECES, YEARLY, NOW)
    assert mean is not None
    assert mean.factor is YEARLY
    assert "there is no key" in mean.notes[0]
    assert "so it is grid/FR" in mean.notes[0]


def test_a_marginal_provider_is_refused_for_an_account(tmp_path):
    with Web(ANSWERS["watttime"]) as site:
        given = settings(tmp_path, site.address, "watttime", "CAISO_NORTH")
        with pytest.raises(UsageError, match="marginal"):
            grid(given, PIECES, YEARLY, NOW)


BOOKED = Booking(
    "gpu:0", "gpu", "a GPU", "nvidia", "measured", "nvidia/energy-counter", 7_200_000_000_000,
    7_200_000_000_000, 0, 0, 0, 0.95, 1.05, 1.0, "all", 0.0,
)  # fmt: skip


def ran(place=None, start=END - 3 * HOUR):
    return Activity(
        "e1", "work", start, END, (END - start) / 1e9, bookings=(BOOKED,),
        place={"region": "FR", "from": "--region"} if place is None else place,
    )  # fmt: skip


def accounted(entry, given, method="submeter-1"):
    rules = find(method, METHODS)
    inventory = by_the_hour(entry, inventory_of(entry), rules, given, NOW)
    return state(inventory, rules, Draws(seed=1))


def test_an_entry_is_accounted_for_by_its_own_hours(tmp_path):
    with Web(ANSWERS["entsoe"]) as site:
        told = accounted(ran(), settings(tmp_path, site.address))
    assert told.place.grid is not None
    assert told.place.grid.value == pytest.approx(131.5)
    assert told.place.words["region"] == "FR"


def test_without_a_provider_an_entry_keeps_its_year_and_nobody_is_asked(tmp_path):
    entry = ran()
    given = Settings({}, {"SUBMETER_HOME": str(tmp_path)})
    before = inventory_of(entry)
    assert by_the_hour(entry, before, SUBMETER_1, given, NOW) is before


@pytest.mark.parametrize(
    ("place", "method"),
    [
        ({"region": "FR", "grid": "57 gCO2e/kWh", "from": "--grid"}, "submeter-1"),
        ({"region": "FR", "from": "--region"}, "ghg-market"),
    ],
)
def test_what_was_stated_or_is_not_wanted_asks_nobody(tmp_path, place, method):
    with Web(ANSWERS["entsoe"]) as site:
        entry, given = ran(place), settings(tmp_path, site.address)
        before = inventory_of(entry)
        assert by_the_hour(entry, before, find(method, METHODS), given, NOW) is before
    assert site.asked == []


def test_hours_of_another_country_do_not_account(tmp_path):
    entry = ran({"region": "DE", "from": "--region"})
    with Web(ANSWERS["entsoe"]) as site:
        told = accounted(entry, settings(tmp_path, site.address))
    assert site.asked == []
    assert told.place.grid is not None
    assert told.place.grid == of_place("DE", year=YEAR).grid
    assert any("it ran in DE, and the settings name the zone FR" in note for note in told.missing)


def test_each_fallback_is_a_note_of_the_statement(tmp_path):
    given = settings(tmp_path, "https://127.0.0.1:9", SUBMETER_AUTH_ENTSOE="")
    told = accounted(ran(), given)
    assert told.place.grid is not None
    assert told.place.grid == of_place("FR", year=YEAR).grid
    assert any("there is no key" in note and "so it is grid/FR" in note for note in told.missing)
    with pytest.raises(ConfigError, match="no zone is named"):
        accounted(ran(), settings(tmp_path, "https://127.0.0.1:9", zone=""))


def test_marginal_hours_are_for_methods_that_take_them(tmp_path):
    entry = ran({"region": "US-CA", "from": "--region"})
    with Web(ANSWERS["watttime"]) as site:
        given = settings(tmp_path, site.address, "watttime", "CAISO_NORTH")
        dodge = accounted(entry, given, "dodge-2022")
        own = accounted(entry, given)
        refused = settings(
            tmp_path, site.address, "watttime", "CAISO_NORTH", SUBMETER_AUTH_WATTTIME=""
        )
        keyless = accounted(entry, refused, "dodge-2022")
    assert dodge.place.grid is not None
    assert "marginal" in dodge.place.grid.basis
    assert any("marginal, not the mean" in note for note in dodge.missing)
    assert own.place.grid is not None
    assert own.place.grid == of_place("US-CA", year=YEAR).grid
    assert any("account for nothing, so it is grid/US-CA" in note for note in own.missing)
    assert any("there is no key" in note for note in keyless.missing)


def test_entries_of_a_job_have_each_their_hours(tmp_path):
    joint = Joint("slurm:1", (ran(), ran(start=END - 2 * HOUR)), {}, ())
    with Web(ANSWERS["entsoe"]) as site:
        given = settings(tmp_path, site.address)
        told = account_jointly(
            joint, "submeter-1", {}, {},
            lambda entry, inventory, rules: by_the_hour(entry, inventory, rules, given, NOW),
        ).statement  # fmt: skip
    yearly = account_jointly(joint, "submeter-1", {}, {}).statement
    assert told.carbon.operational is not None
    assert yearly.carbon.operational is not None
    ratio = told.carbon.operational.value / yearly.carbon.operational.value
    assert ratio == pytest.approx(131.5 / YEARLY.value)
