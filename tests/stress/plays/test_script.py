# SPDX-License-Identifier: GPL-2.0-only
"""Can every play be printed and read back, and is what is no script refused by its line?"""

from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine import is_printable
from stress.hypothesis import machines
from stress.plays import BadScript, Play, ToRead, print_script, read_script
from stress.plays.statements import READS, name_of
from stress.traces import SPURIOUS
from tests.stress.hypothesis.test_strategies import DRAWING
from vgic import Irq, Parameters
from vgic.accesses import Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    DROPPED_MAX,
    EDGE,
    HAND_OVER,
    LEVEL,
    SETTINGS,
    TAKE_OVER,
    Instruction,
    Program,
    Pulse,
    dir_of,
    setting,
)

HEAD = (
    "title about nothing\ninterrupt 40 edge priority 0x80\ninterrupt 27 level priority 0 vcpu 1\n"
)
WORK = "work\n"
WHOLE = """\
# What it does.
#
#   indented, and with a # in it
# Result: Never
title all that a script can say
control another
known F9
rounds 1000
list-registers 2
interrupt 40 edge priority 0x40
interrupt 27 level priority 0xf8 vcpu 1
interrupt 3 edge priority 0x00 vcpu 1
interrupt 41 edge priority 0x40 group 0
interrupt 28 level priority 0x40 vcpu 1 group 0
interrupt 3 edge priority 0x00
interrupt 42 level priority 0x40 resampled
interrupt 43 level priority 0x40 vcpu 1 group 0 resampled
vcpu 0
  lateness 0 3 1000
  raise 40
  lower 40
  acknowledge
  acknowledge is 40
  acknowledge is none
  end
  end again
  work
  exit
  signal 63
  linger 1000000
  pend 40
  unpend 40
  enable 40
  disable 40
  route 40 vcpu 1
  sgi 3 vcpu 1
  sgi list 3 0x02
  sgi others 3
  activate 27 vcpu 1
  deactivate 40 vcpu 0
  group 40 0
  distributor off
  distributor on
  priority 40 0xf0
  pending 40
  pending 40 is 0
  active 40 is 1
  exits
  exits are 3
  mask 0xf8
  enable group 1
  disable group 0
  binary point 0 7
  binary point 1 3
  common binary point on
  common binary point off
  eoi mode 1
  dir 0
  hand over
  take over
vcpu 1
  await 63
device 0
  raise 40
  raise 27 vcpu 1 after 100
  lower 27 vcpu 1
device 1
"""
ABOUT_NUMBERS = [
    *[Instruction(name, number=number) for name, number in product(("signal", "await"), (0, 63))],
    *[Instruction("linger", number=number) for number in (1, 20_000, 1_000_000)],
    *[Instruction(ACCESS, Access(kind, 40)) for kind in ("raise", "lower", "pending", "active")],
    Instruction(ACCESS, Access("priority", 40, 0xF8)),
    *[Instruction(ACCESS, Access("distributor", 0, on)) for on in (0, 1)],
    *[Instruction(ACCESS, Access("group", 40, group)) for group in (0, 1)],
    *[Instruction(ACCESS, Access(kind, 40, 0)) for kind in ("activate", "deactivate")],
    *[setting(name, number) for name, each in SETTINGS.items() for number in (each.low, each.high)],
    *[dir_of(which) for which in (0, DROPPED_MAX - 1)],
    HAND_OVER,
    TAKE_OVER,
    Instruction(ACCESS, Access("exits", 0)),
    Instruction(ACCESS),
]


@st.composite
def plays(draw: st.DrawFn) -> Play:
    """Draw a play of any machine, with instructions that drawn machines do not have put in."""
    machine = draw(machines())
    if all(irq.intid != 40 for irq in machine.irqs):
        machine = machine._replace(irqs=(*machine.irqs, Irq(40, EDGE, 0x80, 0)))
    guests = tuple(
        guest._replace(
            instructions=guest.instructions
            + tuple(draw(st.lists(st.sampled_from(ABOUT_NUMBERS), max_size=4)))
        )
        for guest in machine.guests
    )
    texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
    wanted = [
        ToRead(vcpu, position, 1 if instruction.name == ACCESS else SPURIOUS)
        for vcpu, guest in enumerate(guests)
        for position, instruction in enumerate(guest.instructions)
        if name_of(instruction) in READS and draw(st.booleans())
    ]
    return Play(
        name="drawn",
        title=draw(texts).strip() or "untitled",
        about=tuple(draw(st.lists(texts, max_size=3))),
        parameters=machine._replace(guests=guests),
        rounds=draw(st.sampled_from((1, 2, 1_000_000))),
        wanted=tuple(wanted),
        control=draw(st.sampled_from(("", "another"))),
        known=draw(st.sampled_from(("", "F1"))),
    )


