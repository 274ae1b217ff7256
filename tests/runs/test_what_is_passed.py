"""What is passed to `measure` is used, or refused with the next step: nothing passes in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import BudgetExceeded
from submeter.quantities.estimate import Estimate, Tier
from submeter.quantities.parsing import parse
from submeter.runs.budget import Drawn, budget


@pytest.mark.parametrize(("record", "names"), [("False", []), ("True", ["w"]), ("None", ["w"])])
def test_whether_to_record_may_be_a_truth_value(programs, record, names):
    programs.told(f"""
        with submeter.measure("w", record={record}):
            pass
    """)
    assert [each["name"] for each in programs.entries()] == names


def test_a_number_may_state_a_setting_and_none_states_nothing(programs):
    programs.told("""
        with submeter.measure("w", region="FR", pue=1.5, grid=None):
            pass
    """)
    assert programs.only_entry()["place"] == {"region": "FR", "pue": "1.5", "from": "pue=, region="}


def test_a_name_may_be_a_number(programs):
    programs.told("""
        with submeter.measure(5) as window:
            for epoch in range(2):
                with window.phase(epoch):
                    burn(0.01)
    """)
    entry = programs.only_entry()
    assert entry["name"] == "5"
    assert [each["name"] for each in entry["phases"]] == ["0", "1"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("submeter.measure('w', pue=0)", "a pue of 0 is below 1, pue="),
        ("submeter.measure('w', record='maybe')", "record="),
        ("submeter.measure('w', method='scii')", 'method=, did you mean "sci"?'),
        ("submeter.measure('w', grid='57')", "grid=, write it as"),
        ("submeter.measure('w', period='2 s')", "set SUBMETER_PERIOD"),
        ("submeter.measure('w', repeat='10')", "1 or more"),
        ("submeter.measure('w', repeat=2.5)", "1 or more"),
        ("submeter.measure(dict)", "decorate its methods"),
        ("submeter.measure('w', budget='-5 J')", "write more than 0"),
        ("submeter.measure('w', budget='5 J', on_budget='die')", "choose warn or raise"),
        ("window.count(requests='3')", "'3' is not a count of requests, window.count, count with"),
        ("window.progress(5, 3)", "5 of 3 is no progress, window.progress, say how much"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_next_step(programs, call, told):
    found = programs.told(f"""
        with submeter.measure("around", record="no") as window:
            try:
                {call}
            except submeter.UsageError as error:
                tell(error=str(error))
    """)
    assert told in found["error"]
    assert " of " not in found["error"].partition(", ")[2].partition(", ")[0], "where is one place"


@given(
    amount=st.floats(1e-6, 1e6),
    above=st.floats(1e-3, 10),
    unit=st.sampled_from(["J", "kWh", "mWh"]),
    name=st.sampled_from(["training", ""]),
)
def test_what_passed_a_budget_reads_as_more_than_it(amount, above, unit, name):
    text = f"{amount:.3g} {unit}"
    joules = parse(text, "energy") * (1 + above)
    energy = Estimate(joules, joules / 3, joules * 3, "J", Tier.MODELLED)
    allowed = budget(text, "raise")
    with pytest.raises(BudgetExceeded) as caught:
        allowed.test(Drawn(energy), name, forecast=False)
    words = str(caught.value)
    assert words.startswith(f'the window "{name}" has' if name else "the work has")
    shown = words.partition("has drawn ")[2].partition(" (")[0]
    assert parse(shown, "energy") > parse(text, "energy")
