"""Stand-ins for the four providers, on loopback. Their answers have the form of the providers' own
documentation and are not recordings: nobody's key was at hand."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from submeter.reference.live import instants

HOUR, DAY = instants.HOUR, instants.DAY
NOW = instants.read("2026-11-24T12:20:00Z")
KEYS = {
    "electricity-maps": "em-secret-token",
    "watttime": "somebody:wt-secret-word",
    "entsoe": "00000000-entsoe-secret",
    "uk-carbon-intensity": "",
}
ZONES = {
    "electricity-maps": "FR",
    "watttime": "CAISO_NORTH",
    "entsoe": "FR",
    "uk-carbon-intensity": "GB",
}


class Web:
    """A site on loopback; `answer(path, query, headers)` gives status, headers and body."""

    def __init__(self, answer):
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.hold = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urlsplit(self.path)
                query = {key: each[0] for key, each in parse_qs(parts.query).items()}
                outer.asked.append((parts.path, query, dict(self.headers)))
                status, headers, body = outer.answer(parts.path, query, dict(self.headers))
                if status == -1:  # a header that never ends, in drops
                    with suppress(OSError):
                        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                        while not outer.hold.wait(0.02):
                            self.wfile.write(body or b"X-Drop: 1\r\n")
                    self.close_connection = True
                    return
                if status == 0:
                    outer.hold.wait(60)
                    self.close_connection = True
                    return
                self.send_response(status)
                headers = {"Content-Length": str(len(body)), **headers}
                for name, text in headers.items():
                    self.send_header(name, text)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *words):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *why):
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


def as_json(page, status=200, **headers):
    return status, {"Content-Type": "application/json", **headers}, json.dumps(page).encode()


def iso(instant):
    return instants.moment(instant).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def electricity_maps(path, query, headers):
    """Answer as the reference of API version 3 shows it; 10 g more each hour of the day."""
    if headers.get("auth-token") != KEYS["electricity-maps"]:
        return as_json({"error": "Invalid auth-token"}, 401)
    if query.get("zone") != "FR":
        return as_json({"error": "Zone does not exist."}, 404)

    def row(start):
        return {
            "zone": "FR", "carbonIntensity": 20 + 10 * (start // HOUR % 24), "datetime": iso(start),
            "updatedAt": iso(start + HOUR), "createdAt": iso(start - 72 * HOUR),
            "emissionFactorType": "lifecycle", "isEstimated": start % (2 * HOUR) == 0,
            "estimationMethod": None, "temporalGranularity": "hourly",
        }  # fmt: skip

    last = NOW - NOW % HOUR
    what = path.removeprefix("/v3/carbon-intensity/")
    if what == "latest":
        return as_json(row(last))
    if what == "history":
        rows = [row(last - hour * HOUR) for hour in range(23, -1, -1)]
        page = {"zone": "FR", "temporalGranularity": "hourly", "history": rows}
    elif what == "past-range":
        first, end = instants.read(query["start"]), instants.read(query["end"])
        rows = [row(start) for start in range(first, end, HOUR)]
        page = {"zone": "FR", "temporalGranularity": "hourly", "data": rows}
    else:
        rows = [{"carbonIntensity": 40 + hour, "datetime": iso(last + hour * HOUR)}
                for hour in range(25)]  # fmt: skip
        page = {"zone": "FR", "forecast": rows, "updatedAt": iso(NOW)}
    return as_json(page)


def watttime(path, query, headers):
    """Answer as the samples of https://docs.watttime.org; 1000 lb/MWh all day."""
    if path == "/login":
        good = "Basic c29tZWJvZHk6d3Qtc2VjcmV0LXdvcmQ="
        page = {"token": "wt.jwt.token"} if headers.get("Authorization") == good else {}
        return as_json(page, 200 if page else 401)
    if headers.get("Authorization") != "Bearer wt.jwt.token":
        return as_json({"error": "invalid token"}, 401)
    if query["region"] != "CAISO_NORTH":
        return as_json({"error": "INVALID_SCOPE", "message": "no access"}, 403)
    if path == "/v3/historical":
        first, last = instants.read(query["start"]), instants.read(query["end"])
    else:
        first, last = NOW - NOW % (300 * 10**9), NOW + DAY
    rows = [
        {"point_time": instants.moment(start).isoformat(), "value": 1000.0}
        for start in range(first - first % (300 * 10**9), last, 300 * 10**9)
    ]
    meta = {
        "data_point_period_seconds": 300, "region": "CAISO_NORTH", "warnings": [],
        "signal_type": "co2_moer", "model": {"date": "2026-03-01"}, "units": "lbs_co2_per_mwh",
    }  # fmt: skip
    return as_json({"data": rows, "meta": meta})


