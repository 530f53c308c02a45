# SPDX-License-Identifier: GPL-2.0-only
"""Is a patch data to all that tells of it: its file's name, its exceptions, its functions' names?

Each of these kernels does what none would by accident. The finding is made, told, kept and replayed
all the same, and nothing of it acts on a terminal or leaves the findings' folder.
"""

import ast
import json
import os
from pathlib import Path

import pytest

from harness import Failed, OsThreads
from harness.engine.printable import is_printable, printable_lines
from stress.executions.following import follow
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.executions.token import Token
from stress.findings.example import Example, look_into
from stress.findings.finding import Finding
from stress.findings.store import keep
from stress.reporting.finding_text import finding_text, replay_command
from stress.scenarios import SCENARIOS

SCENARIO = "many_interrupts"
PATCH = """
from harness import Failure
from vgic import Reference

HOSTILE = "\\x1b]0;t\\x07\\x1b[2J\\u202e\\udc80\\u2028\\n\\nSUCCESS: no finding\\r"
HOSTILE += "'''" + '\"\"\"' + "\\\\"

class NoText(Exception):
    def __str__(self):
        raise SystemExit("not today")

class MyKernel(Reference):
    def announce_pending(self, vcpu):
        {statement}
        super().announce_pending(vcpu)

{more}
"""
RENAME = """
code = MyKernel.announce_pending.__code__
MyKernel.announce_pending.__code__ = code.replace(co_name=HOSTILE, co_filename=HOSTILE)
"""
STATEMENTS = {
    "text": "raise ValueError(HOSTILE)",
    "name": "raise type('X/../../elsewhere\\n\\x1b[31m', (Exception,), {})('m')",
    "no text": "raise NoText",
    "long": "raise ValueError('x' * 1_000_000)",
    "failure": "self.scheduler.fail(Failure(HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), (HOSTILE,)))",
    "note": "self.scheduler.note(HOSTILE); raise ValueError('m')",
    "function": "raise ValueError('m')",
}
FILES = [b"plain.py", b"caf\xe9\xff.py", b'it\'s \x1b[31m\n"""two:lines.py', b"-x.py"]


def written(folder: Path, name: bytes, what: str) -> Target:
    """Write a patch and return what names it."""
    path = folder / os.fsdecode(name)
    more = RENAME if what == "function" else ""
    path.write_text(PATCH.format(statement=STATEMENTS[what], more=more), "utf-8")
    return Target(str(path))


def looked_into(target: Target, pinned: OsThreads) -> tuple[Finding, Token]:
    single = run_index(SCENARIOS[SCENARIO], 1, 0, "random-walk", target, pinned)
    assert isinstance(single.execution.outcome, Failed)
    example = look_into(single, SCENARIO, target, pinned, replays_max=20)
    token = Token.decode(example.token)
    followed = follow(token, target, pinned)
    assert (followed.divergence, followed.no_verdict) == ("", "")
    assert followed.execution.digest == token.digest
    return Finding(SCENARIO, 0, "random-walk", example), token


def is_harmless(text: str) -> bool:
    """Tell whether a text of several lines can be printed and holds no line made by the patch."""
    return printable_lines(text) == text and "\nSUCCESS" not in text


def texts_of(example: Example) -> list[str]:
    return [example.symptom, example.identity, example.columns, example.commit]


@pytest.mark.parametrize("what", STATEMENTS)
def test_whatever_it_says_is_told_kept_and_replayed(
    what: str, tmp_path: Path, pinned: OsThreads
) -> None:
    target = written(tmp_path, b"my_patch.py", what)
    finding, _ = looked_into(target, pinned)
    assert all(map(is_harmless, texts_of(finding.example)))
    assert_kept_whole(finding, target, tmp_path / "kept")


@pytest.mark.parametrize("name", FILES)
def test_its_file_may_have_any_name(name: bytes, tmp_path: Path, pinned: OsThreads) -> None:
    target = written(tmp_path, name, "text")
    finding, token = looked_into(target, pinned)
    assert all(map(is_harmless, texts_of(finding.example)))
    assert is_printable(token.revision)
    assert is_printable(str(target))
    assert target.patch_identity() == token.patch
    assert_kept_whole(finding, target, tmp_path / "kept")


def assert_kept_whole(finding: Finding, target: Target, folder: Path) -> None:
    kept = keep(finding, folder)
    assert kept is not None
    assert kept.parent == folder
    assert set(kept.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    files = {path.name: path.read_text("utf-8") for path in kept.iterdir()}
    assert len(files) == 7
    assert all(map(is_harmless, files.values()))
    assert isinstance(json.loads(files["timeline.json"]), dict)
    assert_names(ast.parse(files["test_repro.py"]), target)
    command = replay_command(finding, target, kept)
    assert is_printable(command)
    assert is_harmless(finding_text(1, finding, 1, command, kept, drawn=True))
    assert is_harmless(finding_text(1, finding, 1, command, kept, drawn=False))


def assert_names(test_file: ast.Module, target: Target) -> None:
    """Check that the test file is one test that names the patch's file as it is."""
    (kernel,) = (
        node.value
        for node in test_file.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "KERNEL"
    )
    assert ast.literal_eval(kernel) == str(Path(target.revision).resolve())
    assert isinstance(test_file.body[-1], ast.FunctionDef)


def test_a_kind_of_nothing_but_signs_has_a_folder_too(tmp_path: Path) -> None:
    target = written(tmp_path, b"my_patch.py", "failure")
    with OsThreads() as pinned:
        finding, _ = looked_into(target, pinned)
    kept = keep(finding, tmp_path / "kept")
    assert kept is not None
    assert not kept.name.startswith("-")
    assert len(kept.name) < 60
