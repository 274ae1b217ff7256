"""What accelerators can do at most: known devices, plausible ratios, and nothing made up."""

import pytest

from submeter.reference.catalogue.accelerators import accelerators
from submeter.reference.catalogue.peaks import peaks

DEVICES = {device.id: device for device in accelerators()}


def test_every_peak_is_of_a_device_of_the_catalogue():
    assert set(peaks()) <= set(DEVICES)


@pytest.mark.parametrize("device", peaks())
def test_a_peak_is_of_a_chip_that_could_be_built(device):
    peak, board = peaks()[device], DEVICES[device]
    assert peak.half is None or 1e13 < peak.half < 1e16
    assert peak.bandwidth is not None
    assert 5e10 < peak.bandwidth < 1e13
    if peak.half and peak.fp8:
        assert 1 <= peak.fp8 / peak.half < 4
    if peak.inference and board.tdp:
        assert 4e10 < peak.inference / board.tdp < 1.3e13  # operations a joule
    if peak.training and peak.inference:
        assert peak.training <= peak.inference
    assert peak.source.citation


def test_an_unknown_peak_is_none_and_not_zero():
    apple = peaks()["apple-m2-ultra"]
    assert apple.training is None
    assert apple.inference is None
    assert peaks()["nvidia-a100-sxm4-80gb"].fp8 is None
