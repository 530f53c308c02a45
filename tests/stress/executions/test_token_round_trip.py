# SPDX-License-Identifier: GPL-2.0-only
"""Does a token carry one execution whole, as printable text that survives an e-mail?"""

import string
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Deviation, Label
from harness.engine.printable import printable_name
from stress.executions.token import Token
from stress.inputs import Points
from vgic.accesses import PEND, Access
from vgic.data.intids import FIRST_SPI, Config
from vgic.data.program import LETTERS, Program, Pulse
from vgic.hardware import PLAIN, Implementation
from vgic.parameters import Irq, Parameters

ROUND_TRIPS = settings(max_examples=60, deadline=None)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=20)
NAMES = st.text(max_size=20).map(printable_name)
COUNTS = st.integers(0, 1_000_000)
PRIORITIES = st.integers(0, 31).map(lambda level: level << 3)
LABELS = st.builds(Label, NAMES, NAMES, NAMES, COUNTS)
DEVIATIONS = st.builds(Deviation, NAMES, COUNTS, NAMES, st.none() | LABELS)


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    nr_vcpus = draw(st.integers(1, 4))
    targets = st.integers(0, nr_vcpus - 1)
    groups = st.sampled_from((0, 1))
    kind = st.tuples(st.sampled_from(Config), PRIORITIES, targets, groups)
    kinds = draw(st.lists(kind, min_size=1))
    irqs = tuple(Irq(FIRST_SPI + n, *kind) for n, kind in enumerate(kinds))
    lateness = st.lists(st.integers(0, 1_000), min_size=1, max_size=9).map(tuple)
    intids = st.integers(FIRST_SPI, FIRST_SPI + len(irqs) - 1)
    accesses = st.lists(st.builds(Access, st.just(PEND), intids, st.just(0)), max_size=4).map(tuple)
    program = st.builds(Program.spelled, st.text("".join(LETTERS), max_size=30), lateness, accesses)
    pulse = st.builds(Pulse, intids, st.booleans(), st.integers(0, 1_000), st.just(0), st.just(""))
    device = st.lists(pulse, max_size=6).map(tuple)
    return Parameters(
        nr_lr=draw(st.integers(1, 16)),
        irqs=irqs,
        guests=tuple(draw(program) for _ in range(nr_vcpus)),
        devices=tuple(draw(st.lists(device, max_size=3))),
        hardware=draw(st.builds(Implementation, *[st.booleans()] * len(PLAIN))),
    )


TOKENS = st.builds(
    Token,
    scenario=NAMES,
    parameters=parameters(),
    revision=NAMES,
    bugs=st.lists(NAMES, max_size=3).map(tuple),
    patch=st.none() | st.tuples(NAMES, NAMES),
    deviations=st.lists(DEVIATIONS, max_size=12).map(tuple),
    signature=NAMES,
    digest=NAMES,
    model=NAMES,
    points=st.sampled_from(Points),
)


@ROUND_TRIPS
@given(TOKENS)
def test_what_is_encoded_is_read_back(original: Token) -> None:
    assert Token.decode(original.encode()) == original


@ROUND_TRIPS
@given(TOKENS, ANYTHING)
def test_what_is_not_printable_is_written_as_it_is_printed(original: Token, text: str) -> None:
    hostile = replace(
        original,
        scenario=text,
        revision=text * 100,
        bugs=(text,),
        patch=(text, text),
        deviations=(Deviation(text, 1, text, Label(text, text * 20, text, 1)),),
        signature=text,
    )
    read = Token.decode(hostile.encode())
    assert read.encode() == hostile.encode()
    assert read.scenario == read.signature == printable_name(text)


@ROUND_TRIPS
@given(TOKENS)
def test_a_token_is_one_printable_word_that_no_shell_touches(original: Token) -> None:
    assert set(original.encode()) <= set(string.ascii_letters + string.digits + "-_")
    version = "vs3-" if original.points is Points.ALL else "vs2-"
    assert original.encode().startswith(version)


@ROUND_TRIPS
@given(TOKENS, st.integers(1, 80))
def test_line_breaks_of_a_mail_program_do_no_harm(original: Token, width: int) -> None:
    text = original.encode()
    lines = [text[at : at + width] for at in range(0, len(text), width)]
    assert Token.decode("\r\n  ".join(lines) + "\n") == original


def test_equal_executions_have_equal_tokens(token: Token) -> None:
    assert token.encode() == replace(token).encode()


def test_labels_and_their_absence_are_told_apart(token: Token) -> None:
    bare = replace(token, deviations=(Deviation("vcpu0", 1, "dev0"),))
    labelled = replace(
        token, deviations=(Deviation("vcpu0", 1, "dev0", Label("lock", "f", "c", 1)),)
    )
    assert Token.decode(bare.encode()).deviations[0].label is None
    assert Token.decode(labelled.encode()).deviations[0].label == Label("lock", "f", "c", 1)
