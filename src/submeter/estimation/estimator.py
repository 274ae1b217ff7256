"""What a model of a component must offer to be found under ``submeter.estimators``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from submeter.traces.trace import PowerTrace
    from submeter.workloads.usage import Capacity, UsageTrace


class Estimator(Protocol):
    """A model that says what a component draws where no sensor does.

    A conforming estimator is pure, answers with `Tier.MODELLED` or lower, at the instants of the
    usage it is given, and names itself in `PowerTrace.sensor`.
    """

    @property
    def name(self) -> str:
        """The name of its entry point, such as ``cpu``."""
        ...

    @property
    def id(self) -> str:
        """Name and version, such as ``cpu-load-curve/1``; a new version where figures change."""
        ...

    @property
    def component(self) -> str:
        """What it models: ``cpu``, ``memory``."""
        ...

    @property
    def citation(self) -> str:
        """Where the model and its interval come from."""
        ...

    def power_trace(
        self, usage: UsageTrace, capacity: Capacity, *, is_virtual: bool
    ) -> PowerTrace | None:
        """Estimate what the component drew while the machine did `usage`.

        None where the machine has told too little to say.
        """
        ...

    def idle_trace(
        self, usage: UsageTrace, capacity: Capacity, *, is_virtual: bool
    ) -> PowerTrace | None:
        """Estimate the part of `power_trace` that no workload caused.

        Never above it between any two instants of the usage; None where it is not known.
        """
        ...
