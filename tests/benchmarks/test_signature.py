"""Signatures: who stands behind a bundle, and that nothing else passes for it."""

import os
import stat
import sys
import zipfile

import pytest

from submeter.benchmarks.bundle import SIGNATURES, SUMS, read_bundle
from submeter.benchmarks.signature import make_key, sign, signatures, signers
from submeter.benchmarks.verification import verify
from submeter.cli.main import main
from submeter.errors import UsageError
from tests.benchmarks.altered import altered, swapped
from tests.benchmarks.keep import KEPT

BUNDLE = KEPT / "rules-1-single.zip"

FIELD = 2**255 - 19
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(BUNDLE.read_bytes())
    return path


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "own.pem"
    make_key(path)
    return path


def test_a_key_is_its_owners_alone_and_never_written_over(tmp_path):
    before = os.umask(0)
    try:
        fingerprint = make_key(tmp_path / "k.pem")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert len(fingerprint) == 64
    assert signers(fingerprint.upper(), tmp_path) == {fingerprint}
    whole = (tmp_path / "k.pem").read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        make_key(tmp_path / "k.pem")
    assert (tmp_path / "k.pem").read_bytes() == whole
    with pytest.raises(UsageError, match="cannot be written"):
        make_key(tmp_path / "nowhere" / "k.pem")
    assert make_key(tmp_path / "other.pem") != fingerprint


def test_signing_keeps_the_bundles_hash_and_gives_the_same_bytes(bundle, key, tmp_path):
    unsigned = read_bundle(bundle)
    signer = sign(bundle, key)
    once = bundle.read_bytes()
    signed = read_bundle(bundle)
    assert signed.sha256 == unsigned.sha256
    assert [tuple(each) for each in signatures(signed.sums, signed.signatures)] == [(signer, True)]
    assert verify(signed) == []
    assert sign(bundle, key) == signer
    assert bundle.read_bytes() == once
    second = tmp_path / "second.pem"
    other = make_key(second)
    sign(bundle, second)
    both = bundle.read_bytes()
    found = signatures(signed.sums, read_bundle(bundle).signatures)
    assert {each.signer for each in found if each.holds} == {signer, other}
    bundle.write_bytes(BUNDLE.read_bytes())
    sign(bundle, second)
    sign(bundle, key)
    assert bundle.read_bytes() == both


def test_verify_tells_who_signed(bundle, key, tmp_path, capsys):
    assert main(["verify", str(bundle)]) == 0
    assert "unsigned" in capsys.readouterr().out
    assert main(["verify", str(bundle), "--signer", str(key)]) == 1
    assert "no signer who was demanded" in capsys.readouterr().out
    assert main(["bench", "sign", str(bundle), "--key", str(key)]) == 0
    (signer,) = signers(str(key), key)
    assert f"signed by {signer}" in capsys.readouterr().out
    assert main(["verify", str(bundle)]) == 0
    assert f"signed by {signer}: valid" in capsys.readouterr().out
    listed = tmp_path / "signers.txt"
    listed.write_text(f"# whom we know\n\n{'0' * 64} somebody else\n{signer} the lab\n")
    for named in (str(key), signer, str(listed)):
        assert main(["verify", str(bundle), "--signer", named]) == 0
    assert main(["verify", str(bundle), "--signer", "0" * 64]) == 1
    assert main(["verify", str(bundle), "--signer", "0" * 64, "--signer", signer]) == 0


