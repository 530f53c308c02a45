# SPDX-License-Identifier: GPL-2.0-only
"""Does replaying a token run no code but what is here and what the caller names himself?

A file that is named by tokens in every way would leave a mark. It is run only by its own name.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from harness import Streams
from harness.schedule import BadToken
from stress.executions import CannotJudge
from stress.executions.target import Target, target_of
from stress.executions.token import Token
from stress.inputs.arguments import BadArgument
from stress.plugin.marked import stress
from stress.plugin.marker import Marked
from stress.plugin.replays import Replays
from stress.plugin.task import Task
from stress.replaying import opening
from stress.repro import assert_passes
from stress.scenarios import SCENARIOS
from vgic import CompositionError, Reference

HOSTILE = """
import pathlib
from vgic import Reference

pathlib.Path(__file__).with_name("it_ran").touch()

class K(Reference):
    def vgic_prune_ap_list(self, vcpu):
        super().vgic_prune_ap_list(vcpu)
"""


class Mine(Reference):
    """A class that a test has at hand."""

    def vgic_prune_ap_list(self, vcpu: object) -> None:
        """Fail."""
        raise ValueError("mine")


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file that is there once the hostile one has run; it lies one folder above."""
    (tmp_path / "k.py").write_text(HOSTILE, "utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path / "it_ran"


@pytest.fixture
def quiet(token: Token) -> Token:
    """Return a token of a small machine with the quiet schedule."""
    drawn = SCENARIOS["one_interrupt"].draw(Streams(0, "one_interrupt", 0))
    return replace(
        token, parameters=drawn, deviations=(), revision="reference", bugs=(), patch=None
    )


NAMING: dict[str, Callable[[Token, str], Token]] = {
    "a path": lambda token, path: replace(token, revision=f"{path}:K"),
    "a path and a class": lambda token, path: replace(
        token, revision=f"{path}:K", patch=("K", "0" * 16)
    ),
    "a relative path": lambda token, path: replace(token, revision="../k.py:K"),
    "a file alone": lambda token, path: replace(token, revision="../k.py"),
    "two colons": lambda token, path: replace(token, revision=f"{path}:K:K"),
    "a module": lambda token, path: replace(token, revision="k"),
    "a bug": lambda token, path: replace(token, bugs=(f"{path}:K",)),
    "no revision": lambda token, path: replace(token, revision="v9"),
    "a class of a revision's": lambda token, path: replace(token, patch=("K", "0" * 16)),
}


@pytest.mark.parametrize("way", NAMING)
def test_what_a_token_names_is_not_run_and_cannot_be_judged(
    way: str, quiet: Token, mark: Path
) -> None:
    text = NAMING[way](quiet, str(mark.with_name("k.py"))).encode()
    for others in ((), (text,)):
        with pytest.raises(AssertionError, match=r"^cannot be judged: "):
            assert_passes(text, *others)
    with pytest.raises(CannotJudge):
        opening.cases([Token.decode(text)], None, None)
    assert not mark.exists()


def test_the_second_of_two_tokens_runs_nothing_either(quiet: Token, mark: Path) -> None:
    text = NAMING["a path"](quiet, str(mark.with_name("k.py"))).encode()
    with pytest.raises(AssertionError, match=r"^cannot be judged: "):
        assert_passes(quiet.encode(), text)
    assert not mark.exists()


@pytest.mark.parametrize("command", ["replay", "shrink"])
def test_the_command_is_125_and_runs_nothing(command: str, quiet: Token, mark: Path) -> None:
    text = NAMING["a relative path"](quiet, "").encode()
    words = [sys.executable, "-m", "stress", command, text]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 125, done.stdout + done.stderr
    assert "--revision FILE.py:CLASS" in done.stdout
    assert not mark.exists()


def _asked(replays: Replays, marked: Marked) -> Task:
    return Task(replays=replays)


def test_a_marked_test_replays_any_token_on_its_own_kernel(quiet: Token, mark: Path) -> None:
    for name in NAMING.values():
        text = name(quiet, str(mark.with_name("k.py"))).encode()
        replays = Replays([text])
        stress(("one_interrupt",), {}, partial(_asked, replays))
        assert replays.passed
    assert not mark.exists()


def test_what_the_caller_names_is_run(quiet: Token, mark: Path) -> None:
    text = NAMING["a relative path"](quiet, "").encode()
    assert_passes(text, revision="reference")
    assert not mark.exists()
    assert_passes(text, revision="../k.py:K")
    assert mark.exists()


def test_a_class_is_named_by_itself(quiet: Token) -> None:
    with pytest.raises(AssertionError, match="ValueError: mine"):
        assert_passes(quiet.encode(), revision=Mine)
    target = target_of(Mine, ("no_splice",)).races_checked(True)
    assert str(target) == "test_token_runs_nothing.py:Mine+no_splice"
    identity = target.patch_identity()
    assert identity is not None
    assert identity == Target(f"{__file__}:Mine").patch_identity()
    assert target.kernel.checks_races


def test_a_class_that_comes_from_no_file_is_refused(quiet: Token) -> None:
    nowhere = type("Nowhere", (Mine,), {"__module__": "nowhere"})
    with pytest.raises(CompositionError, match="Nowhere comes from no file"):
        assert_passes(quiet.encode(), revision=nowhere)


def test_what_the_caller_gets_wrong_is_told_as_that(quiet: Token) -> None:
    text = quiet.encode()
    with pytest.raises(CompositionError, match="did you mean head-walk"):
        assert_passes(text, revision="head_walk")
    for bugs in ("no_splyce", ["no_splyce"]):
        with pytest.raises(CompositionError, match="did you mean no_splice"):
            assert_passes(text, bugs=bugs)
    with pytest.raises(BadToken):
        assert_passes("garbage")
    with pytest.raises(BadArgument, match="cannot be read"):
        assert_passes("@absent.token")
    with pytest.raises(AssertionError, match="version vs9"):
        assert_passes("vs9-x")
