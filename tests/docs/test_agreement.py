"""What is said in several places is said alike."""

import re

from submeter.sensing.sensors import rapl
from tests.docs.pages import DOCS, ROOT, blocks, read

HOW_TO = read(DOCS / "how-to" / "read-rapl-without-root.md")
SECURITY = read(ROOT / "SECURITY.md")


def test_the_udev_rule_is_the_one_of_the_security_policy():
    rule = r"^ACTION==.*powercap.*$"
    assert re.findall(rule, HOW_TO, re.MULTILINE) == re.findall(rule, SECURITY, re.MULTILINE) != []


def test_its_commands_are_those_of_the_security_policy():
    steps = {line for body in blocks(HOW_TO, "sh") for line in body.splitlines()}
    said = {line for body in blocks(SECURITY, "") for line in body.splitlines() if "sudo" in line}
    assert said
    assert said <= steps


def test_the_capability_is_the_one_of_the_security_policy():
    assert "CAP_DAC_READ_SEARCH" in HOW_TO
    assert "CAP_DAC_READ_SEARCH" in SECURITY


def test_the_remedy_of_the_sensor_stands_in_the_how_to():
    command = re.search(r"run: (sudo chmod \S+ \S+)", rapl._FIX)
    assert command is not None
    assert command[1] in HOW_TO


def test_the_accuracy_of_a_sensor_is_the_one_on_its_page():
    page = read(DOCS / "reference" / "sensors" / "rapl.md")
    assert f"±{rapl._PACKAGE_GAIN:.0%}".replace("%", " %") in page
    assert f"±{rapl._GAIN['dram']:.0%}".replace("%", " %") in page
    assert rapl._KHAN.rpartition("doi:")[2] in page
