"""Pictures in messages: as the OpenAI API takes them."""

import base64
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.benchmarks.backend import Order
from submeter.benchmarks.backends import openai, picture_messages
from submeter.benchmarks.backends.picture_messages import data_url, messages_of
from submeter.benchmarks.task import Limits
from submeter.errors import UsageError
from tests.benchmarks.servers import served

numpy = pytest.importorskip("numpy")


def picture(height=2, width=3):
    return numpy.arange(height * width * 3, dtype="uint8").reshape(height, width, 3)


def opened(url):
    """Read a PNG back by its own rules: chunks with their sums, rows without a filter."""
    head, _, packed = url.partition(",")
    assert head == "data:image/png;base64"
    file = base64.b64decode(packed)
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    place, parts = 8, {}
    while place < len(file):
        (length,) = struct.unpack(">I", file[place : place + 4])
        name, content = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        assert struct.unpack(">I", file[place + 8 + length :][:4])[0] == zlib.crc32(name + content)
        parts[name], place = content, place + 12 + length
    width, height, depth, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, kind) == (8, 2)
    rows = numpy.frombuffer(zlib.decompress(parts[b"IDAT"]), "uint8").reshape(height, -1)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_picture_comes_back_as_it_was(height, width):
    assert (opened(data_url(picture(height, width))) == picture(height, width)).all()


def test_a_picture_a_question_and_a_chat_become_messages():
    (described,) = messages_of(picture())
    assert [each["type"] for each in described["content"]] == ["image_url", "text"]
    (asked,) = messages_of({"question": "What is it?", "image": picture()})
    assert asked["content"][1]["text"].startswith("What is it?")
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "image", "image": picture()},
                                     {"type": "text", "text": "And?"}]},
    ]  # fmt: skip
    first, second = messages_of(chat)
    assert first == chat[0]
    assert (opened(second["content"][0]["image_url"]["url"]) == picture()).all()
    assert second["content"][1] == {"type": "text", "text": "And?"}
    assert json.dumps([first, second])
    assert messages_of("hello") == [{"role": "user", "content": "hello"}]


def test_what_is_no_picture_or_too_large_is_told(monkeypatch):
    for wrong in (None, picture().astype(float), numpy.zeros((2, 2), "uint8")):
        with pytest.raises(UsageError, match="holds no picture"):
            data_url(wrong)
    monkeypatch.setattr(picture_messages, "LARGEST", 100)
    with pytest.raises(UsageError, match="larger than"):
        messages_of(picture(4, 4))
    with pytest.raises(UsageError, match="too large to send"):
        data_url(numpy.zeros((40, 40, 3), "uint8"))


def test_a_server_is_sent_the_picture():
    with served() as server:
        options = {"url": f"http://127.0.0.1:{server.server_port}/v1"}
        loaded = openai.BACKEND.load(Order("m", "describe-image", options))
        loaded.answer([picture()], Limits(None, 4))
        _, body, _ = server.asked[0]
        with pytest.raises(UsageError, match="by the chat API alone"):
            openai.BACKEND.load(Order("m", "describe-image", {**options, "api": "completions"}))
    (message,) = body["messages"]
    assert (opened(message["content"][0]["image_url"]["url"]) == picture()).all()
    assert body["max_tokens"] == 4
