"""`measure`: a context manager, a decorator, plain and async; windows within windows."""

import pytest

from tests.cli.command import assert_balanced, booking, cpu_seconds


def test_a_window_has_energy_power_seconds_and_an_entry(programs):
    told = programs.told("""
        with submeter.measure("work", region="FR") as window:
            burn(0.3)
        tell(id=window.id, seconds=window.seconds, energy=joules(window.energy),
             power=joules(window.power), tier=window.energy.tier.value,
             missing=window.missing, state=window.activity.state.value)
    """)
    low, energy, high = told["energy"]
    assert 0 < low < energy < high
    assert told["power"][1] == pytest.approx(energy / told["seconds"])
    assert told["seconds"] >= 0.3
    assert told["state"] == "final"
    entry = programs.only_entry()
    assert entry["id"] == told["id"]
    assert entry["name"] == "work"
    assert entry["place"] == {"region": "FR", "from": "region="}
    assert 0.25 < cpu_seconds(entry) < 1
    assert_balanced(entry)


def test_a_statement_and_its_place(programs):
    told = programs.told("""
        with submeter.measure("work", region="DE") as window:
            burn(0.2)
        own, french = window.statement(), window.statement(region="FR")
        aies = window.statement(method="aies")
        tell(own=own.as_dict(), french=french.as_dict(), aies=aies.as_dict())
    """)
    own, french = told["own"], told["french"]
    assert own["carbon"]["operational"]["value"] > french["carbon"]["operational"]["value"]
    assert own["id"] == french["id"] == programs.only_entry()["id"]
    assert told["aies"]["method"] == "aies"
    assert programs.json("account", own["id"]) == own


def test_while_it_is_open_there_is_no_result_yet(programs):
    told = programs.told("""
        with submeter.measure("work") as window:
            tell(energy=joules(window.energy), missing=window.missing, settled=window.wait())
            try:
                window.statement()
            except submeter.UsageError as error:
                tell(error=str(error))
    """)
    assert told["energy"] is None
    assert told["settled"] is False
    assert "close it first" in told["error"]


def test_an_exception_goes_through_and_the_window_is_closed(programs):
    told = programs.told("""
        class Mine(Exception): ...
        try:
            with submeter.measure("work") as window:
                burn(0.05)
                raise Mine("mine")
        except Mine as error:
            tell(error=str(error), energy=joules(window.energy))
        try:
            with submeter.measure("leaving") as window:
                sys.exit(3)
        except SystemExit as leaving:
            tell(code=leaving.code)
    """)
    assert told["error"] == "mine"
    assert told["energy"][1] > 0
    assert told["code"] == 3
    assert [each["name"] for each in programs.entries()] == ["work", "leaving"]


def test_decorators(programs):
    told = programs.told("""
        import asyncio
        from functools import partial

        @submeter.measure
        def bare(a, *, b=1):
            "Says what it does."
            burn(0.02)
            return a + b

        @submeter.measure("named", stage="training")
        def named(n):
            return named(n - 1) + 1 if n else 0

        class Model:
            @submeter.measure
            def method(self, x):
                return self, x

            @staticmethod
            @submeter.measure("static")
            def static(x):
                return x

            @classmethod
            @submeter.measure("class")
            def of_class(cls):
                return cls.__name__

        @submeter.measure
        async def coroutine(x):
            await asyncio.sleep(0.01)
            return x

        @submeter.measure
        def fails():
            raise KeyError("gone")

        model = Model()
        assert bare(1, b=2) == 3 and bare.__doc__ == "Says what it does."
        assert named(2) == 2
        assert model.method(5) == (model, 5) and Model.static(6) == 6
        assert Model.of_class() == "Model"
        assert asyncio.run(coroutine(7)) == 7
        assert asyncio.iscoroutinefunction(coroutine)
        try:
            fails()
        except KeyError as error:
            tell(error=str(error))
        tell(name=bare.__name__)
    """)
    assert told == {"error": "'gone'", "name": "bare"}
    entries = {each["name"]: each for each in programs.entries()}
    expected = ["Model.method", "bare", "class", "coroutine", "fails", "named", "static"]
    assert sorted(entries) == expected
    assert entries["named"]["stage"] == "training"
    # Calls within a call are parts of it.
    assert {each["name"] for each in entries["named"]["phases"]} == {"named", "named/named"}


