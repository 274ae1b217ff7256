"""DCMI power: a controller on loopback with a known draw, and the kernel's device by its ioctls."""

import ctypes
import errno
import os
import shutil
import socket
import subprocess
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submeter.errors import SensorUnavailable
from submeter.lab.bmc import Fault, StandInBmc
from submeter.lab.clock import VirtualClock
from submeter.lab.device import Device
from submeter.lab.waveform import flat, square
from submeter.quantities.clock import NANOSECONDS_PER_SECOND as SECOND
from submeter.quantities.clock import Span
from submeter.sensing.devices import dcmi, ipmi
from submeter.sensing.metering.source import SensorSource
from submeter.sensing.sensors.ipmi import IpmiSensor, open_sensor
from submeter.traces.reading import Kind

PUBLISHED = bytes.fromhex("dcaa000000ff038a009643ac66a9dda50040")
"""A power reading as openUBMC's documents show it: 170 W now, 138 W on average over 10,870,185 ms,
active. (Their text beside it says 173 W: it is of another moment.)"""


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def controller(clock):
    with StandInBmc(Device(flat(350.0)), clock.now) as bmc:
        yield bmc


class Answers:
    """A transport that gives one answer, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.closed = 0

    def ask(self, function, command, data):
        self.asked.append((function, command, data))
        return self.answers.pop(0)

    def close(self):
        self.closed += 1


def test_a_published_answer_is_understood():
    transport = Answers(b"\0" + PUBLISHED)
    assert dcmi.power_reading(transport) == (170, 10870.185)
    assert transport.asked == [(0x2C, 0x02, bytes((0xDC, 1, 0, 0)))]


@pytest.mark.parametrize(
    ("low", "high", "period"), [(100.0, 700.0, 40.0), (350.0, 350.0, 10.0), (90.0, 1800.0, 7.0)]
)
def test_over_minutes_the_energy_is_what_was_drawn(clock, low, high, period):
    """Integrated from one reading a second: each edge of the wave is known to a second."""
    device = Device(square(low, high, period), refresh=SECOND)
    with StandInBmc(device, clock.now) as bmc:
        sensor = open_sensor(bmc.root)
        source = SensorSource(sensor, {})
        start = clock.now()
        source.read(clock)
        for _ in range(280):
            clock.forward(1)
            source.read(clock)
        sensor.close()
        span = Span(start, clock.now())
        (trace,) = source.traces(span)
        assert trace.domain.id == "bmc"
        assert trace.drawn(span).coverage == pytest.approx(1.0, abs=0.01)
        edges = 2 + 2 * 280 / period
        error = trace.energy.between(span) - bmc.truth(span)
        assert abs(error) <= edges * (high - low) * 1_000_000


def test_it_tells_whole_watts_of_the_machine_stamped_when_asked(controller):
    sensor = open_sensor(controller.root)
    (sample,) = sensor.sample(lambda: 7)
    assert sample == ("bmc", Kind.POWER, 350_000_000, 7)
    (sensed,) = sensor.domains()
    assert (sensed.domain.component, sensed.domain.inside) == ("machine", "")
    assert sensed.beat == 1.0
    assert sensor.may_hang
    sensor.close()


@pytest.mark.parametrize(("period", "refresh"), [(0.5, 1.0), (15.0, 15.0), (86_400.0, 1.0)])
def test_a_short_period_is_an_average_and_a_long_one_a_history(clock, period, refresh):
    with StandInBmc(Device(flat(200.0)), clock.now, period) as bmc:
        sensor = open_sensor(bmc.root)
        assert sensor.domains()[0].accuracy.refresh == refresh
        sensor.close()


@pytest.mark.parametrize("completion", [0xC0, 0xC1, 0xC3, 0xC9, 0xCC, 0xD4, 0xD5, 0xFF])
def test_a_completion_code_is_told_in_words_with_the_next_step(controller, completion):
    controller.completion = completion
    with pytest.raises(SensorUnavailable, match=f"{completion:02X}h") as refusal:
        open_sensor(controller.root)
    assert "ipmitool dcmi power reading" in refusal.value.fix


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Fault.INACTIVE, "does not measure power at present"),
        (Fault.DEAD_SUPPLY, "tells 0 W"),
        (Fault.SHORT, "not a DCMI power reading"),
        (Fault.OTHER_GROUP, "not a DCMI power reading"),
        (Fault.CLOSED, "closed the connection"),
    ],
)
def test_what_is_no_reading_is_refused_and_later_a_gap_and_never_zero(
    clock, controller, fault, what
):
    source = SensorSource(open_sensor(controller.root), {})
    source.read(clock)
    controller.fault = fault
    with pytest.raises(SensorUnavailable, match=what) as refusal:
        open_sensor(controller.root)
    assert refusal.value.fix
    for _ in range(3):
        clock.forward(1)
        source.read(clock)
    assert what in source.failure
    controller.fault = Fault.NONE
    for _ in range(3):
        clock.forward(1)
        source.read(clock)
    source.sensor.close()
    span = Span(1000 * SECOND, clock.now())
    (trace,) = source.traces(span)
    drawn = trace.drawn(span)
    assert 2 * 350_000_000 <= drawn.energy <= 3 * 350_000_000
    assert drawn.energy == pytest.approx(drawn.coverage * 6 * 350_000_000), (
        "350 W where it was seen"
    )


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBLED, Fault.ENDLESS])
def test_silence_and_nonsense_end_with_the_timeout(controller, fault):
    controller.fault = fault
    host, port = controller.root.split(":")[1:]
    transport = ipmi.SerialVm(host, int(port), timeout=0.05)
    with pytest.raises(OSError, match="did not answer"):
        dcmi.power_reading(transport)
    controller.fault = Fault.NONE
    patient = ipmi.SerialVm(host, int(port), timeout=30)
    assert dcmi.power_reading(patient).power == 350
    patient.close()
    patient.close()


def test_what_is_not_its_answer_is_passed_over(controller):
    controller.fault = Fault.CHATTY
    sensor = open_sensor(controller.root)
    assert sensor.sample(lambda: 1)[0].value == 350_000_000
    sensor.close()


def test_one_connection_is_kept_and_made_again_after_a_failure(clock, controller):
    sensor = open_sensor(controller.root)
    for _ in range(5):
        sensor.sample(clock.now)
    assert (controller.connections, controller.asked) == (1, 6)
    controller.fault = Fault.CLOSED
    with pytest.raises(OSError, match="closed"):
        sensor.sample(clock.now)
    controller.fault = Fault.NONE
    sensor.sample(clock.now)
    assert controller.connections == 2
    sensor.close()


def test_another_command_is_not_known_to_it(controller):
    host, port = controller.root.split(":")[1:]
    transport = ipmi.SerialVm(host, int(port), timeout=30)
    assert transport.ask(0x06, 0x01, b"") == b"\xc1"
    transport.close()


@pytest.mark.parametrize(
    "root", ["tcp:", "tcp:host", "tcp::1", "tcp:host:0", "tcp:host:99999", "tcp:h:x"]
)
def test_an_address_that_is_none_is_refused_with_its_form(root):
    with pytest.raises(SensorUnavailable, match="names no host and port") as refusal:
        open_sensor(root)
    assert "tcp:HOST:PORT" in refusal.value.fix


def test_where_nobody_listens_it_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(SensorUnavailable, match="refused") as refusal:
        open_sensor(f"tcp:127.0.0.1:{port}")
    assert refusal.value.fix


def test_no_device_is_refused_with_the_modules_that_make_one():
    with pytest.raises(SensorUnavailable, match="no IPMI device") as refusal:
        open_sensor("/nowhere/ipmi0")
    assert "modprobe -a ipmi_si ipmi_devintf" in refusal.value.fix


def test_a_device_of_another_kind_is_refused(tmp_path):
    (tmp_path / "ipmi0").write_text("")
    with pytest.raises(SensorUnavailable) as refusal:
        open_sensor(str(tmp_path / "ipmi0"))
    assert refusal.value.fix


def test_bytes_on_the_wire_are_those_of_the_protocol():
    """Worked out by hand from OpenIPMI's description: A0, A1 and AA are escaped, the sum is 0."""
    request = ipmi.checked(bytes((0xA0, 0x2C << 2, 0x02, 0xDC, 1, 0, 0)))
    assert request == bytes((0xA0, 0xB0, 0x02, 0xDC, 0x01, 0x00, 0x00, 0xD1))
    assert ipmi.framed(request) == bytes(
        (0xAA, 0xB0, 0xB0, 0x02, 0xDC, 0x01, 0x00, 0x00, 0xD1, 0xA0)
    )
    assert ipmi.framed(ipmi.VERSION, ipmi.OPERATION) == bytes((0xFF, 0x01, 0xA1))


