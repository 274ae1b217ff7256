"""One tree of errors; each says what happened, where, and the next step.

::

    SubmeterError
    ├── UsageError            what was typed or handed in cannot be used (exit code 2)
    │   ├── QuantityError     a quantity does not parse, or has another dimension
    │   ├── RegionError       an unknown place
    │   ├── MethodError       an unknown accounting method
    │   ├── ConfigError       a setting that cannot be used
    │   ├── CommandError      a command that cannot be started (in `submeter.runs.command`)
    │   ├── NewerBundle       a bundle that a newer version made (in `submeter.benchmarks.bundle`)
    │   ├── SilentBundle      a bundle without energy (in `submeter.benchmarks.results`)
    │   └── NotRecomputed     a bundle by rules not kept (in `submeter.benchmarks.verification`)
    ├── RecordError           the ledger cannot be written or read
    ├── FactorTableError      a factor table is broken
    ├── SensorUnavailable     a sensor cannot be read on this machine
    ├── ProviderUnavailable   a provider of grid intensity gives no answer
    ├── BudgetExceeded        a window drew more than its budget
    ├── BenchError            a model that failed (in `submeter.benchmarks.runner`)
    ├── DeviceError           a device that is full (in `submeter.benchmarks.backends.pytorch`)
    └── OutputError           what was to be printed, or a file, met a fault of the machine
"""

from __future__ import annotations


class SubmeterError(Exception):
    """An error that tells what happened, where, and what to do next.

    Parameters
    ----------
    what : str
        What happened, as one clause.
    where : str
        The file, flag, field or device concerned; empty when `what` names it.
    fix : str
        The next step for the reader; empty when there is none.
    """

    code = "SM000"

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return ", ".join(part for part in (self.what, self.where, self.fix) if part)

    def line(self) -> str:
        """Give the line that the command prints on standard error."""
        return f"error[{self.code}]: {self}"


class UsageError(SubmeterError):
    """What was typed or handed in cannot be used."""

    code = "SM100"


class QuantityError(UsageError):
    """A quantity does not parse, is out of range, or has another dimension than expected."""

    code = "SM110"


class RegionError(UsageError):
    """A place that no table knows."""

    code = "SM120"


class MethodError(UsageError):
    """An accounting method that is not registered."""

    code = "SM130"


class ConfigError(UsageError):
    """A setting that cannot be used."""

    code = "SM140"


class RecordError(SubmeterError):
    """The ledger cannot be written or read."""

    code = "SM200"


class FactorTableError(SubmeterError):
    """A factor table is missing, altered or malformed."""

    code = "SM300"


class SensorUnavailable(SubmeterError):  # noqa: N818 - a state of the machine, not a fault
    """A sensor cannot be read on this machine; `fix` is the one-line remedy."""

    code = "SM400"


class ProviderUnavailable(SubmeterError):  # noqa: N818 - a state of the network, not a fault
    """A provider of grid intensity gives no answer that can be used."""

    code = "SM410"


class BudgetExceeded(SubmeterError):  # noqa: N818 - reads as what happened
    """A window drew, or is forecast to draw, more than its budget."""

    code = "SM500"


class OutputError(SubmeterError):
    """What was to be printed cannot be, or a file met a fault that nothing else explains."""

    code = "SM600"