def test_every_play_is_read_back_as_it_was() -> None:
    drawn: list[Play] = []

    @settings(DRAWING, max_examples=150)
    @given(plays())
    def draw(play: Play) -> None:
        drawn.append(play)
        assert read_script(print_script(play), "drawn") == play

    draw()
    assert any(play.wanted for play in drawn)


def test_a_script_that_says_everything_is_printed_as_it_was() -> None:
    play = read_script(WHOLE, "whole")
    assert print_script(play) == WHOLE
    assert play.about == ("What it does.", "", "  indented, and with a # in it", "Result: Never")
    assert (play.name, play.title, play.control, play.known, play.rounds) == (
        "whole", "all that a script can say", "another", "F9", 1000,
    )  # fmt: skip
    first, second = play.parameters.guests
    assert first.lateness == (0, 3, 1000)
    assert second == Program((Instruction("await", number=63),), (0,))
    assert play.parameters.irqs[1] == Irq(27, LEVEL, 0xF8, 1)
    assert [irq.group for irq in play.parameters.irqs] == [1, 1, 1, 0, 0, 1, 1, 0]
    assert [irq.resampled for irq in play.parameters.irqs[-3:]] == [False, True, True]
    assert play.parameters.devices == (
        (Pulse(40, True, 0), Pulse(27, True, 100, 1), Pulse(27, False, 0, 1)),
        (),
    )
    assert [each.value for each in play.wanted] == [40, SPURIOUS, 0, 1, 3]


def test_what_is_usual_need_not_be_said() -> None:
    text = f"{HEAD}vcpu 0 # the first\n\n\t# nothing\nacknowledge  # reads\r\nvcpu 1"
    assert read_script(text, "short") == Play(
        name="short",
        title="about nothing",
        about=(),
        parameters=Parameters(
            4,
            (Irq(40, EDGE, 0x80, 0), Irq(27, LEVEL, 0, 1)),
            (Program((ACKNOWLEDGE,), (0,)), Program((), (0,))),
            (),
        ),
    )


