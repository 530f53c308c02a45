# SPDX-License-Identifier: GPL-2.0-only
"""Reading a script: lines become a play, and what is no script is refused by its line.

A script opens with comment lines that say what it is about. What follows is read line by line: a
title, the machine, then a section for each guest and each device. It may have been written by
anybody, so it is checked whole, and long ones are refused.
"""

from collections.abc import Callable

from harness.engine import is_printable, printable_name, printable_text
from stress.plays.checking import PROMPT, Reference, fault_alone, missing
from stress.plays.forms import SLOTS, Form, Unlike, read_one_of
from stress.plays.opening import COMMENT, Opening
from stress.plays.play import Play, ToRead
from stress.plays.statements import (
    DEVICE,
    INSTRUCTIONS,
    INTERRUPT,
    PULSES,
    REGISTERS,
    RESAMPLED,
    ROUNDS,
    VCPU,
    Stated,
    meant,
    pulse_of,
)
from vgic import NR_IRQS_MAX, PROGRAMS_MAX, BadParameters, Irq, Parameters
from vgic.accesses import ACCESSES
from vgic.data import EDGE, LEVEL, Instruction, Program, Pulse, irq_key

TEXT_MAX = 1 << 20
NR_LR = 4
"""List registers of a machine of which a script says nothing; the emulator's have as many."""

_TITLE, _CONTROL, _KNOWN = "title", "control", "known"
_TEXTS = {_TITLE: "title TEXT", _CONTROL: "control NAME", _KNOWN: "known NAME"}
_FIRST = (*_TEXTS, ROUNDS.head, REGISTERS.head, INTERRUPT.head)
_BEGIN = "title, control, known, rounds, list-registers, interrupt, vcpu or device"


class BadScript(ValueError):
    """A text is no script; the message says in which line, and what would be right."""


def read_script(text: str, name: str) -> Play:
    """Read a script.

    Args:
        text: the whole of it.
        name: what the play is called, as a rule the name of its file without `.play`.

    Raises:
        BadScript: it is none, or the name is none.
    """
    if not name or name != "".join(name.split()) or not is_printable(name):
        raise BadScript(f"{printable_name(name)}: the name of a play is one word that can be read")
    if len(text) > TEXT_MAX:
        raise BadScript(f"{printable_text(name)}: longer than {TEXT_MAX} characters")
    reading = _Reading()
    try:
        for line in text.split("\n"):
            reading.read(line.removesuffix("\r"))
        return reading.play(name)
    except Unlike as error:
        raise BadScript(f"{printable_text(name)}, line {reading.line}: {error}") from None


