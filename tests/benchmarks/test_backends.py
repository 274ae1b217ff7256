"""Backends: servers, commands, functions, through the real thing."""

import os
import socket
import sys

import pytest

from submeter.benchmarks.backend import ABILITIES, NOWHERE, Order
from submeter.benchmarks.backends import command, function, openai
from submeter.benchmarks.backends.chat_stream import EndpointError, endpoint
from submeter.benchmarks.bundle import read_bundle
from submeter.benchmarks.imports.files import read_results
from submeter.benchmarks.plan import Plan
from submeter.benchmarks.registry import backend_named, names
from submeter.benchmarks.runner import Bench, BenchError, run
from submeter.benchmarks.task import Limits
from submeter.benchmarks.tasks.library_text import TEXT_GENERATION
from submeter.benchmarks.verification import verify
from submeter.errors import UsageError
from submeter.runs.settings import load
from submeter.sensing.devices.listeners import listener
from tests.benchmarks.servers import process, served
from tests.benchmarks.work import unheard


def order(model, **options):
    return Order(
        model, "generate", {name.replace("_", "-"): text for name, text in options.items()}
    )


def url(server):
    return f"http://127.0.0.1:{server.server_port}/v1"


@pytest.mark.parametrize("name", names("submeter.backends"))
def test_every_backend_says_what_it_is_and_can_be_listed(name):
    backend = backend_named(name)
    assert backend.name == name
    assert backend.title
    assert set(backend.abilities) <= set(ABILITIES)
    assert isinstance(backend.concurrent, bool)
    assert all(backend.options.values())


def test_a_server_is_asked_for_a_fixed_length_and_its_counts_are_taken():
    with served() as server:
        loaded = openai.BACKEND.load(order("m", url=url(server)))
        assert loaded.pid is None
        (answer,) = loaded.answer(["hello"], Limits(4, 4, 7))
        path, body, key = server.asked[0]
    assert answer[:4] == ("w0 w1 w2 w3 ", 5, 4, 1)
    assert answer.finish == "length"
    assert answer.first is not None
    assert (path, key) == ("/v1/chat/completions", None)
    assert body["messages"] == [{"role": "user", "content": "hello"}]
    assert (body["max_tokens"], body["min_tokens"], body["ignore_eos"]) == (4, 4, True)
    assert body["seed"] == 7


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_what_a_model_thinks_is_no_part_of_its_answer(field):
    """A call of a tool, or a final answer, that it only thought of is none."""
    with served(field) as server:
        loaded = openai.BACKEND.load(order("m", url=url(server)))
        (answer,) = loaded.answer(["hello"], Limits(3, 3))
    assert answer.value == "w1 w2 "
    assert answer.first is not None


def test_completions_take_messages_as_plain_text():
    told = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    with served() as server:
        loaded = openai.BACKEND.load(order("m", url=url(server), api="completions"))
        loaded.answer([told], Limits(None, 2))
        ((_, body, _),) = server.asked
    assert body["prompt"] == "system: Be brief.\n\nuser: Hello?\n\nassistant:"


