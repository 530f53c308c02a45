# SPDX-License-Identifier: GPL-2.0-only
"""Does a token replay on its own program, wherever that has moved to, and on no other?"""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from harness import (
    BadToken,
    CannotReplay,
    Cell,
    CheckFailed,
    Scheduler,
    UnknownVersion,
    check,
    replay,
)
from harness.checking import Identity, ProgramToken, identity_of

PROGRAM = '''
from harness import Cell


def racing(scheduler):
    """Both read and then write."""
    cell = Cell(scheduler, "sum", "0", 0)

    def add():
        cell.write(cell.read() + 1)

    def ended():
        assert cell.read() == 2

    scheduler.thread("a", add)
    scheduler.thread("b", add)
    scheduler.at_end.append(ended)
'''
CHECKED = """
import sys
import harness
import mine

try:
    harness.check(mine.racing)
except harness.CheckFailed as failed:
    print(failed.replay_line)
"""

FROZEN = (
    "hs1-eNoVjMEOwyAMQ3-lypkDRZsq-itVD4GkKIdCBXSbNO3fF062_Gx_4aolVTxhhYpRcgIDrdw1sibhESwfjijS4Rfy"
    "yohfgl1KbrBuGyAYZyAoeFfprIpE4-I-wcz7rk5Sxn7X8cefyNcYT5InzsSjSpK4daUukreenPXzM1hc4PcHr4sxhg"
)
"""A token of PROGRAM, written once: no later release may write it otherwise or refuse it."""

Program = Callable[[Scheduler], None]


