"""The library ``diffusers`` on PyTorch: pictures drawn from texts."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

from submeter.benchmarks.backend import Answer, Facts
from submeter.benchmarks.backends.hashes import hashes
from submeter.benchmarks.backends.libraries import engine, library, whole
from submeter.benchmarks.backends.pytorch.checkpoint import (
    check_weights,
    checkpoint,
    licence_of,
    off_the_net,
)
from submeter.benchmarks.backends.pytorch.device import (
    OPTIONS,
    PRECISIONS,
    Device,
    precision_of,
)
from submeter.benchmarks.backends.pytorch.source import NO_EFFORT
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from submeter.benchmarks.backend import Loaded, Order
    from submeter.benchmarks.backends.pytorch.checkpoint import Checkpoint
    from submeter.benchmarks.task import Limits

_INDEX = "model_index.json"
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


class DiffusersBackend:
    """Draws with pipelines of text to image."""

    name = "diffusers"
    title = (
        "diffusers on PyTorch: a pipeline's folder, package:NAME/FOLDER of one that ships it, or "
        "hub:OWNER/NAME; random weights of its configuration"
    )
    abilities = frozenset({"draw"})
    concurrent = False
    makes_dummies = True
    options = {  # noqa: RUF012 - read only
        **OPTIONS,
        "precision": f"{', '.join(PRECISIONS)}; float32 by default",
        "revision": "branch, tag or commit of a model of the Hub",
        "steps": "steps of denoising; the pipeline's own number by default",
        "guidance": "how closely the text is followed; the pipeline's own number by default",
        "size": "WIDTHxHEIGHT [pixels]; the pipeline's own by default",
        "seed": "of the noise that every picture begins as; the run's --seed by default",
    }
    extra = "torch diffusers transformers"

    def load(self, order: Order) -> Loaded:
        """Load the pipeline, or make one of its shape."""
        torch = library("torch", self.name, self.extra)
        # What they print would stand between the lines of the bench.
        transformers = library("transformers", self.name, self.extra)
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        diffusers = library("diffusers", self.name, self.extra)
        diffusers.utils.logging.set_verbosity_error()
        diffusers.utils.logging.disable_progress_bar()
        place = checkpoint(order.model, order.options.get("revision", ""), _INDEX, self.name)
        if not (place.folder / _INDEX).is_file():
            fix = f"name a folder with {_INDEX} in it"
            raise UsageError("there is no pipeline in the folder", order.model, fix)
        told = _told(order.options)
        device = Device(torch, order.options)
        with device.holding(), off_the_net():
            pipeline = (_made if order.dummy else _read)(diffusers, place, device)
            pipeline.to(device.name)
        pipeline.set_progress_bar_config(disable=True)
        return _Pipeline(
            pipeline, _facts(pipeline, place, device, is_dummy=order.dummy), device, told
        )


class _Pipeline:
    def __init__(
        self,
        pipeline: Any,  # noqa: ANN401 - the library's own
        facts: Facts,
        device: Device,
        told: Mapping[str, Any],
    ) -> None:
        self._pipeline: Any = pipeline
        self._device = device
        self._told = dict(told)
        self._seed = self._told.pop("seed", None)
        known = inspect.signature(pipeline.__call__).parameters
        unknown = [each for each in self._told if each not in known]
        if unknown:
            fix = "leave the option out"
            raise UsageError(f"the pipeline takes no {unknown[0]}", facts.name, fix)
        self.facts = facts
        self.pid: int | None = None

    def answer(self, inputs: Sequence[object], limits: Limits) -> Sequence[Answer]:
        """Draw each text; each picture begins as the same noise, whatever it is drawn beside."""
        seed = limits.seed if self._seed is None else self._seed
        # Noise that is made on the processor is the same on every device.
        noise = [self._device.torch.Generator("cpu").manual_seed(seed) for _ in inputs]
        with self._device.working():
            drawn = self._pipeline(
                prompt=[str(each) for each in inputs], generator=noise, output_type="np",
                **self._told,
            )  # fmt: skip
            return [Answer((each * 255).round().astype("uint8")) for each in drawn.images]

    def cannot(self, effort: str) -> str:
        """Tell why it cannot do an effort: it never can."""
        del effort
        return NO_EFFORT

    def close(self) -> None:
        """Let go of the weights."""
        self._pipeline = None
        self._device.close()


def _told(options: Mapping[str, str]) -> dict[str, Any]:
    """Read the options, by the names that pipelines have for them."""
    told: dict[str, Any] = {}
    if "steps" in options:
        told["num_inference_steps"] = whole(dict(options), "steps", 1)
    if "guidance" in options:
        try:
            told["guidance_scale"] = float(options["guidance"])
        except ValueError as error:
            what = f'"{options["guidance"]}" is no number'
            raise UsageError(what, "--option guidance", "such as 7.5; 1 for none") from error
    if "size" in options:
        match = _SIZE.fullmatch(options["size"])
        if match is None:
            what = f'"{options["size"]}" is no size'
            raise UsageError(what, "--option size", "write WIDTHxHEIGHT, such as 512x512")
        told["width"], told["height"] = int(match[1]), int(match[2])
    if "seed" in options:
        if not options["seed"].isdigit():
            raise UsageError(f'"{options["seed"]}" is no seed', "--option seed", "0 or more")
        told["seed"] = int(options["seed"])
    return told


def _read(diffusers: Any, place: Checkpoint, device: Device) -> Any:  # noqa: ANN401 - the library's own
    check_weights(place.folder)
    return diffusers.DiffusionPipeline.from_pretrained(
        place.folder, local_files_only=True, trust_remote_code=False, use_safetensors=True,
        dtype=device.dtype or device.torch.float32,
    )  # fmt: skip


def _made(diffusers: Any, place: Checkpoint, device: Device) -> Any:  # noqa: ANN401 - the library's own
    """Make a pipeline whose models have random weights; what has none is read."""
    try:
        index = json.loads((place.folder / _INDEX).read_text(encoding="utf-8"))
        kind = getattr(diffusers, index["_class_name"])
        parts = {
            name: told
            for name, told in index.items()
            if isinstance(told, list) and len(told) == 2 and None not in told  # noqa: PLR2004 - library, class
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        fix = "name a pipeline of the installed diffusers"
        raise UsageError(f"the pipeline cannot be read: {error!r}", place.name, fix) from error
    made: dict[str, Any] = {
        name: None for name, told in index.items() if isinstance(told, list) and name not in parts
    }
    dtype = device.dtype or device.torch.float32
    for name, (source, title) in parts.items():
        of = _class(diffusers, source, title, place)
        made[name] = _part(of, place, name, device, dtype)
    plain = {name: told for name, told in index.items()
             if not name.startswith("_") and not isinstance(told, list)}  # fmt: skip
    return kind(**made, **plain)


def _class(diffusers: Any, source: str, title: str, place: Checkpoint) -> Any:  # noqa: ANN401 - the library's own
    """Give a part's class: of the two libraries, and of nothing else that a file may name."""
    holders = {
        "diffusers": diffusers,
        "transformers": importlib.import_module("transformers"),
    }
    holder = holders.get(source) or getattr(diffusers.pipelines, source, None)
    found = getattr(holder, title, None) if source.isidentifier() else None
    if not inspect.isclass(found):
        fix = "name a pipeline whose parts are of diffusers and transformers"
        raise UsageError(f"there is no {source}.{title}", place.name, fix)
    return found


