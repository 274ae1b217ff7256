"""Progress forecasts the whole; a budget warns or raises before it is too late."""

import re

import pytest


def test_steady_work_is_forecast_within_the_interval(programs):
    told = programs.told("""
        forecasts = []
        with submeter.measure("training") as window:
            for step in range(1, 21):
                burn(0.05)
                time.sleep(0.01)
                forecasts.append(window.progress(step, 20))
        whole = window.energy.value
        tell(whole=whole, seconds=window.seconds, done=[each.done for each in forecasts],
             energies=[joules(each.energy) for each in forecasts],
             durations=[each.seconds for each in forecasts])
    """)
    assert told["done"] == [pytest.approx(step / 20) for step in range(1, 21)]
    # What was forecast is what came about, as soon as there was a reading to go by.
    forecasts = [each for each in told["energies"][5:] if each]
    assert len(forecasts) >= 5
    for low, value, high in forecasts:
        assert low <= told["whole"] <= high
        assert low <= value <= high
        assert value == pytest.approx(told["whole"], rel=0.6)
    assert told["durations"][-1] == pytest.approx(told["seconds"], rel=0.3)
    assert told["durations"][9] == pytest.approx(told["seconds"], rel=0.6)


def test_progress_that_is_none_is_refused(programs):
    told = programs.told("""
        refused = 0
        with submeter.measure("w") as window:
            for done, total in ((-1, 2), (3, 2), (0, 0), (float("nan"), 1), (1, float("nan"))):
                try:
                    window.progress(done, total)
                except submeter.UsageError:
                    refused += 1
            nothing = window.progress(0, 10)
        tell(refused=refused, energy=nothing.energy, share=nothing.done)
    """)
    assert told == {"refused": 5, "energy": None, "share": 0.0}


WORK = """
        import warnings
        caught = []
        steps = 0
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            try:
                with submeter.measure("training", BUDGET) as window:
                    for step in range(1, STEPS + 1):
                        burn(0.03)
                        window.progress(step, STEPS)
                        steps = step
            except submeter.BudgetExceeded as error:
                caught.append(str(error))
            found = [str(each.message) for each in found
                     if issubclass(each.category, submeter.BudgetWarning)]
        tell(caught=caught, warned=found, steps=steps, state=window.activity.state.value)
"""


def work(budget, steps):
    """Give a program that works in steps under a budget."""
    return WORK.replace("BUDGET", budget).replace("STEPS", str(steps))


@pytest.mark.parametrize("budget", ['budget="1e-7 kWh"', 'budget="1e-9 kgCO2e", region="FR"'])
def test_a_budget_that_is_passed_raises_and_the_window_is_entered(programs, budget):
    told = programs.told(work(f'{budget}, on_budget="raise"', 200))
    assert len(told["caught"]) == 1
    assert "more than its budget of" in told["caught"][0]
    assert told["steps"] < 200, "it stops in time"
    assert told["state"] == "final"
    assert len(programs.entries()) == 1


def test_a_budget_that_is_passed_warns_once_and_the_work_goes_on(programs):
    told = programs.told(work('budget="1e-7 kWh"', 30))
    assert told["steps"] == 30
    assert told["caught"] == []
    assert 1 <= len(told["warned"]) <= 2, "a warning at every step is noise"
    assert "more than its budget of 1e-7 kWh" in told["warned"][0]


@pytest.mark.parametrize(("intensity", "is_passed"), [("1e6", True), ("1e-6", False)])
def test_a_budget_of_carbon_is_tested_by_the_factors_of_the_users_own(
    programs, intensity, is_passed
):
    told = programs.told(f"""
        row = "grid/MY-SITE,{intensity},gCO2e/kWh"
        open("mine.csv", "w").write("id,value,unit\\n" + row + "\\n")
        own = dict(region="MY-SITE", factors="mine.csv", budget="1 mgCO2e", on_budget="raise")
        try:
            with submeter.measure("w", **own):
                burn(0.2)
            tell(error="")
        except submeter.BudgetExceeded as error:
            tell(error=str(error))
    """)
    assert ("more than its budget of 1 mgCO2e" in told["error"]) == is_passed


def test_a_budget_that_suffices_says_nothing(programs):
    told = programs.told(work('budget="100 kWh", on_budget="raise"', 30))
    assert told["steps"] == 30
    assert told["caught"] == told["warned"] == []


