"""A model of the library ``transformers``: its weights, read or made at random, and its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from submeter.benchmarks.backend import Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine
from submeter.benchmarks.backends.pytorch.checkpoint import check_weights, has_any, licence_of
from submeter.benchmarks.backends.pytorch.device import precision_of
from submeter.benchmarks.backends.pytorch.stand_in import stand_in
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.backends.pytorch.checkpoint import Checkpoint
    from submeter.benchmarks.backends.pytorch.device import Device

PACKAGES = ("torch", "transformers", "tokenizers", "safetensors", "accelerate", "kernels")
ATTENTION = "how attention is computed, such as sdpa or eager; the library's choice by default"
NO_EFFORT = "it does such work without reasoning"
"""Why a model that writes no answer cannot do an effort."""
_UNKNOWN = "Unrecognized configuration class"
_TOKENIZERS = ("tokenizer*.json", "vocab.*", "*.model", "*.tiktoken")
_HARMLESS = ("position_ids", "masked_spec_embed", "num_batches_tracked")
"""Weights that no answer depends on: they count, or are of training alone."""
_POOLER = "pooler."
"""Of a model whose states are pooled here, likewise."""
_FREE = ("temperature", "top_p", "top_k", "min_p", "typical_p", "length_penalty", "early_stopping")


class Source(NamedTuple):
    """Where a model comes from, and how it is to be loaded.

    Parameters
    ----------
    library : module
        ``transformers``.
    place : Checkpoint
        Its folder.
    device : Device
        What it runs on.
    options : mapping of str to str
        The backend's own.
    ability : str
        What it is to do.
    dummy : bool
        Random weights of the shape that ``config.json`` tells.
    """

    library: Any
    place: Checkpoint
    device: Device
    options: Mapping[str, str]
    ability: str
    dummy: bool

    @property
    def config(self) -> Any:
        """Its ``config.json``."""
        return self._from("AutoConfig")

    def is_made_for(self, *ends: str) -> bool:
        """Tell whether its kind, as ``config.json`` names it, ends with one of these words."""
        told = [str(each) for each in self.config.architectures or ()]
        return any(each.endswith(ends) for each in told)

    def model(self, *kinds: str) -> Any:
        """Load the weights, by the first of these ``AutoModel`` classes that knows the model.

        Raises
        ------
        UsageError
            If none does, or the folder lacks weights of what is asked for.
        """
        for kind in kinds:
            try:
                model = self._made(kind) if self.dummy else self._read(kind)
            except ValueError as error:
                if _UNKNOWN not in str(error):
                    raise
                continue
            model = model.to(self.device.name).eval()
            _set_free(model)
            return model
        fix = "take a model made for it"
        what = f"a model of the kind {self.config.model_type} cannot {self.ability}"
        raise UsageError(what, self.place.name, fix)

    def tokenizer(self) -> Any:
        """Load the tokenizer; beside random weights one is made where there is none.

        Raises
        ------
        UsageError
            If there is none.
        """
        if has_any(self.place.folder, _TOKENIZERS):
            tokenizer = self._from("AutoTokenizer")
        elif self.dummy:
            tokenizer = stand_in(self.library, self.config)
        else:
            fix = "put tokenizer.json and tokenizer_config.json beside the weights"
            raise UsageError("there is no tokenizer", self.place.name, fix)
        if tokenizer.pad_token is None:
            # Decoders often have none; what is padded is masked, so that any will do.
            tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
        return tokenizer

    def processor(self, *kinds: str) -> Any:
        """Load what makes arrays of pictures or sounds, such as ``AutoImageProcessor``.

        Raises
        ------
        UsageError
            If the folder has none.
        """
        for kind in kinds:
            try:
                return self._from(kind)
            except (OSError, ValueError, ImportError) as error:
                told = " ".join(str(error).split())[:200]
        fix = "put preprocessor_config.json (and what else it names) beside config.json"
        raise UsageError(f"there is no processor for its input: {told}", self.place.name, fix)

    def facts(self, model: Any) -> Facts:
        """Tell what it is."""
        quantised = getattr(model.config, "quantization_config", None)
        method = getattr(quantised, "quant_method", None)
        precision = precision_of(model.dtype)
        return Facts(
            self.place.name,
            revision=self.place.revision,
            engine=f"{engine('transformers')}, {engine('torch')}",
            parameters=int(model.num_parameters()),
            precision=f"{getattr(method, 'value', method)}, {precision}" if method else precision,
            device=self.device.title,
            files=hashes(self.place.folder),
            packages=PACKAGES,
            dummy=self.dummy,
            licence=licence_of(self.place.folder),
        )

    def _from(self, kind: str) -> Any:
        return getattr(self.library, kind).from_pretrained(
            self.place.folder, local_files_only=True, trust_remote_code=False
        )

    def _read(self, kind: str) -> Any:
        check_weights(self.place.folder)
        if not has_any(self.place.folder, ("*.safetensors",)):
            fix = "name a folder with model.safetensors in it, or --dummy-weights"
            raise UsageError("there are no weights in the folder", self.place.name, fix)
        model, told = getattr(self.library, kind).from_pretrained(
            self.place.folder, local_files_only=True, trust_remote_code=False,
            use_safetensors=True, output_loading_info=True,
            dtype=self.device.dtype or "auto", **attention_of(self.options),
        )  # fmt: skip
        # The library draws at random what is not there, and says so in a log that nobody reads.
        harmless = (*_HARMLESS, _POOLER) if kind == "AutoModel" else _HARMLESS
        lacking = [each for each in told["missing_keys"] if not any(h in each for h in harmless)]
        if lacking:
            fix = "take a model made for it, or --dummy-weights"
            what = f"it has no weights to {self.ability}: {min(lacking)} is missing"
            raise UsageError(what, self.place.name, fix)
        return model

    def _made(self, kind: str) -> Any:
        config = self.config
        if getattr(config, "quantization_config", None) is not None:
            fix = "take quantization_config out of a copy of config.json; --option precision=…"
            raise UsageError("quantised weights cannot be drawn at random", self.place.name, fix)
        torch = self.device.torch
        dtype = self.device.dtype or config.dtype or torch.float32
        with self.device.chance():
            model = getattr(self.library, kind).from_config(
                config, trust_remote_code=False, dtype=dtype, **attention_of(self.options)
            )
        if (self.place.folder / "generation_config.json").is_file():
            model.generation_config = self._generation()
        return model

    def _generation(self) -> Any:
        return self.library.GenerationConfig.from_pretrained(
            self.place.folder, local_files_only=True
        )


def attention_of(options: Mapping[str, str]) -> dict[str, str]:
    """Give how attention is to be computed, as the library is told it.

    Raises
    ------
    UsageError
        If it is the name of code on the Hub, which would be fetched and run.
    """
    told = options.get("attention", "")
    if told and not told.isidentifier():
        fix = "such as sdpa, eager or flash_attention_2"
        raise UsageError(f'"{told}" is no way that is installed', "--option attention", fix)
    return {"attn_implementation": told} if told else {}


def _set_free(model: Any) -> None:
    """Take a model's own habits away that limits decide here: how long, and by what chance."""
    config = getattr(model, "generation_config", None)
    if config is None:
        return
    config.do_sample, config.num_beams = False, 1
    for name in (*_FREE, "max_length", "min_length", "max_new_tokens", "min_new_tokens"):
        setattr(config, name, None)


def labels_of(model: Any, places: Sequence[int]) -> list[str]:
    """Give the labels of these outputs, as ``config.json`` has them."""
    known = model.config.id2label
    return [str(known.get(each, each)) for each in places]
