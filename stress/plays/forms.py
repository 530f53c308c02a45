# SPDX-License-Identifier: GPL-2.0-only
"""The form of one line of a script, written once for reading and printing.

`route INTID vcpu VCPU` and `interrupt INTID TRIGGER priority PRIORITY [vcpu VCPU]` are forms: words
that stand there as they are, slots in capitals that hold a value, and parts in brackets that may be
left out; one without a slot only stands there or does not. What a form says is what a message shows
to somebody who wrote it otherwise.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.engine import printable_name
from stress.traces import SPURIOUS
from vgic import LATENESS_MAX, LINGER_MAX, NR_DEVICES_MAX, NR_LR_MAX, NR_VCPUS_MAX, PAUSE_MAX
from vgic.data import DROPPED_MAX, FIRST_PPI, LAST_SPI, NR_CELLS
from vgic.hardware import BPR_MAX, BPR_MIN, PRIORITY_MASK

ROUNDS_MAX = 1_000_000
COUNT_MAX = (1 << 14) - 1

_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|[0-9]{1,9}")


class Unlike(ValueError):
    """Words do not have a form; the message says where they differ."""


@dataclass(frozen=True)
class Slot:
    """What may stand in one slot of a form.

    Attributes:
        low, high: the bounds of its number.
        step: its number is a multiple of this.
        words: what may stand there in words, and which number each is.
        hexadecimal: it is printed so.
    """

    low: int
    high: int
    step: int = 1
    words: Mapping[str, int] = field(default_factory=dict)
    hexadecimal: bool = False

    def read(self, name: str, word: str) -> int:
        """Return the number that a word stands for; raise Unlike if it stands for none."""
        if word in self.words:
            return self.words[word]
        if _NUMBER.fullmatch(word):
            number = int(word, 16 if word.startswith("0x") else 10)
            if self.low <= number <= self.high and not number % self.step:
                return number
        known = [*self.words]
        if self.low <= self.high:
            of = f", a multiple of {self.step}" if self.step > 1 else ""
            known.append(f"a number from {self.low} to {self.high}{of}")
        raise Unlike(f"{name} is {' or '.join(known)}, not {printable_name(word)}")

    def written(self, number: int) -> str:
        """Return a number as it stands in a script."""
        for word, meant in self.words.items():
            if meant == number:
                return word
        return f"{number:#04x}" if self.hexadecimal else str(number)


_NO_NUMBER = 1, 0

SLOTS: dict[str, Slot] = {
    "ROUNDS": Slot(1, ROUNDS_MAX),
    "REGISTERS": Slot(1, NR_LR_MAX),
    "INTID": Slot(0, LAST_SPI),
    "SGI": Slot(0, FIRST_PPI - 1),
    "TRIGGER": Slot(*_NO_NUMBER, words={"edge": 0, "level": 1}),
    "PRIORITY": Slot(0, PRIORITY_MASK, step=8, hexadecimal=True),
    "VCPU": Slot(0, NR_VCPUS_MAX - 1),
    "DEVICE": Slot(0, NR_DEVICES_MAX - 1),
    "LATENESS": Slot(0, LATENESS_MAX),
    "CELL": Slot(0, NR_CELLS - 1),
    "TURNS": Slot(1, LINGER_MAX),
    "PAUSE": Slot(0, PAUSE_MAX),
    "SEEN": Slot(0, LAST_SPI, words={"none": SPURIOUS}),
    "BIT": Slot(0, 1),
    "COUNT": Slot(0, COUNT_MAX),
    "GROUP": Slot(0, 1),
    "MASK": Slot(0, PRIORITY_MASK, step=8, hexadecimal=True),
    "POINT0": Slot(BPR_MIN[0], BPR_MAX),
    "POINT1": Slot(BPR_MIN[1], BPR_MAX),
    "TARGETS": Slot(1, (1 << NR_VCPUS_MAX) - 1, hexadecimal=True),
    "SWITCH": Slot(*_NO_NUMBER, words={"off": 0, "on": 1}),
    "MODE": Slot(0, 1),
    "WHICH": Slot(0, DROPPED_MAX - 1),
}
"""Every slot there is, by the name that forms have for it."""


class Form:
    """One form."""

    def __init__(self, text: str) -> None:
        """Make a form from what is shown of it."""
        self.text = text
        self._parts = [part.split() for part in re.split(r"[\[\]]", text) if part.strip()]
        self.head = self._parts[0][0]

    def __str__(self) -> str:
        return self.text

    @property
    def slots(self) -> list[str]:
        """The names of its slots, in order."""
        return [word for part in self._parts for word in _slots_of(part)]

    def read(self, words: Sequence[str]) -> dict[str, int]:
        """Read the words of a line.

        Returns:
            The number in each slot that is there; 1 by its first word for a part that is there and
            has no slot.

        Raises:
            Unlike: they do not have this form.
        """
        found: dict[str, int] = {}
        left = list(words)
        for number, part in enumerate(self._parts):
            if number and (not left or left[0] != part[0]):
                continue
            if number and not _slots_of(part):
                found[part[0]] = 1
            for expected in part:
                if not left:
                    raise Unlike(f"{expected} is missing")
                word = left.pop(0)
                if expected in SLOTS:
                    found[expected] = SLOTS[expected].read(expected, word)
                elif word != expected:
                    raise Unlike(f"`{expected}` is missing before {printable_name(word)}")
        if left:
            raise Unlike(f"{printable_name(left[0])} is too much")
        return found

    def written(self, values: Mapping[str, int]) -> str:
        """Return a line of this form.

        Args:
            values: the number in each slot, and by the first word of a part without one that it
                is there; a part of which there is nothing is left out.
        """
        words: list[str] = []
        for number, part in enumerate(self._parts):
            names = _slots_of(part) or part[:1] * bool(number)
            if all(name in values for name in names):
                words += [SLOTS[w].written(values[w]) if w in SLOTS else w for w in part]
        return " ".join(words)


def _slots_of(part: Sequence[str]) -> list[str]:
    return [word for word in part if word in SLOTS]


def read_one_of(forms: Sequence[Form], words: list[str]) -> tuple[Form, dict[str, int]]:
    """Return the form that the words have, and what stands in its slots.

    Raises:
        Unlike: they have none of these.
    """
    faults: list[str] = []
    for form in forms:
        try:
            return form, form.read(words)
        except Unlike as error:
            faults.append(f"{error}: it is written `{form}`")
    raise Unlike("; or ".join(faults))
