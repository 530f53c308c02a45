# SPDX-License-Identifier: GPL-2.0-only
"""A page of the docs with every output in it made again.

A fenced block is made again if it begins with a command, or if the mark before it says how:

    ```console                a command behind `$`, and what it prints
    <!-- file: NAME -->       a file, which later blocks may run
    <!-- run: NAME -->        what a Python file of the page prints
    <!-- exit codes -->       the table of exit codes
    <!-- token -->            a token
    <!-- picture -->          the token before it, in columns

All blocks of a page run one after the other in one folder, as a reader would type them. Tokens and
names of findings directories change with the sources of the model; where a later block names one
of an earlier block, it gets the new one.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stress.system.exit_codes import Exit, table

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"(?:<!-- ([^\n]*?) -->\n)?```(\w*)\n(.*?)```\n", re.DOTALL)
_NAMES = (r"vgic-stress-findings/[\w.-]+", r"\b[vh]s\d+-[\w-]+")
_ELSEWHERE = "COLUMNS", "CI", "BUILD_NUMBER"
"""By these pytest and others print otherwise than on a reader's terminal."""

_SHOWN = Exit.CLEAN, Exit.FINDINGS, Exit.TOO_FEW
_CHANGING = (
    (r"\bmodel=[0-9a-f]{12}\b", "model=MODEL"),
    (r"\b[vh]s\d+-[\w-]+", "TOKEN"),
    (r"(vgic-stress-findings/[\w.-]+)-[0-9a-f]{8}\b", r"\1-HASH"),
    (r"\bnight-(\d{4})-[0-9a-f]{8}\b", r"night-\1-HASH"),
    (r"\b\d+ s, ([\d,]+ executions on .*), [\d,]+ executions/s\b", r"SECONDS, \1, SPEED"),
    (r"\b(passed|failed) in \d+\.\d+s\b", r"\1 in SECONDS"),
)
"""What an edit of the model's sources, the clock or the machine changes though all is as it was."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        mark: what the comment before it says, "" without one.
        language: what stands behind its first fence.
        body: its lines.
        begin: where in the page the body begins.
        end: where it ends.
    """

    mark: str
    language: str
    body: str
    begin: int
    end: int

    @property
    def is_output(self) -> bool:
        """Whether it shows what something prints."""
        made = ("run: ", "picture", "exit codes")
        return self.language == "console" or self.mark.startswith(made)


def blocks(page: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _BLOCK.finditer(page):
        yield Block(match[1] or "", match[2], match[3], *match.span(3))


def marked(page: str, mark: str) -> str:
    """Return the body of the block with a mark."""
    (body,) = [block.body for block in blocks(page) if block.mark == mark]
    return body


def made_again(page: str, folder: Path) -> str:
    """Return a page with every output in it made again.

    Args:
        page: the page.
        folder: where its commands run; it is empty.

    Raises:
        RuntimeError: a command could not be run.
    """
    renamed: dict[str, str] = {}
    parts, end = [], 0
    for block in blocks(page):
        body = _renamed(block.body, renamed)
        new = _body(block.mark, block.language, body, folder)
        renamed |= _new_names(block.body, new)
        parts += [page[end : block.begin], new]
        end = block.end
    return "".join([*parts, page[end:]])


def unchanging(page: str) -> str:
    """Return a page without what an edit of the model's sources changes in it."""
    for pattern, instead in _CHANGING:
        page = re.sub(pattern, instead, page)
    return page


def _body(mark: str, language: str, body: str, folder: Path) -> str:
    what, has_name, name = mark.partition(": ")
    if what == "file":
        (folder / name).write_text(body, "utf-8")
    elif what == "token":
        (folder / "token").write_text(body, "ascii")
    elif what == "run" and has_name:
        return _printed([sys.executable, name], folder)
    elif what == "picture":
        return _picture(_printed(["vgic-stress", "replay", "@token"], folder))
    elif what == "exit codes":
        return table() + "\n"
    elif language == "console":
        command = body.partition("\n")[0]
        return f"{command}\n{_printed(['bash', '-c', command.removeprefix('$ ')], folder)}"
    return body


def _printed(command: list[str], folder: Path) -> str:
    """Return what a command prints, run with the Python and the tool that run this."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: text for name, text in os.environ.items() if name not in _ELSEWHERE}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | {"PATH": tools},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in _SHOWN:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _picture(replayed: str) -> str:
    """Return the picture in what `replay` prints: between the first lines and the verdict."""
    lines = replayed.splitlines(keepends=True)
    (begin,) = [at for at, line in enumerate(lines) if line.startswith("  CPU 0: ")]
    return "".join(lines[begin:-2])


def _new_names(old: str, new: str) -> dict[str, str]:
    """Return the names that an output gives to things, by those that it gave them before."""
    names: dict[str, str] = {}
    for pattern in _NAMES:
        found = [list(dict.fromkeys(re.findall(pattern, text))) for text in (old, new)]
        names |= dict(zip(*found, strict=False))
    return names


def _renamed(body: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        body = body.replace(old, new)
    return body