def test_a_generator_is_refused_where_it_is_decorated(programs):
    """A window around the call would close before the first item, and show nothing of the work."""
    told = programs.told("""
        def items():
            yield 1

        async def stream():
            yield 1

        errors = []
        for each in (items, stream):
            try:
                submeter.measure(each)
            except submeter.UsageError as error:
                errors.append(str(error))
        tell(errors=errors)
    """)
    assert len(told["errors"]) == 2
    assert all("open a window inside it" in each for each in told["errors"])


def test_async_with(programs):
    told = programs.told("""
        import asyncio

        async def main():
            async with submeter.measure("outer") as outer:
                await asyncio.sleep(0.05)
                async with submeter.measure("inner") as inner:
                    burn(0.1)
            return outer, inner

        outer, inner = asyncio.run(main())
        tell(outer=joules(outer.energy), inner=joules(inner.energy), phases=list(outer.phases))
    """)
    assert told["phases"] == ["inner"]
    assert 0 < told["inner"][1] <= told["outer"][1]


def test_phases_are_told_apart(programs):
    told = programs.told("""
        with submeter.measure("model") as window:
            with window.phase("load"):
                burn(0.6)
            for _ in range(4):
                with window.phase("query") as query:
                    burn(0.05)
                    query.count(requests=2)
        tell(phases={name: each.value for name, each in window.phases.items()},
             whole=window.energy.value)
    """)
    load, query = told["phases"]["load"], told["phases"]["query"]
    assert load > 1.5 * query > 0
    assert load + query <= told["whole"] * 1.0001
    entry = programs.only_entry()
    loaded, queried = entry["phases"]
    assert (loaded["name"], queried["name"]) == ("load", "query")
    assert queried["counts"] == {"requests": 8.0}
    assert 0.2 <= queried["seconds"] < 10
    assert_balanced(entry)
    shown = programs("ledger", "show").stdout
    assert "phase load" in shown
    assert "phase query" in shown


def test_an_inner_window_never_draws_more_than_the_one_around_it(programs):
    told = programs.told("""
        with submeter.measure("a") as a:
            burn(0.1)
            with submeter.measure("b") as b:
                burn(0.1)
                with submeter.measure("c") as c:
                    burn(0.1)
        tell(a=a.energy.value, b=b.energy.value, c=c.energy.value, ids=[a.id, b.id, c.id])
    """)
    assert 0 < told["c"] <= told["b"] <= told["a"]
    assert len(set(told["ids"])) == 1
    entry = programs.only_entry()
    assert [each["name"] for each in entry["phases"]] == ["b", "b/c"], "a part before those in it"
    for part in entry["phases"]:
        for booked in part["bookings"]:
            whole = next(e for e in entry["bookings"] if e["domain"] == booked["domain"])
            assert booked["meter"] <= whole["meter"]
            assert booked["workload"] <= whole["workload"]


def test_counts_and_results_per_unit(programs):
    told = programs.told("""
        with submeter.measure("serve") as window:
            burn(0.1)
            window.count(requests=3, tokens_out=100)
            window.count(requests=1, mine=0.5)
            errors = []
            for bad in (-1, float("nan"), float("inf")):
                try:
                    window.count(requests=bad)
                except submeter.UsageError as error:
                    errors.append(str(error))
        told = window.statement().as_dict()
        tell(counts=dict(window.counts), errors=len(errors), per=window.per("requests").value,
             none=window.per("images"), energy=window.energy.value, statement=told)
    """)
    assert told["counts"] == {"requests": 4.0, "tokens_out": 100.0, "mine": 0.5}
    assert told["errors"] == 3
    assert told["none"] is None
    assert told["per"] == pytest.approx(told["energy"] / 4)
    statement = told["statement"]
    assert statement["unit"] == {"name": "request", "count": 4.0}
    per, total = statement["per_unit"]["energy"], statement["energy"]["total"]
    assert per["value"] == pytest.approx(total["value"] / 4)
    assert programs.only_entry()["counts"] == told["counts"]


