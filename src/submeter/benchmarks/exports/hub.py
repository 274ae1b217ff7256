"""Metadata of the Hugging Face Hub: ``.eval_results/*.yaml``, and a model card's front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from submeter.benchmarks.exports.export import Export, in_words, per_1000
from submeter.errors import UsageError

if TYPE_CHECKING:
    from submeter.benchmarks.bundle import Bundle
    from submeter.ratings.result import Result

_TASKS = {
    "code-generation": "text-generation",
    "extractive-qa": "question-answering",
    "image-captioning": "image-to-text",
    "image-generation": "text-to-image",
    "multimodal-chat": "image-text-to-text",
    "ocr": "image-to-text",
    "reasoning": "text-generation",
    "speech-recognition": "automatic-speech-recognition",
    "speech-synthesis": "text-to-speech",
    "video-chat": "video-text-to-text",
}
"""What the Hub calls a task, where it has another name."""
ENERGY = "energy_wh_per_1000"
_CO2 = "no co2_eq_emissions: a bundle holds energy, and submeter account tells a place's carbon"


def eval_results(bundle: Bundle, result: Result, data: str = "") -> Export:
    """Write results for a model's folder ``.eval_results``: energy, and quality where it is known.

    Parameters
    ----------
    bundle, result : Bundle, Result
        What was measured.
    data : str
        The benchmark's data set by its name on the Hub; empty: the bundle's own name of it.

    Raises
    ------
    UsageError
        If the data have no name on the Hub.
    """
    name = data or str(bundle.told["data"]["name"])
    if name.count("/") != 1:
        what = f'such results are of a data set on the Hub, and "{name}" is none'
        raise UsageError(what, result.source, "say --data OWNER/NAME")
    words = f"{per_1000(result)}; {in_words(result)}; bundle SHA-256 {bundle.sha256}"
    entries = [_entry(name, f"{result.task}-energy", result.energy, bundle, words)]
    if result.quality is not None:
        quality = result.quality
        entries.append(_entry(name, result.task, quality.value, bundle, quality.metric))
    tasks = ", ".join(each["dataset"]["task_id"] for each in entries)
    lost = (
        "no place for unit, interval, boundary, tier and hardware: notes has them in words",
        f"the Hub shows them once {name} is a benchmark whose eval.yaml has the tasks {tasks}",
    )
    return Export(_yaml(entries), lost)


def _entry(
    data: str, task: str, value: float, bundle: Bundle, notes: str
) -> dict[str, Any]:  # fmt: skip
    return {
        "dataset": {"id": data, "task_id": task},
        "value": value,
        "date": str(bundle.told["created"]),
        "evaluation_framework": "submeter",
        "notes": notes,
    }


def model_card(bundle: Bundle, result: Result, data: str = "") -> Export:
    """Write a model card's front matter: ``model-index``, and all that is known of the energy.

    Parameters
    ----------
    bundle, result : Bundle, Result
        What was measured.
    data : str
        The data set by its name on the Hub; empty: the bundle's own name of it.
    """
    told = bundle.told
    task = _TASKS.get(result.task, result.task)
    name = data or str(told["data"]["name"])
    label = f"Energy ({per_1000(result)}; {in_words(result)})"
    metrics: list[dict[str, Any]] = [{"type": ENERGY, "value": result.energy, "name": label}]
    if result.quality is not None:
        metric = result.quality.metric
        metrics.append({"type": metric.lower(), "value": result.quality.value, "name": metric})
    index = {
        "task": {"type": task, "name": str(told["task"]["title"])},
        "dataset": {"type": name, "name": str(told["data"]["name"])},
        "metrics": metrics,
    }
    energy = {
        "value": result.energy, "low": result.low, "high": result.high,
        "unit": per_1000(result), "boundary": result.boundary.value, "tier": result.tier,
        "task": result.task, "scenario": result.scenario, "hardware": result.hardware,
        "date": str(told["created"]), "bundle_sha256": bundle.sha256,
    }  # fmt: skip
    card = {"model-index": [{"name": result.model, "results": [index]}], "energy": energy}
    lost = (
        "no place for interval, boundary, tier and hardware: the metric's name has them in words",
        "as numbers, a key of our own, energy, has them, and the Hub does not read it",
        _CO2,
        *(
            ()
            if name.count("/") == 1
            else (f'"{name}" is no data set on the Hub; --data names it',)
        ),
    )
    return Export(f"---\n{_yaml(card)}---\n", lost)


def _yaml(content: object) -> str:
    # Loaded here: only who writes such files pays for it.
    import yaml  # noqa: PLC0415

    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return text
