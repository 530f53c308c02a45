# SPDX-License-Identifier: GPL-2.0-only
"""Do the command, a marked test and the test file of a finding judge a token alike, word for word?

Each row of a table is replayed by all three. The verdict must be that of the table, and what they
say the same text. `git bisect` sees the command's exit code.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness import Deviation, Failed, OsThreads, Streams
from stress.executions.confirming import confirm, witness
from stress.executions.patch_file import load
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.executions.token import Token
from stress.explaining.repro_file import repro_file
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.marked import stress
from stress.plugin.replays import Replays
from stress.plugin.task import Task
from stress.repro import assert_passes
from stress.scenarios import SCENARIOS
from stress.shrinking import shrink
from stress.system.exit_codes import Exit
from vgic import Mechanism

SEED = 7
FILE = "mine.py"
CLASSES = """
from harness import SpinLock
from vgic import Mechanism, Reference

class Leaky(Reference):
    def replug_overflow(self, vcpu):
        return

class Racy(Reference):
    def vgic_mmio_write_irouter(self, irq, target):
        irq.target_vcpu = target

class Broken(Reference):
    def __init__(self, kvm, watch):
        SpinLock(None, None, "what the harness raises itself")

class InOrder(Reference):
    def __init__(self, kvm, watch):
        super().__init__(kvm, watch)
        self._locks = [
            SpinLock(kvm.order, kvm.order.lock_class(name), "0") for name in ("one", "two")
        ]

    def vgic_prune_ap_list(self, vcpu):
        first, second = self._locks
        with first, second:
            pass
        super().vgic_prune_ap_list(vcpu)

class Crosswise(InOrder):
    def __init__(self, kvm, watch):
        super().__init__(kvm, watch)
        if kvm.nr_lr % 2:
            self._locks.reverse()
"""
MENDED = {
    "        return\n": "        super().replug_overflow(vcpu)\n",
    "irq.target_vcpu = target": "super().vgic_mmio_write_irouter(irq, target)",
    "self._locks.reverse()": "pass",
}
VERDICTS = {
    Exit.CLEAN: "passed: ",
    Exit.FINDINGS: "failed again",
    Exit.CANNOT_JUDGE: "cannot be judged: ",
    Exit.HARNESS_BUG: "HARNESS BUG: AttributeError",
}

MARKED_RAISES: dict[Exit, type[BaseException]] = {
    Exit.FINDINGS: SchedulesFailed,
    Exit.CANNOT_JUDGE: SchedulesFailed,
    Exit.HARNESS_BUG: HarnessAtFault,
}


@dataclass(frozen=True)
class Row:
    """Tokens, what they are replayed on (None: what they were found on), and the verdict."""

    tokens: tuple[Token, ...]
    on: str | None
    verdict: Exit
    words: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a user's file."""
    place = tmp_path_factory.mktemp("mine")
    (place / FILE).write_text(CLASSES, "utf-8")
    return place


@pytest.fixture(scope="module")
def kinds(folder: Path, pinned: OsThreads) -> dict[str, tuple[Token, ...]]:
    """Return the tokens of a finding of each kind, as somebody in the folder would get them."""

    def first(target: Target, scenario: str) -> tuple[Token, ...]:
        for index in range(200):
            single = run_index(SCENARIOS[scenario], SEED, index, "random-walk", target, pinned)
            if isinstance(single.execution.outcome, Failed):
                found, _ = confirm(single, scenario, target, pinned)
                token = shrink(found, target, pinned).token
                return (replace(token, revision=token.revision.removeprefix(f"{folder}/")),)
        raise AssertionError(f"nothing found on {target}")

    mine = f"{folder}/{FILE}"
    return {
        "revision": first(Target("head-walk"), "inject_while_eoicount"),
        "bug": first(Target(bugs=("kick_without_request",)), "inject_before_entry"),
        "class": first(Target(f"{mine}:Leaky"), "inject_while_eoicount"),
        "data race": first(Target(f"{mine}:Racy", races=True), "migration_ping_pong"),
        "lock order": _crosswise(Target(f"{mine}:Crosswise"), pinned),
    }


