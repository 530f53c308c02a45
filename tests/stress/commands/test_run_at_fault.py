# SPDX-License-Identifier: GPL-2.0-only
"""Is it said of a user's class what no schedule could be judged with, in its own line?

A class that does not do the same each time, blocks where the harness sees nothing, or starts
threads of its own is at fault itself: that is exit code 1, and no bug of the harness.
"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Patch = Callable[[str], str]

LINE = "my_patch.py:11 in vgic_prune_ap_list"
QUICK = ("--seed", 7, "-q", "-x", "--shrink", 0)
SOME = ("--executions", 120)
"""Fifteen of them are compared: that chance is the same in all of those twice comes about once in
a million times, where each has two draws of which a quarter goes another way."""


def at_fault(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was said, of a run that blames the class."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "HARNESS BUG" not in done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith("FAILURE: the class under test is at fault")
    return done.stdout


UNSTEADY = {
    "chance": "__import__('random').random() < 0.5 and vcpu.mode.read()",
    "the clock": "__import__('time').monotonic_ns() // 1000 % 2 and vcpu.mode.read()",
    "urandom": "os.urandom(1) < b'@' and vcpu.mode.read()",
    "a count in the module": "[vcpu.mode.read() for _ in range(next(_calls) % 5)]",
}


@pytest.mark.parametrize("on_what", UNSTEADY)
def test_a_class_that_is_not_deterministic_is_told_at_which_step_and_line(
    vgic_stress: Run, patch: Patch, tmp_path: Path, on_what: str
) -> None:
    words = ("--revision", patch(UNSTEADY[on_what]), *QUICK, *SOME, "--json", "result.json")
    text = at_fault(vgic_stress("run", "one_interrupt", *words))
    assert "\nnot deterministic: the class under test does not do the same each time: " in text
    # Line 12 goes on with what line 11 has done once and has not the next time.
    assert re.search(r"run again, at step \d+ .* my_patch\.py:1[12] in ", text)
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["exit"], result["harness_bugs"]) == ("findings", 1, [])
    assert result["faults"][0].startswith("not deterministic: ")


@pytest.mark.parametrize("bound", [(), ("--preemptions", 1)])
def test_an_exploration_of_such_a_class_says_so_too(
    vgic_stress: Run, patch: Patch, tmp_path: Path, bound: tuple[object, ...]
) -> None:
    words = ("--revision", patch(UNSTEADY["a count in the module"]), "--json", "result.json")
    text = at_fault(vgic_stress("explore", "one_interrupt", *bound, *words))
    assert "not deterministic: the class under test does not do the same each time: " in text
    assert "earlier executions, which have left _calls (was count(0), is count(" in text
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["exit"], result["harness_bugs"], len(result["faults"])) == (1, [], 1)


def test_a_class_that_prints_and_draws_the_same_each_time_is_not_at_fault(
    vgic_stress: Run, patch: Patch
) -> None:
    draws = "__import__('random').Random(vcpu.vcpu_id).random() < 0.5 and vcpu.mode.read()"
    words = ("--revision", patch(f"print('here'); {draws}"), "--executions", 300, "--seed", 7)
    done = vgic_stress("run", "one_interrupt", *words)
    assert "not deterministic" not in done.stdout
    assert "here" not in done.stdout + done.stderr
    assert done.returncode in (0, 4), done.stdout + done.stderr


HANGS = {
    "a loop": "while True: pass",
    "a lock": "lock = __import__('threading').Lock(); lock.acquire(); lock.acquire()",
    "a queue": "__import__('queue').Queue().get()",
}


@pytest.mark.parametrize("where", HANGS)
def test_a_class_that_blocks_is_told_in_one_line_with_the_place(
    vgic_stress: Run, patch: Patch, where: str
) -> None:
    words = ("run", "one_interrupt", "--revision", patch(HANGS[where]), *QUICK)
    done = vgic_stress(*words, VGIC_STRESS_SILENCE_S="1")
    told = [line for line in at_fault(done).splitlines() if line.startswith("blocks outside")]
    assert len(told) == 1
    assert told[0].startswith(f"blocks outside the harness at {LINE}: no step for 1 s in execution")
    assert "most recent call first" not in done.stderr


def test_the_stacks_are_printed_for_who_asks_for_them(vgic_stress: Run, patch: Patch) -> None:
    words = ("run", "one_interrupt", "--revision", patch("while True: pass"), "--seed", 7, "-v")
    done = vgic_stress(*words, VGIC_STRESS_SILENCE_S="1")
    at_fault(subprocess.CompletedProcess(done.args, done.returncode, done.stdout, ""))
    assert "most recent call first" in done.stderr
    assert "line 11 in vgic_prune_ap_list" in done.stderr


REFUSED = {
    "sleep": ("__import__('time').sleep(0.01)", "blocks outside the harness in vgic_prune_ap_list"),
    "thread": (
        "__import__('threading').Thread(target=print).start()",
        "foreign thread in vgic_prune_ap_list",
    ),
    "thread of old": (
        "__import__('_thread').start_new_thread(print, ())",
        "foreign thread in vgic_prune_ap_list",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_schedule_decides_on_is_refused_where_it_is_tried(
    vgic_stress: Run, patch: Patch, what: str
) -> None:
    statement, signature = REFUSED[what]
    done = vgic_stress("run", "one_interrupt", "--revision", patch(statement), *QUICK)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"finding 1: {signature}" in done.stdout
    assert f"\n    {LINE}\n" in done.stdout


def test_what_a_class_prints_is_kept_with_its_finding_and_not_on_the_terminal(
    vgic_stress: Run, patch: Patch, tmp_path: Path
) -> None:
    says = "print('\\x1b[2JSUCCESS: all is well'); print('x' * 9000); vcpu.nothing"
    words = ("--revision", patch(says), "--seed", 7, "-x", "--json", "result.json")
    done = vgic_stress("run", "one_interrupt", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.count("all is well") == 1
    assert "  it printed:\n    | \\x1b[2JSUCCESS: all is well\n" in done.stdout
    (finding,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["findings"]
    assert finding["printed"][0] == "\\x1b[2JSUCCESS: all is well"
    assert finding["printed"][-1] == "..."
    assert sum(map(len, finding["printed"])) < 5_000
    (report,) = (tmp_path / "vgic-stress-findings").glob("*/report.txt")
    assert "  | \\x1b[2JSUCCESS: all is well" in report.read_text("utf-8")


def test_a_replay_shows_what_is_printed_whatever_comes_of_it(
    vgic_stress: Run, patch: Patch, tmp_path: Path
) -> None:
    wrong = ("--revision", patch("vcpu.nothing"), "--seed", 7, "-x", "--json", "result.json")
    vgic_stress("run", "one_interrupt", *wrong)
    (finding,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["findings"]
    mended = ("--revision", patch("print('once \\x1b[2J more')"))
    done = vgic_stress("replay", finding["token"], *mended)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "it printed:\n  | once \\x1b[2J more\n" in done.stdout
    # A debugger, for whom nothing hangs, needs the terminal.
    done = vgic_stress("replay", finding["token"], *mended, VGIC_STRESS_SILENCE_S="0")
    assert "\nonce \x1b[2J more\n" in done.stdout
