# SPDX-License-Identifier: GPL-2.0-only
"""The guest: honest and watchful, one instruction a step, on its vCPU's thread.

It follows its program, then serves whatever comes and idles in guest mode when nothing does. What
it has acknowledged, and is to end and deactivate, is in open_handlers.py. Guests may wait for each
other by cells of memory. An exit that somebody asked for, by a kick or a maintenance interrupt,
arrives a chosen number of instructions later: hardware promises no more, and the slow maintenance
interrupt is a race. So is an IPI that was sent while the list registers were being filled: it comes
as late after the entry. A maintenance interrupt is a level: it does not come if its condition has
gone by then.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from harness.engine import Operation, operation
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    DIR,
    END,
    END_AGAIN,
    EOI_MODE,
    HAND_OVER,
    LINGER,
    SETTINGS,
    SIGNAL,
    TAKE_OVER,
    WAIT,
    WORK,
    Exit,
    Instruction,
    Kvm,
    Program,
    Trap,
    Vcpu,
    dir_of,
    setting,
)
from vgic.guest.cells import is_set, signal, wait
from vgic.guest.open_handlers import OpenHandlers
from vgic.guest.settings import write_setting
from vgic.guest.sourced_handlers import SourcedHandlers
from vgic.tracepoints import Tracepoints

_ACKNOWLEDGE, _END, _END_AGAIN, _WAIT = ACKNOWLEDGE.name, END.name, END_AGAIN.name, WAIT.name
_HAND_OVER = HAND_OVER.name
_TAKE_BACK = Instruction("take back")
_DEACTIVATE = frozenset({DIR, TAKE_OVER.name, _TAKE_BACK.name})
_FIRST_DROPPED, _TO_DEACTIVATE = dir_of(), setting(EOI_MODE, 1)


@cache
def _operations(name: str) -> dict[str, Operation]:
    """Return the operation of each instruction on a vCPU."""
    return {
        ACKNOWLEDGE.name: operation("acknowledge", "", name),
        END.name: operation("eoi", "", name),
        END_AGAIN.name: operation("eoi", "", name),
        WORK.name: operation("work", "", name),
        ACCESS: operation("access", "", name),
        DIR: operation("eoi", "", name),
        **dict.fromkeys(
            (
                *(WAIT.name, SIGNAL, AWAIT, LINGER, HAND_OVER.name, TAKE_OVER.name),
                *(_TAKE_BACK.name, *SETTINGS),
            ),
            operation("work", "", name),
        ),
    }


class Exits(NamedTuple):
    """What a guest exits for that is in no program; each is made for an INTID.

    Attributes:
        quiesce: the access by which a handler has its device lower its line.
        dir: a write of DIR that is trapped; made for the source of an SGI, too.
    """

    quiesce: Callable[[int], Exit]
    dir: Callable[[int, int], Exit]


class Guest:
    """What runs on one vCPU.

    Attributes:
        handlers: what it has acknowledged and is still to end or to deactivate.
    """

    def __init__(
        self,
        kvm: Kvm,
        vcpu: Vcpu,
        program: Program,
        trace: Tracepoints,
        exits: Exits,
    ) -> None:
        """Load a guest.

        Args:
            kvm: the VM it runs in.
            vcpu: the vCPU it runs on.
            program: what it does.
            trace: where it announces what it does.
            exits: what it exits for by itself.
        """
        self._kvm = kvm
        self._vcpu = vcpu
        self._program = program.instructions
        self._position = 0
        self._leaves = exits
        self._lateness = program.lateness
        self._exits = 0
        self._trace = trace
        self.handlers = (SourcedHandlers if kvm.is_v2 else OpenHandlers)(kvm, vcpu, trace)
        self._operations = _operations(vcpu.name)

    def run_guest(self) -> Exit | Trap | None:
        """Run the guest until it exits; return what it exits for, None for an interrupt."""
        vcpu, operations, handlers = self._vcpu, self._operations, self.handlers
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
            if name == _END and handlers.has_to_quiesce():
                point(operations[ACCESS])
                return self._leaves.quiesce(handlers.quiesce())
            point(operations[name])
            self._position += 1
            if name == _ACKNOWLEDGE:
                handlers.acknowledge()
            elif name == _END:
                handlers.end()
            elif name == ACCESS:
                if instruction.access is None:
                    self._trace.leaving(vcpu.vcpu_id)
                return instruction.access
            elif name == _WAIT:
                if cpuif.highest_pending() is None:
                    self._kvm.scheduler.note("guest waits for an interrupt")
                    return Trap.WFI
            elif name == _END_AGAIN:
                handlers.end_again()
            elif name == SIGNAL:
                signal(self._kvm, instruction.number)
                self._trace.signalled(vcpu.vcpu_id, instruction.number)
            elif name == AWAIT:
                if not is_set(self._kvm, vcpu, instruction.number):
                    self._position -= 1
                    # While it looks again and again, whatever was asked for arrives.
                    if ipi.pending or (retired and cpuif.maintenance()):
                        return None
                    self._trace.awaiting(vcpu.vcpu_id, instruction.number)
                    wait(self._kvm, vcpu, instruction.number)
                    continue
                self._trace.awaited(vcpu.vcpu_id, instruction.number)
            elif name in SETTINGS:
                if handlers.allow(name, instruction.number):
                    write_setting(cpuif.vmcr, name, instruction.number)
                    self._kvm.scheduler.note("guest sets", name, instruction.number)
                    self._trace.configured(vcpu.vcpu_id, name, instruction.number)
            elif name == _HAND_OVER:
                handlers.hand_over()
            elif name in _DEACTIVATE:
                leaves = self._deactivate(instruction)
                if leaves is not None:
                    return leaves
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
        handlers = self.handlers
        if self._position < len(self._program):
            instruction = self._program[self._position]
            return WORK if instruction.name == _END and not handlers.stack else instruction
        if self._vcpu.cpuif.highest_pending() is not None:
            return ACKNOWLEDGE
        if handlers.stack:
            return END
        if handlers.dropped or handlers.waits_for_another:
            if not self._vcpu.cpuif.vmcr.eoi_drops_only:
                return _TO_DEACTIVATE
            return _FIRST_DROPPED if handlers.dropped else _TAKE_BACK
        return None

    def _deactivate(self, instruction: Instruction) -> Exit | None:
        """Write DIR for what an instruction names, if there is anything; return the exit it takes.

        With EOImode 0 there is nothing to deactivate by it, and an honest guest does not try.
        """
        vcpu, handlers = self._vcpu, self.handlers
        if not vcpu.cpuif.vmcr.eoi_drops_only:
            return None
        if instruction.name == DIR:
            intid = handlers.choose(instruction.number)
        else:
            back = instruction.name == _TAKE_BACK.name
            intid = handlers.take_back() if back else handlers.take_over()
        if intid is None:
            return None
        self._kvm.scheduler.note("guest deactivates", intid)
        self._trace.deactivating(vcpu.vcpu_id, intid)
        if vcpu.cpuif.hcr.tdir:
            return self._leaves.dir(intid, handlers.source_of(intid))
        vcpu.cpuif.deactivate(intid)
        self._trace.deactivated(vcpu.vcpu_id, intid)
        return None