def _crosswise(target: Target, pinned: OsThreads) -> tuple[Token, ...]:
    """Return two executions that take the locks each another way round."""
    name = "inject_while_eoicount"
    found: dict[int, Token] = {}
    for index in range(60):
        single = run_index(SCENARIOS[name], SEED, index, "random-walk", target, pinned)
        if any("one" in learned for learned in single.orders):
            token = witness(single, name, "lock order across", target, pinned)
            found.setdefault(
                single.parameters.nr_lr % 2, replace(token, revision=f"{FILE}:Crosswise")
            )
    return found[0], found[1]


@pytest.fixture(scope="module")
def table(kinds: dict[str, tuple[Token, ...]]) -> dict[str, Row]:
    bug, race, order = kinds["bug"], kinds["data race"], kinds["lock order"]
    (plain,) = bug
    role = next(each.role for each in plain.deviations if each.role != "start")
    moved = tuple(
        each._replace(n=each.n + 1) if each.role == role else each for each in plain.deviations
    )
    nowhere = (Deviation("vcpu7", 1, "dev0"),)
    drawn = SCENARIOS["one_interrupt"].draw(Streams(SEED, "one_interrupt", 0))
    quiet = replace(plain, parameters=drawn, deviations=(), bugs=())
    return {
        "a finding": Row(bug, None, Exit.FINDINGS, "=> I16 missed kick"),
        "mended": Row(bug, "reference", Exit.CLEAN, "re-anchored: 1 of 1"),
        "moved": Row((replace(plain, deviations=moved),), None, Exit.FINDINGS, "re-anchored: "),
        "no place": Row((replace(quiet, deviations=nowhere),), None, Exit.CANNOT_JUDGE, "vcpu7"),
        "other failure": Row(
            (replace(plain, signature="I3"),), None, Exit.CANNOT_JUDGE, "it fails differently"
        ),
        "a data race": Row(race, f"{FILE}:Racy", Exit.FINDINGS, "=> unguarded access"),
        "data race mended": Row(race, "reference", Exit.CLEAN, "strictly"),
        "another class": Row(race, f"{FILE}:InOrder", Exit.CLEAN, "on Racy, and this is InOrder"),
        "lock order": Row(order, f"{FILE}:Crosswise", Exit.FINDINGS, "lock order across"),
        "lock order mended": Row(order, f"{FILE}:InOrder", Exit.CLEAN, "no order is inverted"),
        "one of two has no place": Row(
            (quiet, replace(quiet, deviations=nowhere)),
            None,
            Exit.CANNOT_JUDGE,
            "token 2: no place",
        ),
        "a broken harness": Row((quiet,), f"{FILE}:Broken", Exit.HARNESS_BUG, "NoneType"),
    }


ROWS = (
    "a finding", "mended", "moved", "no place", "other failure", "a data race",
    "data race mended", "another class", "lock order", "lock order mended",
    "one of two has no place", "a broken harness",
)  # fmt: skip


