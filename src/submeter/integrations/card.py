"""What a model card says of a training: its energy always, its emissions if the place is known."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from submeter.integrations.figures import place_of, stated

if TYPE_CHECKING:
    from submeter.runs.window import Window
    from submeter.workloads.activity import Activity

_SOURCE = "Submeter, method {}, 95 % interval {:.4g} to {:.4g} g"


def metadata(window: Window) -> dict[str, Any]:
    """Give the metadata of a model card on the Hugging Face Hub.

    Parameters
    ----------
    window : Window
        Closed, and inside no other.

    Returns
    -------
    dict
        ``co2_eq_emissions`` with ``emissions`` [gCO2e], ``source``, ``geographical_location``,
        and ``training_type`` and ``hardware_used`` where they are known; empty where the place,
        and with it the emissions, is not known: `huggingface_hub.ModelCardData` takes it by
        ``**``.

    References
    ----------
    Hugging Face, "Displaying carbon emissions for your model",
    https://huggingface.co/docs/hub/model-cards-co2.
    """
    statement, _ = stated(window)
    activity = window.activity
    if statement is None or activity is None or not _is_placed(activity):
        return {}
    carbon = statement.carbon.total
    if carbon is None:
        return {}
    told: dict[str, Any] = {
        "emissions": float(f"{carbon.value * 1000:.4g}"),
        "source": _SOURCE.format(statement.method, carbon.low * 1000, carbon.high * 1000),
        "geographical_location": place_of(statement),
    }
    if activity.stage == "fine-tuning":  # what is called training may be either
        told["training_type"] = activity.stage
    hardware = _hardware(activity)
    if hardware:
        told["hardware_used"] = hardware
    return {"co2_eq_emissions": told}


def snippet(window: Window) -> str:
    """Give the paragraph of a model card: energy, interval, tier, place, what is left out.

    Parameters
    ----------
    window : Window
        Closed, and inside no other.
    """
    statement, missing = stated(window)
    activity = window.activity
    told = ["## Energy and emissions", ""]
    energy = window.energy
    told.append(f"- Energy of the devices: {energy if energy is not None else 'not known'}")
    if statement is not None and activity is not None:
        carbon = statement.carbon.total if _is_placed(activity) else None
        unplaced = "not known: nobody stated where it ran"
        told.append(f"- Emissions: {carbon if carbon is not None else unplaced}")
        told.append(f"- Where: {place_of(statement)}")
        told.append(f"- Method: {statement.method}; intervals hold 95 %; entry {statement.id}")
    told += [f"- Left out: {each}" for each in missing]
    return "\n".join(told) + "\n"


def _is_placed(activity: Activity) -> bool:
    """Tell whether somebody stated a place or a grid: else its emissions are the world's spread."""
    return bool({"region", "grid"} & activity.place.keys())


def _hardware(activity: Activity) -> str:
    """Write how much of what computed: accelerators, and hardware threads of a processor."""
    cards = Counter(each.name for each in activity.devices if each.kind == "gpu" and each.name)
    told = [f"{count} × {name}" for name, count in cards.items()]
    told += [
        f"{each.count:g} threads of {each.name}"
        for each in activity.devices if each.kind == "cpu" and each.name
    ]  # fmt: skip
    return ", ".join(told)
