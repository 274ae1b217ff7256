"""Published results are read in their own forms, and what is wrong with them is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.imports.files import read_results
from submeter.benchmarks.imports.hints import Hints
from submeter.benchmarks.imports.sheet import sheet_of
from submeter.cli.main import main
from submeter.errors import UsageError
from submeter.ratings.result import Boundary

MASTER = (
    "model_name,model_class,task,reasoning_state,total_prompts,successful_prompts,failed_prompts,"
    "total_completion_tokens,throughput_tokens_per_second,gpu_energy_wh,wh_per_1000_queries,"
    "avg_energy_per_prompt_wh,error_message\n"
)
BOARD = (
    "model,total_gpu_energy,energy_score,class,test date,total_duration_seconds,"
    "avg_latency_seconds,total_completion_tokens,throughput_tokens_per_second,gpu_energy_wh,"
    "avg_energy_per_prompt_wh\n"
)
ML_ENERGY = (
    "task,model_id,gpu_model,num_gpus,max_num_seqs,avg_batch_size,avg_output_len,avg_power_watts,"
    "energy_per_request_joules,energy_per_token_joules,output_throughput_tokens_per_sec,"
    "weight_precision\n"
)
EMISSIONS = (
    "project_name,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,"
    "gpu_count,gpu_model,cpu_model\n"
)
TEXT = Hints("text-generation")


@pytest.fixture
def read(tmp_path):
    """Write a file and read its results."""

    def written(content, hints=TEXT, name="t.csv"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return read_results(path, hints)

    return written


def only(found):
    (result,) = found.results
    return result


# AI Energy Score, first release


def test_the_first_leaderboard_is_in_kwh_and_its_files_are_named_for_their_task(read):
    text = "model,total_gpu_energy,energy_score,class\ndistilbert/distilgpt2,0.001313333,5,A\n"
    found = read(text, Hints(), "text_generation.csv")
    result = only(found)
    assert result.energy == pytest.approx(1.313333)
    assert (result.task, result.model_class) == ("text-generation", "A")
    assert "kWh per 1,000 queries, though label and pages say Wh" in found.defects[0]
    with pytest.raises(UsageError, match="no task"):
        read(text, Hints(), "mine.csv")


def test_a_leaderboard_converted_twice_is_told(read):
    rows = "".join(f"m{i},{each},5,A\n" for i, each in enumerate((9.0, 16.0, 30.0)))
    found = read(f"model,total_gpu_energy,energy_score,class\n{rows}")
    assert any("1e+03 times what the field measures" in each for each in found.defects)


# AI Energy Score, second release


def test_a_row_of_the_second_release_is_its_run_over_its_prompts(read):
    row = "openai/gpt-oss-20b,B,text_gen,On (High),1000,1000,0,2584573,63.3,5512,5512,5.512,\n"
    found = read(MASTER + row, Hints())
    result = only(found)
    assert result.energy == pytest.approx(5512)
    assert (result.model, result.model_class) == ("openai/gpt-oss-20b (high)", "B")
    assert (result.task, result.scenario) == ("reasoning", "reasoning")
    assert found.defects == ()


def test_totals_of_a_whole_run_are_not_taken_for_a_thousand_queries(read):
    row = "a/b,B,text_gen,On,10,10,0,25846,63.3,55.12,55.12,5.512,\n"
    found = read(MASTER + row)
    assert only(found).energy == pytest.approx(5512)
    told = "\n".join(found.defects)
    assert "10 prompts, where the protocol has 1,000" in told
    assert "wh_per_1000_queries 55.12 is the whole run's energy of 10 prompts" in told


def test_a_run_taken_for_a_prompt_is_told_by_its_time(read):
    row = "a/b,0.05512,4,B,Oct,408.3,40.83,25846,63.3,55.12,55.12\n"
    found = read(BOARD + row, Hints("reasoning"))
    assert only(found).energy == pytest.approx(5512)
    assert sum("is the whole run's energy of 10 prompts" in each for each in found.defects) == 2


def test_reasoning_that_has_ten_tokens_is_read_as_what_it_was(read):
    row = "deepseek-ai/DeepSeek-R1,C,text_gen,On,1000,1000,0,10000,9.9,300.5,300.5,0.3005,\n"
    found = read(MASTER + row)
    assert (only(found).task, only(found).scenario) == ("text-generation", "single")
    assert only(found).model == "deepseek-ai/DeepSeek-R1"
    assert "answers have 10 tokens: it was off" in found.defects[0]
    board = "a,0.3005,4,B,Oct,8412.4,8.4124,10000,9.9,300.5,0.3005\n"
    told = read(BOARD + board, Hints(), "reasoning.csv")
    assert only(told).task == "text-generation"
    assert "it was off" in told.defects[0]


def test_long_answers_in_text_generation_are_told(read):
    row = "a,B,text_gen,Off,1000,1000,0,100000,9.9,300.5,300.5,0.3005,\n"
    found = read(MASTER + row)
    assert only(found).task == "text-generation"
    assert "answers have 100 tokens where the protocol has 10" in found.defects[0]


@pytest.mark.parametrize(
    "row",
    [
        "openai/gpt-oss-20b,0.04232,4,B,Oct,8412,8.412,532094,42.32,1135.6,1.1356\n",
        "openai/gpt-oss-20b,1.1356,4,B,Oct,8412,8.412,532094,42.32,42.32,1.1356\n",
    ],
)
def test_throughput_in_the_column_of_energy_is_left_out(read, row):
    found = read(BOARD + row, Hints("reasoning"))
    assert found.results == ()
    assert "has the digits of throughput_tokens_per_second 42.32" in found.defects[0]


def test_kwh_and_wh_side_by_side_are_told(read):
    row = "a,1135.6,4,B,Oct,8412.4,8.4124,532094,63.25,1135.6,1.1356\n"
    found = read(BOARD + row, Hints("reasoning"))
    assert only(found).energy == pytest.approx(1135.6)
    assert "total_gpu_energy 1135.6 is off by a factor of 1,000" in found.defects[0]
    other = read(BOARD + row.replace("1135.6,4", "1.5,4"), Hints("reasoning"))
    assert "total_gpu_energy tells 1500 Wh per 1,000, and 1136 follow" in other.defects[0]


def test_prompts_that_failed_and_runs_that_failed_are_told(read):
    rows = (
        "a,B,text_gen,Off,1000,900,100,9000,9.9,90,100,0.1,\n"
        'b,B,text_gen,Off,0,0,0,0,0,0,0,0,"CUDA\nout of memory"\n'
        "c,B,text_gen,Off,1000,1000,0,10000,9.9,0,0,0,\n"
    )
    found = read(MASTER + rows)
    assert only(found).energy == pytest.approx(100)
    told = "\n".join(found.defects)
    assert "line 2: a: 100 prompts failed" in told
    assert "b failed: CUDA out of memory" in told
    assert "line 5: c: no energy; nothing measured is not zero: left out" in told


# optimum-benchmark


def phase(gpu, cpu=0.1, ram=0.05, *, unit="samples/kWh", of=1000, measures=()):
    total = gpu + cpu + ram
    energy = {"unit": "kWh", "cpu": cpu, "ram": ram, "gpu": gpu, "total": total}
    efficiency = {"unit": unit, "value": of / total} if total > 0 and of else None
    runs = [{"gpu": each, "total": each + cpu + ram} for each in measures]
    return {"energy": {**energy, "measures": runs}, "efficiency": efficiency}


def report(**phases):
    return {
        "load_model": phase(0.6, of=0),
        "prefill": phase(0.2),
        "decode": phase(0.3, unit="tokens/kWh", of=9000),
        **phases,
    }


def test_the_phases_of_a_query_are_summed_and_the_others_left_out(read):
    found = read(report(), name="benchmark_report.json")
    result = only(found)
    assert result.energy == pytest.approx(500)
    assert result.boundary is Boundary.ACCELERATOR
    assert found.defects == (
        "benchmark_report.json: a query is prefill + decode; left out: load_model (600 Wh)",
    )


def test_the_configuration_beside_it_or_around_it_is_read(read, tmp_path):
    config = {
        "backend": {"model": "meta-llama/Llama-3.1-8B", "task": "text-generation"},
        "scenario": {"num_samples": 1000, "generate_kwargs": {"max_new_tokens": 100}},
        "environment": {"gpu": ["NVIDIA H100 80GB HBM3"]},
    }
    around = read({"config": config, "report": report()}, Hints(), "benchmark.json")
    (tmp_path / "benchmark_config.json").write_text(json.dumps(config))
    beside = read(report(), Hints(), "benchmark_report.json")
    for found in (around, beside):
        assert only(found).model == "meta-llama/Llama-3.1-8B"
        assert only(found).hardware == "NVIDIA H100 80GB HBM3"
        assert any("up to 100 tokens" in each for each in found.defects)


def test_runs_that_measured_zero_or_less_are_left_out_of_the_mean(read):
    runs = (0.3, 0.3, 0.0, -0.1, 0.3)
    found = read(report(decode=phase(0.16, measures=runs)), name="r.json")
    assert only(found).energy == pytest.approx(500)
    (told, *_) = found.defects
    assert "decode: 2 of 5 runs measured 0, -0.1 kWh: left out" in told
    assert "the stated mean is -46.7% beside" in told


@pytest.mark.parametrize("gpu", [0.0, -0.01])
def test_a_phase_of_zero_or_less_makes_no_result(read, gpu):
    found = read(report(decode=phase(gpu)), name="r.json")
    assert found.results == ()
    assert f"decode: {gpu:g} kWh: not measured" in found.defects[0]


def test_a_phase_that_is_missing_makes_no_result(read):
    found = read(report(decode={"energy": None}), name="r.json")
    assert found.results == ()
    assert "decode: no energy" in found.defects[0]


def test_a_processor_alone_is_the_nodes(read):
    found = read({"forward": phase(0.0)}, name="r.json")
    assert only(found).boundary is Boundary.NODE
    assert only(found).energy == pytest.approx(150)
    assert "no phase has energy of an accelerator" in found.defects[0]


def test_queries_are_told_where_the_report_divides_by_none(read):
    bare = report(prefill=phase(0.2, of=0))
    with pytest.raises(UsageError, match="say --queries N"):
        read(bare, name="r.json")
    assert only(read(bare, Hints("asr", "m", 100), "r.json")).energy == pytest.approx(5000)
    found = read(report(), Hints("asr", "m", 100), "r.json")
    assert only(found).energy == pytest.approx(500)
    assert "1000 queries, by its efficiency; you tell 100" in found.defects[0]


@given(st.lists(st.floats(1e-6, 10), min_size=2, max_size=2), st.integers(1, 10**6))
def test_a_query_is_all_of_its_phases_over_all_queries(tmp_path_factory, energies, queries):
    path = tmp_path_factory.mktemp("r") / "r.json"
    path.write_text(json.dumps(report(
        prefill=phase(energies[0], of=0), decode=phase(energies[1], of=0)
    )))  # fmt: skip
    result = only(read_results(path, Hints("asr", "m", queries)))
    assert result.energy * queries / 1e6 == pytest.approx(sum(energies))


# ML.ENERGY


def test_ml_energy_tells_a_token_and_a_query_by_batch_and_hardware(read):
    row = "lm-arena-chat,a/b,H100,4,128,127.9,400,2000,200,0.5,4000,fp8\n"
    found = read(ML_ENERGY + row, Hints())
    token, query = found.results
    assert (token.unit, query.unit) == ("token", "query")
    assert token.energy == pytest.approx(0.5 / 3.6)
    assert query.energy == pytest.approx(200 / 3.6)
    assert token.model == query.model == "a/b, fp8, 128 at a time"
    assert (token.task, token.scenario, token.hardware) == ("text-generation", "server", "4 × H100")
    assert found.defects == ()


def test_ml_energys_columns_that_contradict_one_another_are_told(read):
    row = "gpqa,a/b,H100,4,128,60,400,2000,0.2,0.0005,4000,fp8\n"
    found = read(ML_ENERGY + row, Hints())
    told = "\n".join(found.defects)
    assert found.results[0].task == "reasoning"
    assert "0.0005 J a token, and 2000 W at 4000 a second make otherwise" in told
    assert "128 at a time were allowed, and 60 were reached" in told
    wrong = read(ML_ENERGY + row.replace(",0.2,", ",200,"), Hints())
    assert any("400 tokens make 0.2 J" in each for each in wrong.defects)
    none = read(ML_ENERGY + row.replace(",0.2,0.0005,", ",0,-1,"), Hints())
    assert none.results == ()
    assert len(none.defects) == 3


# CodeCarbon


def test_a_whole_run_is_refused_unless_its_queries_are_told(read):
    text = f"{EMISSIONS}p,1,10,0.001,0.001,0.002,0.0005,0.0035,1,1 x NVIDIA A100,Xeon\n"
    with pytest.raises(UsageError, match=r"energies are of whole runs.*say --queries N"):
        read(text)
    found = read(text, Hints("asr", queries=50))
    result = only(found)
    assert result.energy == pytest.approx(40)
    assert (result.model, result.boundary) == ("p", Boundary.ACCELERATOR)
    assert "such as loading the model, is in it" in found.defects[0]


def test_a_gpu_that_was_not_measured_makes_no_result(read):
    text = f"{EMISSIONS}p,1,10,0.001,0.001,0,0.0005,0.0015,1,1 x NVIDIA A100,Xeon\n"
    found = read(text, Hints("asr", queries=50))
    assert found.results == ()
    assert "1 x NVIDIA A100 is named, and its energy is 0.0: not measured" in found.defects[1]


def test_a_processors_run_is_the_nodes_without_the_pue(read):
    text = f"{EMISSIONS}codecarbon,1,10,0.001,0.001,0,0.0005,0.0018,,,Xeon\n"
    found = read(text, Hints("asr", queries=50))
    result = only(found)
    assert (result.boundary, result.hardware, result.model) == (Boundary.NODE, "Xeon", "t.csv")
    assert result.energy == pytest.approx(30)
    assert "the parts are taken, without a PUE" in found.defects[1]


def test_rows_written_while_a_run_went_on_are_within_its_last(read):
    rows = "".join(f"p,same,10,0.001,{each},,,{each},,,Xeon\n" for each in (0.001, 0.002, 0.003))
    found = read(EMISSIONS + rows + "q,other,1,0,,,,,,,\n", Hints("asr", queries=1000))
    assert only(found).energy == pytest.approx(3)
    assert "2 rows were written before their run ended" in found.defects[1]
    assert "no energy; nothing measured is not zero" in found.defects[2]


# All


def test_all_come_by_the_same_door(tmp_path, capsys):
    table = tmp_path / "emissions.csv"
    table.write_text(f"{EMISSIONS}p,1,10,0.001,0.001,0.002,0.0005,0.0035,1,A100,Xeon\n")
    assert main(["rate", str(table), "--task", "asr"]) == 2
    assert "say --queries N" in capsys.readouterr().err
    assert main(["rate", str(table), "--task", "asr", "--queries", "50", "--json", "-"]) == 0
    shown = capsys.readouterr()
    (row,) = json.loads(shown.out)
    assert row["energy"]["value"] == pytest.approx(40)
    assert "defect: emissions.csv: whole runs" in " ".join(shown.err.split())
    assert main(["rate", str(table), "--task", "asr", "--queries", "0"]) == 2
    assert "1 query or more" in capsys.readouterr().err
    table.write_text(f"{EMISSIONS}p,1,10,0.001,0.001,0,0,0.001,1,A100,Xeon\n")
    assert main(["rate", str(table), "--task", "asr", "--queries", "50"]) == 2
    assert "not measured, left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"a": 1}', "no phases with their energy"),
        ("[1, 2]", "no phases with their energy"),
        ('{"a": ', "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ('{"x": {"energy": {"unit": "kWh"}}}', "none of its phases answers queries"),
        ('{"forward": {"energy": {"unit": "J", "gpu": 1}}}', '"J" is no unit'),
        (f"{MASTER}a,B,text_gen,Off,many,many,0,0,0,0,0,0,\n", '"many" is not a number'),
        (f"{MASTER},B,text_gen,Off,1,1,0,0,0,1,1,1,\n", "no model is told"),
        (f"{BOARD}a,1,4,B,Oct,1,1,1,1,1,1\n", "no task is told"),
        ("a,b\n1,2\n", "no table of results"),
        (f'a\n"{"x" * 200_000}"\n', "it is no CSV"),
    ],
)
def test_what_cannot_be_read_says_what_and_where(read, content, told):
    hints = Hints(task="" if "no task" in told else "asr", queries=1)
    with pytest.raises(UsageError, match=told):
        read(content, hints)


def test_a_sheet_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("submeter.benchmarks.imports.sheet._MOST", 1)
    with pytest.raises(UsageError, match="more than 1 rows"):
        sheet_of("a\n1\n2\n", "t.csv")


cells = st.sampled_from(["", "nan", "inf", "-1", "0", "1e-300", "1e300", "12.5", "1000", "On", "x"])


@given(st.sampled_from([MASTER, BOARD, ML_ENERGY, EMISSIONS]), st.lists(cells, max_size=14))
def test_no_row_breaks_a_reader_or_makes_energy_of_nothing(tmp_path_factory, head, row):
    path = tmp_path_factory.mktemp("f") / "t.csv"
    path.write_text(f"{head}{','.join(row)}\n")
    try:
        found = read_results(path, Hints("asr", "m", 10))
    except UsageError as error:
        assert error.fix  # noqa: PT017 - refused with a next step, or read: both are sound
        return
    assert all(each.energy > 0 for each in found.results)
