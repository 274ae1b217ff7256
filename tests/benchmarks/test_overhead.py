"""What metering itself took: worked out, shown, and told where it is too much."""

import io

import pytest

from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.sitting import Sitting, Stage
from submeter.benchmarks.summary import OVERHEAD, _overhead
from submeter.cli.output import console
from submeter.cli.render.bench import print_bundle
from submeter.quantities.clock import Span
from tests.benchmarks.keep import KEPT

SECOND = 1_000_000_000


def sitting(number=0, *, overhead=0, until=10, stages=True):
    idle = (Stage("idle", Span(0, SECOND)), Stage("load", Span(SECOND, 2 * SECOND)))
    return Sitting(
        number, 0, idle if stages else (), (Span(2 * SECOND, 9 * SECOND),), until * SECOND,
        overhead,
    )  # fmt: skip


def test_overhead_is_cpu_time_over_the_time_since_metering_began():
    told = _overhead([sitting(overhead=SECOND // 20)], 7.0, 1)
    assert told == {"cpu_seconds": 0.05, "part": pytest.approx(0.005), "of": 7.0}
    both = [sitting(overhead=SECOND // 20), sitting(1, overhead=SECOND // 10, until=5)]
    assert _overhead(both, 7.0, 1)["part"] == pytest.approx(0.15 / 15)


def test_a_server_that_ran_before_is_counted_from_its_first_query():
    told = _overhead([sitting(overhead=SECOND // 10, stages=False)], 7.0, 1)
    assert told["part"] == pytest.approx(0.1 / 8)
    assert _overhead([sitting(overhead=SECOND // 10, stages=False)], 7.0, 0)["part"] is None


def test_nothing_that_began_has_no_part():
    assert _overhead([], 0.0, 1)["part"] is None


@pytest.mark.parametrize(("part", "warns"), [(0.0024, False), (0.01, False), (0.013, True)])
def test_it_is_shown_and_told_where_it_is_too_much(part, warns):
    bundle = read_bundle(KEPT / "rules-1-single.zip")
    summary = {**bundle.told["summary"], "overhead": {"cpu_seconds": 0.1, "part": part, "of": 7.0}}
    shown = io.StringIO()
    print_bundle(console(shown), bundle._replace(told={**bundle.told, "summary": summary}), "b.zip")
    assert "metering took" in shown.getvalue()
    assert f"{part:.2%} of a core, 0.1 s of CPU time" in shown.getvalue()
    # A narrow terminal may break a line between the two words.
    assert ("--period 1s" in " ".join(shown.getvalue().split())) is warns
    assert OVERHEAD == 0.01


def test_what_is_not_known_is_not_shown():
    bundle = read_bundle(KEPT / "rules-1-single.zip")
    summary = {**bundle.told["summary"], "overhead": {"cpu_seconds": 0.1, "part": None, "of": 7.0}}
    shown = io.StringIO()
    print_bundle(console(shown), bundle._replace(told={**bundle.told, "summary": summary}), "b.zip")
    assert "metering took" not in shown.getvalue()
