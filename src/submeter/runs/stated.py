"""Names of what a run states of its place and hardware; nothing is looked up here.

A measured program needs the names alone: the tables come in when an account is asked for.
"""

PLACE = ("region", "grid", "pue", "wue", "price")
"""Settings that state a place."""

HARDWARE = ("lifetime", "utilisation")
"""Settings that state how hardware is used."""

FROM = "stated"
"""Key of a record's `host` that tells where its hardware's use was stated."""
