"""MLflow: a window's figures as metrics of a run, what they rest on as its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from submeter.errors import UsageError
from submeter.integrations.figures import PREFIX, figures, prefixed, words
from submeter.integrations.libraries import library

if TYPE_CHECKING:
    from submeter.runs.window import Window


def log(window: Window, step: int | None = None, run_id: str | None = None) -> None:
    """Log what a window has drawn so far; of a closed one, all figures, and what they rest on.

    Parameters
    ----------
    window : Window
        Of `submeter.measure`, or of a callback.
    step : int, optional
        MLflow's step; 0 if None.
    run_id : str, optional
        The run; the active one by default.

    Raises
    ------
    UsageError
        If mlflow is not installed, or no run is active.
    """
    mlflow = library("mlflow", "mlflow", "mlflow-skinny")
    active = mlflow.active_run()
    run_id = run_id or (active.info.run_id if active is not None else None)
    if run_id is None:  # log_metrics would begin a run that nobody asked for
        fix = "open one with mlflow.start_run(), or pass run_id="
        raise UsageError("no run of mlflow is active", "submeter.integrations.mlflow", fix)
    mlflow.log_metrics(prefixed(figures(window)), step=step, run_id=run_id)
    if window.end is not None:
        client = mlflow.MlflowClient()
        for name, text in words(window).items():
            client.set_tag(run_id, f"{PREFIX}{name}", text)
