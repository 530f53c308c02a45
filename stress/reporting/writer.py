# SPDX-License-Identifier: GPL-2.0-only
"""The writer: what a command says of itself, from its first line to its exit code.

First and last line say the same of what was tested, on which seed, by which model and how it was
asked for (headline.py). Where there is a file for programs, that says `unfinished` until there is a
verdict: the file of an earlier run does not stand there as if it were this one's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from stress.reporting.headline import Headline
from stress.reporting.verdict import UNFINISHED, Verdict
from stress.system import bug_text, logs, say, write_json, write_unfinished

Values = Mapping[str, object]


@dataclass(frozen=True)
class Writer:
    """Says how a command begins and ends.

    Attributes:
        command: what it was called as, such as `vgic-stress run`.
        headline: what first and last line have in common.
        json_file: where the result for programs goes, None for nowhere.
    """

    command: str
    headline: Headline
    json_file: Path | None

    def begin(self) -> None:
        """Say the first line."""
        say(self.headline.line(f"{self.command}:"))

    def so_far(self, values: Callable[[], Values]) -> None:
        """Write for programs what there is while there is no verdict yet."""
        write_unfinished(self.json_file, lambda: {**UNFINISHED, **values()})

    def bugs(self, bugs: list[str]) -> None:
        """Say what was wrong with the harness itself."""
        for bug in bugs:
            logs.warning(bug)
            say(bug_text(bug))

    def end(self, verdict: Verdict, values: Values) -> Verdict:
        """Write the result for programs and say the last line.

        Args:
            verdict: how it ended.
            values: what there is to say for programs beside the verdict.

        Returns:
            The verdict; another one if it was clean and the result could not be written.
        """
        if self.json_file is not None:
            unwritten = write_json(self.json_file, {**verdict.values(), **values})
            if unwritten:
                say(unwritten)
                verdict = verdict.without("--json")
        logs.info(f"ended: {verdict.words}")
        say(self.headline.line(f"{verdict.headline}{self.headline.joint}"))
        return verdict
