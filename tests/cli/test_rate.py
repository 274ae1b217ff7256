"""``submeter rate``."""

import json
from pathlib import Path

import pytest

from submeter.cli.main import main

PUBLISHED = Path(__file__).parents[1] / "ratings" / "published.csv"


def test_the_first_rule_gives_the_published_stars(capsys):
    assert main(["rate", str(PUBLISHED), "--scale", "aies-v1", "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["stars"] for row in rows] == [5, 5, 4, 4, 4, 3, 2, 2, 1, 1, 5, 1, 5, 5]
    assert rows[0]["task"] == "text-generation"
    assert rows[0]["chances"] is None


def test_the_own_scale_is_the_default_and_tells_how_sure_it_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")  # lines stay whole
    table = tmp_path / "mine.csv"
    table.write_text(
        "task,model,energy_wh_per_1000,low,high,boundary,quality,metric\n"
        "speech-recognition,whisper-tiny,12,9,15,node,5.6,WER\n"
        "speech-recognition,whisper-big,13.5,11,17,node,3.1,WER\n"
        "video-chat,vlm,5,4,6,node,,\n"
    )
    out = tmp_path / "out.json"
    assert main(["rate", str(table), "--explain", "--json", str(out)]) == 0
    told = capsys.readouterr().out
    assert "★★★★☆" in told
    assert "1 to 2" in told
    assert "WER 5.60" in told
    assert "no anchor for video-chat" in told
    assert "three stars are around 22.4 Wh" in told
    assert "no newcomer moves anybody's stars" in told
    row = json.loads(out.read_text())[0]
    assert row["rank"] == {"best": 1, "worst": 2, "of": 2, "beside": ["whisper-big"]}
    assert sum(row["chances"].values()) == pytest.approx(1)


def test_bad_input_says_what_where_and_the_next_step(tmp_path, capsys):
    other = tmp_path / "x.csv"
    other.write_text("a,b\n1,2\n")
    binary = tmp_path / "y.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    for words, told in (
        (("rate", other), "it is no table of results, x.csv"),
        (("rate", tmp_path / "gone.csv"), "it cannot be read"),
        (("rate", binary), "no text in UTF-8"),
        (("rate", PUBLISHED, "--scale", "aies-1"), "did you mean aies-v1?"),
    ):
        assert main([str(word) for word in words]) == 2
        assert told in capsys.readouterr().err
