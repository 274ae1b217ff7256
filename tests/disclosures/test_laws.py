"""Sound claims raise no alarm, claims off by a thousand always do, and nothing breaks the audit."""

import json
import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.audit.printed import read
from submeter.disclosures.audit.units import UNITS, read_unit
from submeter.disclosures.readers.files import of_content, of_text
from submeter.errors import SubmeterError
from tests.disclosures.audited import of_row, told


def printed(value, digits):
    """Round to so many significant digits, and write it without an exponent."""
    place = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, place):.{max(0, place)}f}"


digits = st.integers(2, 5)
METHODS = st.sampled_from(("", "energy", "patterson-2021", "ghg-location", "submeter-1"))


@st.composite
def numbers(draw, low, high, places=digits):
    """Draw a printed number, evenly on the logarithmic scale."""
    exponent = draw(st.floats(math.log10(low), math.log10(high)))
    return printed(10**exponent, draw(places))


@st.composite
def sound(draw):
    """Draw inputs and the claim that follows from them, as value [base unit] and kind."""
    inputs, energy = {}, 0.0
    if draw(st.booleans()):
        inputs["energy"] = f"{draw(numbers(1e-3, 1e6))} kWh"
        energy = float(inputs["energy"].split()[0])
    else:
        hours, power = draw(numbers(1, 1e7)), draw(numbers(30, 1200))
        inputs |= {"device_hours": f"{hours} h", "power": f"{power} W"}
        energy = float(hours) * float(power) / 1e3
    if draw(st.booleans()):
        inputs["pue"] = printed(draw(st.floats(1.01, 2.0)), draw(st.integers(2, 4)))
        energy *= float(inputs["pue"])
    kind = draw(st.sampled_from(("energy", "carbon", "water")))
    if kind == "energy":
        assume("power" in inputs or "pue" in inputs)
        return inputs, energy, "kWh"
    if kind == "water":
        inputs.pop("pue", None)
        it = float(inputs["energy"].split()[0]) if "energy" in inputs else None
        it = it if it is not None else float(hours) * float(power) / 1e3
        inputs["wue"] = f"{draw(numbers(0.05, 5))} L/kWh"
        return inputs, it * float(inputs["wue"].split()[0]), "L"
    inputs["grid"] = f"{draw(numbers(10, 1200))} gCO2e/kWh"
    return inputs, energy * float(inputs["grid"].split()[0]) / 1e3, "kgCO2e"


PREFIXED = {
    "kWh": {"Wh": 1e-3, "kWh": 1.0, "MWh": 1e3, "MJ": 1 / 3.6},
    "kgCO2e": {"gCO2eq": 1e-3, "kgCO2e": 1.0, "tCO2eq": 1e3, "lb CO2e": 0.45359237},
    "L": {"mL": 1e-3, "L": 1.0, "kL": 1e3, "m3": 1e3},
}


@settings(max_examples=300, deadline=None)
@given(sound(), METHODS, digits, st.data())
def test_a_sound_claim_raises_no_alarm(drawn, method, places, data):
    inputs, value, unit = drawn
    name = data.draw(st.sampled_from(sorted(PREFIXED[unit])))
    text = printed(value / PREFIXED[unit][name], places)
    assume(float(text) > 0)
    as_number = data.draw(st.booleans())
    claimed = {"value": float(text) if as_number else text, "unit": name}
    assert told(of_row(inputs, claimed, method)) == []


@settings(max_examples=200, deadline=None)
@given(sound(), METHODS, digits, st.sampled_from((1e3, 1e-3, 1e6, 1e-6)))
def test_a_claim_off_by_a_unit_is_always_found(drawn, method, places, factor):
    inputs, value, unit = drawn
    claimed = {"value": printed(value * factor, places), "unit": unit}
    found = of_row(inputs, claimed, method)
    errors = [each for each in found if each.severity is Severity.ERROR]
    assert errors
    power = round(abs(math.log10(factor)))
    word = "too high" if factor > 1 else "too low"
    arithmetic = [each for each in errors if each.rule == "arithmetic"]
    assert f"off by 10^{power}, {word}" in arithmetic[0].cause


