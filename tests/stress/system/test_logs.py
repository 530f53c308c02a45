# SPDX-License-Identifier: GPL-2.0-only
"""Is each line of the log written at once, whole and as one, whatever it says?"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import loguru
import pytest

from stress.system import log_file, logs

Capture = pytest.CaptureFixture[str]

HOSTILE = (
    "one\n2026-11-29 03:00:00.000+00:00 INFO forged",
    "one\r\nINFO: forged",
    "\x1b[2J\x1b]0;title\x07\x9b2J\u202e\u2028INFO: forged",
    "\udc80 cannot be encoded",
    "<red>markup</red> </> <level>",
    "{} {0} {message} {extra[job]} {nothing} {",
    "%s %d %(levelname)s",
    "x" * 1_000_000,
    "\n" * 1_000_000,
    "\U0001f600" * 100_000,
)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Return where a log file may be; none is open when the test is over."""
    yield tmp_path / "log.txt"
    logs.stop()


def written(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("verbose", "expected"),
    [
        (0, []),
        (1, ["INFO: plan", "WARNING: worker 2: died"]),
        (2, ["INFO: plan", "DEBUG: worker 2: batch", "WARNING: worker 2: died"]),
    ],
)
def test_who_asks_for_more_gets_more(
    file: Path, capsys: Capture, verbose: int, expected: list[str]
) -> None:
    logs.start(verbose)
    assert logs.has_debug() is (verbose == 2)
    logs.info("plan")
    worker = logs.named("worker 2")
    worker.debug("batch")
    worker.warning("died")
    logs.stop()
    logs.warning("too late")
    assert capsys.readouterr().err.splitlines() == expected


def test_the_file_has_time_level_author_and_text(file: Path, capsys: Capture) -> None:
    logs.start(0, file)
    logs.info("plan")
    logs.named("worker 2").warning("died")
    logs.named("worker 2").debug("not asked for")
    assert capsys.readouterr().err == ""
    stamps, lines = zip(
        *(line.split(" INFO " if "INFO" in line else " WARNING ") for line in written(file)),
        strict=True,
    )
    assert lines == ("plan", "worker 2: died")
    assert all(datetime.fromisoformat(stamp).tzinfo is not None for stamp in stamps)


def test_each_line_is_there_at_once(file: Path) -> None:
    """Whatever ends the process the moment after, such as a `kill -9`."""
    logs.start(0, file)
    for number in range(3):
        logs.info(f"finding {number}")
        assert written(file)[-1].endswith(f" INFO finding {number}")
        assert len(written(file)) == number + 1


def test_a_process_that_is_killed_leaves_all_it_has_reported(file: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from stress.system import logs\n"
        "logs.start(0, Path(sys.argv[1]))\n"
        "for number in range(500):\n"
        "    logs.named(f'worker {number % 7}').info(f'finding {number} ' + 'x' * (number * 7))\n"
        "    os.write(1, b'%d\\n' % number)\n"
        "    if number == 400: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    reported = [int(word) for word in done.stdout.split()]
    assert len(reported) == 401
    lines = [line.partition(" INFO ")[2] for line in written(file)]
    assert lines == [f"worker {n % 7}: finding {n} {'x' * (n * 7)}" for n in reported]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_a_line_of_its_own(file: Path, capsys: Capture, text: str) -> None:
    logs.start(1, file)
    logs.named("worker 1").info(text)
    logs.info("next")
    lines = file.read_bytes().decode("utf-8").splitlines()
    assert [line.split(" INFO ")[1].startswith("worker 1: ") for line in lines] == [True, False]
    screen = capsys.readouterr().err
    assert len(screen.splitlines()) == 2
    assert len(lines[0]) < 11 * logs.MESSAGE_MAX
    for line in (*lines, *screen.splitlines()):
        assert line.isprintable()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nor_an_object_for_programs(file: Path, capsys: Capture, text: str) -> None:
    logs.start(1, file, as_json=True)
    logs.named("worker 1").info(text)
    logs.info("next")
    for lines in (written(file), capsys.readouterr().err.splitlines()):
        first, second = map(json.loads, lines)
        assert set(first) == {"time", "level", "job", "message"}
        assert (first["level"], first["job"]) == ("INFO", "worker 1")
        assert first["message"] == text or len(first["message"]) <= logs.MESSAGE_MAX
        assert (second["job"], second["message"]) == ("", "next")
        assert all(line.isascii() for line in lines)


def test_a_short_text_is_the_same_for_programs(file: Path) -> None:
    logs.start(0, file, as_json=True)
    for text in (text for text in HOSTILE if len(text) < 1_000):
        logs.info(text)
        assert json.loads(written(file)[-1])["message"] == text


def test_for_programs_alone_it_goes_to_standard_error(file: Path, capsys: Capture) -> None:
    logs.start(as_json=True)
    logs.info("plan")
    assert json.loads(capsys.readouterr().err)["message"] == "plan"
    logs.start(0, file, as_json=True)
    logs.info("plan")
    assert capsys.readouterr().err == ""


def test_what_a_users_file_does_with_loguru_is_its_own_affair(file: Path, capsys: Capture) -> None:
    logs.start(1, file)
    theirs = list[str]()
    sink = loguru.logger.add(theirs.append, format="{message}")
    loguru.logger.warning("theirs")
    logs.info("ours")
    loguru.logger.remove(sink)
    with pytest.raises(ValueError, match="no existing handler"):
        loguru.logger.remove(sink)
    logs.info("still ours")
    assert theirs == ["theirs\n"]
    assert [line.partition(" INFO ")[2] for line in written(file)] == ["ours", "still ours"]
    assert "theirs" not in capsys.readouterr().err


def test_it_is_rotated_by_size_and_the_last_few_are_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "SIZE_MAX", 2_000)
    logs.start(0, file)
    for number in range(300):
        logs.info(f"finding {number:03}")
    names = [*(f"log.txt.{n}" for n in range(log_file.KEPT, 0, -1)), "log.txt"]
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(names)
    files = [file.with_name(name) for name in names]
    assert all(0 < path.stat().st_size <= 2_000 for path in files)
    found = [line.rpartition(" ")[2] for path in files for line in written(path)]
    assert found == [f"{n:03}" for n in range(300)][-len(found) :]
    assert len(found) > 150


