"""Every Eval Ever (schema 0.3.0): one JSON a run, here with energy as results beside quality."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import submeter
from submeter.benchmarks.exports.export import Export, Figure, figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from submeter.benchmarks.bundle import Bundle
    from submeter.ratings.result import Result

SCHEMA = "0.3.0"
_UNKNOWN = "unknown"


def every_eval_ever(bundle: Bundle, result: Result) -> Export:
    """Write a run: its energies by boundary and unit of work [J], with their intervals."""
    told = bundle.told
    created = str(told["created"])
    stamp = str(int(datetime.fromisoformat(created).timestamp()))
    run = f"submeter.{result.task}/{result.model.replace('/', '_')}/{stamp}"
    results = [_energy(bundle, run, each) for each in figures(bundle)]
    if result.quality is not None:
        results.append(_quality(bundle, run))
    document = {
        "schema_version": SCHEMA,
        "evaluation_id": run,
        "evaluation_timestamp": created,
        "retrieved_timestamp": stamp,
        "source_metadata": {
            "source_name": "Submeter bundle",
            "source_type": "evaluation_run",
            "source_organization_name": _UNKNOWN,
            "evaluator_relationship": "other",
            "additional_details": {"bundle_sha256": bundle.sha256, "schema": str(told["schema"])},
        },
        "model_info": _model(told["model"]),
        "eval_library": {
            "name": "submeter",
            "version": str(told["environment"]["submeter"]),
            "additional_details": {"exported_by": submeter.__version__},
        },
        "evaluation_results": results,
    }
    lost = (
        "no place for boundary, tier and coverage: metric_parameters has them",
        "no place for the hardware: generation_config.additional_details has it in words",
        "who measured is not known: fill in source_organization_name and evaluator_relationship",
        "whether weights are open is not known: fill in model_availability",
        "no place for readings and books: they are in the bundle, whose hash is with it",
    )
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    return Export(f"{text}\n", lost)


def _model(told: Mapping[str, Any]) -> dict[str, Any]:
    name, engine = str(told["name"]), str(told["engine"])
    developer = name.partition("/")[0] if name.count("/") == 1 else ""
    library, _, version = engine.rpartition(" ")
    details = {
        "deployment_type": _UNKNOWN if told["backend"] == "openai" else "self_deployed",
        "model_availability": _UNKNOWN,
        **{each: str(told[each]) for each in ("revision", "precision", "device", "licence")
           if told[each]},
        **({"parameters": str(told["parameters"])} if told["parameters"] else {}),
        **{f"sha256 {file}": str(digest) for file, digest in told["files"].items()},
    }  # fmt: skip
    return {
        "name": name,
        "id": name,
        **({"developer": developer} if developer else {}),
        "inference_engine": {"name": library or engine or _UNKNOWN,
                             **({"version": version} if library else {})},
        "additional_details": details,
    }  # fmt: skip


def _energy(bundle: Bundle, run: str, figure: Figure) -> dict[str, Any]:
    told, plan = figure.told, bundle.plan
    word = figure.unit.replace(" ", "_")
    metric = {
        "evaluation_description": f"electricity drawn by the {figure.boundary} for a {figure.unit}",
        "metric_id": f"submeter.energy_per_{word}.{figure.boundary}",
        "metric_name": f"Energy a {figure.unit} ({figure.boundary})",
        "metric_kind": "energy",
        "metric_unit": "J",
        "metric_parameters": {
            "boundary": figure.boundary, "tier": str(told["tier"]),
            "coverage": float(told["coverage"]), "scenario": plan.scenario, "batch": plan.batch,
            "concurrency": plan.concurrency,
        },
        "lower_is_better": True,
        "score_type": "continuous",
        "min_score": 0,
        "max_score": "Infinity",
    }  # fmt: skip
    method = "the meter's error and the spread of means of queries in a row, in squares"
    return {
        "evaluation_result_id": f"{run}#energy-{figure.boundary}-{word}",
        **_about(bundle, "energy"),
        "metric_config": metric,
        "score_details": {
            "score": told["value"],
            "uncertainty": {
                **_interval(told, method),
                "num_samples": int(bundle.told["summary"]["statistics"]["kept"]),
            },
        },
    }


def _quality(bundle: Bundle, run: str) -> dict[str, Any]:
    told = bundle.told["summary"]["quality"]
    uncertainty = {**_interval(told, "bootstrap"), "num_samples": int(told["items"])}
    metric = str(told["metric"])
    return {
        "evaluation_result_id": f"{run}#quality",
        **_about(bundle, metric),
        "metric_config": {
            "metric_id": metric.lower().replace(" ", "_"), "metric_name": metric,
            "lower_is_better": not told["more_is_better"], "score_type": "continuous",
            "min_score": None, "max_score": None,
        },
        "score_details": {"score": told["value"], "uncertainty": uncertainty},
    }  # fmt: skip


def _interval(told: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Give an interval, where there is one."""
    if told["low"] is None or told["high"] is None:
        return {}
    ends = {
        "lower": told["low"], "upper": told["high"], "confidence_level": 0.95, "method": method,
    }  # fmt: skip
    return {"confidence_interval": ends}


def _about(bundle: Bundle, what: str) -> dict[str, Any]:
    """Give what a result tells of its data, its time and how it was made."""
    told, plan = bundle.told, bundle.plan
    data, environment = told["data"], told["environment"]
    boards = ", ".join(map(str, environment["accelerators"])) or "none"
    made = {"scenario": plan.scenario, "seed": str(plan.seed), "accelerators": boards,
            "machine": f"{environment['machine']}, {environment['threads']} threads",
            **({"effort": plan.effort} if plan.effort else {})}  # fmt: skip
    arguments = {"generation_args": {"max_tokens": plan.output}} if plan.output else {}
    return {
        "evaluation_name": f"{told['task']['id']}, {what}",
        "source_data": {
            "dataset_name": str(data["name"]),
            "source_type": "other",
            "additional_details": {
                each: str(data[each]) for each in ("version", "licence", "sha256")
            },
        },
        "evaluation_timestamp": str(told["created"]),
        "generation_config": {**arguments, "additional_details": made},
    }
