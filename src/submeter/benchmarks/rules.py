"""The version of the rules by which a bundle's figures follow from its readings and queries.

A bundle tells by which rules its figures were worked out, so that one that was made by other code
is not taken for altered. Whoever changes a figure, or adds one, writes a new version below, and
keeps what was before it where `summary` and what it calls ask for the version. A committed bundle
of each version is verified by the tests.

- 0: bundles that tell no version.
- 1: a run whose queries are in one portion tells no interval of a query's energy; the slices of a
  served run are no shorter than portions are; ``outliers``; overhead of a server that ran before.
- 2: ``phases`` of queries that came one after another; Wilson's interval of a part of right
  answers.
"""

from __future__ import annotations

RULES = 2
"""Of bundles that are made now."""
KEPT = (0, 1, 2)
"""Versions whose figures can be worked out anew."""