def test_one_that_is_there_is_continued_and_a_torn_line_stays_alone(file: Path) -> None:
    file.write_text("whole\ntor", "utf-8")
    logs.start(0, file)
    logs.info("resumed")
    assert written(file)[:2] == ["whole", "tor"]
    assert written(file)[2].endswith(" INFO resumed")
    logs.start(0, file)
    logs.info("once more")
    assert len(written(file)) == 4


@pytest.mark.parametrize("size", [5_100, 5_137])
def test_where_there_is_no_more_room_it_ends_with_a_whole_line_and_says_so_once(
    file: Path, capsys: Capture, size: int
) -> None:
    file.write_text(f"{'x' * 4_979}\n", "utf-8")
    logs.start(1, file)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        for number in range(5):
            logs.info(f"finding {number}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    logs.info("there is room again")
    logs.stop()
    first, *lines = file.read_text("utf-8").split("\n")
    assert first == "x" * 4_979
    assert lines.pop() == ""
    assert 1 <= len(lines) < 5
    assert [line.partition(" INFO ")[2] for line in lines] == [
        f"finding {n}" for n in range(len(lines))
    ]
    screen = capsys.readouterr().err.splitlines()
    assert len([line for line in screen if "INFO" in line]) == 6
    (complaint,) = (line for line in screen if "INFO" not in line)
    assert complaint == f"log {file}: it cannot be written, and ends here: File too large"


def test_a_full_disk_from_the_first_line_on(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "log.txt").symlink_to("/dev/full")
    logs.start(0, tmp_path / "log.txt")
    for _ in range(3):
        logs.info("finding")
    logs.stop()
    assert capsys.readouterr().err.splitlines() == [
        f"log {tmp_path / 'log.txt'}: it cannot be written, and ends here: No space left on device"
    ]


@pytest.mark.parametrize("place", ["no/folder/log.txt", "."])
def test_a_file_that_cannot_be_opened_costs_a_complaint(
    tmp_path: Path, capsys: Capture, place: str
) -> None:
    logs.start(0, tmp_path / place)
    for _ in range(3):
        logs.info("finding")
    logs.stop()
    (complaint,) = capsys.readouterr().err.splitlines()
    assert "it cannot be written, and ends here: " in complaint


def test_one_that_cannot_be_rotated_costs_a_complaint(
    file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "SIZE_MAX", 100)
    for number in (log_file.KEPT - 1, log_file.KEPT):
        (file.parent / f"log.txt.{number}" / "somebody's").mkdir(parents=True)
    logs.start(0, file)
    for number in range(5):
        logs.info(f"finding {number}")
    (complaint,) = capsys.readouterr().err.splitlines()
    assert "it cannot be written, and ends here: " in complaint
    assert len(written(file)) >= 1


def test_descriptors_do_not_leak(file: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        logs.start(1, file)
        logs.info("finding")
    logs.stop()
    assert len(os.listdir("/proc/self/fd")) == before


def test_where_nobody_asks_for_a_log_loguru_is_not_imported() -> None:
    program = (
        "import sys; from stress.system import logs\n"
        "logs.start(); logs.info('nothing'); logs.named('worker 1').warning('nothing')\n"
        "assert not {'loguru', 'logging.handlers'} & set(sys.modules)\n"
        "logs.start(1); assert 'loguru' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