@given(
    contents=st.lists(st.binary(min_size=1, max_size=40), max_size=6),
    cuts=st.lists(st.integers(0, 400), max_size=10),
)
def test_any_bytes_come_through_however_they_are_cut(contents, cuts):
    stream = b"".join(map(ipmi.framed, contents))
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    frames = ipmi.Frames()
    found: list[tuple[int, bytes]] = []
    for start, end in pairwise(edges):
        found += frames.feed(stream[start:end])
    assert found == [(ipmi.MESSAGE, content) for content in contents]


@given(st.binary(max_size=2000))
def test_no_noise_breaks_the_taking_apart_or_grows_it(noise):
    frames = ipmi.Frames()
    assert all(len(content) <= ipmi.LONGEST for _, content in frames.feed(noise))
    assert len(frames._content) <= ipmi.LONGEST + 1


class Driver:
    """OpenIPMI's side of the device, by its ioctls: what is sent to it comes back answered.

    `queue` holds what is to be received: kind, sequence (None for that of the request), bytes.
    """

    def __init__(self, *queue):
        self.queue = list(queue)
        self.sent = []
        self.sequence = 0

    def ioctl(self, handle, code, record):
        assert handle >= 0
        if code == ipmi.SEND:
            data = ctypes.string_at(record.msg.data, record.msg.data_len)
            address = ctypes.string_at(record.addr, record.addr_len)
            self.sent.append((record.msg.netfn, record.msg.cmd, data, address))
            self.sequence = record.msgid
            return
        assert code == ipmi.RECEIVE
        if not self.queue:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        kind, sequence, answer = self.queue.pop(0)
        record.recv_type = kind
        record.msgid = self.sequence if sequence is None else sequence
        record.msg.data_len = len(answer)
        ctypes.memmove(record.msg.data, answer, len(answer))


