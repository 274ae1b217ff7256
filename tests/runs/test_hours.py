"""The grid of some energy, by the hour where a provider is named."""

import pytest

from submeter.errors import UsageError
from submeter.reference.factors.registry import shipped
from submeter.reference.live.hourly import Piece
from submeter.runs.hours import grid
from submeter.runs.settings import Settings
from tests.reference.live.stand_in import ANSWERS, HOUR, NOW, Web, environ

YEARLY = shipped().factor("grid/FR")
END = NOW - NOW % HOUR
PIECES = [Piece(END - 3 * HOUR, END, 10**9)]


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