@settings(deadline=None)
@given(st.lists(numbers(1, 1e5, st.just(5)), min_size=3, max_size=12), st.data())
def test_a_sum_without_a_row_names_the_row(parts, data):
    lost = data.draw(st.integers(0, len(parts) - 1))
    values = [float(each) for each in parts]
    assume(values[lost] > 0.02 * sum(values))
    exact = f"{math.fsum(values):.6f}".rstrip("0").rstrip(".")
    inputs = {"energy": [f"{each} kWh" for each in parts]}
    assert told(of_row(inputs, f"{exact} kWh", "energy")) == []
    less = f"{math.fsum(values) - values[lost]:.6f}".rstrip("0").rstrip(".")
    (found,) = of_row(inputs, f"{less} kWh", "energy")
    assert found.rule == "sum"
    assert "missing from the sum" in found.cause


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(("4 kWh", "57 g/kWh", "1e999", "-3", "7.0M", "½ t", "0", "1,2,3")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from((
            "id", "inputs", "claimed", "value", "unit", "energy", "grid", "pue", "method", "rows",
            "measures", "task", "components", "modelCard", "considerations", "footprint", "schema",
            "co2_eq_emissions", "emissions", "@graph", "ai_energyConsumption", "place", "csv",
            "carbon", "total", "low", "high", "energy_kwh", "bomFormat", "environment", "hours",
        )) | st.text(max_size=6),
        inner, max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(anything)
def test_no_document_breaks_the_audit(content):
    found = audit([of_content(content, "any.json")])
    json.dumps([each.as_dict() for each in found])


words = st.sampled_from((
    "id", "claimed", "Model", "Time (GPU hours)", "Power (W)", "tCO2eq", "energy_consumed", "|",
    "emissions", "duration", "gpu_energy_wh_per_1000", "stars", "model", "Total", "7.0M", "-1",
    "---", "\n", ",", "<table>", "<tr>", "<td>", "**Carbon Emitted:** 3 kg", "co2_eq_emissions:",
    " emissions: 3", "nan", "inf", "1e400", "0", "⭐⭐", "Hours used: 4", "Hardware Type: A100",
))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(words | st.text(max_size=8), max_size=40), st.sampled_from((".csv", ".md", "")))
def test_no_text_breaks_the_audit(parts, ending):
    try:
        document = of_text("".join(parts), "any", ending)
    except SubmeterError:
        return
    json.dumps([each.as_dict() for each in audit([document])], allow_nan=False)


@given(st.text(max_size=40))
def test_any_text_is_a_number_and_a_unit_or_is_not(text):
    number = read(text)
    assert number is None or number.low <= number.value <= number.high
    unit = read_unit(text)
    assert unit is None or unit.size > 0


@given(st.sampled_from(sorted(UNITS)))
def test_every_unit_is_read_by_its_own_name(name):
    unit = read_unit(name)
    assert unit is not None
    assert unit.dimension == UNITS[name][0]


@settings(max_examples=200, deadline=None)
@given(st.data(), METHODS)
def test_a_claim_of_numbers_that_were_rounded_afterwards_raises_no_alarm(data, method):
    """Authors round what they print, and compute with what they have."""
    draw, places = data.draw, st.integers(3, 5)
    power, grid, energy = (
        10 ** draw(st.floats(math.log10(low), math.log10(high)))
        for low, high in ((30, 1200), (10, 1200), (1e-3, 1e6))
    )
    pue = draw(st.floats(1.02, 2.0))
    inputs = {
        "energy": f"{printed(energy, draw(places))} kWh", "pue": printed(pue, draw(places)),
        "grid": f"{printed(grid, draw(places))} gCO2e/kWh",
    }  # fmt: skip
    claimed = f"{printed(energy * pue * grid / 1e3, draw(digits))} kgCO2e"
    assert told(of_row(inputs, claimed, method)) == []
    hours = printed(10 ** draw(st.floats(0, 6)), draw(places))
    used = {"device_hours": f"{hours} h", "power": f"{printed(power, draw(places))} W"}
    claimed = f"{printed(float(hours) * power / 1e3, draw(digits))} kWh"
    assert told(of_row(used, claimed, "energy")) == []
