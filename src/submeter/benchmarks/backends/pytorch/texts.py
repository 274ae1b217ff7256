"""Texts to labels, spans and vectors: encoders, each text read once."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer
from submeter.benchmarks.backends.pytorch.source import labels_of
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from submeter.benchmarks.backends.pytorch.source import Source
    from submeter.benchmarks.task import Limits

_LONGEST_ANSWER = 30
"""Tokens of an answer that is cut from a text: what SQuAD's are at most, nearly all."""
_STRIDE = 128
"""Tokens that two windows of a long text share, so that no answer is cut in two."""
POOLINGS = ("mean", "cls", "last")


class Reader:
    """A tokenizer with the model that reads what it makes."""

    def __init__(self, source: Source, kind: str) -> None:
        self.model = source.model(kind)
        self.tokenizer = source.tokenizer()
        self.tokenizer.padding_side = "right"
        self._device = source.device
        self.longest = _longest(self.tokenizer, source.config)
        if self.model.config.pad_token_id is None:
            # A decoder that classifies looks for the last token that is no padding.
            self.model.config.pad_token_id = self.tokenizer.pad_token_id

    def read(self, *texts: list[str], **told: object) -> tuple[Any, Any]:
        """Give the tokens of texts, cut where the model reads no further, and what it made."""
        tokens = self.tokenizer(
            *texts, return_tensors="pt", padding=True, max_length=self.longest,
            **{"truncation": self.longest is not None, **told},
        )  # fmt: skip
        named = {each: tokens[each] for each in self.tokenizer.model_input_names if each in tokens}
        return tokens, self.model(**self._device.given(named))


def _longest(tokenizer: Any, config: Any) -> int | None:
    """Give how many tokens a model reads; None where nothing tells."""
    told = [
        getattr(tokenizer, "model_max_length", None),
        getattr(config.get_text_config(), "max_position_embeddings", None),
    ]
    # A tokenizer that knows no limit tells 10³⁰.
    known = [int(each) for each in told if each and each < 1 << 30]
    # RoBERTa and its kin count positions from behind the padding's number.
    behind = (
        2 if config.model_type in ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl") else 0
    )
    return min(known) - behind if known else None


def _counts(tokens: Any) -> list[int]:
    return [int(each) for each in tokens["attention_mask"].sum(dim=1)]


class TextClassifier:
    """Gives texts labels."""

    def __init__(self, source: Source) -> None:
        self._reader = Reader(source, "AutoModelForSequenceClassification")
        self.model = self._reader.model

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give each text its likeliest label; of a model with one output, the number."""
        del limits
        tokens, told = self._reader.read([str(each) for each in inputs])
        if told.logits.shape[-1] == 1:
            values: list[object] = [float(each) for each in told.logits[:, 0]]
        else:
            values = list(labels_of(self.model, told.logits.argmax(dim=-1).tolist()))
        return [Answer(*each) for each in zip(values, _counts(tokens), strict=True)]


class TokenClassifier:
    """Finds names and other spans in texts."""

    def __init__(self, source: Source) -> None:
        self._reader = Reader(source, "AutoModelForTokenClassification")
        self.model = self._reader.model
        if not self._reader.tokenizer.is_fast:
            fix = "put the model's tokenizer.json beside its weights"
            raise UsageError("its tokenizer does not tell where words are", source.place.name, fix)

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give the spans of each text with their labels, in their order."""
        del limits
        texts = [str(each) for each in inputs]
        tokens, told = self._reader.read(texts, return_offsets_mapping=True)
        places = told.logits.argmax(dim=-1).tolist()
        offsets = tokens["offset_mapping"].tolist()
        found = []
        for row, (text, count) in enumerate(zip(texts, _counts(tokens), strict=True)):
            words = tokens.word_ids(row)
            labels = labels_of(self.model, places[row])
            found.append(Answer(_spans(text, words, labels, offsets[row]), count))
        return found


def _spans(
    text: str,
    words: Sequence[int | None],
    labels: Sequence[str],
    offsets: Sequence[Sequence[int]],
) -> list[list[str]]:
    """Join words of one label; a word has the label of its first token.

    ``B-`` begins a span anew, ``I-`` goes on with one; labels without either are joined where they
    stand side by side.
    """
    found: list[list[Any]] = []
    before = "O"
    for _, group in groupby(
        (i for i, word in enumerate(words) if word is not None), key=lambda i: words[i]
    ):
        places = list(group)
        start, end = offsets[places[0]][0], offsets[places[-1]][1]
        mark, is_marked, rest = labels[places[0]].partition("-")
        label = rest if is_marked and mark in ("B", "I") else labels[places[0]]
        if label != "O" and label == before and not (is_marked and mark == "B"):
            found[-1][1] = end
        elif label != "O":
            found.append([start, end, label])
        before = label
    return [[text[start:end].strip(), label] for start, end, label in found]