def command(row: Row, *options: str) -> tuple[int, str]:
    words = ["replay", *(token.encode() for token in row.tokens), *options]
    done = subprocess.run(
        [sys.executable, "-m", "stress", *words],
        env=dict(os.environ),  # without the COLUMNS that readline has put into the other one
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def kernel_of(row: Row) -> tuple[str | type[Mechanism], tuple[str, ...]]:
    """Return the kernel and the bugs that a marked test of this would have."""
    if row.on is None:
        return row.tokens[0].revision, row.tokens[0].bugs
    if not row.on.startswith(FILE):
        return row.on, ()
    return load(Path(FILE), row.on.partition(":")[2]), ()


@pytest.mark.parametrize("name", ROWS)
def test_all_judge_alike(
    name: str, table: dict[str, Row], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    row, texts = table[name], [token.encode() for token in table[name].tokens]
    code, printed = command(row, *(("--revision", row.on) if row.on else ()))
    assert code == row.verdict, printed
    assert row.words in printed
    assert VERDICTS[row.verdict] in printed

    kernel, bugs = kernel_of(row)
    replays = Replays(texts)

    def marked() -> None:
        arguments = {"kernel": kernel, "bugs": bugs}
        stress(("one_interrupt",), arguments, lambda marked: Task(replays=replays))

    if row.verdict is Exit.CLEAN:
        marked()
        assert replays.passed
        assert_passes(*texts, revision=row.on)
        return
    with pytest.raises(MARKED_RAISES[row.verdict]) as raised:
        marked()
    assert str(raised.value) + "\n" == printed
    if isinstance(raised.value, SchedulesFailed):
        assert raised.value.tokens == tuple(texts)
    with pytest.raises(AssertionError) as failed:
        assert_passes(*texts, revision=row.on)
    assert str(failed.value) + "\n" == printed


def test_the_table_is_whole(table: dict[str, Row]) -> None:
    assert set(ROWS) == set(table)
    assert {row.verdict for row in table.values()} == set(VERDICTS)


def test_tokens_of_two_kernels_are_no_finding(kinds: dict[str, tuple[Token, ...]]) -> None:
    both = Row((*kinds["bug"], *kinds["revision"]), None, Exit.USAGE, "")
    code, printed = command(both)
    assert code == Exit.USAGE
    assert "found on reference+kick_without_request and head-walk" in printed
    assert command(both, "--revision", "reference")[0] == Exit.CLEAN


def mended() -> str:
    text = CLASSES
    for wrong, right in MENDED.items():
        text = text.replace(wrong, right)
    return text


def run_tests(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rN", "-p", "no:cacheprovider", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_test_file_of_each_kind_fails_in_a_session_of_its_own_and_passes_once_mended(
    kinds: dict[str, tuple[Token, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_text(CLASSES, "utf-8")
    for kind, tokens in kinds.items():
        first = tokens[0]
        texts = [token.encode() for token in tokens]
        target = Target(first.revision, first.bugs)
        text = repro_file(first.signature, kind, texts, target)
        Path(f"test_{kind.replace(' ', '_')}.py").write_text(text, "utf-8")
    output = run_tests(tmp_path)
    assert f"{len(kinds)} failed" in output
    assert output.count("failed again") == len(kinds)
    for token, *_ in kinds.values():
        assert f"found as: {token.signature}" in output

    Path(FILE).write_text(mended(), "utf-8")
    for kind in ("revision", "bug"):
        file = Path(f"test_{kind}.py")
        file.write_text(file.read_text("utf-8").replace("(TOKEN)", "(TOKEN, revision='reference')"))
    assert f"{len(kinds)} passed" in run_tests(tmp_path)


def git(*words: str) -> str:
    identity = ("-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_git_bisect_blames_the_commit_that_brought_a_data_race(
    kinds: dict[str, tuple[Token, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    right = mended()
    absent = right.replace("class Racy", "class Later")
    histories: Sequence[tuple[str, str]] = (
        ("right", right), ("absent", absent), ("still right", right + "\n"),
        ("wrong", CLASSES), ("still wrong", CLASSES + "\n"),
    )  # fmt: skip
    for name, text in histories:
        Path(FILE).write_text(text, "utf-8")
        git("add", FILE)
        git("commit", "-q", "-m", name)
    git("bisect", "start", "HEAD", "HEAD~4")
    (token,) = kinds["data race"]
    words = ("replay", token.encode(), "--revision", f"{FILE}:Racy")
    git("bisect", "run", sys.executable, "-m", "stress", *words)
    assert git("log", "-1", "--format=%s", "refs/bisect/bad").strip() == "wrong"