def uk_carbon_intensity(path, query, headers):
    """Answer as https://carbon-intensity.github.io/api-definitions/ shows it."""
    words = path.strip("/").split("/")
    regional = words[0] == "regional"
    words = words[1:] if regional else words
    first, last = instants.read(words[1]), instants.read(words[2])
    if last - first > 14 * DAY:
        return as_json({"error": {"code": "400 Bad Request", "message": "14 days"}}, 400)
    rows = []
    half = HOUR // 2
    for start in range(first - half, last, half):
        told = {"forecast": 150, "index": "moderate"}
        if not regional:
            told["actual"] = 160 if start + half <= NOW else None
        minute = [
            instants.moment(each).strftime("%Y-%m-%dT%H:%MZ") for each in (start, start + half)
        ]
        rows.append({"from": minute[0], "to": minute[1], "intensity": told})
    if regional:
        number = int(words[4])
        page = {"data": {"regionid": number, "shortname": "London", "data": rows}}
        return as_json(page)
    return as_json({"data": rows})


def series(psr, first, last, powers, *, step="PT60M", curve="A03", consumption=False):
    """Give a TimeSeries of `{position: power}`."""
    domain = "outBiddingZone_Domain" if consumption else "inBiddingZone_Domain"
    points = "".join(
        f"<Point><position>{position}</position><quantity>{power}</quantity></Point>"
        for position, power in powers.items()
    )
    span = [instants.moment(each).strftime("%Y-%m-%dT%H:%MZ") for each in (first, last)]
    return (
        f"<TimeSeries><mRID>1</mRID><businessType>A01</businessType>"
        f'<objectAggregation>A08</objectAggregation><{domain}.mRID codingScheme="A01">'
        f"10YFR-RTE------C</{domain}.mRID><quantity_Measure_Unit.name>MAW"
        f"</quantity_Measure_Unit.name><curveType>{curve}</curveType><MktPSRType><psrType>{psr}"
        f"</psrType></MktPSRType><Period><timeInterval><start>{span[0]}</start><end>{span[1]}</end>"
        f"</timeInterval><resolution>{step}</resolution>{points}</Period></TimeSeries>"
    )


def document(*all_series):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><GL_MarketDocument '
        'xmlns="urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"><mRID>1</mRID>'
        f"<type>A75</type>{''.join(all_series)}</GL_MarketDocument>"
    ).encode()


def refusal(code, text):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Acknowledgement_MarketDocument '
        'xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0"><mRID>1</mRID>'
        f"<Reason><code>{code}</code><text>{text}</text></Reason></Acknowledgement_MarketDocument>"
    ).encode()


def entsoe(path, query, headers):
    """Answer as the RESTful API guide shows it: three quarters nuclear, a quarter gas."""
    if query.get("securityToken") != KEYS["entsoe"]:
        return 401, {}, refusal("999", "Unauthorized. Missing or invalid security token")
    if query["in_Domain"] != "10YFR-RTE------C":
        return 200, {}, refusal("999", "No matching data found for Data item 16.1.B&amp;C")

    def read(text):
        return instants.read(f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:]}Z")

    first, last = read(query["periodStart"]), min(read(query["periodEnd"]), NOW - NOW % HOUR)
    body = document(
        series("B14", first, last, {1: 30000}),
        series("B04", first, last, {1: 10000}),
        series("B10", first, last, {1: 2000}),
        series("B10", first, last, {1: 900}, consumption=True),
    )
    return 200, {"Content-Type": "application/xml"}, body


ANSWERS = {
    "electricity-maps": electricity_maps, "watttime": watttime, "entsoe": entsoe,
    "uk-carbon-intensity": uk_carbon_intensity,
}  # fmt: skip


def wait_in_vain(path, query, headers):
    return 0, {}, b""


def environ(name, address):
    variable = f"SUBMETER_AUTH_{name.upper().replace('-', '_')}"
    return {variable: KEYS[name], "SUBMETER_PROVIDER_ADDRESS": address}
