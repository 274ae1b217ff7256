"""The bounded GET: what it asks, whom it trusts, and what it lets nobody know."""

import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from submeter.errors import SensorUnavailable
from submeter.lab.http_meters import Fault, HttpMeter
from submeter.sensing.devices import http
from submeter.sensing.devices.http import NoAnswer, Site, opened
from submeter.sensing.sensors import wall

SECRET = "hunter2%21"  # noqa: S105 - what must not be told


class Page:
    def __init__(self, text="{}"):
        self.text = text

    def page(self, path):
        return self.text if path.startswith("/status") else None


@pytest.fixture
def site():
    with HttpMeter(Page()) as made:
        yield made


def asked(address, path="/status", name="wall"):
    one = Site(address, name)
    try:
        return one.get(path)
    finally:
        one.close()


def test_one_connection_serves_all_questions(site):
    one = Site(site.address, "wall")
    for _ in range(20):
        assert one.get("/status") == b"{}"
    one.close()
    assert site.connections == 1


def test_several_threads_may_ask_at_once(site):
    one = Site(site.address, "wall")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one.get, ["/status"] * 200))
    one.close()
    assert answers == [b"{}"] * 200
    assert site.connections == 1


def test_a_page_in_pieces_is_put_together_on_one_connection(site):
    site.in_pieces = True
    site.meter.text = "0123456789" * 10_000
    one = Site(site.address, "wall")
    assert [one.get("/status") for _ in range(3)] == [site.meter.text.encode()] * 3
    one.close()
    assert site.connections == 1


def test_a_connection_that_was_let_go_is_opened_anew(site):
    one = Site(site.address, "wall")
    assert one.get("/status") == b"{}"
    one.close()
    assert one.get("/status") == b"{}"
    one.close()
    assert site.connections == 2


def test_a_device_that_closes_an_idle_connection_is_asked_again(site):
    one = Site(site.address, "wall")
    one.get("/status")
    assert one._connection is not None
    one._connection.sock.shutdown(2)
    assert one.get("/status") == b"{}"
    one.close()
    assert site.connections == 2


@pytest.mark.parametrize(
    ("address", "variable", "header"),
    [
        ("user:pass%40word@", "", ("Authorization", "Basic dXNlcjpwYXNzQHdvcmQ=")),
        ("", "user:pass@word", ("Authorization", "Basic dXNlcjpwYXNzQHdvcmQ=")),
        ("", "Bearer abc.def", ("Authorization", "Bearer abc.def")),
        ("", "Token abcdef", ("X-Auth-Token", "abcdef")),
    ],
)
def test_a_credential_goes_into_the_header_that_it_is_for(
    site, monkeypatch, address, variable, header
):
    monkeypatch.setenv("SUBMETER_AUTH_WALL", variable)
    monkeypatch.setenv("SUBMETER_AUTH_DCGM", "other:one")
    asked(site.address.replace("://", f"://{address}"))
    (_, headers) = site.asked[0]
    assert headers[header[0]] == header[1]
    assert not {"Authorization", "X-Auth-Token"} - {header[0]} & set(headers)


def test_without_one_none_is_sent(site, monkeypatch):
    monkeypatch.delenv("SUBMETER_AUTH_WALL", raising=False)
    asked(site.address)
    assert not {"Authorization", "X-Auth-Token"} & set(site.asked[0][1])