def test_what_is_not_to_be_recorded_is_not(programs):
    told = programs.told("""
        with submeter.measure("secret", record="no") as window:
            burn(0.1)
        tell(energy=joules(window.energy))
        with submeter.measure("open") as window:
            pass
    """)
    assert told["energy"][1] > 0
    assert [each["name"] for each in programs.entries()] == ["open"]


def test_settings_of_a_window_are_its_own(programs):
    programs.told("""
        with submeter.measure("a", stage="training", purpose="p", tenant="t", contract="c",
                              model="tiny", pue="1.2"):
            pass
        with submeter.measure("b"):
            pass
    """)
    a, b = programs.entries()
    assert (a["stage"], a["purpose"], a["tenant"], a["contract"]) == ("training", "p", "t", "c")
    assert a["model"] == {"name": "tiny"}
    assert a["place"]["pue"] == "1.2"
    assert b.get("stage", "other") == "other"
    assert not b.get("place")


def test_a_window_can_have_a_ledger_elsewhere(programs):
    elsewhere = programs.folder / "elsewhere"
    programs.told(
        """
        with submeter.measure("here"):
            pass
        with submeter.measure("there", ledger=sys.argv[1]):
            pass
    """,
        elsewhere,
    )
    assert [each["name"] for each in programs.entries()] == ["here"]
    found = programs.json("ledger", "list", "--ledger", elsewhere)["entries"]
    assert [each["name"] for each in found] == ["there"]


