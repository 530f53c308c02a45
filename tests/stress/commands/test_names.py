# SPDX-License-Identifier: GPL-2.0-only
"""Do old and other names of things work on the command line, and is the right one printed?"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stress.executions.token import Token

Run = Callable[..., subprocess.CompletedProcess[str]]

OLD_NAMES = """\
from vgic import V1  # \x1b[31m
from vgic.irq import LEVEL
import harness.host_interrupt


class MyKernel(V1):
    def announce_pending(self, vcpu):
        self.kvm_make_request(0, vcpu)
"""
SAID = [
    "my_patch.py:1: OldName: vgic.V1 is vgic.Reference now; the old name works until 0.3",
    "my_patch.py:2: OldName: vgic.irq is vgic.data.intids and vgic.data.vcpu now; the old name "
    "works until 0.3",
    "my_patch.py:3: OldName: harness.host_interrupt is harness.primitives.host_interrupt now; the "
    "old name works until 0.3",
]

OF_OLD = (
    "vs1-eNotjs2SgyAQhF8lNWcO-JOY9Q32GSyKQmB1SgUzgDmk8u4Bszfo7un-XhC0dYrQQw_eWYkuWqK0R2CwK1Kbzf8A"
    "_QscyZWgrxggPbIyDE3NwJrJAqvqO-NCMJiSDfE0AdjABRtEkY09UNtTL1cV4yUu3gwoOwG9y_NHlTfHNJUYLKgX-cQ4"
    "-xQl2UfpBVGYop6hd2ldv7Uq5uvv4qH3xIE1p5Ef8CSMmQ6WY5OK9CxLQqLXcZWUXHY2bwp-YQw4ORUT2YzyW90uG4Zg"
    "zaWA5KDBqRD00NXjj7mpWrV3rluu_kvWbP3x7tqO164xXQvvDznXb4U"
)
"""A token as 0.1 wrote it, on `v1`; its digest is that of the same schedule on `reference`."""


def test_old_names_in_a_patch_are_told_of_once_by_all_processes_together(
    vgic_stress: Run, tmp_path: Path
) -> None:
    (tmp_path / "my_patch.py").write_text(OLD_NAMES, "utf-8")
    words = ("one_interrupt", "--revision", "my_patch.py:MyKernel", "-x", "--seed", 7)
    done = vgic_stress("run", *words, "--jobs", 2, "--json", "result.json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert [line.replace(f"{tmp_path}/", "") for line in done.stderr.splitlines()] == SAID
    (finding,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["findings"]
    again = vgic_stress("replay", finding["token"], "--revision", "my_patch.py:MyKernel")
    assert again.returncode == 1
    assert [line.replace(f"{tmp_path}/", "") for line in again.stderr.splitlines()] == SAID


def test_a_revision_is_printed_by_its_own_name(here: Run, tmp_path: Path) -> None:
    words = ("one_interrupt", "--revision", "v1", "--bug", "kick_without_request", "-x", "-q")
    done = here("run", *words, "--seed", 7, "--json", "result.json")
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for line in (lines[0], lines[-1]):
        assert " reference+kick_without_request (" in line
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert result["revision"] == "reference"
    assert Token.decode(result["findings"][0]["token"]).revision == "reference"


def test_a_token_found_under_an_alias_fails_as_it_did(here: Run) -> None:
    assert Token.decode(OF_OLD).revision == "reference"
    done = here("replay", OF_OLD)
    assert done.returncode == 1, done.stdout + done.stderr
    first, *_, last = done.stdout.splitlines()
    assert " on reference+kick_without_request (" in first
    assert last.endswith(f"digest {Token.decode(OF_OLD).digest} (same digest)")


@pytest.mark.parametrize(
    ("bug", "into"), [("no_splice", "reference and v1-posted"), ("stale_summary", "reference")]
)
def test_a_bug_that_does_not_apply_is_refused(here: Run, bug: str, into: str) -> None:
    done = here("run", "--revision", "head-walk", "--bug", bug)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"bug {bug} does not apply to head-walk" in done.stderr
    assert done.stderr.endswith(f"; it applies to {into}\n")


def test_a_bug_that_applies_is_put_in(here: Run) -> None:
    words = ("--revision", "head-walk", "--bug", "prune_active", "--execution", 0)
    done = here("run", "one_interrupt", *words)
    assert " head-walk+prune_active (" in done.stdout.splitlines()[0]
    assert done.stderr == ""