PLACES = {
    "reading": swapped("readings.ndjson", '"totals": [0, ', '"totals": [1, '),
    "query": swapped("queries.ndjson", '"mark": [1.0, 1.0]', '"mark": [0.0, 1.0]'),
    "configuration": swapped("bundle.json", '"precision": 0.5', '"precision": 0.4'),
    "model": swapped("bundle.json", '"name": "m"', '"name": "n"'),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_altered_after_it_was_signed_is_told(place, bundle, key, tmp_path, capsys):
    sign(bundle, key)
    plain = altered(bundle, tmp_path / "plain.zip", PLACES[place], mend=False)
    assert main(["verify", str(plain)]) == 2
    assert "is not what SHA256SUMS says" in capsys.readouterr().err
    mended = altered(bundle, tmp_path / "mended.zip", PLACES[place])
    assert main(["verify", str(mended)]) == 1
    assert "not its signature of this bundle" in capsys.readouterr().out
    assert main(["verify", str(mended), "--signer", str(key)]) == 1


@pytest.mark.parametrize(
    "change",
    [
        swapped(SIGNATURES, " ", "  "),
        lambda parts: parts.update({SIGNATURES: parts[SIGNATURES][:-6] + b"00000\n"}),
        lambda parts: parts.update({SIGNATURES: b"\xff\x00 no signature\n"}),
        lambda parts: parts.update({SIGNATURES: b"\n"}),
        lambda parts: parts.update({SIGNATURES: parts[SIGNATURES] * 33}),
        lambda parts: parts.update({SIGNATURES: parts[SIGNATURES].replace(b"ed25519", b"rsa")}),
    ],
    ids=["spaces", "other", "bytes", "empty", "many", "kind"],
)
def test_a_signature_that_was_altered_is_none(change, bundle, key, tmp_path, capsys):
    sign(bundle, key)
    out = altered(bundle, tmp_path / "a.zip", change)
    assert main(["verify", str(out)]) == 1
    assert "not its signature" in capsys.readouterr().out
    assert main(["label", str(out), "--out", str(tmp_path / "l.svg")]) == 2


@pytest.mark.parametrize("sign_of_x", [0, 2**255])
@pytest.mark.parametrize("y", [0, 1, FIELD - 1, FIELD, FIELD + 1, ORDER_8, FIELD - ORDER_8])
def test_a_key_that_takes_any_content_signs_nothing(y, sign_of_x):
    """Of S = 0 and the neutral point such a key holds without a private key, for some contents."""
    key = (y + sign_of_x).to_bytes(32, "little").hex()
    told = f"ed25519 {key} {'01' + '00' * 63}\n".encode()
    for content in range(16):
        (found,) = signatures(bytes([content]), told)
        assert (found.signer, found.holds) == (key, False)


def test_other_ends_of_lines_are_none_of_a_signature(bundle, key, tmp_path):
    """A reader's browser knows one end of a line: both must come to the same."""
    sign(bundle, key)
    made = read_bundle(bundle).signatures
    for end in (b"\r\n", b"\x0b", b"\r", b"\n\n"):
        told = made.replace(b"\n", end)
        assert not all(each.holds for each in signatures(read_bundle(bundle).sums, told)), end


def test_another_bundles_signature_is_none_of_this_one(bundle, key, tmp_path):
    other = tmp_path / "o.zip"
    other.write_bytes((KEPT / "rules-1-short.zip").read_bytes())
    sign(other, key)
    with zipfile.ZipFile(other) as file:
        theirs = file.read(SIGNATURES)
    out = altered(bundle, tmp_path / "a.zip", lambda parts: parts.update({SIGNATURES: theirs}))
    assert main(["verify", str(out)]) == 1


def test_sums_that_say_more_are_refused(bundle, tmp_path, capsys):
    """Else a bundle of the same content had another hash, and would pass for another."""

    def change(parts):
        parts[SUMS] += b"0" * 64 + b"  other\n"

    assert main(["verify", str(altered(bundle, tmp_path / "a.zip", change, mend=False))]) == 2
    assert "says more than a bundle's does" in capsys.readouterr().err


def test_without_the_library_a_signature_is_told_and_not_believed(
    bundle, key, tmp_path, capsys, monkeypatch
):
    sign(bundle, key)
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["verify", str(bundle)]) == 0
    assert "not checked: pip install submeter[sign]" in capsys.readouterr().out
    fingerprint = "0" * 64
    for words in (
        ["verify", str(bundle), "--signer", fingerprint],
        ["bench", "sign", str(bundle), "--key", str(key)],
        ["bench", "key", "--out", str(tmp_path / "n.pem")],
    ):
        assert main(words) == 2
        assert "pip install submeter[sign]" in capsys.readouterr().err
    assert not (tmp_path / "n.pem").exists()


def pem(key, password=None):
    from cryptography.hazmat.primitives import serialization

    locked = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)


def test_a_key_that_cannot_be_used_is_told(bundle, key, tmp_path, capsys):
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    def told(content, mode=0o600):
        path = tmp_path / "bad.pem"
        path.write_bytes(content)
        path.chmod(mode)
        assert main(["bench", "sign", str(bundle), "--key", str(path)]) == 2
        return capsys.readouterr().err

    assert "chmod 600" in told(key.read_bytes(), 0o644)
    assert "no Ed25519 key" in told(b"hello")
    assert "no Ed25519 key" in told(pem(ec.generate_private_key(ec.SECP256R1())))
    assert "no Ed25519 key" in told(pem(ed25519.Ed25519PrivateKey.generate(), b"secret"))
    assert "too large" in told(b"x" * 70_000)
    nowhere = ["bench", "sign", str(bundle), "--key", "/nowhere"]
    unsaid = (["bench", "key"], ["bench", "sign", str(bundle)], ["bench", "sign", "--key", "k"])
    for missing in (nowhere, *unsaid):
        assert main(missing) == 2
    assert bundle.read_bytes() == BUNDLE.read_bytes()


def test_what_is_no_signer_is_told(key, tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path = tmp_path / "s"
    for content, what in (
        (pem(private), "no Ed25519 key"),
        (public, "no Ed25519 key"),
        (b"-----BEGIN NOTHING-----\n", "no Ed25519 key"),
        (b"# nobody\n", "no fingerprint in it"),
        (b"Ada\n", '"Ada" is no fingerprint'),
    ):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=what):
            signers(str(path), path)
    with pytest.raises(UsageError, match="cannot be read"):
        signers("nobody", tmp_path / "nobody")
    loaded = serialization.load_pem_private_key(key.read_bytes(), None).public_key()
    path.write_bytes(
        loaded.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    assert signers(str(path), path) == signers(str(key), key)


def test_what_does_not_verify_is_not_signed(bundle, key, tmp_path, capsys):
    out = altered(bundle, tmp_path / "a.zip", PLACES["query"])
    assert main(["bench", "sign", str(out), "--key", str(key)]) == 2
    assert "it is not signed" in capsys.readouterr().err
    with zipfile.ZipFile(out) as file:
        assert SIGNATURES not in file.namelist()


def test_no_more_sign_than_may(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("submeter.benchmarks.signature._SIGNERS", 2)
    for i in range(3):
        make_key(tmp_path / f"{i}.pem")
    sign(bundle, tmp_path / "0.pem")
    sign(bundle, tmp_path / "1.pem")
    with pytest.raises(UsageError, match="more than 2"):
        sign(bundle, tmp_path / "2.pem")