@pytest.mark.parametrize("fault", [each for each in Fault if each is not Fault.NONE])
def test_no_failure_tells_the_credential(site, fault, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", 0.2)
    monkeypatch.setenv("SUBMETER_AUTH_REDFISH", f"root:{SECRET}")
    site.fault = fault
    address = site.address.replace("://", f"://admin:{SECRET}@") + f"/status?password={SECRET}"
    with pytest.raises(SensorUnavailable) as refusal:
        wall.open_sensor(address)
    told = f"{refusal.value} {refusal.value.what} {refusal.value.where} {refusal.value.fix}"
    assert "hunter2" not in told
    assert "admin" not in told


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere/at/all", f"ftp://admin:{SECRET}@host", f"http://admin:{SECRET}@", "http://h:99999",
        f"http://admin:{SECRET}@h:port/", f"http://h/ {SECRET}", f"http://h/\r\nX-{SECRET}: 1", "x",
        "http://[::1", f"//admin:{SECRET}@host",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_showing_it(address):
    with pytest.raises(NoAnswer, match="no address of a web page") as refusal:
        Site(address, "wall")
    assert "hunter2" not in f"{refusal.value}{refusal.value.fix}"
    assert "http://host:port" in refusal.value.fix


@pytest.mark.parametrize("credential", ["secret", "Bearer a\nb", "Digest abc"])
def test_a_credential_of_no_known_form_is_refused_and_not_shown(site, monkeypatch, credential):
    monkeypatch.setenv("SUBMETER_AUTH_WALL", credential)
    with pytest.raises(NoAnswer, match="SUBMETER_AUTH_WALL holds no credential") as refusal:
        asked(site.address)
    assert credential not in str(refusal.value)
    assert site.asked == []


def test_one_that_is_wanted_is_asked_for_by_its_variable(site):
    site.credential = "Basic b3RoZXI="
    with pytest.raises(SensorUnavailable, match="wants a user") as refusal:
        wall.open_sensor(site.address)
    assert "SUBMETER_AUTH_WALL=user:password" in refusal.value.fix


def test_a_redirect_on_the_same_host_is_followed(site):
    site.moved["/status"] = "/status/"
    assert asked(site.address) == b"{}"
    assert [path for path, _ in site.asked] == ["/status", "/status/"]


@pytest.mark.parametrize("target", ["http://127.0.0.2:9/", "https://127.0.0.1/", "//elsewhere/"])
def test_a_redirect_to_elsewhere_is_not(site, target):
    site.moved["/status"] = target
    with pytest.raises(NoAnswer, match="sends elsewhere"):
        asked(site.address.replace("://", "://user:password@"))


def test_a_redirect_without_end_ends(site):
    site.moved["/status"] = "/status"
    with pytest.raises(NoAnswer, match="HTTP 308"):
        asked(site.address)
    assert len(site.asked) == 3


def test_proxies_are_ignored(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.2:9")
    assert asked(site.address) == b"{}"


def test_an_answer_that_is_too_large_is_given_up(site):
    site.meter.text = "x" * (http.LARGEST + 1)
    with pytest.raises(NoAnswer, match="more than 1 MiB"):
        asked(site.address)
    site.meter.text = "x" * http.LARGEST
    assert len(asked(site.address)) == http.LARGEST


def test_nobody_is_waited_for_longer_than_the_limit(site, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", 0.2)
    site.fault = Fault.SLOW
    start = time.monotonic()
    with pytest.raises(NoAnswer, match=r"did not answer within 0\.2 s"):
        asked(site.address)
    assert time.monotonic() - start < 5


def test_nothing_that_listens_and_no_such_host_are_told_apart(site):
    port = int(site.address.rpartition(":")[2])
    site.close()
    with pytest.raises(NoAnswer, match="nothing listens") as refusal:
        asked(f"http://127.0.0.1:{port}")
    assert f"port {port}" in refusal.value.fix
    with pytest.raises(NoAnswer, match="cannot be reached"):
        asked("http://no-such-host.invalid")


def test_a_refusal_while_a_sensor_opens_closes_the_connection(site):
    used = []

    def refuse():
        with opened(site.address, "wall", "the usual step") as one:
            used.append(one)
            one.get("/status")
            raise NoAnswer("no")

    with pytest.raises(SensorUnavailable, match="no") as refusal:
        refuse()
    assert refusal.value.fix == "the usual step"
    assert used[0]._connection is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Give a certificate for 127.0.0.1 that nobody has signed, as BMCs are sold with."""
    folder = tmp_path_factory.mktemp("tls")
    key, pem = folder / "key.pem", folder / "it.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=bmc", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", pem],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context, pem


@pytest.mark.system
def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_that_was_named_is_trusted(
    certificate, monkeypatch
):
    context, pem = certificate
    with HttpMeter(Page(), tls=context) as site:
        with pytest.raises(NoAnswer, match="is not trusted") as refusal:
            asked(site.address)
        assert "SSL_CERT_FILE" in refusal.value.fix
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        assert asked(site.address) == b"{}"
        with pytest.raises(NoAnswer, match="is not trusted"):
            asked(site.address.replace("127.0.0.1", "localhost"))
