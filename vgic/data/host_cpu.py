# SPDX-License-Identifier: GPL-2.0-only
"""A CPU of the host: what belongs to it and not to the vCPU that it runs.

From flush to prune interrupts are off and a vCPU stays on its CPU, so what is remembered from the
one to the other may be the CPU's. Between two entries it may be put and loaded on another.
"""

from typing import Generic, TypeVar

_Irq = TypeVar("_Irq")


class HostCpu(Generic[_Irq]):
    """A physical CPU (struct kvm_host_data).

    Attributes:
        number: its number.
        vcpu: the number of the vCPU that is loaded on it, None if none is.
        last_lr_irq: the last interrupt that its vCPU's flush has put into a list register, where a
            generation remembers that.
    """

    __slots__ = ("last_lr_irq", "number", "vcpu")

    def __init__(self, number: int) -> None:
        self.number = number
        self.vcpu: int | None = None
        self.last_lr_irq: _Irq | None = None

    def __str__(self) -> str:
        return f"cpu {self.number}"
