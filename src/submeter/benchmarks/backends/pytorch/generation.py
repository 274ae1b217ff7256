"""Text that is written token by token: of a fixed length where one is asked for, counted, timed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.backend import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.task import Limits

FREE = 8192
"""Tokens at most of an answer that ends by itself: as the bench's own limit has it."""


_PLACES = ("max_position_embeddings", "max_target_positions")
START = 2
"""Tokens by which a decoder behind an encoder begins, at most."""


class Written(NamedTuple):
    """What a model wrote, one row of token ids a query, and when the first came [ns, monotonic]."""

    rows: list[list[int]]
    first: int | None


class Wording(NamedTuple):
    """How tokens are made text.

    Parameters
    ----------
    tokenizer : object
        Makes text of them.
    ends : frozenset of int
        Tokens that end an answer.
    opens, closes : int or None
        Tokens about what is thought and not said, where the model has such.
    """

    tokenizer: Any
    ends: frozenset[int]
    opens: int | None
    closes: int | None


class _Watch:
    """Sees where the prompt ends, and when the first token comes.

    The library calls it before each choice of a token, as a processor of logits; and with each
    token, as a streamer.
    """

    def __init__(self) -> None:
        self.prompt: int | None = None
        self.first: int | None = None
        self._puts = 0

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Note how long the row is before its first token."""
        if self.prompt is None:
            self.prompt = int(input_ids.shape[1])
        return scores

    def put(self, tokens: object) -> None:
        """Note when the second is handed over: the first is the prompt."""
        del tokens
        self._puts += 1
        if self._puts == 2:  # noqa: PLR2004 - see above
            self.first = time.monotonic_ns()

    def end(self) -> None:
        """Nothing is left to do."""


def write(model: Any, inputs: dict[str, Any], limits: Limits) -> Written:
    """Write an answer to each row, always taking the likeliest token.

    Parameters
    ----------
    model : object
        A model that generates.
    inputs : dict
        Its tensors, on its device.
    limits : Limits
        Of the answers.
    """
    watch = _Watch()
    told: dict[str, Any] = {
        "max_new_tokens": FREE if limits.most is None else limits.most,
        "logits_processor": [watch],
    }
    if limits.least:
        told["min_new_tokens"] = limits.least
    if len(next(iter(inputs.values()))) == 1:
        # A streamer has each token fetched from the device, which of a batch would cost more.
        told["streamer"] = watch
    found = model.generate(**inputs, **told)
    return Written([row[watch.prompt :] for row in found.tolist()], watch.first)


def within(limits: Limits, config: Any, prompt: int) -> Limits:
    """Give limits that a decoder's places suffice for, where an answer may end by itself.

    Parameters
    ----------
    limits : Limits
        As they are asked for; a fixed length stays.
    config : object
        The model's.
    prompt : int
        Tokens that stand before the answer.
    """
    if limits.least is not None and limits.least == limits.most:
        return limits
    decoder = config.get_text_config(decoder=True)
    told = (getattr(decoder, name, None) for name in _PLACES)
    places = next((int(each) for each in told if each), FREE + prompt)
    most = FREE if limits.most is None else limits.most
    return limits._replace(most=max(1, min(most, places - prompt)))


def wording_of(model: Any, tokenizer: Any) -> Wording:
    """Give how a model's tokens are made text; thoughts stand between the marks of most models."""
    # Asked once: it lists every token there is.
    known = tokenizer.get_vocab()
    return Wording(tokenizer, _ends(model, tokenizer), known.get("<think>"), known.get("</think>"))


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    told = [getattr(model.generation_config, "eos_token_id", None)]
    if model.config.model_type == "blip":
        # Its decoder is BERT's, and ends as a sentence does.
        told.append(model.config.text_config.sep_token_id)
    found = {each for one in told for each in (one if isinstance(one, list) else [one])}
    known = found - {None} or {tokenizer.eos_token_id} - {None}
    return frozenset(int(each) for each in known if each is not None)


def answers_of(
    written: Written, wording: Wording, limits: Limits, read: Sequence[int | None]
) -> list[Answer]:
    """Give the answers of rows: their text, how many tokens, and why they ended.

    Parameters
    ----------
    written : Written
        The rows; one that ended early is padded.
    wording : Wording
        How they are made text.
    limits : Limits
        A fixed length has no end before it.
    read : sequence of int or None
        Tokens that each was asked with.
    """
    is_fixed = limits.least is not None and limits.least == limits.most
    found = []
    for row, tokens_in in zip(written.rows, read, strict=True):
        stop = next((i for i, each in enumerate(row) if each in wording.ends), None)
        kept = row if is_fixed or stop is None else row[: stop + 1]
        thought = _thought(kept, wording)
        text = wording.tokenizer.decode(kept[thought:], skip_special_tokens=True).strip()
        found.append(
            Answer(
                text, tokens_in, len(kept), thought or None, written.first,
                "length" if is_fixed or stop is None else "stop",
            )
        )  # fmt: skip
    return found


def _thought(row: Sequence[int], wording: Wording) -> int:
    """Give how many tokens of a row are reasoning."""
    if wording.closes in row:
        return len(row) - row[::-1].index(wording.closes)
    return len(row) if wording.opens in row else 0
