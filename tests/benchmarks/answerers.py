"""Small honest functions that do the tasks of text a little: each answers by what it is asked."""

import json
import re
import zlib
from collections import Counter

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.metrics import words


def pick(asked):
    """Answer with the sentence of the passage that shares most words with the question."""
    wanted = Counter(words(asked["question"]))
    sentences = re.split(r"(?<=\.) ", asked["context"])
    return max(sentences, key=lambda each: sum((wanted & Counter(words(each))).values()))


def opinion(text):
    """Call everything good."""
    return "good" if text else "bad"


def likeness(pair):
    """Tell which part of all their words two sentences share."""
    one, other = (set(words(each)) for each in pair)
    return len(one & other) / len(one | other)


def embed(text):
    """Count a text's words in 512 bins."""
    bins = [0.0] * 512
    for each in words(text):
        bins[zlib.crc32(each.encode()) % 512] += 1
    return bins


def reckon(prompt):
    """Solve the problems of shopping, and no others."""
    found = re.search(
        r"buys (\d+) pens at (\d+) euros each and (\d+) pads at (\d+) euros each, and pays with "
        r"(\d+)", prompt,
    )  # fmt: skip
    if found is None:
        return "I do not know that."
    pens, price, pads, dear, note = map(int, found.groups())
    paid = pens * price + pads * dear
    return f"{pens} * {price} + {pads} * {dear} = {paid}.\nAnswer: {note - paid}"


def first_passage(prompt):
    """Name what the first passage is about."""
    found = re.search(r"Passage 1: ([\w.]+):", prompt)
    return found[1] if found else "nothing"


def write(prompt):
    """Write the function that doubles a number, and no other."""
    if "def double" in prompt:
        return "```python\ndef double(x):\n    return half(x) * 4\n```"
    return "    return None"


def run_errands(messages):
    """Buy two things, by the tools; give all other errands up."""
    told = [each["content"] for each in messages]
    found = re.match(r"What do (\d+) kg of (\w+) and (\d+) kg of (\w+) cost at ([\w ]+),", told[1])
    said = "ANSWER I do not know"
    if found is not None:
        many, one, much, other, shop = found.groups()
        known = [each.removeprefix("RESULT ") for each in told if each.startswith("RESULT ")]
        first, second, paid, more, whole = (*known, *"-----")[:5]
        said = (
            call("price", shop=shop, goods=one),
            call("price", shop=shop, goods=other),
            call("calculate", left=many, operator="*", right=first),
            call("calculate", left=much, operator="*", right=second),
            call("calculate", left=paid, operator="+", right=more),
            f"ANSWER {whole}",
        )[len(known)]
    return Answer(f"Let me see.\n{said}", sum(map(len, told)), len(said))


def call(name, **told):
    """Write a line that calls a tool."""
    return f"CALL {name} {json.dumps(told)}"
