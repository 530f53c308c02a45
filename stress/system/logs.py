# SPDX-License-Identifier: GPL-2.0-only
"""The log: what goes on, line by line, for people who ask for it and for a night's log file.

A line is written through as soon as there is one, so that whatever ends the process later takes
none of them along. Nothing that a line quotes makes a second one or acts on a terminal. Workers
have no log: they send their lines to their parent, which writes them under the worker's name, so
that no two are torn. Where nobody asked for a log, a line costs a call, and loguru, which takes a
tenth of a second to import, is not imported.

The logger is a copy of loguru's own, which a user's file may import too, and set up as it likes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.engine import printable, shortened
from stress.system import output

if TYPE_CHECKING:
    from loguru import Logger, Record

MESSAGE_MAX = 4_000
"""No message of the log is longer; of a longer one the middle is left out."""

_DEBUG, _INFO, _WARNING = "DEBUG", "INFO", "WARNING"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log on its way from a worker to its parent.

    Attributes:
        text: what it says.
        level: how much it matters, by loguru's name for that.
    """

    text: str
    level: str = _DEBUG


@dataclass(frozen=True, slots=True)
class _Sink:
    """Where lines go, from which level on, and what ends that."""

    take: Callable[[str, LogLine], None]
    level: str
    close: Callable[[], None]


_sinks: list[_Sink] = []
"""The one in use, if a log was asked for."""


@dataclass(frozen=True, slots=True)
class Log:
    """Writes lines of one author.

    Attributes:
        job: who that is, such as `worker 2`; "" for the command itself.
    """

    job: str = ""

    def debug(self, text: str) -> None:
        """Write what only somebody who looks for a fault wants to know."""
        self.take(LogLine(text, _DEBUG))

    def info(self, text: str) -> None:
        """Write what goes on."""
        self.take(LogLine(text, _INFO))

    def warning(self, text: str) -> None:
        """Write what went wrong: a process that died, a file that cannot be written."""
        self.take(LogLine(text, _WARNING))

    def take(self, line: LogLine) -> None:
        """Write a line that somebody else has made, such as a worker."""
        for sink in _sinks:
            sink.take(self.job, line)


def start(verbose: int = 0, file: Path | None = None, *, as_json: bool = False) -> None:
    """Log from now on, to standard error, to a file, or to both.

    Args:
        verbose: how often -v was given: from 1 standard error has what goes on, from 2 it and the
            file have what helps to find a fault, too.
        file: the log file; it is continued, and starts anew as it gets too large (log_file.py).
            A file that cannot be written costs a complaint, and nothing else.
        as_json: write each line as a JSON object: `time`, `level`, `job`, `message`; to standard
            error even if -v was not given and there is no file.
    """
    stop()
    to_screen = bool(verbose) or (as_json and file is None)
    if not to_screen and file is None:
        return
    from copy import deepcopy

    from loguru import logger as shared

    shared.remove()
    logger = deepcopy(shared)
    level = _DEBUG if verbose > 1 else _INFO
    if to_screen:
        _add(logger, output.log_line, level, _as_json if as_json else _for_the_screen)
    if file is not None:
        from stress.system.log_file import LogFile

        _add(logger, LogFile(file), level, _as_json if as_json else _for_a_file)

    def take(job: str, line: LogLine) -> None:
        logger.bind(job=job).log(line.level, line.text)

    _sinks.append(_Sink(take, level, logger.remove))


def hand_on(take: Callable[[str, LogLine], None], *, debug: bool) -> None:
    """Hand lines on from now on, for the log of another process.

    Args:
        take: gets each line, after its author's name.
        debug: lines for debugging are wanted, too.
    """
    stop()
    least = _DEBUG if debug else _INFO

    def wanted(job: str, line: LogLine) -> None:
        if debug or line.level != _DEBUG:
            take(job, line)

    _sinks.append(_Sink(wanted, least, lambda: None))


def stop() -> None:
    """Log no more, and close the file."""
    while _sinks:
        _sinks.pop().close()


def has_debug() -> bool:
    """Tell whether lines for debugging go anywhere, so that workers need not send them else."""
    return any(sink.level == _DEBUG for sink in _sinks)


def named(job: str) -> Log:
    """Return what writes the lines of one author.

    Args:
        job: who that is, such as `worker 2`.
    """
    return Log(job)


debug, info, warning = Log().debug, Log().info, Log().warning
"""Write a line of the command itself."""


def _add(logger: "Logger", sink: object, level: str, words: Callable[["Record"], str]) -> None:
    def formatted(record: "Record") -> str:
        # Quoted by name, so that neither braces nor markup in it mean anything to loguru.
        record["extra"]["line"] = words(record)
        return "{extra[line]}"

    logger.add(
        sink,  # type: ignore[call-overload]  # a stream or a function: each has its overload
        level=level,
        format=formatted,
        colorize=False,
        backtrace=False,
        diagnose=False,
        enqueue=False,
        catch=True,
    )


def _message(record: "Record") -> str:
    return shortened(record["message"].rstrip("\n"), MESSAGE_MAX)


def _by(record: "Record") -> str:
    """Return the line without its level: whose it is, and what it says."""
    job = record["extra"].get("job", "")
    return printable(f"{job}: {_message(record)}" if job else _message(record))


def _for_the_screen(record: "Record") -> str:
    return f"{record['level'].name}: {_by(record)}"


def _for_a_file(record: "Record") -> str:
    time = record["time"].isoformat(" ", "milliseconds")
    return f"{time} {record['level'].name} {_by(record)}"


def _as_json(record: "Record") -> str:
    return json.dumps(
        {
            "time": record["time"].isoformat(),
            "level": record["level"].name,
            "job": record["extra"].get("job", ""),
            "message": _message(record),
        }
    )