@pytest.fixture
def node(tmp_path):
    """Give a file that stands for the device: a plain file is always ready to be read."""
    (tmp_path / "ipmi0").write_text("")
    return str(tmp_path / "ipmi0")


def by_device(node, driver, timeout=30.0):
    return IpmiSensor(node, lambda path: ipmi.KernelDevice(path, timeout, driver.ioctl))


def test_through_the_kernels_device(node):
    driver = Driver((1, None, b"\0" + PUBLISHED), (1, None, b"\0" + PUBLISHED))
    sensor = by_device(node, driver)
    assert sensor.sample(lambda: 5)[0].value == 170_000_000
    sensor.close()
    sensor.close()
    function, command, data, address = driver.sent[0]
    assert (function, command, data) == (0x2C, 0x02, bytes((0xDC, 1, 0, 0)))
    assert address[:7] == bytes((0x0C, 0, 0, 0, 0x0F, 0, 0)), (
        "the system interface, the BMC's channel"
    )


def test_late_answers_and_events_are_passed_over(node):
    late = (1, 999, b"\0" + PUBLISHED[:1] + b"\xff\xff" + PUBLISHED[3:])
    event = (2, None, b"\0" + PUBLISHED)
    sensor = by_device(node, Driver(late, event, (1, None, b""), (1, None, b"\0" + PUBLISHED)))
    assert sensor.domains()[0].accuracy.refresh == 1.0
    sensor.close()