@pytest.mark.parametrize(
    "settings",
    [
        'regoin="FR"',
        'region="Frnace"',
        'stage="cooking"',
        'pue="0.5"',
        'budget="3 m"',
        'period="9 h"',
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_at_the_call(programs, settings):
    told = programs.told(f"""
        try:
            submeter.measure("a", {settings})
        except submeter.UsageError as error:
            tell(error=str(error))
        with submeter.measure("after") as window:
            pass
        tell(settled=window.wait())
    """)
    assert told["error"]
    assert told["settled"] is True
    assert [each["name"] for each in programs.entries()] == ["after"]


def test_a_bad_setting_in_the_environment_does_not_break_the_host(programs):
    """It is refused where it is needed, or told in the account; the work itself goes on."""
    for name, text in (("STAGE", "cooking"), ("REGION", "Atlantis")):
        done = programs.python(
            """
            try:
                with submeter.measure("a") as window:
                    burn(0.01)
            except submeter.UsageError as error:
                print("refused", error)
            print("on it goes")
        """,
            env={f"SUBMETER_{name}": text},
        )
        assert done.returncode == 0, done.stderr
        assert "on it goes" in done.stdout
        assert "Traceback" not in done.stderr
        assert "Exception in thread" not in done.stderr


def test_a_measure_can_be_used_again(programs):
    told = programs.told("""
        measure = submeter.measure("again")
        for _ in range(2):
            with measure as window:
                burn(0.01)
            tell(energy=joules(window.energy))
    """)
    assert told["energy"][1] > 0
    assert [each["name"] for each in programs.entries()] == ["again", "again"]


def test_a_child_process_of_the_program_is_counted(programs):
    programs.told(
        """
        import subprocess
        with submeter.measure("with children"):
            subprocess.run(sys.argv[1:], check=True)
    """,
        *programs.burn(0.5),
    )
    entry = programs.only_entry()
    assert cpu_seconds(entry) == pytest.approx(0.5, abs=0.2)
    assert booking(entry, "cpu")["workload"] > 0


def test_a_busy_neighbour_is_not_the_windows(programs):
    neighbour = programs.start("run", "--", *programs.burn(60))
    try:
        programs.told("""
            with submeter.measure("sleeper"):
                time.sleep(1.5)
        """)
    finally:
        neighbour.terminate()
        neighbour.communicate()
    (sleeper,) = [each for each in programs.entries() if each["name"] == "sleeper"]
    cpu = booking(sleeper, "cpu")
    assert cpu["workload"] < 0.2 * cpu["others"]
    assert_balanced(sleeper)


def test_a_settings_file_that_cannot_be_used_is_told_and_the_environment_kept(programs):
    """The program runs on; the account says what was left out, and is recorded."""
    (programs.folder / "submeter.toml").write_text("region = \n")
    told = programs.told(
        """
        with submeter.measure("w") as window:
            burn(0.02)
        tell(missing=window.missing, region=window.activity.place["region"])
        """,
        env={"SUBMETER_REGION": "FR"},
    )
    (note,) = [each for each in told["missing"] if each.startswith("settings:")]
    assert "cannot be read" in note
    assert "was left out" in note
    assert told["region"] == "FR"
    assert programs.only_entry()["name"] == "w"


@pytest.mark.parametrize(
    ("variable", "text", "told_as"),
    [
        ("SUBMETER_PERIOD", "5 h", "heartbeat"),
        ("SUBMETER_STAGE", "cooking", "is not a stage"),
        ("SUBMETER_REGION", "Farnce", "Farnce"),
        ("SUBMETER_PUE", "0.5", "below 1"),
        ("SUBMETER_METHOD", "mine", "mine"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_and_left_out(programs, variable, text, told_as):
    """It must neither end the program nor lose its record."""
    told = programs.told(
        """
        with submeter.measure("w") as window:
            burn(0.02)
        tell(missing=window.missing, energy=joules(window.energy))
        window.statement()
        """,
        env={"SUBMETER_GRID": "57 gCO2e/kWh", variable: text},
    )
    (note,) = [each for each in told["missing"] if each.startswith("settings:")]
    assert told_as in note
    assert note.endswith(f"; {variable} was left out")
    assert told["energy"][1] > 0
    assert programs.only_entry()["place"]["grid"] == "57 gCO2e/kWh"


def test_a_wish_to_record_that_is_not_understood_records_nothing(programs):
    told = programs.told(
        """
        with submeter.measure("w") as window:
            burn(0.02)
        tell(missing=window.missing)
        """,
        env={"SUBMETER_RECORD": "maybe"},
    )
    (note,) = [each for each in told["missing"] if each.startswith("settings:")]
    assert "nothing is recorded" in note
    assert programs.entries() == []


def test_the_mean_of_many_parts_is_told(programs):
    told = programs.told(
        """
        with submeter.measure("loop") as window:
            for _ in range(3):
                with window.phase("query"):
                    burn(0.02)
        whole = window.phases["query"]
        tell(mean=joules(window.mean("query")), whole=joules(whole), none=window.mean("other"),
             inner=[each.mean("query") for each in [window] if each.parent])
        """
    )
    assert told["mean"] == pytest.approx([each / 3 for each in told["whole"]])
    assert told["none"] is None


def test_a_window_is_told_of_its_own_settings_and_of_no_others(programs):
    """A region that the environment states wrongly concerns those that state none."""
    told = programs.told(
        """
        found = []
        for settings in ({}, {"region": "FR"}, {"stage": "training"}, {}):
            with submeter.measure("part", record="no", **settings) as window:
                pass
            found.append([each for each in window.missing if each.startswith("settings:")])
        tell(found=found)
        """,
        env={"SUBMETER_REGION": "Atlantis"},
    )
    assert [len(each) for each in told["found"]] == [1, 0, 1, 1]
