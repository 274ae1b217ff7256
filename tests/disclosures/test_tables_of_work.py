"""Tables that tell of the work, its devices, its place and its totals, and of several at once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.columns import column
from submeter.disclosures.readers.markup import plain
from submeter.disclosures.readers.scopes import scope
from submeter.disclosures.readers.work_columns import work_of_row
from tests.disclosures.audited import of_card, of_csv, of_row, rules, told

CORPUS = Path(__file__).with_name("corpus")
TABLES = CORPUS.joinpath("tables.txt").read_text("utf-8").split("\n\n")
"""Tables of every shape that papers and tools print, Patterson et al. 2021 and Strubell et al. 2019
among them; all that they state is possible."""
PUBLISHED = CORPUS.joinpath("published_tables.txt").read_text("utf-8").split("\n\n")
"""Tables as published, with what does not follow in them."""
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


def of_table(text):
    return of_card(f"{text}\n") if text.startswith("|") else of_csv(f"{text}\n")


@pytest.mark.parametrize("text", TABLES)
def test_tables_of_every_shape_are_silent(text):
    assert told(of_table(text)) == []


def test_what_published_tables_get_wrong_and_nothing_else():
    bloom, llama, olmo = map(of_table, PUBLISHED)
    assert {where.split(":")[1].strip() for _, where in told(bloom)} == {"GPT-3", "OPT"}
    assert {rule for rule, _ in told(bloom)} == {"arithmetic"}
    # The total of Llama 2's card holds a model of 34 billion that has no row.
    assert told(llama) == [
        ("sum", "table 1: Total: Time (GPU hours)"),
        ("sum", "table 1: Total: Carbon Emitted(tCO2eq)"),
    ]
    (zero,) = [each for each in olmo if each.rule == "grid-bounds"]
    assert "call it market-based" in zero.cause
    assert rules(olmo) == ["grid-bounds"]


CHANGED = [  # table, what stands there, what is planted, rule and place
    ("T2T base", "| 201 |", "| 2010 |", "implied-power", "T2T big"),
    ("Gross tCO2e", "| 46.7 | 96.4 |", "| 46.7 | 964 |", "arithmetic", "Meena"),
    ("Embodied emissions", "14.6 tonnes", "1.46 tonnes", "sum", "Total"),
    ("IT energy", "| 1,080 |", "| 10,800 |", "arithmetic", "Feb: Facility energy"),
    ("IT energy", "| 2,280 |", "| 2,380 |", "sum", "Total: Facility energy"),
    ("IT energy", "| 1,620 |", "| 162 |", "arithmetic", "Feb"),
    ("Inference per day", "| 4.8 |", "| 4,800 |", "implied-grid", "B: Training CO2"),
    ("TDP (W)", "| 3.1 |", "| 31 |", "arithmetic", "row 1"),
    ("# GPUs", "| 0.06 |", "| 6 |", "implied-power", "8B"),
    ("a,100,40,40,16,400", "32,400", "3200,400", "arithmetic", "b: inference CO2"),
    ("a,1000,40,300,120", "4.8,", "48,", "arithmetic", "a: fine-tuning CO2"),
    ("a,1000,40,416", "416", "400", "arithmetic", "a"),
    ("a,1,5,2,8", "9,3.6", "9,6.3", "arithmetic", "b"),
    ("run_emissions_kg", "2.4,0.4", "2.4,400", "implied-grid", "a: query_emissions_kg"),
    ("query_cpu_energy", "0.000323", "0.323", "implied-grid", "a: query_emissions"),
    ("Energy per 1000", "400,0.16", "400,16", "implied-grid", "a"),
    ("CO<sub>2", "25[^2]", "250[^2]", "arithmetic", "A"),
    ("J/token,Wh/request", "0.32,400", "3.2,400", "arithmetic", "b"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "there", "planted", "rule", "where"), CHANGED)
def test_what_is_planted_in_a_table_is_found(table, there, planted, rule, where):
    (text,) = [each for each in TABLES if table in each and there in each]
    found = told(of_table(text.replace(there, planted)))
    assert any(each == rule and where in place for each, place in found)


def test_rows_that_leave_out_their_pue_are_one_warning():
    head = "site,MWh,PUE,tCO2e,grid (g/kWh)\n"
    rows = "A,1000,1.2,{},400\nB,500,1.4,150,300\nC,200,1.1,90,450\n"
    held = of_csv(head + rows.format(400))
    assert rules(held) == ["one-factor"] * 3
    assert len({each.cause for each in held}) == 1
    assert rules(of_csv(head + rows.format(480))) == ["arithmetic", "arithmetic"]  # one applies it


def test_amounts_without_a_unit_warn_and_name_what_they_were_taken_for():
    (found,) = of_csv("model,energy,emissions\na,3600,0.4\n")
    assert (found.severity, found.rule) == (Severity.WARNING, "implied-grid")
    assert "no unit is stated, taken as energy in kWh and carbon in kg" in found.cause


def test_hours_of_devices_follow_from_devices_and_days():
    head = "Stage,GPUs,Days,GPU hours\n"
    rows = "a,1024,20,491520\nb,64,2,3072\nc,64,2,{}\n"
    assert told(of_csv(head + rows.format(3072))) == []
    assert told(of_csv(head + rows.format(30720))) == [("arithmetic", "c: GPU hours")]


COUNTED = "Model,Training compute (FLOP),Training time,Hardware,Energy\n"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('X,2e24,30 days,"2,048 H100",1.1 GWh', []),
        ('X,2e24,30 days,"2,048 H100",1.1 TWh', ["implied-power"]),
        ('X,2e26,30 days,"2,048 H100",1.1 GWh', ["utilisation"]),
        ("X,2e24,30 days,256 nodes of 8 H100,1.1 GWh", []),  # nobody knows of how many
        ("X,2e18,84 hours,V100x8,201 kWh", []),
        ("X,2e18,84 hours,V100,201 kWh", ["implied-power"]),
    ],
)
def test_devices_that_only_their_name_counts(row, expected):
    found = of_csv(COUNTED + row + "\n")
    assert rules(found) == expected  # once each, though a row and its energy both tell of it


def test_power_of_all_devices_that_their_name_counts():
    head = "Model,Hardware,Power (W),Hours,CO2 (kg)\n"
    assert told(of_csv(f"{head}BERT,V100x64,12041,79,380\n")) == []
    assert rules(of_csv(f"{head}BERT,V100,12041,79,380\n")) == ["implied-power"]


def test_marks_of_footnotes_are_no_digits():
    table = (
        "<table><tr><th>Model<th>MWh<th>tCO2e<th>g/kWh</tr><tr><td>A<td>{}<td>25<td>57</tr></table>"
    )
    assert told(of_card(table.format("433<sup>1</sup>"))) == []
    assert rules(of_card(table.format("4331"))) == ["arithmetic"]
    assert plain("3.8 × 10<sup>25</sup>") == "3.8 × 10^25"


@pytest.mark.parametrize(
    ("heading", "of", "role"),
    [
        ("Pre-training energy (MWh)", "pretraining", "energy"),
        ("fine_tuning_kwh", "finetuning", "energy"),
        ("Energy per query (Wh)", "", "energy"),
        ("Inference CO2 (kg)", "inference", "carbon"),
        ("Gross tCO2e for Model Training", "training", "carbon"),
        ("Power Usage Effectiveness", "", "pue"),
        ("g/kWh", "", "grid"),
        ("Fraction of the estimate (284 tCO2e)", "", ""),
        ("Δ energy", "", ""),
        ("Month", "", ""),
    ],
)
def test_headings_tell_what_they_are_of(heading, of, role):
    assert (scope(heading), column(heading).role) == (of, role)


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


def test_of_many_energies_none_is_taken_for_what_a_figure_is_made_from():
    count = 99
    heading = [f"a{n} energy (kWh)" for n in range(count)] + [
        f"b{n} CO2 (kg)" for n in range(count)
    ]
    row = ["10"] * count + ["9"] * count
    text = f"model,{','.join(heading)},grid (g/kWh)\nm,{','.join(row)},400\n"
    assert told(of_csv(text)) == []
