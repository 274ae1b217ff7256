"""Tables as papers print them: sound ones raise no alarm, and faults set in them are found."""

import pytest

from submeter.disclosures.audit.auditor import audit
from submeter.disclosures.audit.finding import Severity
from submeter.disclosures.readers.columns import column
from submeter.disclosures.readers.files import of_content
from tests.disclosures.audited import of_card, of_csv, of_row, rules, told

LLAMA = """\
Model,GPU Type,GPU Power consumption,GPU-hours,Total power consumption (MWh),Carbon emitted (tCO2eq)
OPT-175B,A100-80GB,400W,"809,472",356,137
BLOOM-175B,A100-80GB,400W,"1,082,880",475,183
LLaMA-7B,A100-80GB,400W,"82,432",36,14
LLaMA-13B,A100-80GB,400W,"135,168",59,23
LLaMA-33B,A100-80GB,400W,"530,432",233,90
LLaMA-65B,A100-80GB,400W,"1,022,362",449,173
"""
"""Touvron et al. 2023 (arXiv:2302.13971), table 15; its caption alone names the PUE of 1.1."""
BLOOM = """\
Model,Power consumption (MWh),CO2eq emissions (t)
GPT-3,1287,502
Gopher,1066,352
OPT,324,70
BLOOM,433,25
"""
"""Luccioni et al. 2022 (arXiv:2211.02001), table 4: models of four grids."""
STRUBELL = """\
Model,Hardware,Power (W),Hours,kWh·PUE,CO2e (lbs)
Transformerbase,P100x8,1415.78,12,27,26
Transformerbig,P100x8,1515.43,84,201,192
ELMo,P100x3,517.66,336,275,262
NAS,P100x8,1515.43,"274,120","656,347","626,155"
"""
"""Strubell et al. 2019 (arXiv:1906.02243), table 3."""
CONTINENTAL = """\
Model;Energy (kWh);PUE;Grid (gCO2e/kWh);CO2e (kg)
A;861.200;1,09;380;356.709
B;2.000,5;1,2;380;912,2
"""
UPRIGHT = """\
| Metric | Model A | Model B |
|---|---|---|
| GPU hours | 184,320 | 1,720,320 |
| TDP (W) | 400 | 400 |
| Emissions (tCO2eq) | 31.22 | {} |
"""
NET = """\
Model,Energy (MWh),Gross emissions (tCO2e),Net emissions (tCO2e)
A,456,177,40
B,451,175,9
C,1066,414,0
"""


@pytest.mark.parametrize("text", [BLOOM, STRUBELL, NET])
def test_sound_tables(text):
    assert told(of_csv(text)) == []


def test_a_factor_that_all_rows_share_is_one_warning_of_a_pue():
    found = [each for each in of_csv(LLAMA) if each.severity is not Severity.NOTE]
    assert {each.rule for each in found} == {"one-factor"}
    assert {each.severity for each in found} == {Severity.WARNING}
    assert "all 6 rows follow with a factor of 1.1 on their energy: a PUE" in found[0].cause


def test_a_row_that_does_not_share_the_factor_leaves_all_of_them_errors():
    found = told(of_csv(LLAMA.replace(",36,14", ",48,18")))
    assert ("arithmetic", "LLaMA-7B") in found
    assert "one-factor" not in {rule for rule, _ in found}


def test_of_two_rows_no_factor_is_told():
    assert rules(of_csv("\n".join(LLAMA.splitlines()[:3]))) == ["arithmetic"] * 2


def test_a_stated_pue_that_was_left_out_or_taken_twice_is_no_factor_of_a_caption():
    rows = "".join(f"m{n},400,{n}000,1.1,{n * 400 * 1.21:g}\n" for n in (1, 2, 3))
    found = of_csv("Model,Power (W),GPU hours,PUE,Energy (kWh)\n" + rows)
    assert rules(found) == ["arithmetic"] * 3
    assert "PUE 1.1 was applied twice" in found[0].cause


def test_a_row_is_odd_only_beside_rows_that_agree():
    """And only that row, not those beside it."""
    family = "Model,Energy (MWh),CO2 (t)\na,1000,400\nb,500,200\nc,250,{}\n"
    assert told(of_csv(family.format(100))) == []
    assert told(of_csv(family.format(10))) == [("siblings", "c")]
    mixed = "Model,Energy (MWh),CO2 (t)\na,456,177\nb,451,26\nc,1066,380\n"
    assert told(of_csv(mixed)) == []  # two of three are near one another by chance


def test_energy_that_holds_the_facility_by_its_heading():
    """No PUE is applied to it, nor expected in it unless it is stated."""
    for heading in ("Energy incl. PUE (kWh)", "kWh·PUE", "Energy (kWh × PUE)"):
        assert "held" in column(heading).flags
        text = f"Run,GPU hours,Power (W),PUE,{heading},Grid (g/kWh),CO2 (kg)\na,800,400,1.2,384,57,"
        assert told(of_csv(text + "21.9")) == []
        assert rules(of_csv(text + "26.3")) == ["arithmetic"]
    assert column("PUE").role == "pue"
    assert "held" not in column("Energy (kWh)").flags


