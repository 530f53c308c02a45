# SPDX-License-Identifier: GPL-2.0-only
"""Does a replay leave a trace where one is asked for, of what fails and of what passes?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness import Failed, OsThreads, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, Token, confirm, run
from stress.replaying import Wanted, opening, replay
from stress.system import Exit
from stress.traces import read_trace
from vgic import Irq, Parameters
from vgic.accesses import RAISE, Access
from vgic.data.intids import Config
from vgic.data.program import ACCESS, ACKNOWLEDGE, AWAIT, SIGNAL, Instruction, Program

TWO = Parameters(
    nr_lr=1,
    irqs=(Irq(40, Config.LEVEL, 0x80, 0),),
    guests=(
        Program((ACKNOWLEDGE, Instruction(SIGNAL, number=1), Instruction(ACCESS)), (0,)),
        Program((Instruction(AWAIT, number=1), Instruction(ACCESS, Access(RAISE, 40))), (0,)),
    ),
    devices=(),
)


@pytest.fixture(scope="module")
def missed() -> Token:
    """Two guests of which one waits for the other: a token of a kick that one of them misses."""
    target = Target("reference", ("kick_without_request",))
    with OsThreads(pinned=False) as carriers:
        for number in range(200):
            strategy = STRATEGIES["burst"](Streams(1, "trace", number).stream("schedule"), 100)
            single = run(TWO, target, strategy, carriers)
            if isinstance(single.execution.outcome, Failed):
                return confirm(single, "own", target, carriers)[0]
    raise AssertionError("no schedule fails")


@pytest.fixture
def replays(missed: Token) -> Callable[..., tuple[Exit, list[str]]]:
    """Replay the token, written and read back; return how it ends and what it says."""

    def run_it(trace: Path, revision: str | None = None) -> tuple[Exit, list[str]]:
        said: list[str] = []
        cases = opening.cases([Token.decode(missed.encode())], revision, None)
        return replay(cases, said.append, Wanted(trace=trace)), said

    return run_it


def test_the_trace_of_what_fails_goes_as_far_as_that(
    replays: Callable[..., tuple[Exit, list[str]]], tmp_path: Path
) -> None:
    path = tmp_path / "trace"
    code, said = replays(path)
    assert code is Exit.FINDINGS
    assert f"what its guests did and saw: {path}" in said
    text = path.read_text("utf-8")
    assert text.splitlines()[-1].startswith("# not to the end: I16 missed kick: spi 40 ")
    assert not read_trace(text).ended
    assert "vcpu1 raise 40\n" in text
    assert "vcpu0 acknowledge 40\n" not in text


def test_the_trace_of_what_passes_goes_to_the_end(
    replays: Callable[..., tuple[Exit, list[str]]], tmp_path: Path
) -> None:
    path = tmp_path / "trace"
    assert replays(path, "reference")[0] is Exit.CLEAN
    text = path.read_text("utf-8")
    assert read_trace(text).ended
    assert "vcpu0 acknowledge 40\nvcpu0 quiesce 40\nvcpu0 end 40\n" in text
    assert text.endswith("all final 40 pending 0 active 0\n")


@pytest.mark.parametrize(("revision", "code"), [(None, Exit.FINDINGS), ("reference", Exit.USAGE)])
def test_one_that_cannot_be_written_is_said_and_hides_no_failure(
    revision: str | None, code: Exit, replays: Callable[..., tuple[Exit, list[str]]]
) -> None:
    ended, said = replays(Path("/dev/full"), revision)
    assert ended is code
    assert any(text.startswith("--trace /dev/full: it cannot be written") for text in said)


def test_a_token_of_such_programs_is_shrunk_and_written_like_any(missed: Token) -> None:
    assert Token.decode(missed.encode()) == missed
    assert replace(missed, parameters=TWO) == missed
