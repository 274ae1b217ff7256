"""Sentences of cards: what they plainly say is audited, what they leave open raises no alarm."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submeter.disclosures.readers.files import of_text
from submeter.disclosures.readers.mentions import device_of, mentions
from submeter.disclosures.readers.prose import claims_of_prose
from submeter.disclosures.readers.sentences import paragraphs
from tests.disclosures.audited import of_card, rules, told

SOUND = {
    "BLOOM (arXiv:2211.02001)": (
        "The training took 1,082,990 GPU hours on A100 80GB and emitted 50.5 tonnes of CO2eq."),
    "BLOOM, dynamic power and all": (
        "Training the final model emitted 24.7 tonnes of CO2eq if we consider only the dynamic "
        "power consumption, and 50.5 tonnes if we account for all processes ranging from equipment "
        "manufacturing to energy-based operational consumption."),
    "BLOOM, energy beside a total with the making of the hardware": (
        "Training drew 433 MWh at a carbon intensity of 57 gCO2eq/kWh; it emitted 50.5 tonnes."),
    "Llama 2 (model card)": (
        "Training used a cumulative of 3.3M GPU hours of computation on hardware of type A100-80GB "
        "(TDP of 350-400W). Estimated total emissions were 539 tCO2eq, 100% of which were offset "
        "by Meta's sustainability program."),
    "Llama 3 (model card)": (
        "Training utilized a cumulative 7.7M GPU hours of computation on hardware of type "
        "H100-80GB (TDP of 700W). Estimated total emissions were 2290 tCO2eq, 100% of which were "
        "offset by Meta's sustainability program."),
    "Llama 3.1 (model card)": (
        "Training utilized a cumulative of **39.3M** GPU hours of computation on H100-80GB (TDP of "
        "700W) type hardware, per the table below. Estimated total location-based greenhouse gas "
        "emissions were **11,390** tons CO2eq for training. Since 2020, Meta has matched 100% of "
        "its electricity use with renewable energy; therefore, the total market-based greenhouse "
        "gas emissions for training were 0 tons CO2eq."),
    "StarCoder (model card)": (
        "Based on the total number of GPU hours that training took (320,256) and an average power "
        "usage of 280W per GPU, this adds up to 89671.68 kWh of electricity consumed during the "
        "training process. Multiplied by the carbon intensity of the energy of the us-west-2 AWS "
        "location: 0.15495 kgCO2e per kWh, and the average Power Usage Effectiveness of 1.2 across "
        "AWS datacenters, this results in 16.68 tonnes of CO2eq emitted."),
    "DeepSeek-V3 (model card)": (
        "We present a strong Mixture-of-Experts (MoE) language model with 671B total parameters "
        "with 37B activated for each token. At an economical cost of only 2.664M H800 GPU hours, "
        "we complete the pre-training on 14.8T tokens."),
    "GPT-NeoX (arXiv:2204.06745)": (
        "We spent 43.92 MWh of electricity over 1830 hours on 96 A100 GPUs, which produced 23.17 "
        "metric tons of CO2."),
    "OPT (model card)": (
        "The model was trained with an estimated carbon footprint (CO2eq) of 75 tons. This is in "
        "comparison to 500 tons estimated for GPT-3 and 380 tons required for Gopher."),
    "a hydroelectric site": (
        "It was trained on 135 MWh of hydroelectric power, and emitted 0 tCO2eq."),
    "another's figures in a comparison": (
        "It took 100 GPU hours on A100, compared to 552 tonnes of CO2 for GPT-3."),
    "a base model's tokens": (
        "It was fine-tuned from a 7B parameter model that saw 2 trillion tokens, for 10 hours on 8 "
        "A100 GPUs."),
    "one model's hours, a family's carbon": (
        "The 7B model took 1,000 A100 GPU hours. All models of the family emitted 500 t of CO2."),
    "several at once": (
        "The models took 184,320, 368,640 and 1,720,320 GPU hours and emitted 31, 62 and 291 "
        "tonnes of CO2, respectively."),
    "for each prompt": "The median prompt takes 0.24 Wh, emits 0.03 g of CO2e and uses 0.26 mL.",
    "for a year": "The data centre drew 433 MWh a year and emitted 0.1 t of CO2 per day.",
    "what was saved": "By training in Quebec we saved 30 tonnes of CO2, with 2 MWh.",
    "what would be": "On H100 it would take 3 GPU hours and 9000 MWh.",
    "sizes that are no masses": (
        "The corpus holds 1.5T of text, the model weighs 14 GB and needs 24 GB on 1 RTX 4090."),
    "a code block": "```\nTraining took 10 A100 GPU hours and emitted 900 tonnes of CO2\n```",
    "a comment": "<!-- Training took 10 A100 GPU hours and emitted 900 tonnes of CO2 -->",
    "no clean place, no warning": (
        "We trained it in Germany on 64 H100 GPUs for 10 days; it drew 11 MWh and emitted 4.5 t."),
}  # fmt: skip


MORE = Path(__file__).with_name("corpus").joinpath("sentences.txt").read_text("utf-8")
"""Sentences as people write them; all that they state is possible."""


@pytest.mark.parametrize("text", MORE.split("\n\n"))
def test_what_people_write_raises_no_alarm(text):
    assert told(of_card(text)) == []


@pytest.mark.parametrize("name", SOUND)
def test_sound_sentences_raise_no_alarm(name):
    assert told(of_card(f"# A card\n\n{SOUND[name]}\n")) == []


PLANTED = {
    "kilograms for tonnes": (
        "The training took 1,082,990 GPU hours on A100 80GB and emitted 50.5 kg of CO2eq.",
        ["implied-grid"]),
    "grams a kWh for kilograms": (
        "Training drew 433 MWh at a carbon intensity of 57 gCO2eq/kWh, and emitted 24.7 kg of CO2.",
        ["arithmetic"]),
    "more than the boards can draw": (
        "We trained on 64 A100-80GB GPUs for 21 days, which drew 900 MWh.", ["implied-power"]),
    "tokens that do not fit into the hours": (
        "A model with 7B parameters was trained on 2 trillion tokens in 1,800 A100 GPU hours.",
        ["utilisation"]),
    "another place": (
        "It was trained in Sweden on 64 H100 GPUs for 10 days; it drew 11 MWh and emitted 4.5 t.",
        ["place-grid"]),
    "two sentences": (
        "Training used a cumulative 7.7M GPU hours of H100-80GB. Total emissions were 2290 kg CO2.",
        ["implied-grid"]),
    "one figure with two prefixes": (
        "The training emitted 50.5 tonnes of CO2.\n\n# Impact\n\nIt emitted 50.5 kg of CO2eq.",
        ["card-twice"]),
    "a grid that is none": (
        "Training drew 433 MWh at 57 kg CO2eq/kWh and emitted 24.7 t of CO2.",
        ["arithmetic", "grid-bounds"]),
    "a PUE that is none": (
        "Training drew 433 MWh with a PUE of 0.7 and emitted 24.7 t of CO2.", ["pue-bounds"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_a_sentence_gets_wrong_is_found_at_its_line(name):
    text, expected = PLANTED[name]
    found = of_card(f"# A card\n\n{text}\n")
    assert sorted(rules(found)) == sorted(expected)
    assert all(where.startswith("line ") for _, where in told(found))


def test_front_matter_in_another_unit_than_the_text():
    card = "---\nco2_eq_emissions:\n  emissions: {}\n---\n\nTraining emitted 50.5 tonnes of CO2.\n"
    assert told(of_card(card.format("50500000"))) == []
    (found,) = of_card(card.format("50.5"))
    assert (found.rule, found.where.startswith("line 6")) == ("card-twice", True)
    assert "off by 10^6" in found.cause


def test_the_line_is_that_of_the_paragraph():
    text = "---\na: 1\n---\n# T\n\nNothing here.\n\n- one item\n- It emitted 3 t of CO2.\n"
    (claim,) = of_lines(text)
    assert claim.id == "line 9: It emitted 3 t of CO2."


def of_lines(text):
    return of_text(text, "c.md", ".md").claims


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("30.84M H100 hours", {"device_hours": 30.84e6}),
        ("GPU hours: 1.46M", {"device_hours": 1.46e6}),
        ("8xA100 for 3 hours", {"devices": 8, "hours": 3}),
        ("≈ 1.2e6 kWh", {"energy": 1.2e6}),
        ("roughly 3.8 × 10^25 FLOPs", {"flops": 3.8e25}),
        ("15T tokens and 405B parameters", {"tokens": 15e12, "parameters": 405e9}),
        ("37B activated per token", {}),
        ("57 gCO2eq/kWh, a PUE of 1.2", {"grid": 0.057, "pue": 1.2}),
        ("20.4 ktCO₂e and 660 kg Sb eq", {"carbon": 20.4e6}),
        ("350-400W and 12-15 t of CO2", {}),
    ],
)
def test_figures_are_read_as_they_are_written(text, kinds):
    found = {each.kind: each.quantity.value for each in mentions(text)}
    assert found == pytest.approx(kinds)


def test_devices_are_named_by_one_family_or_not_at_all():
    assert device_of("on 16,000 H100s and H100 hosts") == "H100"
    assert device_of("first on V100, then on A100") == ""
    assert device_of("Table T5 of the ISO 14064") == ""


WORDS = st.sampled_from((
    "The training", "took", "emitted", "3.3M", "GPU hours", "A100", "50.5", "tonnes of CO2", "kg",
    "433 MWh", "in France", "57 g/kWh", "per prompt", ".", "\n\n", "- ", "|", "```", "<!--", "-->",
    "7B", "parameters", "2T tokens", "PUE of 1.1", "while", "0", "1e999", "-3", "10^25 FLOPs", "(",
    "<table>", "respectively", "total", "10²⁵", "x" * 300,
))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS | st.text(max_size=6), max_size=40))
def test_no_text_breaks_the_reading(parts):
    text = " ".join(parts)
    lines = text.count("\n") + 2
    for paragraph in paragraphs(text):
        assert all(1 <= each.line <= lines and each.text for each in paragraph)  # of the text
    list(claims_of_prose(text, "c.md"))
    json.dumps([each.as_dict() for each in of_card(text)], allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.floats(2, 5.5), st.floats(60, 900), st.sampled_from(("A100", "H100", "V100-32GB")))
def test_hours_and_carbon_of_any_size_are_silent_on_any_grid(size, grid, board):
    """Whatever a place's grid, mean power between a third and all of the limit: no alarm."""
    limits = {"A100": 0.4, "H100": 0.7, "V100-32GB": 0.3}
    hours = round(10**size)
    tonnes = hours * limits[board] * 0.7 * grid / 1e6
    text = f"Training took {hours:,} GPU hours on {board} and emitted {tonnes:.4g} tonnes of CO2."
    assert told(of_card(text)) == []
    kilograms = text.replace("tonnes", "g")
    assert rules(of_card(kilograms)) == ["implied-grid"]


@pytest.mark.parametrize(
    "text",
    [
        "<!--",
        "<table>",
        "(",
        "1 ",
        "GPU hours: ",
        "- ",
        "[",
        "a. A",
        "\n",
        "\n- ",
        "<",
        "|<",
    ],
)
def test_a_long_text_of_nothing_is_read(text):
    """What is not closed is not searched for from every place again; this would take hours."""
    assert told(of_card(text * 200_000)) == []