def test_completions_effort_and_a_key(monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret-1")
    with served() as server:
        told = order("m", url=url(server), api="completions", key_variable="MY_KEY", fixed="no")
        loaded = openai.BACKEND.load(told)
        loaded.answer(["hello"], Limits(4, 4, 0, "off"))
        path, body, key = server.asked[0]
    assert (path, key) == ("/v1/completions", "Bearer secret-1")
    assert body["prompt"] == "hello"
    assert body["reasoning_effort"] == "none"
    assert "ignore_eos" not in body
    assert "secret-1" not in repr(loaded.facts)


@pytest.mark.parametrize(
    ("fault", "told"),
    [("404", "^HTTP 404: model not found$"), ("nonsense", "broke off"), ("500", "HTTP 500")],
)
def test_what_is_no_stream_is_told(fault, told):
    with served(fault) as server:
        loaded = openai.BACKEND.load(order("m", url=url(server)))
        with pytest.raises(EndpointError, match=told):
            loaded.answer(["hello"], Limits())


def test_a_server_in_a_process_of_its_own_is_what_is_metered(tmp_path):
    with process() as (running, port):
        assert listener(port) == running.pid
        plan = Plan(
            "text-generation", "m", "openai", "server", concurrency=4, most=60, precision=0.001,
            idle=0, options={"url": f"http://127.0.0.1:{port}/v1"}, seconds=20,
        )  # fmt: skip
        bench = Bench(plan, TEXT_GENERATION, openai.BACKEND, load({"period": "0.1 s"}, {}))
        out = tmp_path / "b.zip"
        run(bench, out, unheard)
    bundle = read_bundle(out)
    assert verify(bundle) == []
    assert bundle.seen[0].own is not None
    assert bundle.seen[0].own.who == f"pid:{running.pid}"
    summary = bundle.told["summary"]
    assert summary["energy"]["node"]["per"]["token"]["value"] > 0
    assert summary["speed"]["first_token"]["p50"] < summary["speed"]["latency"]["p50"]
    assert summary["speed"]["between_tokens"]["p50"] > 0.0009


def test_of_a_server_elsewhere_no_energy_is_told(tmp_path, monkeypatch):
    with served() as server:
        monkeypatch.setattr(openai, "is_here", {}.get)
        options = {"url": url(server)}
        assert openai.BACKEND.load(Order("m", "generate", options)).pid == NOWHERE
        plan = Plan("text-generation", "m", "openai", most=20, options=options, idle=0)
        bench = Bench(plan, TEXT_GENERATION, openai.BACKEND, load({}, {}))
        out = tmp_path / "b.zip"
        run(bench, out, unheard)
    told = read_bundle(out).told
    assert told["summary"]["energy"] == {}
    assert told["summary"]["work"]["query"] > 0
    assert any("runs on another machine" in each for each in told["missing"])
    rated = read_results(out)
    assert rated.results == ()
    (why,) = rated.defects
    assert why == "b.zip: the bundle tells no energy a query; left out"


def test_a_server_that_breaks_off_keeps_what_was_measured(tmp_path):
    with served(*[""] * 5, "500") as server:
        plan = Plan(
            "text-generation", "m", "openai", most=30, precision=0.001, idle=0,
            options={"url": url(server)},
        )  # fmt: skip
        bench = Bench(plan, TEXT_GENERATION, openai.BACKEND, load({}, {}))
        with pytest.raises(BenchError, match="query 6: EndpointError: HTTP 500"):
            run(bench, tmp_path / "b.zip", unheard)
    assert (tmp_path / "b.zip.part" / "sitting-0.json").exists()


def test_addresses_and_keys_are_checked(monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret-1")
    monkeypatch.delenv("NO_KEY", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for told, why in (
        ({}, "address is missing"),
        ({"url": "127.0.0.1:8000"}, "is no address"),
        ({"url": "http://[::1"}, "cannot be read"),
        ({"url": "http://ada:secret@127.0.0.1:1/v1"}, "would stand in the bundle"),
        ({"url": "http://example.org/v1", "key_variable": "MY_KEY"}, "over an open line"),
        ({"url": "http://127.0.0.1:1/v1", "key_variable": "NO_KEY"}, "holds no key"),
        ({"url": f"http://127.0.0.1:{port}/v1"}, "nothing listens"),
        ({"url": "http://127.0.0.1:1/v1", "pid": "x"}, "no process id"),
    ):
        with pytest.raises(UsageError, match=why):
            openai.BACKEND.load(order("m", **told))
    assert endpoint("https://example.org/v1/", "k").path == "/v1"
    assert endpoint("https://example.org/v1/", "k").port == 443


def test_this_process_is_found_by_its_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert listener(taken.getsockname()[1]) == os.getpid()


UPPER = (
    "import json, sys\n"
    "for line in sys.stdin:\n"
    "    asked = json.loads(line)\n"
    "    if asked['input'] == 'die': sys.exit(3)\n"
    "    if asked['input'] == 'odd': print('[]', flush=True); continue\n"
    "    told = {'value': asked['input'].upper(), 'tokens_out': asked['most']}\n"
    "    print(json.dumps(told), flush=True)\n"
)


def test_a_command_answers_line_by_line(tmp_path):
    script = tmp_path / "upper.py"
    script.write_text(UPPER)
    loaded = command.BACKEND.load(order(f"{sys.executable} {script}"))
    answers = loaded.answer(["a", "ü"], Limits(None, 8))
    assert [each.value for each in answers] == ["A", "Ü"]
    assert answers[0].tokens_out == 8
    with pytest.raises(OSError, match="no JSON with a value"):
        loaded.answer(["odd"], Limits())
    with pytest.raises(OSError, match="ended with exit code 3"):
        loaded.answer(["die"], Limits())
    loaded.close()
    with pytest.raises(UsageError, match="cannot be started"):
        command.BACKEND.load(order("/no/such/program"))
    with pytest.raises(UsageError, match="no command"):
        command.BACKEND.load(order(" "))


def test_a_command_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_PATIENCE", 0.2)
    loaded = command.BACKEND.load(order(f"{sys.executable} -c 'import time; time.sleep(60)'"))
    loaded.close()


def test_a_function_is_found_in_a_module_or_a_file(tmp_path):
    path = tmp_path / "fn.py"
    path.write_text("def double(text):\n    return text * 2\n")
    loaded = function.BACKEND.load(order(f"{path}:double"))
    assert loaded.answer(["ab"], Limits())[0].value == "abab"
    assert str(tmp_path) not in loaded.facts.name
    assert function.BACKEND.load(order("json:dumps")).answer([1], Limits())[0].value == "1"
