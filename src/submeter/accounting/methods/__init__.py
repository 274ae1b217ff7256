"""The methods that Submeter brings along, found under the entry point ``submeter.methods``."""

from submeter.accounting.methods.own import SUBMETER_1
from submeter.accounting.methods.papers import AIES, PAPERS
from submeter.accounting.methods.standards import GHG_LOCATION, STANDARDS

METHODS = (SUBMETER_1, *PAPERS, *STANDARDS)
"""The built-in methods."""

__all__ = ["AIES", "GHG_LOCATION", "METHODS", "SUBMETER_1"]
