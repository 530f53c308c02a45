# SPDX-License-Identifier: GPL-2.0-only
"""A CPU of the host: what belongs to it and not to the vCPU that it runs.

From flush to prune interrupts are off and a vCPU stays on its CPU, so what is remembered from the
one to the other may be the CPU's. Between two entries it may be put and loaded on another.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar

_Irq = TypeVar("_Irq")


class HostCpu(Generic[_Irq]):
    """A physical CPU (struct kvm_host_data).

    Attributes:
        number: its number.
        vcpu: the number of the vCPU that is loaded on it, None if none is.
        last_lr_irq: the last interrupt that its vCPU's flush has put into a list register, where a
            generation remembers that.
        keeps_out: what is less urgent than this gets no list register in its vCPU's flush, where a
            generation has that for GICv2's SGIs; None where it has not.
    """

    __slots__ = ("keeps_out", "last_lr_irq", "number", "vcpu")

    def __init__(self, number: int) -> None:
        self.number = number
        self.vcpu: int | None = None
        self.last_lr_irq: _Irq | None = None
        self.keeps_out: int | None = None

    def __str__(self) -> str:
        return f"cpu {self.number}"


def free_cpu_behind(cpus: Sequence[HostCpu[_Irq]], cpu: HostCpu[_Irq]) -> HostCpu[_Irq]:
    """Return the first CPU behind one that no vCPU is loaded on.

    There is always one: each vCPU is on one at most, and there is one more of them.
    """
    free = cpus[cpu.number + 1 - len(cpus)]
    while free.vcpu is not None:
        free = cpus[free.number + 1 - len(cpus)]
    return free
