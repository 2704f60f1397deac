"""Whether there may be an NVIDIA GPU: files alone, in a millisecond, so that who has none does not wait."""

from __future__ import annotations

from sextet.hardware.host import Host

_DISPLAY = ("0x0300", "0x0302")  # PCI classes of VGA and 3D controllers
_NVIDIA = "0x10de"
_PCI = "/sys/bus/pci/devices"


def on_pci(host: Host) -> tuple[str, ...]:
    """Return the bus ids of NVIDIA display controllers (Linux)."""
    return tuple(
        bus
        for bus in host.names(_PCI)
        if (host.text(f"{_PCI}/{bus}/vendor") or "").strip() == _NVIDIA
        and (host.text(f"{_PCI}/{bus}/class") or "").strip().startswith(_DISPLAY)
    )


def hinted(host: Host) -> bool:
    """Whether anything hints at a GPU: a driver's files, Windows's GPU under WSL, or a card on the PCI bus."""
    if host.platform().system == "Windows":
        return "nvml.dll" in (name.lower() for name in host.names(r"C:\Windows\System32"))
    devices = host.names("/dev")
    return "nvidiactl" in devices or "dxg" in devices or bool(host.names("/proc/driver/nvidia")) or bool(on_pci(host))
