# SPDX-License-Identifier: GPL-2.0-only
"""What of a boot counts, and what is kept of several?"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from stress.agreement import booted
from stress.agreement.booted import OnKernel
from stress.plays import Play
from stress.rig.booting import Booted, BootOptions
from stress.rig.booting.booted import EarlyEnd
from stress.rig.wire import Hello, Played
from stress.traces import Event, Trace
from tests.fixtures.agreeing import play_of

TRACE = Trace((Event("all", "idle"),))
PLAYS = [play_of(name=name) for name in ("whole", "lost", "refused", "hung", "unheard")]
CAME = {
    "whole": Played((TRACE,)),
    "lost": Played((), lost=1),
    "refused": Played((TRACE,), trouble="KVM_IRQ_LINE"),
    "hung": Played((TRACE._replace(ended=False),), hung=True),
}


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> OnKernel:
    def boot(image: Path, plays: Sequence[Play], *_: object) -> Booted:
        return Booted(
            results=CAME, hello=Hello("7.3.4-straw", 2, 3000), kernel_said=("ouch",),
            said_at_boot=(), dropped=0, boot_s=3.0, seconds=8.0, boots=2,
            early_ends=(EarlyEnd("hung", panicked=False, why="silence"),),
            unplayed=("unheard",), interrupted=False,
        )  # fmt: skip

    monkeypatch.setattr(booted, "boot", boot)
    return OnKernel(Path("vmlinuz"), BootOptions())


def test_only_what_arrived_whole_is_compared(kernel: OnKernel) -> None:
    assert set(kernel(PLAYS)) == {"whole", "hung"}


def test_who_hung_has_not_come_to_the_end(kernel: OnKernel) -> None:
    assert not kernel(PLAYS)["hung"].ended


def test_what_boots_cost_and_said_adds_up(kernel: OnKernel) -> None:
    kernel(PLAYS)
    kernel(PLAYS)
    assert (kernel.release, kernel.boots, kernel.seconds) == ("7.3.4-straw", 4, 16.0)
    assert kernel.kernel_said == ("ouch",)
    assert kernel.early_ends == ("silence", "silence")
