# SPDX-License-Identifier: GPL-2.0-only
"""Is a patch found out that depends on hashing, or on the executions before, whatever it hides?

What it shows in one process it does not show in another, so its tokens would be worth nothing.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PATCH = """
from vgic import Reference

_calls = [0]


class MyKernel(Reference):
    def announce_pending(self, vcpu):
        {counts}
        if {condition}:
            return
        super().announce_pending(vcpu)

    def kvm_vgic_flush_hwstate(self, vcpu):
        {counts}
        if {harmless}:
            vcpu.mode.read()
        super().kvm_vgic_flush_hwstate(vcpu)
"""

NO_RACES = ("--no-check", "races")
"""To look for data races takes most of the time, and says nothing of what comes out otherwise."""

COUNTS = "_calls[0] += 1"
HASH = "hash('a') % 2"
MANY = "_calls[0] > 300"
UNSTEADY = {
    "hashing": {"counts": "pass", "condition": HASH, "harmless": "False"},
    "earlier executions": {"counts": COUNTS, "condition": MANY, "harmless": "False"},
    "hashing, and nothing fails": {"counts": "pass", "condition": "False", "harmless": HASH},
    "earlier executions, and nothing fails": {
        "counts": COUNTS,
        "condition": "False",
        "harmless": MANY,
    },
}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("on_what", UNSTEADY)
def test_what_depends_on_more_than_its_seed_is_told_and_gives_no_token(
    vgic_stress: Run, tmp_path: Path, on_what: str, jobs: int
) -> None:
    (tmp_path / "unsteady.py").write_text(PATCH.format(**UNSTEADY[on_what]), "utf-8")
    # One in eight is compared. Of 160 most come after 300 calls, which an execution has dozens of.
    words = ("--revision", "unsteady.py", "--executions", 160, "--seed", 7, "--jobs", jobs)
    done = vgic_stress("run", "inject_while_eoicount", *words, *NO_RACES)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\nnot deterministic: the class under test does not do the same" in done.stdout
    if on_what.startswith("hashing"):
        assert "it depends on hashing (hash of a text, order of a set) or " in done.stdout
        assert "earlier executions" not in done.stdout
    else:
        assert "earlier executions, which have left _calls (was [0], is [" in done.stdout
    assert "in a fresh process with another PYTHONHASHSEED" in done.stdout
    assert "replay: vgic-stress" not in done.stdout
    assert not (tmp_path / "vgic-stress-findings").exists()


def test_an_exploration_gives_no_such_token_either(vgic_stress: Run, tmp_path: Path) -> None:
    (tmp_path / "unsteady.py").write_text(PATCH.format(**UNSTEADY["hashing"]), "utf-8")
    words = ("explore", "one_interrupt", "--revision", "unsteady.py")
    # The parity of hash("a") is odd here, and even in the fresh process.
    done = vgic_stress(*words, PYTHONHASHSEED="1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "not deterministic: " in done.stdout
    assert "what was found in an exploration of" in done.stdout
    assert not (tmp_path / "vgic-stress-findings").exists()


TWO = """
from vgic import Reference


class Two(Reference):
    def vgic_mmio_write_irouter(self, irq, target):
        raise ValueError("firmly")

    def announce_pending(self, vcpu):
        if hash("a") % 2:
            raise KeyError("by hash")
        super().announce_pending(vcpu)
"""


def test_what_an_exploration_has_confirmed_is_told_whatever_comes_then(
    vgic_stress: Run, tmp_path: Path
) -> None:
    (tmp_path / "two.py").write_text(TWO, "utf-8")
    done = vgic_stress("explore", "one_reroute", "--revision", "two.py", PYTHONHASHSEED="1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "not deterministic: " in done.stdout
    kept = {path.parent.name for path in (tmp_path / "vgic-stress-findings").glob("*/token")}
    assert all(f"kept in vgic-stress-findings/{name}" in done.stdout for name in kept)


def test_what_depends_on_its_seed_alone_is_the_same_in_all_processes(
    vgic_stress: Run, tmp_path: Path
) -> None:
    steady = PATCH.format(counts=COUNTS, condition="False", harmless="False")
    (tmp_path / "steady.py").write_text(steady, "utf-8")
    words = ("--revision", "steady.py", "--executions", 700, "--seed", 7, "--jobs", 2)
    done = vgic_stress("run", "one_interrupt", *words, *NO_RACES)
    assert done.returncode == 0, done.stdout + done.stderr
