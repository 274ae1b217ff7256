"""Bundles taken apart and put together again, with something changed."""

import hashlib
import zipfile

from submeter.benchmarks.bundle import FILES, SUMS


def altered(path, out, change, *, mend=True):
    """Write a bundle with its parts changed; the sums are made to fit, or stay as they were."""
    with zipfile.ZipFile(path) as file:
        parts = {each.filename: file.read(each) for each in file.infolist()}
    change(parts)
    if mend:
        lines = [f"{hashlib.sha256(parts[name]).hexdigest()}  {name}\n" for name in FILES]
        parts[SUMS] = "".join(lines).encode()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out


def swapped(name, old, new):
    """Give a change of a part's text, which must hold what is swapped."""

    def change(parts):
        assert old.encode() in parts[name]
        parts[name] = parts[name].replace(old.encode(), new.encode(), 1)

    return change