class _Reading:
    """What has been read so far.

    Attributes:
        line: the number of the line that was read last, or that a whole script is refused for.
    """

    def __init__(self) -> None:
        self.line = 0
        self._opening = Opening()
        self._texts: dict[str, str] = {}
        self._settings: dict[str, int] = {}
        self._irqs: list[Irq] = []
        self._programs: list[list[Stated]] = []
        self._latenesses: list[tuple[int, ...] | None] = []
        self._devices: list[list[Pulse]] = []
        self._references: list[Reference] = []
        self._said: list[tuple[int, Irq | Instruction | Pulse]] = []
        self._size = 0
        self._section: Callable[[list[str]], None] = self._beginning

    def read(self, line: str) -> None:
        """Read the next line."""
        self.line += 1
        if not is_printable(line.replace("\t", " ")):
            raise Unlike(f"a character that cannot be printed in {printable_text(line)}")
        if self._opening.take(line):
            return
        head, *rest = line.split(maxsplit=1) or [""]
        words = line.split(COMMENT)[0].split()
        if head in _FIRST and self._section != self._beginning:
            raise Unlike(f"{head} stands before the first vcpu and the first device")
        if head in _TEXTS:
            self._text(head, "".join(rest).strip())
        elif words:
            self._statement(words)

    def _text(self, head: str, text: str) -> None:
        if head in self._texts:
            raise Unlike(f"a second {head}")
        if not text or (head != _TITLE and len(text.split()) > 1):
            raise Unlike(f"it is written `{_TEXTS[head]}`")
        self._texts[head] = text

    def _statement(self, words: list[str]) -> None:
        if words[0] == VCPU.head:
            self._open(VCPU, words, len(self._programs))
            self._programs.append([])
            self._latenesses.append(None)
            self._section = self._instruction
        elif words[0] == DEVICE.head:
            self._open(DEVICE, words, len(self._devices))
            self._devices.append([])
            self._section = self._pulse
        else:
            self._section(words)

    def _open(self, form: Form, words: list[str], due: int) -> None:
        (number,) = read_one_of((form,), words)[1].values()
        if number != due:
            raise Unlike(f"they stand in order: {form.head} {due} comes next, not {number}")

    def _beginning(self, words: list[str]) -> None:
        if words[0] == INTERRUPT.head:
            self._interrupt(read_one_of((INTERRUPT,), words)[1])
            return
        form = next((form for form in (ROUNDS, REGISTERS) if form.head == words[0]), None)
        if form is None:
            raise Unlike(f"{printable_text(words[0])} is nothing that stands here; {_BEGIN} is")
        if form.head in self._settings:
            raise Unlike(f"a second {form.head}")
        (self._settings[form.head],) = read_one_of((form,), words)[1].values()

    def _interrupt(self, values: dict[str, int]) -> None:
        intid, vcpu = values["INTID"], values.get("VCPU", 0)
        if irq_key(intid, vcpu) in [irq_key(irq.intid, irq.vcpu) for irq in self._irqs]:
            raise Unlike(f"interrupt {intid} stands there already")
        if len(self._irqs) == NR_IRQS_MAX:
            raise Unlike(f"a machine has at most {NR_IRQS_MAX} interrupts")
        config = LEVEL if values["TRIGGER"] else EDGE
        group, resampled = values.get("GROUP", 1), RESAMPLED in values
        irq = Irq(intid, config, values["PRIORITY"], vcpu, group, resampled)
        self._said.append((self.line, irq))
        self._references.append(Reference(self.line, vcpu))
        self._irqs.append(irq)

    def _instruction(self, words: list[str]) -> None:
        if words[0] == "lateness":
            if self._latenesses[-1] is not None or self._programs[-1]:
                raise Unlike("lateness stands once, before the first instruction")
            late = tuple(SLOTS["LATENESS"].read("LATENESS", word) for word in words[1:])
            if not late:
                raise Unlike("lateness LATENESS ...")
            self._latenesses[-1] = late
            self._grow(len(late))
            return
        forms = [form for form in INSTRUCTIONS.values() if form.head == words[0]]
        if not forms:
            known = ", ".join(dict.fromkeys(form.head for form in INSTRUCTIONS.values()))
            raise Unlike(f"{printable_text(words[0])} is no instruction; there are {known}")
        form, values = read_one_of(forms, words)
        name = next(name for name, each in INSTRUCTIONS.items() if each is form)
        line = meant(name, values)
        self._refer_to(line.instruction, values)
        self._said.append((self.line, line.instruction))
        self._grow(1)
        self._programs[-1].append(line)

    def _refer_to(self, instruction: Instruction, values: dict[str, int]) -> None:
        access, vcpu = instruction.access, len(self._programs) - 1
        if "VCPU" in values:
            self._references.append(Reference(self.line, values["VCPU"]))
        if access is not None and ACCESSES[access.kind].has_interrupt:
            self._references.append(Reference(self.line, vcpu, access.intid, access))

    def _grow(self, by: int) -> None:
        self._size += by
        if self._size > PROGRAMS_MAX:
            raise Unlike(
                f"instructions, latenesses and pulses can be {PROGRAMS_MAX} in a whole script"
            )

    def _pulse(self, words: list[str]) -> None:
        forms = [form for form in PULSES.values() if form.head == words[0]]
        if not forms:
            raise Unlike(f"a device can raise or lower a line, not {printable_text(words[0])}")
        form, values = read_one_of(forms, words)
        pulse = pulse_of(values, level=form is PULSES[True])
        self._said.append((self.line, pulse))
        self._grow(1)
        self._references.append(Reference(self.line, pulse.vcpu, pulse.intid))
        self._devices[-1].append(pulse)

    def play(self, name: str) -> Play:
        """Return what has been read, once that is all."""
        self._check()
        guests = tuple(
            Program(tuple(line.instruction for line in lines), late or PROMPT)
            for lines, late in zip(self._programs, self._latenesses, strict=True)
        )
        nr_lr = self._settings.get(REGISTERS.head, NR_LR)
        parameters = Parameters(nr_lr, tuple(self._irqs), guests, tuple(map(tuple, self._devices)))
        try:
            Parameters.from_values(parameters.to_values())
        except BadParameters as error:
            self.line, message = fault_alone(self._said) or (self.line, str(error))
            raise Unlike(message) from None
        wanted = tuple(
            ToRead(vcpu, position, line.seen)
            for vcpu, lines in enumerate(self._programs)
            for position, line in enumerate(lines)
            if line.seen is not None
        )
        return Play(
            name=name,
            title=self._texts[_TITLE],
            about=tuple(self._opening.about),
            parameters=parameters,
            rounds=self._settings.get(ROUNDS.head, 1),
            wanted=wanted,
            control=self._texts.get(_CONTROL, ""),
            known=self._texts.get(_KNOWN, ""),
        )

    def _check(self) -> None:
        """Refuse what only the whole script shows, by the line that is at fault."""
        if _TITLE not in self._texts:
            raise Unlike(f"the script ends without a title: {_TEXTS[_TITLE]}")
        if not self._irqs:
            raise Unlike(f"the script ends without an interrupt: {INTERRUPT}")
        if not self._programs:
            raise Unlike("the script ends without a guest: vcpu 0")
        if fault := missing(self._references, self._irqs, len(self._programs)):
            self.line, message = fault
            raise Unlike(message)