def test_a_pue_that_power_times_hours_show_inside_is_not_applied_once_more():
    row = {
        "device_hours": "1000 h", "power": "400 W", "pue": "1.2", "energy": "480 kWh",
        "grid": "500 g/kWh",
    }  # fmt: skip
    assert told(of_row(row, "240 kg")) == []
    (found,) = of_row(row, "288 kg")
    assert (found.severity, found.rule) == (Severity.ERROR, "arithmetic")


def test_continental_numbers():
    assert told(of_csv(CONTINENTAL)) == []
    wrong = of_csv(CONTINENTAL.replace("356.709", "35.670,9"))
    assert told(wrong) == [("arithmetic", "A")]
    row = {"device_hours": "1.090.000 h", "power": "400 W"}
    assert told(of_row(row, "436 MWh", "energy")) == []


def test_tables_whose_models_stand_in_the_heading():
    assert told(of_card(UPRIGHT.format("291.42"))) == []
    (found,) = told(of_card(UPRIGHT.format("2.9142")))
    assert found == ("implied-grid", "table 1: Model B")
    parts = "Part,kWh,kgCO2\nGPU energy,100,40\nCPU energy,20,8\nRAM energy,5,2\nTotal,125,50\n"
    assert told(of_csv(parts)) == []
    assert told(of_csv(parts.replace("125", "120"))) == [("sum", "Total: kWh")]


def test_a_part_missing_from_a_total_is_named():
    text = "Part,Energy (kWh)\nPretraining,1200\nTuning,45000\nEvaluation,800\nTotal,{}\n"
    (found,) = [each for each in of_csv(text.format(46200)) if each.rule == "sum"]
    assert found.cause == "Evaluation (800 kWh) is missing from the sum"


def test_a_heading_of_energy_for_each_piece():
    assert column("Energy per query (Wh)").unit == "Wh/query"
    assert column("Energy/token (J)").unit == "J/token"
    assert column("Energy per 1,000 queries (Wh)").unit == "Wh/1,000 query"
    text = "Model,Energy per query (Wh),Grid (g/kWh),CO2 per query (g)\na,0.34,400,{}\n"
    assert told(of_csv(text.format(0.136))) == []
    assert rules(of_csv(text.format(136))) == ["arithmetic"]


def test_pieces_of_a_table_are_those_that_a_figure_is_for():
    """What is of other pieces, or of all, says nothing of it unless their number stands beside."""
    text = "Model,Energy (MWh),Grid (g/kWh),CO2 per query (g)\na,120,400,{}\n"
    assert told(of_csv(text.format(0.136))) == []
    counted = (
        "Model,Tokens,Energy (kWh),Grid (g/kWh),CO2 per million tokens (g)\na,50M,3.5,400,{}\n"
    )
    assert told(of_csv(counted.format(28))) == []
    assert told(of_csv(counted.format(280))) == [("arithmetic", "a")]
    both = "Model,Queries,Energy per query (Wh),Grid (g/kWh),CO2 (g/1000 queries),CO2 (t)\n"
    assert told(of_csv(both + "a,10 million,0.34,400,136,1.36\n")) == []
    (found,) = of_csv(both + "a,10 million,0.34,400,0.136,1.36\n")[:1]
    assert "off by 10^3, too low" in found.cause
    means = "Model,Energy per query (Wh)\na,0.3\nb,0.5\nOverall,0.4\n"
    assert told(of_csv(means)) == []


MAKING = {
    "each": "2500 kg",
    "device_hours": "135374 h",
    "lifetime": "6 years",
    "utilisation": "0.85",
}


def test_the_hours_that_the_making_is_spread_over_are_the_methods():
    """In BLOOM's method those of use (4.1), in SCI's all of the life."""
    assert told(of_row(MAKING, "7.58 t", "bloom-2022")) == []
    (found,) = of_row(MAKING, "6.44 t", "bloom-2022")
    assert found.cause == "the utilisation (0.85) was left out"
    assert told(of_row(MAKING, "6.44 t", "sci")) == []


def test_pieces_that_share_a_whole():
    (found,) = of_row({"carbon": "60 kg", "tokens": "40"}, "60 kgCO2e/token")
    assert found.cause == "the number of pieces (40) was left out"


def test_water_on_the_site_of_all_that_the_facility_draws():
    """Morrison et al. 2025 (arXiv:2503.05804), equation 3."""
    row = {"energy": "100.0 MWh", "pue": "1.200", "wue": "1.000 L/kWh", "ewif": "3.000 L/kWh"}
    assert told(of_row(row, "480.0 m3", "olmo-2025")) == []
    (found,) = of_row(row, "460.0 m3", "olmo-2025")
    assert found.severity is Severity.ERROR


def test_what_a_reader_worked_out_is_no_input():
    row = {"energy": "100 kWh", "grid": "400 g/kWh", "implied_grid": "900 g/kWh"}
    assert told(of_row(row, "40 kg")) == []


def test_pieces_of_an_account_file_may_be_text():
    account = {
        "name": "served", "stage": "inference", "method": "bloom-2022",
        "place": {"grid": "400 gCO2e/kWh"}, "energy": [{"component": "gpu", "energy": "200 MWh"}],
        "unit": {"name": "request", "count": "2e6"}, "claimed": "40 gCO2e/request",
    }  # fmt: skip
    assert told(audit([of_content(account, "a.yaml")])) == []
    wrong = audit([of_content({**account, "claimed": "4 gCO2e/request"}, "a.yaml")])
    assert rules(wrong) == ["account"]
