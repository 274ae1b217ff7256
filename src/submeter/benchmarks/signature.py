"""Who stands behind a bundle: Ed25519 signatures of its sums, and the keys that make them.

RFC 8032, by the package ``cryptography``. A key is known by its public part: 64 hexadecimal
digits, which are short enough to be their own fingerprint.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from submeter.benchmarks.archive import pack
from submeter.benchmarks.bundle import FILES, SIGNATURES, SUMS, parts_of, replace
from submeter.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EXTRA = "pip install submeter[sign]"
_SAID = b"submeter.bundle/1 signature\n"
"""Before the sums in what is signed: no signature of something else is taken for a bundle's."""
_LINE = re.compile(r"ed25519 (?P<signer>[0-9a-f]{64}) (?P<made>[0-9a-f]{128})")
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")
_SIGNERS = 32
_FIELD = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_WEAK = frozenset({0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8})
"""The y of the points whose order divides 8. As a key such a point needs no private one: anybody
makes a signature that it takes for any content (Chalkias, Garillot, Nikolaenko 2020, Taming the
many EdDSAs, https://eprint.iacr.org/2020/1244, table 1)."""
_LARGEST = 65536
"""More bytes than a file of keys has."""


class Signature(NamedTuple):
    """A signature of a bundle.

    Parameters
    ----------
    signer : str
        Fingerprint of the key; empty where the line is no signature.
    holds : bool or None
        Whether that key made it for this bundle; None where nothing is installed to tell.
    """

    signer: str
    holds: bool | None


def make_key(path: Path) -> str:
    """Make a private key, which its owner alone may read; gives its fingerprint.

    Raises
    ------
    UsageError
        If the file is there already, cannot be written, or ``cryptography`` is not installed.
    """
    needed()
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional

    private = ed25519.Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        fix = "name another file: a key that is lost signs nothing any more"
        raise UsageError("the file is there already", str(path), fix) from error
    except OSError as error:
        fix = "name a file in a folder that can be written"
        raise UsageError(f"the key cannot be written: {error.strerror}", str(path), fix) from error
    with os.fdopen(opened, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return _public(private)


def sign(path: Path, key: Path) -> str:
    """Sign a bundle, beside those who did already; gives the key's fingerprint.

    Its own hash stays, and signing twice gives the same bytes.

    Parameters
    ----------
    path : Path
        The bundle, which is written anew.
    key : Path
        The private key.

    Raises
    ------
    UsageError
        If bundle or key cannot be used, or as many have signed it as may.
    """
    private = _private(key)
    parts = parts_of(path)
    signer = _public(private)
    lines = {
        each["signer"]: each[0]
        for each in map(_LINE.fullmatch, _lines(parts.get(SIGNATURES, b"")))
        if each is not None
    }
    lines[signer] = f"ed25519 {signer} {private.sign(_SAID + parts[SUMS]).hex()}"
    if len(lines) > _SIGNERS:
        raise UsageError(f"more than {_SIGNERS} have signed it", str(path))
    text = "".join(f"{lines[name]}\n" for name in sorted(lines))
    whole = {name: parts[name] for name in (*FILES, SUMS)}
    replace(path, pack({**whole, SIGNATURES: text.encode()}))
    return signer


def signatures(sums: bytes, told: bytes) -> list[Signature]:
    """Check what is told in ``SIGNATURES`` against ``SHA256SUMS``; none of an unsigned bundle."""
    lines = _lines(told)
    if told and (not lines or len(lines) > _SIGNERS):
        return [Signature("", holds=False)]
    return [_checked(each, sums) for each in lines]


def _lines(told: bytes) -> list[str]:
    text = told[:_LARGEST].decode("ascii", "replace")
    return text.removesuffix("\n").split("\n") if text else []


def _checked(line: str, sums: bytes) -> Signature:
    told = _LINE.fullmatch(line)
    if told is None:
        return Signature("", holds=False)
    if _is_weak(told["signer"]):
        return Signature(told["signer"], holds=False)
    try:
        needed()
    except UsageError:
        return Signature(told["signer"], holds=None)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional

    try:
        public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["signer"]))
        public.verify(bytes.fromhex(told["made"]), _SAID + sums)
    except (InvalidSignature, ValueError):
        return Signature(told["signer"], holds=False)
    return Signature(told["signer"], holds=True)


def _is_weak(signer: str) -> bool:
    y = int.from_bytes(bytes.fromhex(signer), "little") % 2**255  # the first bit is the sign of x
    return y % _FIELD in _WEAK


def signers(text: str, path: Path) -> frozenset[str]:
    """Give the fingerprints that somebody demands one of.

    Parameters
    ----------
    text : str
        A fingerprint, or the name of a file.
    path : Path
        The same as a file: a key, private or public; or a list of fingerprints, one a line, where
        whatever stands behind one, or behind ``#``, is for people.

    Raises
    ------
    UsageError
        If it is neither.
    """
    if _FINGERPRINT.fullmatch(text):
        return frozenset({text.lower()})
    content = _content(path)
    if content.startswith(b"-----BEGIN"):
        return frozenset({_public_of(content, path)})
    words = [
        line.split()[0]
        for line in content.decode("utf-8", "replace").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    wrong = [each for each in words if not _FINGERPRINT.fullmatch(each)]
    if wrong or not words:
        what = f'"{wrong[0][:80]}" is no fingerprint' if wrong else "there is no fingerprint in it"
        fix = "64 hexadecimal digits each, as submeter bench key tells them"
        raise UsageError(what, str(path), fix)
    return frozenset(each.lower() for each in words)


def needed() -> None:
    """Refuse to go on where signatures cannot be checked.

    Raises
    ------
    UsageError
        If ``cryptography`` is not installed.
    """
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional
    except ImportError as error:
        raise UsageError("signatures need the package cryptography", fix=EXTRA) from error
    del ed25519


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        fix = "name a fingerprint (64 hexadecimal digits), or a file with a key"
        raise UsageError(f"it cannot be read: {error.strerror}", str(path), fix) from error
    if len(content) > _LARGEST:
        raise UsageError("it is too large for a file of keys", str(path))
    return content


def _private(path: Path) -> Ed25519PrivateKey:
    """Read a private key that nobody else may read."""
    needed()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional

    content = _content(path)
    if path.stat().st_mode & 0o077:
        raise UsageError("others may read the private key", str(path), f"chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _public_of(content: bytes, path: Path) -> str:
    needed()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - optional
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - optional

    try:
        if b"PRIVATE" in content.partition(b"\n")[0]:
            private = serialization.load_pem_private_key(content, password=None)
            if isinstance(private, ed25519.Ed25519PrivateKey):
                return _public(private)
            raise _no_key(path)
        public = serialization.load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    if not isinstance(public, ed25519.Ed25519PublicKey):
        raise _no_key(path)
    return public.public_bytes_raw().hex()


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _no_key(path: Path) -> UsageError:
    fix = "submeter bench key --out FILE makes one; one with a password is not read"
    return UsageError("it is no Ed25519 key", str(path), fix)