def test_a_device_that_only_talks_of_other_things_is_given_up(node):
    with pytest.raises(SensorUnavailable, match="did not answer"):
        by_device(node, Driver(*[(2, None, b"\0")] * 200))


def test_a_device_that_says_nothing_is_given_up_after_the_timeout():
    reading, writing = os.pipe()
    try:
        began = time.monotonic()
        with pytest.raises(SensorUnavailable, match="did not answer"):
            by_device(f"/proc/self/fd/{reading}", Driver(), timeout=0.05)
        assert time.monotonic() - began >= 0.05
    finally:
        os.close(reading)
        os.close(writing)


def test_an_answer_that_is_too_long_is_an_error(node):
    class TooLong(Driver):
        def ioctl(self, handle, code, record):
            if code == ipmi.RECEIVE:
                raise OSError(errno.EMSGSIZE, "Message too long")
            super().ioctl(handle, code, record)

    with pytest.raises(SensorUnavailable, match="Message too long"):
        by_device(node, TooLong())


LAYOUT = r"""
#include <stdio.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <linux/ipmi.h>
int main(void) {
    printf("%lu %lu %zu %zu %zu %zu %zu %d %d\n",
           (unsigned long)IPMICTL_SEND_COMMAND, (unsigned long)IPMICTL_RECEIVE_MSG_TRUNC,
           offsetof(struct ipmi_req, msgid), offsetof(struct ipmi_req, msg.data),
           offsetof(struct ipmi_recv, msgid), offsetof(struct ipmi_recv, msg.data),
           sizeof(struct ipmi_system_interface_addr),
           IPMI_SYSTEM_INTERFACE_ADDR_TYPE, IPMI_BMC_CHANNEL);
    return 0;
}
"""


@pytest.mark.system
def test_its_records_and_codes_are_those_of_the_kernels_header(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "layout.c").write_text(LAYOUT)
    built = subprocess.run(
        [compiler, "-o", tmp_path / "layout", tmp_path / "layout.c"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if built.returncode:
        pytest.skip("no kernel headers")
    told = subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True)
    message = ipmi._Message.data.offset
    assert list(map(int, told.stdout.split())) == [
        ipmi.SEND, ipmi.RECEIVE,
        ipmi.Request.msgid.offset, ipmi.Request.msg.offset + message,
        ipmi.Received.msgid.offset, ipmi.Received.msg.offset + message,
        ctypes.sizeof(ipmi._Address), 0x0C, 0x0F,
    ]  # fmt: skip


SIMULATOR = """name "lab"
set_working_mc 0x20
  serial 15 127.0.0.1 {port} codec VM
"""
COMMANDS = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
mc_enable 0x20
"""


@pytest.mark.system
def test_openipmis_own_simulator_is_understood(tmp_path):
    """``ipmi_sim`` knows Get Device ID and no DCMI: the bytes are its own, the refusal too."""
    simulator = shutil.which("ipmi_sim")
    if simulator is None:
        pytest.skip("no ipmi_sim: apt install openipmi")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (tmp_path / "lan.conf").write_text(SIMULATOR.format(port=port))
    (tmp_path / "commands").write_text(COMMANDS)
    running = subprocess.Popen(
        [simulator, "-c", tmp_path / "lan.conf", "-f", tmp_path / "commands", "-s", tmp_path, "-n"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    transport = ipmi.SerialVm("127.0.0.1", port, timeout=10)
    try:
        answer = b""
        for _ in range(100):
            assert running.poll() is None
            try:
                answer = transport.ask(0x06, 0x01, b"")
                break
            except ConnectionError:
                time.sleep(0.1)
        assert answer[:5] == bytes((0, 0x00, 0x03, 0x09, 0x08)), "as the commands made it"
        with pytest.raises(dcmi.Refused) as refusal:
            dcmi.power_reading(transport)
        assert refusal.value.completion == 0xC1
    finally:
        transport.close()
        running.kill()
        running.wait()


def test_a_closed_controller_leaves_no_thread(clock):
    before = threading.active_count()
    with StandInBmc(Device(flat(1.0)), clock.now) as bmc:
        open_sensor(bmc.root).close()
    assert threading.active_count() == before
