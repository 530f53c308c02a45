# SPDX-License-Identifier: GPL-2.0-only
"""The kernel of a VM with a GICv2: the same kernel, with what is otherwise there in front."""

from functools import cache

from vgic.kernel import Mechanism, OnGicV2


@cache
def on_gicv2(kernel: type[Mechanism]) -> type[Mechanism]:
    """Return a kernel as it is on a host with a GICv2.

    Args:
        kernel: any that can run a VM; its own GICv3 functions for list registers are not called.
    """
    inside = {"is_on_gicv2": True, "__module__": kernel.__module__}
    made: type[Mechanism] = type(kernel.__name__, (OnGicV2, kernel), inside)
    return made