def _part(of: Any, place: Checkpoint, name: str, device: Device, dtype: Any) -> Any:  # noqa: ANN401 - the library's own
    folder = place.folder / name
    torch = device.torch
    if not issubclass(of, torch.nn.Module):
        return of.from_pretrained(folder, local_files_only=True)
    with device.chance():
        if hasattr(of, "config_class") and of.config_class is not None:
            config = of.config_class.from_pretrained(folder, local_files_only=True)
            return of._from_config(config, dtype=dtype).eval()  # noqa: SLF001 - as its AutoModel does
        config = of.load_config(folder, local_files_only=True)
        return of.from_config(config).to(dtype).eval()


def _facts(pipeline: Any, place: Checkpoint, device: Device, *, is_dummy: bool) -> Facts:  # noqa: ANN401 - the library's own
    module = device.torch.nn.Module
    models = [each for each in pipeline.components.values() if isinstance(each, module)]
    return Facts(
        place.name,
        revision=place.revision,
        engine=f"{engine('diffusers')}, {engine('torch')}",
        parameters=sum(weights.numel() for each in models for weights in each.parameters()),
        precision=precision_of(pipeline.dtype),
        device=device.title,
        files=hashes(place.folder),
        packages=("torch", "diffusers", "transformers", "accelerate"),
        dummy=is_dummy,
        licence=licence_of(place.folder),
    )


BACKEND = DiffusersBackend()
