# SPDX-License-Identifier: GPL-2.0-only
"""Does `--check races` find what only it can, and does a token of it replay without being told?"""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

UNLOCKED = """
from vgic import Reference

class MyKernel(Reference):
    def vgic_mmio_write_irouter(self, irq, target):
        irq.target_vcpu = target
"""
WORDS = ("migration_ping_pong", "--revision", "mine.py", "--seed", 3, "--executions", 20)


def test_a_write_without_the_lock_is_found_shrunk_and_replayed(
    here: Run, result_here: Result, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(UNLOCKED, "utf-8")
    found = result_here(*WORDS, "-x")
    assert found["races"]
    (finding,) = found["findings"]
    assert finding["signature"].startswith("unguarded access in vgic_mmio_write_irouter on target")
    replay = here("replay", finding["token"], "--revision", "mine.py")
    assert replay.returncode == 1, replay.stdout + replay.stderr
    assert "is guarded by irq_lock[spi" in replay.stdout
    assert "holding no lock" in replay.stdout
    assert "(same digest)" in replay.stdout
    right = here("replay", finding["token"], "--revision", "reference")
    assert right.returncode == 0, right.stdout + right.stderr


def test_it_is_not_looked_for_where_that_is_said(result_here: Result, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(UNLOCKED, "utf-8")
    found = result_here(*WORDS, "--no-check", "races")
    assert (found["races"], found["findings"]) == (False, [])


AFTER_UNLOCK = """
from vgic import Reference

class MyKernel(Reference):
    def vgic_mmio_write_senable(self, irq):
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.enabled = True
        self.vgic_queue_irq_unlock(irq, irqs_were_off)
        if irq.vcpu is not None:
            self.announce_pending(irq.vcpu)
"""


def test_a_field_read_after_the_unlock_ends_a_run_in_1(here: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(AFTER_UNLOCK, "utf-8")
    words = ("run", "random_program", "--revision", "mine.py", "--seed", 3, "--executions", 40)
    done = here(*words, "-x", "-q")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "unguarded access in vgic_mmio_write_senable on vcpu" in done.stdout
    lines = done.stdout.splitlines()
    assert "races" not in lines[0]


def test_the_first_and_the_last_line_say_what_is_checked(here: Run) -> None:
    checks = ("--check", "races", "--check", "kicks")
    done = here("run", "one_disable", "--seed", 3, "--executions", 10, *checks)
    lines = done.stdout.splitlines()
    for line in (lines[0], lines[-1]):
        assert {"check=races", "check=kicks"} <= set(re.split("[ ()]", line))


def test_executions_are_the_same_with_and_without(result_here: Result) -> None:
    words = ("random_program", "--seed", 5, "--executions", 60)
    one, other = result_here(*words), result_here(*words, "--check", "races")
    for key in ("steps", "windows", "behaviours", "findings"):
        assert json.dumps(one[key]) == json.dumps(other[key]), key


def test_a_check_that_is_not_there_is_a_usage_error(here: Run) -> None:
    done = here("run", "--check", "everything")
    assert done.returncode == 2
    assert "races" in done.stderr
