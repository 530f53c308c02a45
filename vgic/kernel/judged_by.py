# SPDX-License-Identifier: GPL-2.0-only
"""By what an execution is judged: what an option, a class and a machine agree on."""

from enum import StrEnum


class JudgedBy(StrEnum):
    """Which judges hear of an execution; with both, the first that finds something stands.

    Attributes:
        INVARIANTS: those that see the machine's own state, and know what must hold in it.
        ARCHITECTURE: the one that sees what is done and what guests see, and knows what a GIC does.
        BOTH: all of them.
    """

    INVARIANTS = "invariants"
    ARCHITECTURE = "architecture"
    BOTH = "both"

    @property
    def invariants(self) -> bool:
        """Whether the invariants are among them."""
        return self is not JudgedBy.ARCHITECTURE

    @property
    def architecture(self) -> bool:
        """Whether the architecture is among them."""
        return self is not JudgedBy.INVARIANTS
