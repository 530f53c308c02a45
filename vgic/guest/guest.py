# SPDX-License-Identifier: GPL-2.0-only
"""The guest: honest and watchful, one instruction a step, on its vCPU's thread.

It follows its program, then serves whatever comes and idles in guest mode when nothing does. It
keeps a stack of what it has acknowledged. Guests may wait for each other by cells of memory. An
exit that somebody asked for, by a kick or a maintenance interrupt, arrives a chosen number of
instructions later: hardware promises no more, and the slow maintenance interrupt is a race. So is
an IPI that was sent while the list registers were being filled: it comes as late after the entry. A
maintenance interrupt is a level: it does not come if its condition has gone by then.
"""

from collections.abc import Callable
from functools import cache

from harness.engine import Operation, operation
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    END_AGAIN,
    LEVEL,
    LINGER,
    SIGNAL,
    WAIT,
    WORK,
    Exit,
    Instruction,
    Kvm,
    Program,
    Trap,
    Vcpu,
)
from vgic.guest.cells import is_set, signal, wait
from vgic.hardware import SPURIOUS
from vgic.tracepoints import Tracepoints

_ACKNOWLEDGE, _END, _END_AGAIN, _WAIT = ACKNOWLEDGE.name, END.name, END_AGAIN.name, WAIT.name


@cache
def _operations(name: str) -> dict[str, Operation]:
    """Return the operation of each instruction on a vCPU."""
    return {
        ACKNOWLEDGE.name: operation("acknowledge", "", name),
        END.name: operation("eoi", "", name),
        END_AGAIN.name: operation("eoi", "", name),
        WORK.name: operation("work", "", name),
        ACCESS: operation("access", "", name),
        **dict.fromkeys((WAIT.name, SIGNAL, AWAIT, LINGER), operation("work", "", name)),
    }


class Guest:
    """What runs on one vCPU.

    Attributes:
        stack: the INTIDs it has acknowledged and not yet ended, outermost first.
    """

    def __init__(
        self,
        kvm: Kvm,
        vcpu: Vcpu,
        program: Program,
        trace: Tracepoints,
        quiesce: Callable[[int], Exit],
    ) -> None:
        """Load a guest.

        Args:
            kvm: the VM it runs in.
            vcpu: the vCPU it runs on.
            program: what it does.
            trace: where it announces what it acknowledges and ends.
            quiesce: returns the access by which a handler has its device lower its line.
        """
        self._kvm = kvm
        self._vcpu = vcpu
        self._program = program.instructions
        self._position = 0
        self._quiesce = quiesce
        self._lateness = program.lateness
        self._exits = 0
        self._trace = trace
        self._quiesced: set[int] = set()
        self._last_ended: int | None = None
        self.stack: list[int] = []
        self._operations = _operations(vcpu.name)

    def run_guest(self) -> Exit | Trap | None:
        """Run the guest until it exits; return what it exits for, None for an interrupt."""
        vcpu, operations = self._vcpu, self._operations
        point, ipi, cpuif = self._kvm.scheduler.point, vcpu.ipi, vcpu.cpuif
        due: int | None = None
        retired = 0
        while True:
            if due is None and (ipi.pending or cpuif.maintenance()):
                due = self._exit_due(retired)
            instruction = self._next_instruction()
            if due == 0 or (due is not None and instruction is None):
                if ipi.pending:
                    return None
                idles = instruction is None and not retired
                if cpuif.maintenance() and not (idles and self._would_exit_in_vain()):
                    return None
                due = None  # the condition has gone, and with it the maintenance interrupt
            if instruction is None:
                ipi.wait()
                continue
            name = instruction.name
            if name == _END and self._has_to_quiesce():
                point(operations[ACCESS])
                self._quiesced.add(self.stack[-1])
                return self._quiesce(self.stack[-1])
            point(operations[name])
            self._position += 1
            if name == _ACKNOWLEDGE:
                self._acknowledge()
            elif name == _END:
                self._end()
            elif name == ACCESS:
                if instruction.access is None:
                    self._trace.leaving(vcpu.vcpu_id)
                return instruction.access
            elif name == _WAIT:
                if cpuif.highest_pending() is None:
                    self._kvm.scheduler.note("guest waits for an interrupt")
                    return Trap.WFI
            elif name == _END_AGAIN:
                self._end_again()
            elif name == SIGNAL:
                signal(self._kvm, instruction.number)
                self._trace.signalled(vcpu.vcpu_id, instruction.number)
            elif name == AWAIT:
                if not is_set(self._kvm, vcpu, instruction.number):
                    self._position -= 1
                    # While it looks again and again, whatever was asked for arrives.
                    if ipi.pending or (retired and cpuif.maintenance()):
                        return None
                    wait(self._kvm, vcpu, instruction.number)
                    continue
                self._trace.awaited(vcpu.vcpu_id, instruction.number)
            retired += 1
            if due is not None:
                due -= 1

    def _exit_due(self, retired: int) -> int:
        """Say how many instructions from now the exit arrives that somebody has asked for."""
        late = self._lateness[self._exits % len(self._lateness)]
        self._exits += 1
        # With one list register and overflow the underflow condition always holds: without this
        # one instruction the vCPU would enter and exit for ever.
        return late if self._vcpu.ipi.pending or retired else max(late, 1)

    def _would_exit_in_vain(self) -> bool:
        """Tell whether the only list register has what this idle guest neither takes nor ends.

        With more outside it the underflow condition then always holds. Hardware makes the vCPU
        leave again and again; here it waits until somebody has something else for it.
        """
        if self._kvm.nr_lr > 1:
            return False
        cpuif = self._vcpu.cpuif
        lr = cpuif.lrs[0]
        return (lr.pending or lr.active) and cpuif.misr() == ("U",)

    def _next_instruction(self) -> Instruction | None:
        """Return the next instruction, None if there is nothing to do."""
        if self._position < len(self._program):
            instruction = self._program[self._position]
            return WORK if instruction.name == _END and not self.stack else instruction
        if self._vcpu.cpuif.highest_pending() is not None:
            return ACKNOWLEDGE
        return END if self.stack else None

    def _has_to_quiesce(self) -> bool:
        """A handler lowers its device's line before it ends."""
        intid = self.stack[-1]
        irq = self._kvm.get_vcpu_irq(self._vcpu, intid)
        return irq is not None and irq.config is LEVEL and intid not in self._quiesced

    def _acknowledge(self) -> None:
        intid = self._vcpu.cpuif.acknowledge()
        if intid == SPURIOUS:
            self._trace.found_nothing(self._vcpu.vcpu_id)
            return
        self._kvm.scheduler.note("guest acknowledges", intid)
        self.stack.append(intid)
        self._trace.acknowledged(self._vcpu.vcpu_id, intid)

    def _end_again(self) -> None:
        if self._last_ended is not None:
            self._trace.ending_again(self._vcpu.vcpu_id, self._last_ended)
            self._vcpu.cpuif.end_of_interrupt(self._last_ended)

    def _end(self) -> None:
        intid = self.stack.pop()
        self._vcpu.cpuif.end_of_interrupt(intid)
        self._kvm.scheduler.note("guest ends", intid)
        self._quiesced.discard(intid)
        self._last_ended = intid
        self._trace.ended(self._vcpu.vcpu_id, intid)