def test_a_budget_is_tested_at_the_end_too(programs):
    told = programs.told("""
        try:
            with submeter.measure("w", budget="1e-9 kWh", on_budget="raise") as window:
                burn(0.2)
        except submeter.BudgetExceeded as error:
            tell(error=str(error), energy=window.energy.value)
    """)
    assert "has drawn" in told["error"]
    assert "e-" not in told["error"].partition("budget of")[0], "no exponents"
    assert re.search(r"has drawn [\d.]+ [mµ]Wh \([\d.]+ to [\d.]+\), more", told["error"])
    assert told["energy"] > 0.0036


def test_carbon_is_told_with_the_interval_of_the_statement(programs):
    told = programs.told("""
        from submeter.quantities.digits import phrase
        try:
            limit = {"budget": "1e-9 kgCO2e", "on_budget": "raise"}
            with submeter.measure("w", **limit, region="FR") as window:
                burn(0.2)
        except submeter.BudgetExceeded as error:
            carbon = window.statement().carbon.total
            shown = phrase(carbon.value, carbon.low, carbon.high, carbon.unit)
            tell(error=str(error), shown="{} ({})".format(*shown))
    """)
    assert f'the window "w" has caused {told["shown"]}, more than' in told["error"]


def test_carbon_is_held_to_its_budget_by_the_method_at_work(programs):
    """Hardware is in the carbon of submeter-1 and not in that of ghg-location."""
    told = programs.told("""
        import re, warnings
        for method in ("submeter-1", "ghg-location"):
            with warnings.catch_warnings(record=True) as found:
                warnings.simplefilter("always")
                where = {"region": "FR", "method": method}
                with submeter.measure("w", budget="1e-12 kgCO2e", **where) as window:
                    burn(0.1)
            tell(**{method: [str(each.message) for each in found][0],
                    f"{method} carbon": window.statement().carbon.total.value * 1e9})
    """)
    for method in ("submeter-1", "ghg-location"):
        found = re.search(r"caused ([\d.]+) µgCO2e", told[method])
        assert found is not None
        value = float(found[1])
        assert value == pytest.approx(told[f"{method} carbon"], rel=0.5)


def test_a_part_has_a_budget_in_carbon_too(programs):
    told = programs.told("""
        with submeter.measure("whole", region="FR") as window:
            try:
                with submeter.measure("part", budget="1e-12 kgCO2e", on_budget="raise"):
                    burn(0.2)
            except submeter.BudgetExceeded as error:
                part = str(error)
            burn(0.2)
        tell(part=part, whole=window.statement().carbon.total.high * 1e9)
    """)
    low = re.search(r'"part" has caused [\d.]+ µgCO2e \(([\d.]+) to [\d.]+\)', told["part"])
    assert low is not None
    assert float(low[1]) < told["whole"]


def test_the_carbon_of_the_whole_is_forecast(programs):
    told = programs.told("""
        import warnings
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            with submeter.measure("w", budget="1 tCO2e", region="FR") as window:
                for step in range(1, 6):
                    burn(0.05)
                    time.sleep(0.05)
                    window.progress(step, 10**12)
        tell(warned=[str(each.message) for each in found])
    """)
    (warned,) = told["warned"]
    assert re.search(r"is forecast to cause [\d.]+ [kM]?tCO2e \([\d.]+ to [\d.]+\)", warned)


def test_a_budget_that_the_method_cannot_tell_is_said_not_to_hold(programs):
    told = programs.told("""
        import warnings
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            with submeter.measure("w", budget="1e-12 kgCO2e", method="aies", stage="inference",
                                  on_budget="raise") as window:
                for step in range(1, 6):
                    burn(0.05)
                    window.progress(step, 5)
        tell(warned=[str(each.message) for each in found])
    """)
    assert 1 <= len(told["warned"]) <= 2
    told_once = "is not held to its budget of 1e-12 kgCO2e: the method aies gives no carbon"
    assert told_once in told["warned"][0]


def test_the_works_own_error_beats_the_budgets(programs):
    told = programs.told("""
        try:
            with submeter.measure("w", budget="1e-9 kWh", on_budget="raise"):
                burn(0.2)
                raise KeyError("mine")
        except KeyError as error:
            tell(error=str(error))
    """)
    assert told["error"] == "'mine'"


@pytest.mark.parametrize("budget", ["-1 kWh", "0 kWh", "5 km", "many", "nan kWh"])
def test_a_budget_that_makes_no_sense_is_refused(programs, budget):
    told = programs.told(f"""
        try:
            submeter.measure("w", budget="{budget}")
        except submeter.UsageError as error:
            tell(error=str(error))
    """)
    assert told["error"]