class Extractor:
    """Cuts the answer to a question from a text."""

    def __init__(self, source: Source) -> None:
        self._reader = Reader(source, "AutoModelForQuestionAnswering")
        self.model = self._reader.model

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Answer each question, or with nothing; a long text is read in windows, all counted."""
        del limits
        asked = [each for each in inputs if isinstance(each, dict)]
        contexts = [str(each["context"]) for each in asked]
        # A question must leave half of a window to the text.
        most = self._reader.longest
        told = {"stride": min(_STRIDE, most // 4), "truncation": "only_second"} if most else {}
        tokens, found = self._reader.read(
            [str(each["question"]) for each in asked], contexts, return_offsets_mapping=True,
            return_overflowing_tokens=True, **told,
        )  # fmt: skip
        owners = tokens["overflow_to_sample_mapping"].tolist()
        best = [(-math.inf, "")] * len(contexts)
        nothing = [math.inf] * len(contexts)
        read = [0] * len(contexts)
        for window, (owner, count) in enumerate(zip(owners, _counts(tokens), strict=True)):
            read[owner] += count
            cut, none = self._cut(tokens, found, window, contexts[owner])
            best[owner] = max(best[owner], cut, key=lambda each: each[0])
            nothing[owner] = min(nothing[owner], none)
        # As SQuAD 2.0 has it: nothing, where no window has anything that is likelier.
        return [
            Answer(text if score >= none else "", count)
            for (score, text), none, count in zip(best, nothing, read, strict=True)
        ]

    def _cut(
        self, tokens: Any, found: Any, window: int, context: str
    ) -> tuple[tuple[float, str], float]:
        """Give the best span of a window with its score, and the score of there being none."""
        starts, ends = (each[window].float() for each in (found.start_logits, found.end_logits))
        inside = [i for i, each in enumerate(tokens.sequence_ids(window)) if each == 1]
        score, start, end = _best(starts[inside], ends[inside])
        offsets = tokens["offset_mapping"][window].tolist()
        text = context[offsets[inside[start]][0] : offsets[inside[end]][1]] if inside else ""
        # Models learn to point at the token that stands for the whole.
        first = self._reader.tokenizer.cls_token_id
        whole = [i for i, each in enumerate(tokens["input_ids"][window].tolist()) if each == first]
        none = float(starts[whole[0]] + ends[whole[0]]) if whole else -math.inf
        return (score, text), none


def _best(starts: Any, ends: Any) -> tuple[float, int, int]:
    """Give score, start and end of the best span that is not too long."""
    if not len(starts):
        return -math.inf, 0, 0
    allowed = starts.new_ones(len(starts), len(ends)).triu().tril(_LONGEST_ANSWER - 1)
    sums = (starts[:, None] + ends[None, :]).masked_fill(allowed == 0, -math.inf)
    place = int(sums.argmax())
    return float(sums.flatten()[place]), place // len(ends), place % len(ends)


class Embedder:
    """Gives texts vectors: of all their tokens the mean, or the first's or the last's."""

    def __init__(self, source: Source) -> None:
        self._pooling = source.options.get("pooling", "mean")
        if self._pooling not in POOLINGS:
            fix = f"one of {', '.join(POOLINGS)}"
            raise UsageError(f'"{self._pooling}" is no pooling', "--option pooling", fix)
        self._reader = Reader(source, "AutoModel")
        self.model = self._reader.model

    def answer(self, inputs: Sequence[object], limits: Limits) -> list[Answer]:
        """Give each text its vector, as long as the model makes it."""
        del limits
        tokens, told = self._reader.read([str(each) for each in inputs])
        states = told.last_hidden_state.float()
        mask = tokens["attention_mask"].to(states.device)
        if self._pooling == "cls":
            vectors = states[:, 0]
        elif self._pooling == "last":
            vectors = states[range(len(states)), mask.sum(dim=1) - 1]
        else:
            weights = mask[:, :, None].to(states.dtype)
            vectors = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return [Answer(*each) for each in zip(vectors.tolist(), _counts(tokens), strict=True)]
