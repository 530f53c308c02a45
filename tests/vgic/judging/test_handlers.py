# SPDX-License-Identifier: GPL-2.0-only
"""Does each invariant between guest and host pass the reference, and fire on a bug? I10-I15.

The guest is alone. It nests three handlers: its accesses pend the next, more urgent one from within
the handler of the last. A fourth, the least urgent, stays pending and so keeps the only list
register: all three are ended outside it.
"""

from collections.abc import Callable

import pytest

from vgic import Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu
from vgic.hardware.list_registers import ListRegister
from vgic.parameters import Irq

Judge = Callable[[Parameters, type[Mechanism]], str | None]


def nested(config: Config = Config.EDGE, lateness: int = 0, nr_lr: int = 1) -> Parameters:
    return Parameters(
        nr_lr=nr_lr,
        irqs=(
            *(Irq(32 + n, config, 0xA0 - 0x20 * n, 0) for n in range(3)),
            Irq(35, Config.EDGE, 0xC0, 0),
        ),
        guests=(
            Program.spelled(
                "mamamameee",
                (lateness,),
                tuple(Access(PEND, intid) for intid in (32, 33, 34, 35)),
            ),
        ),
        devices=(),
    )


class PendsAgain(Reference):
    """What is active after the fold is made pending again."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.pending_latch = irq.pending_latch or irq.active


class RaisesAgain(Reference):
    """A level that the guest has ended is taken to be up."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.line_level = not irq.active


class ForgetsPriorities(Reference):
    """The active priorities do not survive an entry."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        super().vgic_v3_restore_state(vcpu)
        vcpu.cpuif.apr = 0


class CountsOneShort(Reference):
    """m04: one of what was ended outside is never deactivated."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        return max(0, super().eoicount_to_account(vcpu) - 1)


class CountsOneMore(Reference):
    """m03: one that is still handled is deactivated."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        return super().eoicount_to_account(vcpu) + bool(super().eoicount_to_account(vcpu))


class KeepsCount(Reference):
    """m05: EOIcount goes into the guest as it came out last."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        count = vcpu.vgic_cpu.vgic_hcr.eoicount or getattr(self, "_count", 0)
        super().vgic_v3_restore_state(vcpu)
        vcpu.cpuif.hcr.eoicount = count

    def save_eoicount(self, vcpu: Vcpu) -> None:
        super().save_eoicount(vcpu)
        self._count = vcpu.vgic_cpu.vgic_hcr.eoicount


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("lateness", range(4))
@pytest.mark.parametrize("nr_lr", [1, 2, 3, 4])
def test_all_are_silent_on_nested_handlers(
    windows_of: Callable[[Parameters], set[str]], config: Config, lateness: int, nr_lr: int
) -> None:
    """I10 to I15 at once, with handlers ended outside the list register if there is only one."""
    windows = windows_of(nested(config, lateness, nr_lr))
    assert "eoicount" in windows or nr_lr > 1
    assert "overflow" not in windows or nr_lr < 4


def test_two_ended_outside_before_a_late_exit_are_silent(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert "eoicount_of_two" in windows_of(nested(lateness=3))
    assert "eoicount_of_two" not in windows_of(nested(lateness=0))


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (PendsAgain, nested(), "I10 phantom edge"),
        (RaisesAgain, nested(Config.LEVEL), "I11 phantom level"),
        (ForgetsPriorities, nested(), "I12 active priorities"),
        (CountsOneShort, nested(), "I13 stuck active"),
        (CountsOneMore, nested(), "I13 active state lost"),
        (KeepsCount, nested(lateness=3), "I14 EOIcount too high"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind
