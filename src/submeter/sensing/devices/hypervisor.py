"""Whether a hypervisor is beneath, where the processor itself does not say so (as on ARM)."""

from __future__ import annotations

import os

from submeter.sensing.devices.procfs import read

_MAKERS = (
    "QEMU", "KVM", "Amazon EC2", "VMware", "Xen", "OpenStack",
    "innotek", "Parallels", "DigitalOcean", "Hetzner", "Alibaba Cloud", "Tencent Cloud", "OVHcloud",
)  # fmt: skip
"""Makers that a virtual machine's firmware names."""

_VIRTUAL = ("Virtual", "Compute Engine")
"""Products by which the virtual machines of makers that also make real ones are told apart."""


def beneath(root: str = "/sys") -> bool:
    """Tell whether the firmware or the device tree names a hypervisor.

    Amazon names itself on its bare-metal instances too: these have ``metal`` in the product.
    """
    if os.path.isdir(f"{root}/firmware/devicetree/base/hypervisor"):
        return True
    maker = _told(f"{root}/class/dmi/id/sys_vendor")
    product = _told(f"{root}/class/dmi/id/product_name")
    if "metal" in product:
        return False
    if maker.startswith(("Microsoft", "Google")):
        return any(word in product for word in _VIRTUAL)
    return maker.startswith(_MAKERS)


def _told(path: str) -> str:
    try:
        return read(path).strip()
    except OSError:
        return ""
