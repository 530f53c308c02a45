# SPDX-License-Identifier: GPL-2.0-only
"""GICv2's own list registers, which say of an SGI who has sent it.

Its CPU interface does with them what GICv3's does with its own: what is signalled, what an end and
EOIcount come to is the same.
"""

from functools import cache

from vgic.hardware.list_registers import ListRegister

_SGIS = 16


class V2ListRegister(ListRegister):
    """One list register (GICH_LR<n>).

    Attributes:
        source: the vCPU that has sent an SGI (CPUID), which the guest reads with its INTID; 0 of
            anything else.
    """

    __slots__ = ("source",)

    def __init__(
        self,
        intid: int = 0,
        pending: bool = False,
        active: bool = False,
        eoi: bool = False,
        group: int = 0,
        priority: int = 0,
    ) -> None:
        super().__init__(intid, pending, active, eoi, group, priority)
        self.source = 0

    def clear(self) -> None:
        """Make it what it was out of reset."""
        super().clear()
        self.source = 0

    def load(self, other: ListRegister) -> None:
        """Take over the contents of another register."""
        super().load(other)
        self.source = other.source

    def __str__(self) -> str:
        text = super().__str__()
        return _text(text, self.source) if self.intid < _SGIS and text[-1] in "PA" else text


@cache
def _text(text: str, source: int) -> str:
    return f"{text} from {source}"
