"""Tables that tell of the work, its devices, its place and its totals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.disclosures.readers.work_columns import work_of_row
from tests.disclosures.audited import of_card, of_csv, of_row, rules, told

SOUND = {
    "trainings (Llama 2 model card)": (
        "model,params_b,tokens_b,gpu_hours,gpu,power_w,kwh,co2_kg\n"
        "7B,7,2000,184320,A100-80GB,400,73728,31220\n13B,13,2000,368640,A100-80GB,400,147456,62440\n"
    ),
    "totals across columns": (
        "run,train_energy_kwh,eval_energy_kwh,total_energy_kwh\n1,100,20,120\n2,50,10,60\n"),
    "a column called total that is of something else": (
        "run,gpu_energy_kwh,cpu_energy_kwh,total_energy_kwh\n1,100,20,180\n2,50,10,97\n3,40,10,75\n"
    ),
    "serving": (
        "name,params (B),precision,batch,tokens/s,J/token,GPU,GPUs\n"
        "a,8,bf16,1,90,3.9,A100,1\nb,8,bf16,64,2500,0.14,A100,1\n"),
    "places": "country,grid (g/kWh),kWh,kg\nFR,56,100,5.6\nPL,660,100,66\n",
    "sizes without a unit": "model,params,tokens,GPU hours,GPU\na,7,2000,184320,A100\n",
    "names of no country": "country,kWh,kg\nall,100,5.6\nother,100,66\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_sound_tables_are_silent(name):
    assert told(of_csv(SOUND[name])) == []


PLANTED = {
    ("utilisation", "y"): (
        "model,params_b,tokens_b,training gpu_hours,gpu\n"
        "x,7,2000,184320,A100-80GB\ny,13,2000,36864,A100-80GB\n"),
    ("sum", "3: total_energy_kwh"): (
        "run,train_energy_kwh,eval_energy_kwh,total_energy_kwh\n"
        "1,100,20,120\n2,50,10,60\n3,40,10,500\n"),
    ("decoding-bandwidth", "b"): (  # the speed of a batch of 64
        "name,params (B),precision,batch,tokens/s,J/token,GPU,GPUs\n"
        "a,8,bf16,1,90,3.9,A100,1\nb,8,bf16,1,2500,0.14,A100,1\n"),
    ("place-grid", "FR"): "country,grid (g/kWh),kWh,kg\nFR,560,100,56\nPL,660,100,66\n",
    ("implied-power", "b"): (  # watt-hours
        "model,GPU hours,GPU,energy (kWh)\na,100,H100,55\nb,200,H100,110000\n"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_a_row_that_cannot_be_is_found_and_no_other(planted):
    found = told(of_csv(PLANTED[planted]))
    assert planted in found
    assert {where.split(":")[0] for _, where in found} == {planted[1].split(":")[0]}


def test_headings_of_work():
    heading = ["Model size", "Activated params (B)", "Tokens (T)", "ZFLOPs", "tok/s", "Batch size"]
    row = ["671B", "37", "14.8", "3300", "1,200", "8"]
    found = {each.name: each.value for each in work_of_row(heading, row)}
    assert found == pytest.approx({
        "parameters": 671e9, "active_parameters": 37e9, "tokens": 14.8e12, "flops": 3.3e24,
        "throughput": 1200 * 3600, "batch": 8})  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "n/a", "-", "—", "~", "≥", "7 or 13", "8x7B", "1-2", "x" * 10_000]
)
def test_a_cell_that_is_no_number_tells_nothing(text):
    assert work_of_row(["Params (B)", "Tokens (B)"], [text, text]) == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 99_999), min_size=2, max_size=4), min_size=3, max_size=6),
    st.integers(2, 50),
)
def test_totals_across_columns_of_any_size(table, factor):
    width = len(table[0])
    rows = [[*row, *[1] * width][:width] for row in table]
    head = ",".join(["run", *(f"part{n}_energy_kwh" for n in range(width)), "total_energy_kwh"])

    def written(wholes):
        lines = (",".join(map(str, [f"r{n}", *row, whole]))
                 for n, (row, whole) in enumerate(zip(rows, wholes, strict=True)))  # fmt: skip
        return "\n".join([head, *lines, ""])

    wholes = [sum(row) for row in rows]
    assert told(of_csv(written(wholes))) == []
    wrong = [*wholes[:-1], wholes[-1] * factor]
    assert told(of_csv(written(wrong))) == [("sum", f"r{len(rows) - 1}: total_energy_kwh")]


NODES = {
    "a DGX A100": ({"hours": "100 h", "devices": "8", "device": "A100-80GB"}, "650 kWh"),
    "a DGX H100": ({"hours": "10 h", "devices": "8", "device": "H100"}, "102 kWh"),
    "a small board in a large server": ({"device_hours": "100 h", "device": "T4"}, "45 kWh"),
}


@pytest.mark.parametrize("name", NODES)
def test_servers_at_their_most_are_silent(name):
    assert told(of_row(*NODES[name])) == []


def test_energy_of_boards_alone_is_held_against_their_limit():
    inputs = {"device_hours": "10 h", "gpu_energy": "6.9 kWh", "device": "H100"}
    assert told(of_row(inputs, "3 stars")) == []
    found = of_row({**inputs, "gpu_energy": "12 kWh"}, "3 stars")
    assert rules(found) == ["implied-power"]
    assert "H100 takes 700 W alone" in found[0].cause
    assert rules(of_row({**inputs, "gpu_energy": "0 kWh", "energy": "12 kWh"}, "3 stars")) == []


CALCULATOR = (
    "- **Hardware Type:** {}\n- **Hours used:** 24\n- **Cloud Provider:** GCP\n"
    "- **Compute Region:** us-central1\n- **Carbon Emitted:** {}\n"
)


@pytest.mark.parametrize(
    ("hardware", "carbon", "expected"),
    [
        ("8 x H100", "58 kg", []),
        ("8 x H100", "7.3 kg", []),  # the hours may be of one board
        ("8xH100", "0.05 kg", ["place-grid"]),
        ("H100", "7.3 kg", []),
        ("A100 PCIe", "3.1 kg", []),
        ("a box of mine", "0.001 kg", []),
    ],
)
def test_the_calculators_hardware_by_what_people_call_it(hardware, carbon, expected):
    assert rules(of_card(CALCULATOR.format(hardware, carbon))) == expected