WRONG = {
    "": "line 1: the script ends without a title: title TEXT",
    "title\n": "line 1: it is written `title TEXT`",
    "title a\ntitle b\n": "line 2: a second title",
    "title a\ncontrol b c\n": "line 2: it is written `control NAME`",
    "title a\nknown\n": "line 2: it is written `known NAME`",
    "title a\nknown F 3\n": "line 2: it is written `known NAME`",
    "title a\nvcpu 0\n": "line 3: the script ends without an interrupt: interrupt INTID TRIGGER",
    HEAD: "line 4: the script ends without a guest: vcpu 0",
    "title a\nrounds 0\n": "line 2: ROUNDS is a number from 1 to 1000000, not 0: it is written",
    "title a\nrounds 1\nrounds 1\n": "line 3: a second rounds",
    "title a\nlist-registers 17\n": "line 2: REGISTERS is a number from 1 to 16, not 17",
    "title a\nacknowledge\n": "line 2: acknowledge is nothing that stands here; title, control,",
    "title a\ninterrupt 40 edge 0x80\n": "line 2: `priority` is missing before 0x80: it is written "
    "`interrupt INTID TRIGGER priority PRIORITY [vcpu VCPU] [group GROUP] [resampled]`",
    "title a\ninterrupt 40 up priority 8\n": "line 2: TRIGGER is edge or level, not up",
    "title a\ninterrupt 1020 edge priority 8\n": "INTID is a number from 0 to 1019, not 1020",
    "title a\nvcpu 1\n": "line 2: they stand in order: vcpu 0 comes next, not 1",
    f"{HEAD}interrupt 40 level priority 8\nvcpu 0\n": "line 4: interrupt 40 stands there already",
    f"{HEAD}vcpu 0\n": "line 3: there is no vcpu 1; 1 have a section",
    f"{HEAD}vcpu 0\n  vgic\nvcpu 1\n": "line 5: vgic is no instruction; there are acknowledge, end",
    f"{HEAD}vcpu 0\n  route 40 1\nvcpu 1\n": "line 5: `vcpu` is missing before 1: it is written "
    "`route INTID vcpu VCPU`",
    f"{HEAD}vcpu 0\n  route 40 vcpu 2\nvcpu 1\n": "line 5: there is no vcpu 2; 2 have a section",
    f"{HEAD}vcpu 0\n  acknowledge is\nvcpu 1\n": "line 5: SEEN is missing: it is written "
    "`acknowledge [is SEEN]`",
    f"{HEAD}vcpu 0\n  acknowledge is 1021\nvcpu 1\n": "SEEN is none or a number from 0 to 1019",
    f"{HEAD}vcpu 0\n  end is 1\nvcpu 1\n": "line 5: is is too much: it is written `end`",
    f"{HEAD}vcpu 0\n  priority 40 0x41\nvcpu 1\n": "line 5: PRIORITY is a number from 0 to 248, "
    "a multiple of 8, not 0x41: it is written `priority INTID PRIORITY`",
    f"{HEAD}vcpu 0\n  sgi 16 vcpu 1\nvcpu 1\n": "line 5: SGI is a number from 0 to 15, not 16",
    f"{HEAD}vcpu 0\n  mask 0x44\nvcpu 1\n": "line 5: MASK is a number from 0 to 248, a multiple",
    f"{HEAD}vcpu 0\n  binary point 0 1\nvcpu 1\n": "line 5: POINT0 is a number from 2 to 7, not 1",
    f"{HEAD}vcpu 0\n  binary point 1 2\nvcpu 1\n": "POINT1 is a number from 3 to 7, not 2",
    f"{HEAD}vcpu 0\n  common binary point 1\nvcpu 1\n": "line 5: SWITCH is off or on, not 1",
    f"{HEAD}vcpu 0\n  enable group 2\nvcpu 1\n": "GROUP is a number from 0 to 1, not 2",
    f"{HEAD}vcpu 0\n  dir 31\nvcpu 1\n": "line 5: WHICH is a number from 0 to 30, not 31",
    f"{HEAD}vcpu 0\n  signal 64\nvcpu 1\n": "line 5: CELL is a number from 0 to 63, not 64",
    f"{HEAD}vcpu 0\n  linger 0\nvcpu 1\n": "line 5: TURNS is a number from 1 to 1000000, not 0",
    f"{HEAD}vcpu 0\n  work\n  lateness 1\nvcpu 1\n": "line 6: lateness stands once, before",
    f"{HEAD}vcpu 0\n  lateness\nvcpu 1\n": "line 5: lateness LATENESS ...",
    f"{HEAD}vcpu 0\nvcpu 1\ndevice 0\n  pend 40\n": "line 7: a device can raise or lower a line",
    f"{HEAD}vcpu 0\nvcpu 1\ndevice 0\n  raise 27\n": "line 7: there is no interrupt 27 of",
    f"{HEAD}vcpu 0\nvcpu 1\ndevice 0\n  raise 40 after 1001\n": "line 7: PAUSE is a number from 0",
    f"{HEAD}vcpu 0\nvcpu 1\ndevice 0\n  raise 99999999999999999999\n": "line 7: INTID is a number",
    f"{HEAD}vcpu 0\n  pend 41\nvcpu 1\n": "line 5: there is no interrupt 41: no `interrupt` line",
    f"{HEAD}vcpu 0\n  raise 27\nvcpu 1\n": "line 5: there is no interrupt 27 of vcpu 0",
    f"{HEAD}vcpu 0\n  sgi 3 vcpu 1\nvcpu 1\n": "line 5: there is no interrupt 3 of vcpu 1",
    f"{HEAD}vcpu 0\n  sgi list 3 0x00\nvcpu 1\n": "TARGETS is a number from 1 to 255, not 0x00",
    f"{HEAD}vcpu 0\n  sgi others 3\nvcpu 1\n": "line 5: there is no interrupt 3 of vcpu 1",
    f"{HEAD}vcpu 0\n  sgi list 3 0x03\nvcpu 1\n": "line 5: there is no interrupt 3 of vcpu 0",
    f"{HEAD}vcpu 0\n  distributor 1\nvcpu 1\n": "line 5: SWITCH is off or on, not 1",
    f"{HEAD}vcpu 0\n  group 41 0\nvcpu 1\n": "line 5: there is no interrupt 41: no `interrupt`",
    f"{HEAD}interrupt 41 edge priority 0 resampled\nvcpu 0\nvcpu 1\n": (
        "line 4: only a shared level-triggered irq is resampled"
    ),
    f"{HEAD}interrupt 41 level priority 0 resampled 1\nvcpu 0\nvcpu 1\n": "line 4: 1 is too much",
    f"{HEAD}interrupt 3 edge priority 0\nvcpu 0\n  raise 3\n  work\nvcpu 1\n": (
        "line 6: an INTID must be an integer from 16"
    ),
    f"interrupt 3 level priority 0\n{HEAD}vcpu 0\nvcpu 1\n": (
        "line 1: an SGI is triggered by an edge"
    ),
    f"{HEAD}vcpu 0\n  rounds 5\nvcpu 1\n": "line 5: rounds stands before the first vcpu",
    f"{HEAD}vcpu 0\ncontrol a\nvcpu 1\n": "line 5: control stands before the first vcpu",
    f"{HEAD}vcpu 0\n{HEAD}vcpu 1\n": "line 5: title stands before the first vcpu",
    f"{HEAD}device 0\nlist-registers 2\n": "line 5: list-registers stands before",
    "title a\n" + "".join(f"interrupt {each} edge priority 0\n" for each in range(32, 289)): (
        "line 258: a machine has at most 256 interrupts"
    ),
    "title \x1b[2J\n": r"line 1: a character that cannot be printed in title \x1b[2J",
    "# \u202e\n": r"line 1: a character that cannot be printed in # \u202e",
    f"{HEAD}vcpu 0\n{WORK * 10_001}vcpu 1\n": "line 10005: instructions, latenesses and pulses",
    "#" * (1 << 21): "longer than 1048576 characters",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[-30:])
