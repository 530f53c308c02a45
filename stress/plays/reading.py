# SPDX-License-Identifier: GPL-2.0-only
"""Reading a script: lines become a play, and what is no script is refused by its line.

A script opens with comment lines that say what it is about. What follows is read line by line: a
title, the machine, then a section for each guest and each device. It may have been written by
anybody, so it is checked whole, and long ones are refused.
"""

from collections.abc import Callable, Sequence

from harness.engine import is_printable, printable_text
from stress.plays.forms import SLOTS, Form, Unlike
from stress.plays.play import Play, ToRead
from stress.plays.statements import (
    DEVICE,
    INSTRUCTIONS,
    INTERRUPT,
    PULSES,
    REGISTERS,
    ROUNDS,
    VCPU,
    Stated,
    meant,
    pulse_of,
)
from vgic import BadParameters, Irq, Parameters
from vgic.data import EDGE, LEVEL, Program, Pulse, is_private

TEXT_MAX = 1 << 20
NR_LR = 4
"""List registers of a machine of which a script says nothing; the emulator's have as many."""

PROMPT = (0,)
"""The lateness of a guest of which a script says nothing."""

_COMMENT = "#"
_TITLE, _CONTROL, _KNOWN = "title", "control", "known"
_TEXTS = {_TITLE: "title TEXT", _CONTROL: "control NAME", _KNOWN: "known NAME"}
_BEGIN = "title, control, known, rounds, list-registers, interrupt, vcpu or device"


class BadScript(ValueError):
    """A text is no script; the message says in which line, and what would be right."""


def read_script(text: str, name: str) -> Play:
    """Read a script.

    Args:
        text: the whole of it.
        name: what the play is called, as a rule the name of its file without `.play`.

    Raises:
        BadScript: it is none.
    """
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
        self._opening: list[str] | None = []
        self._about: list[str] = []
        self._texts: dict[str, str] = {}
        self._settings: dict[str, int] = {}
        self._irqs: list[Irq] = []
        self._programs: list[list[Stated]] = []
        self._latenesses: list[tuple[int, ...] | None] = []
        self._devices: list[list[Pulse]] = []
        self._vcpus: list[tuple[int, int]] = []
        self._pulsed: list[tuple[int, Pulse]] = []
        self._section: Callable[[list[str]], None] = self._beginning

    def read(self, line: str) -> None:
        """Read the next line."""
        self.line += 1
        if not is_printable(line.replace("\t", " ")):
            raise Unlike(f"a character that cannot be printed in {printable_text(line)}")
        if self._opening is not None:
            if line.startswith(_COMMENT):
                self._opening.append(line[1:].removeprefix(" "))
                return
            self._about, self._opening = self._opening, None
        head, *rest = line.split(maxsplit=1) or [""]
        words = line.split(_COMMENT)[0].split()
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
        (number,) = _read((form,), words)[1].values()
        if number != due:
            raise Unlike(f"they stand in order: {form.head} {due} comes next, not {number}")

    def _beginning(self, words: list[str]) -> None:
        if words[0] == INTERRUPT.head:
            self._interrupt(_read((INTERRUPT,), words)[1])
            return
        form = next((form for form in (ROUNDS, REGISTERS) if form.head == words[0]), None)
        if form is None:
            raise Unlike(f"{printable_text(words[0])} is nothing that stands here; {_BEGIN} is")
        if form.head in self._settings:
            raise Unlike(f"a second {form.head}")
        (self._settings[form.head],) = _read((form,), words)[1].values()

    def _interrupt(self, values: dict[str, int]) -> None:
        intid, vcpu = values["INTID"], values.get("VCPU", 0)
        if _of(intid, vcpu) in [_of(irq.intid, irq.vcpu) for irq in self._irqs]:
            raise Unlike(f"interrupt {intid} stands there already")
        self._vcpus.append((self.line, vcpu))
        config = LEVEL if values["TRIGGER"] else EDGE
        self._irqs.append(Irq(intid, config, values["PRIORITY"], vcpu))

    def _instruction(self, words: list[str]) -> None:
        if words[0] == "lateness":
            if self._latenesses[-1] is not None or self._programs[-1]:
                raise Unlike("lateness stands once, before the first instruction")
            late = tuple(SLOTS["LATENESS"].read("LATENESS", word) for word in words[1:])
            if not late:
                raise Unlike("lateness LATENESS ...")
            self._latenesses[-1] = late
            return
        forms = [form for form in INSTRUCTIONS.values() if form.head == words[0]]
        if not forms:
            known = ", ".join(dict.fromkeys(form.head for form in INSTRUCTIONS.values()))
            raise Unlike(f"{printable_text(words[0])} is no instruction; there are {known}")
        form, values = _read(forms, words)
        name = next(name for name, each in INSTRUCTIONS.items() if each is form)
        line = meant(name, values)
        if "VCPU" in values:
            self._vcpus.append((self.line, values["VCPU"]))
        self._programs[-1].append(line)

    def _pulse(self, words: list[str]) -> None:
        forms = [form for form in PULSES.values() if form.head == words[0]]
        if not forms:
            raise Unlike(f"a device can raise or lower a line, not {printable_text(words[0])}")
        form, values = _read(forms, words)
        pulse = pulse_of(values, level=form is PULSES[True])
        self._vcpus.append((self.line, pulse.vcpu))
        self._pulsed.append((self.line, pulse))
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
            raise Unlike(str(error)) from None
        wanted = tuple(
            ToRead(vcpu, position, line.seen)
            for vcpu, lines in enumerate(self._programs)
            for position, line in enumerate(lines)
            if line.seen is not None
        )
        return Play(
            name=name,
            title=self._texts[_TITLE],
            about=tuple(self._about),
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
        for line, vcpu in self._vcpus:
            if vcpu >= len(self._programs):
                self.line = line
                raise Unlike(f"there is no vcpu {vcpu}; {len(self._programs)} have a section")
        there = {_of(irq.intid, irq.vcpu) for irq in self._irqs}
        for line, pulse in self._pulsed:
            if _of(pulse.intid, pulse.vcpu) not in there:
                self.line = line
                raise Unlike(f"there is no interrupt {pulse.intid} to raise or lower")


def _of(intid: int, vcpu: int) -> tuple[int, int]:
    """Return which interrupt that is: a private one is each vCPU's own."""
    return intid, vcpu if is_private(intid) else 0


def _read(forms: Sequence[Form], words: list[str]) -> tuple[Form, dict[str, int]]:
    """Return the form that the words have, and what stands in its places."""
    faults: list[str] = []
    for form in forms:
        try:
            return form, form.read(words)
        except Unlike as error:
            faults.append(f"{error}: it is written `{form}`")
    raise Unlike("; or ".join(faults))
