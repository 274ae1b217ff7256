"""Whether a text is a region's code, told without loading the tables."""

from __future__ import annotations

import os

_DATA = os.path.join(os.path.dirname(__file__), "data")
_TABLES = (
    "grid_country.csv", "grid_us_state.csv", "cloud_regions.csv", "grid_zone.csv",
    "grid_cn_province.csv", "grid_us_subregion.csv",
)  # fmt: skip


def is_code(text: str) -> bool:
    """Tell whether `text` is the code of a country, a zone in it or a cloud region.

    Names, aliases and other spellings need `submeter.reference.factors.places.place`, which reads
    every table: 50 ms that the program being measured should not pay for ``region="FR"``.

    Examples
    --------
    >>> is_code("FR"), is_code("gcp/us-central1"), is_code("France")
    (True, True, False)
    """
    lines = (f"\ngrid/{text},", f"\n{text},")
    for name in _TABLES:
        with open(os.path.join(_DATA, name), encoding="utf-8") as table:
            content = table.read()
        if "," not in text and any(line in content for line in lines):
            return True
    return False
