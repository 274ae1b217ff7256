"""A tokenizer for random weights whose folder has none: as long in tokens as a true one, about."""

from __future__ import annotations

import importlib
import sysconfig
from pathlib import Path
from typing import Any

from submeter.errors import UsageError

_MOST = 8_000
"""Entries at most: more are learned slowly, and change the count of tokens little."""
_LEAST = 300
_FILES = 40
_PAD, _END = "<pad>", "<eos>"


def stand_in(transformers: Any, config: Any) -> Any:
    """Learn byte pairs from Python's own library, the same each time on one version of Python.

    Parameters
    ----------
    transformers : module
        The library.
    config : object
        The model's; it tells how many entries there may be.

    Raises
    ------
    UsageError
        If the model knows fewer than single bytes need.
    """
    size = int(getattr(config.get_text_config(), "vocab_size", 0) or 0)
    if size < _LEAST:
        fix = "put the model's tokenizer.json and tokenizer_config.json beside its config.json"
        raise UsageError(f"no tokenizer can be made for {size} tokens", "vocab_size", fix)
    tokenizers = importlib.import_module("tokenizers")
    learned = tokenizers.Tokenizer(tokenizers.models.BPE())
    learned.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    learned.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=min(size, _MOST), show_progress=False, special_tokens=[_PAD, _END],
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
    )  # fmt: skip
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:_FILES]
    learned.train([str(each) for each in library], trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=learned, pad_token=_PAD, eos_token=_END
    )
