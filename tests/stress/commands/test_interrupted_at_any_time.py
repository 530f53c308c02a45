# SPDX-License-Identifier: GPL-2.0-only
"""Does Ctrl-C end every command with 130 and without a word, also while Python still imports?

The interrupt comes from inside, at a place of our choice, so that no machine is too slow or too
fast. What has something to finish first, a campaign or shrinking, has tests of its own.
"""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize("module", ["typer", "secrets"])
@pytest.mark.parametrize("words", ["run", "list bugs", "replay vs1-x", "-h"])
def test_while_modules_are_imported(
    vgic_stress: Run, tmp_path: Path, words: str, module: str
) -> None:
    (tmp_path / f"{module}.py").write_text(INTERRUPT, "utf-8")
    done = vgic_stress(*words.split(), PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_while_a_token_is_replayed(vgic_stress: Run, tmp_path: Path, a_token: str) -> None:
    source = "class K:\n    def vgic_prune_ap_list(self, vcpu):\n"
    (tmp_path / "patch.py").write_text(f"{source}        {INTERRUPT}\n", "utf-8")
    done = vgic_stress("replay", a_token, "--revision", "patch.py:K")
    assert (done.returncode, done.stderr) == (130, "")
    assert done.stdout.startswith("vgic-stress replay: ")


def test_who_was_started_with_it_ignored_goes_on_ignoring_it(
    vgic_stress: Run, tmp_path: Path
) -> None:
    """As a shell starts what runs in the background."""
    (tmp_path / "secrets.py").write_text(INTERRUPT, "utf-8")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = vgic_stress("list", "bugs", PYTHONPATH=str(tmp_path))
    finally:
        signal.signal(signal.SIGINT, before)
    assert done.returncode == 0, done.stderr
