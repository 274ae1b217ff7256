"""Texts to texts: decoders and encoder-decoders, plain or by a chat template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backends.efforts import effort_fields, unknown_to
from submeter.benchmarks.backends.pytorch.generation import FREE, answers_of, wording_of, write
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backend import Answer
    from submeter.benchmarks.backends.pytorch.source import Source
    from submeter.benchmarks.task import Limits

_QUESTION = "{context}\n\nQuestion: {question}\nAnswer:"


def effort_words(effort: str) -> dict[str, Any]:
    """Give the variables of a chat template that ask for an effort."""
    told: dict[str, Any] = effort_fields(effort, "template").get("chat_template_kwargs", {})
    return told


class Writer:
    """Goes on with texts, or answers messages.

    Parameters
    ----------
    source : Source
        The model.

    Raises
    ------
    UsageError
        If it does not write texts.
    """

    def __init__(self, source: Source) -> None:
        is_pair = bool(source.config.is_encoder_decoder)
        seconds = ("AutoModelForSeq2SeqLM",) if is_pair else ()
        self.model = source.model(*seconds, "AutoModelForCausalLM", "AutoModelForImageTextToText")
        self._tokenizer = source.tokenizer()
        # A decoder goes on at the right end: what is padded must be at the left.
        self._tokenizer.padding_side = "right" if is_pair else "left"
        self._device = source.device
        self._is_chat = source.options.get("api", "completions") == "chat"
        self._wording = wording_of(self.model, self._tokenizer)
        self._is_pair = is_pair
        context = getattr(source.config.get_text_config(), "max_position_embeddings", None)
        self._context: int | None = context
        self._name = source.place.name

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Answer a batch."""
        texts = [self._text(each, limits.effort) for each in inputs]
        has_template = any(is_chat for _, is_chat in texts)
        given = self._tokenizer(
            [text for text, _ in texts], return_tensors="pt", padding=True,
            # A template writes its own.
            add_special_tokens=not has_template,
        )  # fmt: skip
        read = [int(each) for each in given["attention_mask"].sum(dim=1)]
        limits = limits._replace(most=self._most(max(read), limits))
        named = {name: given[name] for name in ("input_ids", "attention_mask")}
        self.model.generation_config.pad_token_id = self._tokenizer.pad_token_id
        written = write(self.model, self._device.given(named), limits)
        return answers_of(written, self._wording, limits, read)

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort; empty if it can."""
        if not self._tokenizer.chat_template:
            return "the model has no chat template, by which an effort is told"
        return unknown_to(str(self._tokenizer.get_chat_template()), effort)

    def _text(self, asked: object, effort: str) -> tuple[str, bool]:
        """Give what a model is asked with, and whether that is by its template."""
        if isinstance(asked, dict):
            asked = _QUESTION.format(question=asked["question"], context=asked["context"])
        if not isinstance(asked, list):
            # Effort can be told by a template only.
            if not self._is_chat and not effort:
                return str(asked), False
            asked = [{"role": "user", "content": str(asked)}]
        if not self._tokenizer.chat_template:
            fix = "take a model with one, or plain texts and --option api=completions"
            raise UsageError("the model has no chat template", self._name, fix)
        text = self._tokenizer.apply_chat_template(
            asked, tokenize=False, add_generation_prompt=True, **effort_words(effort)
        )
        return str(text), True

    def _most(self, longest: int, limits: Limits) -> int:
        """Give how many tokens are written at most after the longest prompt of a batch."""
        most = FREE if limits.most is None else limits.most
        if self._context is None:
            return most
        # What an encoder reads takes no room from what the decoder writes.
        room = self._context - (0 if self._is_pair else longest)
        is_fixed = limits.least is not None and limits.least == limits.most
        wanted = most if is_fixed else 1
        if room < wanted or longest > self._context:
            fix = "lower --output-tokens, or take a model that reads more"
            what = (
                f"a prompt of {longest} tokens and an answer of {wanted} are more than the "
                f"{self._context} that it reads"
            )
            raise UsageError(what, self._name, fix)
        return min(most, room)
