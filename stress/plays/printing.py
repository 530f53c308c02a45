# SPDX-License-Identifier: GPL-2.0-only
"""Printing a play as a script, from which the same play can be read."""

from stress.plays.checking import PROMPT
from stress.plays.forms import Form
from stress.plays.play import Play
from stress.plays.reading import NR_LR, BadScript, read_script
from stress.plays.statements import (
    DEVICE,
    INTERRUPT,
    REGISTERS,
    RESAMPLED,
    ROUNDS,
    VCPU,
    Stated,
    instruction_line,
    pulse_line,
)
from vgic import Irq
from vgic.data import LEVEL

_INDENT = "  "


def print_script(play: Play) -> str:
    """Return a play as a script, each line of it ended.

    Raises:
        ValueError: no script says that: a text in it has more than one line, a value is out of
            bounds, or something is wanted of an instruction that reads nothing.
    """
    lines = [f"# {line}" if line else "#" for line in play.about]
    lines.append(f"title {play.title}")
    lines += [f"control {play.control}"] if play.control else []
    lines += [f"known {play.known}"] if play.known else []
    lines += [] if play.rounds == 1 else [_one(ROUNDS, play.rounds)]
    nr_lr = play.parameters.nr_lr
    lines += [] if nr_lr == NR_LR else [_one(REGISTERS, nr_lr)]
    lines += [interrupt_line(irq) for irq in play.parameters.irqs]
    seen = {(each.vcpu, each.position): each.value for each in play.wanted}
    for vcpu, guest in enumerate(play.parameters.guests):
        lines.append(_one(VCPU, vcpu))
        if guest.lateness != PROMPT:
            lines.append(f"{_INDENT}lateness {' '.join(map(str, guest.lateness))}")
        lines += [
            _INDENT + instruction_line(Stated(instruction, seen.get((vcpu, position))))
            for position, instruction in enumerate(guest.instructions)
        ]
    for number, pulses in enumerate(play.parameters.devices):
        lines.append(_one(DEVICE, number))
        lines += [_INDENT + pulse_line(pulse) for pulse in pulses]
    text = "\n".join(lines) + "\n"
    try:
        same = read_script(text, play.name) == play
    except BadScript as error:
        raise ValueError(f"no script can say this play: {error}") from None
    if not same:
        raise ValueError("no script can say this play: it would be read otherwise")
    return text


def _one(form: Form, value: int) -> str:
    (slot,) = form.slots
    return form.written({slot: value})


def interrupt_line(irq: Irq) -> str:
    """Return an interrupt as a line."""
    values = {"INTID": irq.intid, "TRIGGER": int(irq.config is LEVEL), "PRIORITY": irq.priority}
    values |= {"VCPU": irq.vcpu} if irq.vcpu else {}
    values |= {} if irq.group else {"GROUP": irq.group}
    values |= {RESAMPLED: 1} if irq.resampled else {}
    return INTERRUPT.written(values)
