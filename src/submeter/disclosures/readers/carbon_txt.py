"""``carbon.txt``: an index of disclosures, which states no figure itself."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING, Any

from submeter.disclosures.audit.claim import Document
from submeter.disclosures.audit.finding import Finding, Severity
from submeter.disclosures.readers.content import listed, mapping
from submeter.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RULES = {
    "carbon-txt-date": "a disclosure had run out when the index was updated",
    "carbon-txt-link": "a disclosure has no address, or is of no type that the format names",
    "carbon-txt-index": "the file links to disclosures, and states no figure itself",
}
NAME = "carbon.txt"
_TYPES = frozenset({
    "web-page", "annual-report", "sustainability-page", "certificate", "csrd-report",
    "ai-model-card", "other",
})  # fmt: skip
"""Types of disclosure of version 0.5."""
_SHOWN = 3


def is_carbon_txt(content: object) -> bool:
    """Tell whether a document is an index of disclosures."""
    found = mapping(content)
    org, upstream = mapping(found.get("org")), mapping(found.get("upstream"))
    return bool(
        {"disclosures", "credentials"} & set(org) or {"services", "providers"} & set(upstream)
    )


def of_toml(text: str, name: str) -> Document:
    """Read the text of one.

    Raises
    ------
    UsageError
        If it is no TOML.
    """
    try:
        return of_index(tomllib.loads(text), name)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = " ".join(str(error).split())[:120]
        raise UsageError(f"the file is no TOML ({told})", name, "correct it") from error


def of_index(content: Mapping[str, Any], name: str) -> Document:
    """Read an index."""
    return Document(name, NAME, (), tuple(_findings(content, name)))


def _findings(content: Mapping[str, Any], document: str) -> Iterator[Finding]:
    org = mapping(content.get("org"))
    every = [mapping(each) for each in listed(org.get("disclosures") or org.get("credentials"))]
    updated = _date(content.get("last_updated"))
    for number, each in enumerate(every, 1):
        where = f"disclosures[{number}]"
        yield from _linked(each, where, document)
        until = _date(each.get("valid_until"))
        if until is not None and updated is not None and until < updated:
            told = f"valid until {until}, and the index was updated on {updated}: renew or drop it"
            yield Finding(
                "carbon-txt-date", Severity.WARNING, where, None, None, told, "", document
            )
    addresses = [str(each.get("url")) for each in every if each.get("url")]
    if addresses:
        told = f"it states no figure: audit what it links to ({', '.join(addresses[:_SHOWN])}"
        told += f" and {len(addresses) - _SHOWN} more)" if len(addresses) > _SHOWN else ")"
    else:
        told = "it links to no disclosure, so that there is nothing to audit"
    yield Finding("carbon-txt-index", Severity.NOTE, document, None, None, told[:300], "", document)


def _linked(each: Mapping[str, Any], where: str, document: str) -> Iterator[Finding]:
    address, kind = str(each.get("url") or ""), str(each.get("doc_type") or "")
    if "://" in address and not address.startswith(("https://", "http://")):
        told = f"the address is not of the web: {address[:100]}"
    elif not address:
        told = "a disclosure without url discloses nothing"
    elif kind not in _TYPES:
        told = f'doc_type "{kind[:40]}" is not one of {", ".join(sorted(_TYPES))}'
    else:
        return
    yield Finding("carbon-txt-link", Severity.WARNING, where, None, None, told, "", document)


def _date(content: object) -> dt.date | None:
    if isinstance(content, dt.datetime):
        return content.date()
    if isinstance(content, dt.date):
        return content
    try:
        return dt.date.fromisoformat(str(content))
    except ValueError:
        return None
