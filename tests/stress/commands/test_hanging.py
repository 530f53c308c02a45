# SPDX-License-Identifier: GPL-2.0-only
"""Does what runs in one process end too, when code never comes to a scheduling point again?"""

import subprocess
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Patch = Callable[[str], str]


@pytest.mark.parametrize("command", ["replay", "replay twice", "shrink", "explore"])
def test_a_hang_is_told_with_the_line_it_is_in_and_is_no_bug_of_the_harness(
    vgic_stress: Run, a_token: str, patch: Patch, command: str
) -> None:
    hangs = ("--revision", patch("while True: pass"))
    if command == "explore":
        words = ["explore", "one_interrupt", *hangs]
    else:
        tokens = [a_token] * (2 if command == "replay twice" else 1)
        words = [command.split()[0], *tokens, *hangs]
    done = vgic_stress(*words, VGIC_STRESS_SILENCE_S="1")
    # A token that replays to a hang is not to be judged: git bisect has to go on.
    assert done.returncode == (1 if command == "explore" else 125), done.stdout + done.stderr
    where = "blocks outside the harness at my_patch.py:11 in vgic_prune_ap_list: no step for 1 s at"
    assert any(line.startswith(where) for line in done.stdout.splitlines())
    assert "HARNESS BUG" not in done.stdout
    assert "most recent call first" not in done.stderr


def test_who_goes_on_is_left_alone(vgic_stress: Run) -> None:
    done = vgic_stress("explore", "one_reroute", "--limit", 1_000, VGIC_STRESS_SILENCE_S="0.5")
    assert done.returncode == 4, done.stdout + done.stderr
