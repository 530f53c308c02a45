# SPDX-License-Identifier: GPL-2.0-only
"""Are words the same here as in the C of monitor and guest?"""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stress.rig
from stress.rig.wire import words
from stress.rig.wire.words import NUMBERED, VALUE_MAX, Op, Word, unpacked
from vgic.data import SETTINGS

PROTO = (Path(stress.rig.__file__).parent / "sources" / "proto.h").read_text("utf-8")


def defined(name: str) -> int:
    """Return the value that proto.h defines a name with."""
    found = re.search(rf"^#define {name}\s+(0x[0-9a-f]+|\d+)", PROTO, re.MULTILINE)
    assert found, name
    return int(found[1], 0)


def test_each_setting_has_an_op_of_its_name_and_nothing_else_is_one() -> None:
    assert {words.NAMES[Op(op)] for op in words.SET} == set(SETTINGS)


@pytest.mark.parametrize(
    ("name", "bit"), [("IRQ_LEVEL", words.IRQ_LEVEL), ("IRQ_GROUP_0", words.IRQ_GROUP_0)]
)
def test_what_is_said_of_an_interrupt_is_what_proto_h_says(name: str, bit: int) -> None:
    found = re.search(rf"^#define {name}\s+\(1U << (\d+)\)", PROTO, re.MULTILINE)
    assert found
    assert 1 << int(found[1]) == bit


def test_the_ops_are_those_of_proto_h() -> None:
    body = re.search(r"enum op \{(.*?)\};", PROTO, re.DOTALL)
    assert body
    assert re.findall(r"^\tOP_(\w+)", body[1], re.MULTILINE) == [op.name for op in Op]
    assert list(Op) == list(range(len(Op)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLAYS_MAGIC", words.MAGIC),
        ("FLAG_SLOW", words.SLOW),
        ("VCPUS_MAX", words.VCPUS_MAX),
        ("DEVICES_MAX", words.DEVICES_MAX),
        ("NR_IRQS", words.INTIDS),
        ("CELLS", words.CELLS),
        ("PROGRAM_MAX", words.PROGRAM_MAX + 1),
        ("PULSES_MAX", words.PULSES_MAX),
        ("VALUE_MAX", words.VALUE_MAX),
    ],
)
def test_the_limits_are_those_of_proto_h(name: str, value: int) -> None:
    assert defined(name) == value


@given(st.sampled_from(sorted(set(Op) - NUMBERED)), st.integers(0, 1023), st.integers(0, VALUE_MAX))
def test_a_word_comes_back(op: Op, intid: int, value: int) -> None:
    packed = Word(op, intid, value).packed()
    assert packed < 1 << 32
    assert unpacked(packed) == Word(op, intid, value)


@given(st.sampled_from(sorted(NUMBERED)), st.integers(0, (1 << 24) - 1))
def test_a_number_comes_back(op: Op, number: int) -> None:
    assert unpacked(Word(op, number).packed()) == Word(op, number)


@given(st.integers(0, (1 << 32) - 1))
def test_any_word_is_taken_apart_or_refused(packed: int) -> None:
    word = unpacked(packed)
    assert (word is None) == (packed & 0xFF >= len(Op))
    assert word is None or word.packed() == packed
