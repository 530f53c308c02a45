# SPDX-License-Identifier: GPL-2.0-only
"""A VM as a state machine of Hypothesis, for who thinks in calls: each rule is one call.

Every rule says for how many steps its thread goes on, so the rules are the schedule, too. When all
calls have been made they are run, down to the drain, and every invariant is judged; a sequence that
fails becomes a token (calls.py), which replays it without Hypothesis.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.strategies import SearchStrategy

from stress.hypothesis.calls import Call, Following
from stress.hypothesis.checking import check_calls
from vgic import DEFAULT, Irq, Parameters
from vgic.accesses import DISABLE, ENABLE, PEND, ROUTE, SGI, UNPEND, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    EDGE,
    END,
    FIRST_PPI,
    FIRST_SPI,
    LEVEL,
    WORK,
    Instruction,
    Program,
    Pulse,
    is_private,
)

_STEPS = st.integers(0, 40)
"""A vCPU goes from one entry into its guest to the next in less."""


def _of_the_class(those: Callable[[Any], Sequence[Any]]) -> SearchStrategy[Any]:
    """Draw one of those things that the class of the state machine says its VM has."""
    return st.runner().flatmap(lambda vm: _one_of(tuple(those(vm))))


@cache
def _one_of(those: tuple[Any, ...]) -> SearchStrategy[Any]:
    return st.sampled_from(those)


_VCPUS = _of_the_class(lambda vm: range(vm.nr_vcpus))
_DEVICES = _of_the_class(lambda vm: range(vm.nr_devices))
_LINES = _of_the_class(lambda vm: vm.lines())
_INTIDS = _of_the_class(lambda vm: [irq.intid for irq in vm.irqs])
_SPIS = _of_the_class(lambda vm: vm.spis())


class VirtualMachine(RuleBasedStateMachine):
    """A VM whose guests and devices do what they are called to do.

    Make a subclass that says what VM it is, and run its `TestCase`. A rule of your own may call
    those that are here. Interrupts that nobody is called to serve are served in the end.

    Attributes:
        kernel: what runs it: a revision's name, FILE.py:CLASS, or a class.
        bugs: names of bugs put into it.
        check: what else is checked, as on the command line.
        points: where threads can be interleaved, as on the command line.
        nr_vcpus: how many vCPUs it has.
        nr_lr: how many list registers each of them has.
        nr_devices: how many devices it has.
        irqs: its interrupts; SGIs are added as they are sent.
        lateness: how many instructions each exit that somebody asks for comes late, in turn.
    """

    kernel: ClassVar[str | type] = DEFAULT
    bugs: ClassVar[str | Sequence[str]] = ()
    check: ClassVar[str | Sequence[str] | None] = None
    points: ClassVar[str | None] = None
    nr_vcpus: ClassVar[int] = 2
    nr_lr: ClassVar[int] = 1
    nr_devices: ClassVar[int] = 1
    irqs: ClassVar[Sequence[Irq]] = tuple(Irq(FIRST_SPI + n, EDGE, 0x80, 0) for n in range(3))
    lateness: ClassVar[tuple[int, ...]] = (0,)

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[Call] = []
        self._sgis: dict[tuple[int, int], Irq] = {}
        self._handled = sys.exception()

    def lines(self) -> list[Irq]:
        """Return the interrupts that a device has a line of."""
        return [irq for irq in self.irqs if irq.intid >= FIRST_PPI]

    def spis(self) -> list[int]:
        """Return the INTIDs of the interrupts that can be routed."""
        return [irq.intid for irq in self.irqs if not is_private(irq.intid)]

    @precondition(lambda self: bool(self.lines() and self.nr_devices))
    @rule(device=_DEVICES, irq=_LINES, rises=st.just(True) | st.booleans(), steps=_STEPS)
    def inject(self, device: int, irq: Irq, rises: bool, steps: int) -> None:
        """A device raises a line, or lowers one that triggers by its level."""
        vcpu = irq.vcpu if is_private(irq.intid) else 0
        pulse = Pulse(irq.intid, rises or irq.config is not LEVEL, 1, vcpu)
        self._calls.append(Call(f"dev{device}", pulse, steps))

    @precondition(lambda self: bool(self.spis()))
    @rule(vcpu=_VCPUS, intid=_SPIS, to=_VCPUS, steps=_STEPS)
    def route(self, vcpu: int, intid: int, to: int, steps: int) -> None:
        """A guest routes an SPI to a vCPU."""
        self._access(vcpu, Access(ROUTE, intid, to), steps)

    @precondition(lambda self: bool(self.irqs))
    @rule(vcpu=_VCPUS, intid=_INTIDS, steps=_STEPS)
    def disable(self, vcpu: int, intid: int, steps: int) -> None:
        """A guest disables an interrupt."""
        self._access(vcpu, Access(DISABLE, intid), steps)

    @precondition(lambda self: bool(self.irqs))
    @rule(vcpu=_VCPUS, intid=_INTIDS, steps=_STEPS)
    def enable(self, vcpu: int, intid: int, steps: int) -> None:
        """A guest enables an interrupt."""
        self._access(vcpu, Access(ENABLE, intid), steps)

    @precondition(lambda self: bool(self.irqs))
    @rule(vcpu=_VCPUS, intid=_INTIDS, steps=_STEPS)
    def pend(self, vcpu: int, intid: int, steps: int) -> None:
        """A guest makes an interrupt pending."""
        self._access(vcpu, Access(PEND, intid), steps)

    @precondition(lambda self: bool(self.irqs))
    @rule(vcpu=_VCPUS, intid=_INTIDS, steps=_STEPS)
    def unpend(self, vcpu: int, intid: int, steps: int) -> None:
        """A guest takes the pending state of an interrupt away."""
        self._access(vcpu, Access(UNPEND, intid), steps)

    @rule(vcpu=_VCPUS, intid=st.integers(0, FIRST_PPI - 1), to=_VCPUS, steps=_STEPS)
    def kick(self, vcpu: int, intid: int, to: int, steps: int) -> None:
        """A guest sends an SGI to a vCPU, which is kicked for it."""
        self._sgis.setdefault((to, intid), Irq(intid, EDGE, 0x80, to))
        self._access(vcpu, Access(SGI, intid, to), steps)

    @rule(vcpu=_VCPUS, steps=_STEPS)
    def acknowledge(self, vcpu: int, steps: int) -> None:
        """A guest acknowledges the most urgent interrupt that is pending, if any is."""
        self._calls.append(Call(f"vcpu{vcpu}", ACKNOWLEDGE, steps))

    @rule(vcpu=_VCPUS, steps=_STEPS)
    def end(self, vcpu: int, steps: int) -> None:
        """A guest ends its innermost handler, if it is in any."""
        self._calls.append(Call(f"vcpu{vcpu}", END, steps))

    @rule(vcpu=_VCPUS, steps=_STEPS)
    def run(self, vcpu: int, steps: int) -> None:
        """A vCPU goes on where it stands; in its guest it does one instruction of other work."""
        self._calls.append(Call(f"vcpu{vcpu}", WORK, steps, at_once=True))

    def teardown(self) -> None:
        """Run all calls, and to the end; raise what is wrong.

        Raises:
            MachineFailed: an invariant does not hold.
            BadParameters: what the class says is no machine.
        """
        # Hypothesis tears down what it has given up drawing, too, and what has failed by itself.
        if self._calls and sys.exception() is self._handled:
            check_calls(
                self._machine(), Following(self._calls), type(self).__name__,
                kernel=self.kernel, bugs=self.bugs, check=self.check, points=self.points,
            )  # fmt: skip

    def _access(self, vcpu: int, access: Access, steps: int) -> None:
        self._calls.append(Call(f"vcpu{vcpu}", Instruction(ACCESS, access), steps))

    def _machine(self) -> Parameters:
        """Return the VM with the calls as programs, and no interrupt or device without a call."""
        programs: dict[str, list[Any]] = {}
        for call in self._calls:
            programs.setdefault(call.role, []).append(call.item)
        guests = tuple(
            Program(tuple(programs.get(f"vcpu{number}", ())), self.lateness)
            for number in range(self.nr_vcpus)
        )
        devices = [tuple(programs.get(f"dev{number}", ())) for number in range(self.nr_devices)]
        while devices and not devices[-1]:
            devices.pop()
        known = {(irq.vcpu, irq.intid) for irq in self.irqs}
        sgis = [irq for key, irq in sorted(self._sgis.items()) if key not in known]
        named = {pulse.intid for device in devices for pulse in device}
        named |= {access.intid for guest in guests for access in guest.accesses}
        irqs = [irq for irq in (*self.irqs, *sgis) if irq.intid in named]
        return Parameters(self.nr_lr, tuple(irqs or self.irqs[:1]), guests, tuple(devices))
