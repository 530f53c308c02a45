# SPDX-License-Identifier: GPL-2.0-only
"""One interrupt as the architecture has it, with what vCPUs may have loaded of it.

The architecture (ARM IHI 0069, 4.1.2) has an interrupt inactive, pending, active, or active and
pending. Delivery by software adds one thing: what a vCPU sees of it is what it has loaded when it
went into its guest.
"""

from typing import NamedTuple


class State(NamedTuple):
    """A state that an interrupt may be in.

    Attributes:
        line: its line is up.
        latch: an edge has come, or software has pended it, and nobody has taken that.
        active: it is handled, or software has made it active.
        handler: the vCPU whose guest has acknowledged it, while it is active; None where software
            has made it so.
        enabled: it is enabled.
        forwarded: the distributor is on.
        target: the vCPU that it goes to; None for nobody.
        priority: its priority; 0 is the most urgent.
        group: its group, 0 or 1.
        is_level: it is triggered by its level.
        sources: of an SGI of a GICv2, a bit for each vCPU that has sent it and whose is not taken.
        is_mapped: it is that of a physical device: the host takes its interrupt and passes it on,
            and what is pending by its line alone is on its way.
        loaded: for each vCPU a bit: it has gone into its guest with the pending state, and that has
            not been taken since.
        is_fresh: the latch was set once more after it was loaded.
        is_left: it may be pending and on nobody's list, and nobody has touched it since.
    """

    line: bool = False
    latch: bool = False
    active: bool = False
    handler: int | None = None
    enabled: bool = True
    forwarded: bool = True
    target: int | None = None
    priority: int = 0
    group: int = 1
    is_level: bool = False
    sources: int = 0
    is_mapped: bool = False
    loaded: int = 0
    is_fresh: bool = False
    is_left: bool = False

    @property
    def pending(self) -> bool:
        """Whether it is pending."""
        return self.latch or (self.is_level and self.line)

    @property
    def is_signalled(self) -> bool:
        """Whether it is signalled to its target: pending, enabled, forwarded, and not active."""
        return self.pending and self.enabled and self.forwarded and not self.active

    def __str__(self) -> str:
        """Return it in a few words."""
        condition = {
            (False, False): "inactive",
            (True, False): "pending",
            (False, True): "active",
            (True, True): "active and pending",
        }[self.pending, self.active]
        words = [condition]
        if self.active and self.handler is not None:
            words.append(f"on vcpu {self.handler}")
        words.append("to nobody" if self.target is None else f"to vcpu {self.target}")
        words += ["disabled"] * (not self.enabled) + ["not forwarded"] * (not self.forwarded)
        numbers = range(self.loaded.bit_length())
        words += [f"loaded by vcpu {number}" for number in numbers if self.loaded >> number & 1]
        return ", ".join([*words, f"priority {self.priority:#04x}"])