def test_what_is_no_script_is_refused_by_its_line(text: str) -> None:
    with pytest.raises(BadScript, match="bad") as raised:
        read_script(text, "bad")
    message = str(raised.value)
    assert WRONG[text] in message
    assert is_printable(message)
    assert len(message) < 1500


@settings(DRAWING, max_examples=300)
@given(st.text(max_size=200) | st.lists(st.sampled_from(WHOLE.split())).map(" ".join))
def test_whatever_is_no_script_is_refused_in_one_line(text: str) -> None:
    """Or it is one, and can be printed."""
    with suppress(BadScript):
        play = read_script(text, "hostile")
        assert read_script(print_script(play), "hostile") == play
        return
    with pytest.raises(BadScript) as raised:
        read_script(text, "hostile")
    assert is_printable(str(raised.value))


def test_what_is_each_vcpus_own_is_there_by_vcpu() -> None:
    text = f"{HEAD}interrupt 3 edge priority 0 vcpu 1\nvcpu 0\n  sgi 3 vcpu 1\nvcpu 1\n  raise 27\n"
    assert len(read_script(f"{text}device 0\n  raise 27 vcpu 1\n", "own").parameters.guests) == 2


def test_an_opening_has_paragraphs() -> None:
    text = f"\n\n# one\n# line\n\n\n# Result: Never\n\n{HEAD}# a remark\nvcpu 0\nvcpu 1\n"
    play = read_script(text, "open")
    assert play.about == ("one", "line", "", "Result: Never")
    assert read_script(print_script(play), "open") == play


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "\x1b[2J", "\u202e"])
def test_the_name_of_a_play_is_one_word(name: str) -> None:
    with pytest.raises(BadScript, match="the name of a play is one word") as raised:
        read_script(f"{HEAD}vcpu 0\nvcpu 1\n", name)
    assert is_printable(str(raised.value))


PLAIN = read_script(f"{HEAD}vcpu 0\n  work\nvcpu 1\n", "plain")
QUIESCES = Program((Instruction(ACCESS, Access("quiesce", 40)),), (0,))
UNHEARD_OF = Program((Instruction("sleep"),), (0,))


@pytest.mark.parametrize(
    "play",
    [
        PLAIN._replace(title="two\nlines"),
        PLAIN._replace(title=""),
        PLAIN._replace(about=("two\nlines",)),
        PLAIN._replace(control="a b"),
        PLAIN._replace(known="a b"),
        PLAIN._replace(rounds=0),
        PLAIN._replace(name="a b"),
        PLAIN._replace(parameters=PLAIN.parameters._replace(guests=2 * (QUIESCES,))),
        PLAIN._replace(parameters=PLAIN.parameters._replace(guests=2 * (UNHEARD_OF,))),
        PLAIN._replace(wanted=(ToRead(0, 0, 1),)),
        PLAIN._replace(wanted=(ToRead(0, 7, 1),)),
        PLAIN._replace(parameters=PLAIN.parameters._replace(nr_lr=17)),
    ],
)
def test_what_no_script_can_say_is_not_printed(play: Play) -> None:
    with pytest.raises(ValueError, match="no script can say this play: "):
        print_script(play)