def loaded(path: Path, source: str) -> ModuleType:
    path.write_text(source, "utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def failure_of(program: Program, name: str = "") -> CheckFailed:
    with pytest.raises(CheckFailed) as raised:
        check(program, executions=40, name=name)
    return raised.value


def test_a_function_that_has_moved_is_the_same(tmp_path: Path) -> None:
    here = loaded(tmp_path / "here.py", PROGRAM)
    moved = loaded(
        tmp_path / "moved.py", f"from harness import Cell\n\nclass Home:\n{_indented(PROGRAM)}"
    )
    error = failure_of(here.racing)
    with pytest.raises(CheckFailed, match="the same trace"):
        replay(moved.Home.racing, error.token)


def _indented(source: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in source.splitlines())


def test_a_token_is_read_for_good(tmp_path: Path) -> None:
    racing = loaded(tmp_path / "here.py", PROGRAM).racing
    with pytest.raises(CheckFailed, match="the same trace") as raised:
        replay(racing, FROZEN)
    assert raised.value.failure.signature == "exception in ended"
    assert ProgramToken.decode(raised.value.token) == ProgramToken.decode(FROZEN)


def test_one_that_was_edited_is_another(tmp_path: Path) -> None:
    error = failure_of(loaded(tmp_path / "here.py", PROGRAM).racing)
    edited = loaded(tmp_path / "edited.py", PROGRAM.replace("+ 1", "+ 2"))
    with pytest.raises(CannotReplay, match="another program: the source of racing is another"):
        replay(edited.racing, error.token)


def test_one_of_another_name_is_another(tmp_path: Path) -> None:
    error = failure_of(loaded(tmp_path / "here.py", PROGRAM).racing)
    other = loaded(tmp_path / "other.py", PROGRAM.replace("racing", "running"))
    with pytest.raises(CannotReplay, match="its name is running, not racing"):
        replay(other.running, error.token)


def test_a_name_that_was_given_is_the_name(tmp_path: Path) -> None:
    program = loaded(tmp_path / "here.py", PROGRAM).racing
    error = failure_of(program, name="the race")
    assert error.replay_line == f"harness.replay(PROGRAM, \"{error.token}\", name='the race')"
    with pytest.raises(CheckFailed):
        replay(program, error.token, name="the race")
    with pytest.raises(CannotReplay, match="its name is racing, not the race"):
        replay(program, error.token)


def test_what_it_calls_may_be_edited_and_what_no_longer_fits_is_said(tmp_path: Path) -> None:
    apart = PROGRAM.replace("    def add():\n        cell.write(cell.read() + 1)\n", "") + (
        "\n\ndef add(cell):\n    cell.write(cell.read() + 1)\n"
    )
    apart = apart.replace('"a", add', '"a", lambda: add(cell)').replace(
        '"b", add', '"b", lambda: add(cell)'
    )
    error = failure_of(loaded(tmp_path / "here.py", apart).racing)
    mended = apart.replace(
        "    cell.write(cell.read() + 1)\n",
        "    while cell.cmpxchg(seen := cell.read(), seen + 1) != seen:\n        pass\n",
    )
    with pytest.raises(
        CannotReplay,
        match=r"at step 2: expected operation 2 of a to be write sum in add \(number 1 of its "
        r"like\); met cmpxchg sum in add",
    ):
        replay(loaded(tmp_path / "mended.py", mended).racing, error.token)
    shorter = apart.replace("    cell.write(cell.read() + 1)\n", "    cell.read()\n")
    with pytest.raises(CannotReplay, match=r"at step .: expected .*; met"):
        replay(loaded(tmp_path / "shorter.py", shorter).racing, error.token)


def test_one_that_passes_under_the_schedule_is_returned(tmp_path: Path) -> None:
    def program(scheduler: Scheduler, *, expected: int) -> None:
        racing: Program = loaded(tmp_path / "here.py", PROGRAM).racing
        racing(scheduler)
        scheduler.at_end.clear()
        scheduler.at_end.append(lambda: _must_be(expected, 2))

    error = failure_of(partial(program, expected=1))
    assert replay(partial(program, expected=2), error.token).steps == 6


def _must_be(number: int, expected: int) -> None:
    assert number == expected


def test_one_that_fails_otherwise_says_what_the_token_is_of() -> None:
    def program(scheduler: Scheduler, *, error: type[Exception]) -> None:
        def left() -> None:
            raise error

        def right() -> None:
            raise error

        scheduler.thread("t", left if error is ValueError else right)

    token = failure_of(partial(program, error=ValueError)).token
    with pytest.raises(CheckFailed, match=r"another trace; the token is of\nexception in left"):
        replay(partial(program, error=KeyError), token)


def test_one_that_fails_before_its_schedule_is_over_is_said_to_fail() -> None:
    def program(scheduler: Scheduler, *, early: bool) -> None:
        cell = Cell(scheduler, "x", "0", 0)

        def writes() -> None:
            cell.write(1)
            assert not early, "early"
            cell.write(2)

        def reads() -> None:
            assert cell.read() != 1 or early, "late"

        scheduler.thread("a", writes)
        scheduler.thread("b", reads)

    token = failure_of(partial(program, early=False)).token
    with pytest.raises(CheckFailed, match="an assertion fails in writes: early"):
        replay(partial(program, early=True), token)


def test_the_bound_of_steps_is_in_the_line() -> None:
    def spins(scheduler: Scheduler) -> None:
        cell = Cell(scheduler, "x", "0", 0)

        def spin() -> None:
            while not cell.read():
                pass

        scheduler.thread("a", spin)

    with pytest.raises(CheckFailed) as raised:
        check(spins, executions=2, steps_max=100)
    assert raised.value.replay_line.endswith(f'(spins, "{raised.value.token}", steps_max=100)')
    with pytest.raises(CheckFailed, match="the same trace") as again:
        replay(spins, raised.value.token, steps_max=100)
    assert again.value.replay_line == raised.value.replay_line


def test_what_is_no_token_of_a_program_is_refused() -> None:
    with pytest.raises(BadToken, match="a token begins with hs1-"):
        replay(lambda scheduler: None, "vs2-eNpLTEoGAAJNASc")
    with pytest.raises(UnknownVersion):
        replay(lambda scheduler: None, "hs2-eNpLTEoGAAJNASc")


class Adder:
    def __call__(self, scheduler: Scheduler) -> None:
        """Add nothing."""

    def method(self, scheduler: Scheduler) -> None:
        """Add nothing."""


def test_whatever_can_be_called_is_known_by_a_name_and_a_source() -> None:
    thing = Adder()
    assert identity_of(thing.method) == identity_of(partial(thing.method))
    assert identity_of(thing).name == "__call__"
    for each in (thing, thing.method, failure_of, partial(failure_of)):
        assert len(identity_of(each).source) == 16  # type: ignore[arg-type]


def test_what_has_no_source_of_its_own_is_known_by_its_name_alone() -> None:
    made: dict[str, Program] = {}
    exec("def made_up(scheduler): pass", made)
    assert identity_of(made["made_up"]) == Identity("made_up", "")
    assert identity_of(lambda scheduler: None) == Identity("<lambda>", "")
    assert Identity("p", "").differs_from(Identity("p", "1234")) == ""


def test_the_line_of_a_report_runs_the_same_in_another_process(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PROGRAM, "utf-8")
    (tmp_path / "checked.py").write_text(CHECKED, "utf-8")
    run = partial(subprocess.run, cwd=tmp_path, capture_output=True, text=True, check=False)
    line = run([sys.executable, "checked.py"]).stdout
    assert line.startswith('harness.replay(racing, "hs1-')
    (tmp_path / "again.py").write_text(f"import harness\nfrom mine import racing\n\n{line}")
    again = run([sys.executable, "again.py"])
    assert "failed again: replayed strictly, 6 steps, the same trace" in again.stderr
    assert again.returncode == 1
