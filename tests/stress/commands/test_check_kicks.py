# SPDX-License-Identifier: GPL-2.0-only
"""Does `--check kicks` find a kick that nobody needs, and does its token replay untold?"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

KICKS_ALL = """
from vgic import Reference

class MyKernel(Reference):
    def announce_pending(self, vcpu):
        for each in self.kvm.vcpus:
            self.kvm_make_request(0, each)
            self.kvm_vcpu_kick(each)
"""
WORDS = ("migration_ping_pong", "--revision", "mine.py", "--seed", 3, "--executions", 20)


def test_whoever_kicks_everybody_is_found_shrunk_and_replayed(
    here: Run, result_here: Result, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(KICKS_ALL, "utf-8")
    found = result_here(*WORDS, "-x", "--check", "kicks", "--no-check", "races")
    assert (found["kicks"], found["races"]) == (True, False)
    (finding,) = found["findings"]
    assert finding["signature"].startswith("needless kick in kvm_vcpu_kick")
    replay = here("replay", finding["token"], "--revision", "mine.py")
    assert replay.returncode == 1, replay.stdout + replay.stderr
    assert "has nothing for it" in replay.stdout
    assert "(same digest)" in replay.stdout
    right = here("replay", finding["token"], "--revision", "reference")
    assert right.returncode == 0, right.stdout + right.stderr


def test_it_is_not_looked_for_where_nobody_asks(result_here: Result, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(KICKS_ALL, "utf-8")
    found = result_here(*WORDS, "--no-check", "races")
    assert (found["kicks"], found["findings"]) == (False, [])
