# SPDX-License-Identifier: GPL-2.0-only
"""pause_is_a_flag: of two who halt the VM, who is done first resumes it for both."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import PauseIsFlag


class PauseNotCounted(Mechanism):
    """The pause of kernels up to September 2026 (mended by 499ddfc539bf).

    Accesses to active states exclude each other by the config_lock. Who attaches a producer to an
    interrupt does not take it: the VM runs again while an active state is being written.
    """

    add_to_pause = PauseIsFlag.add_to_pause


RECORD = Bug(
    name="pause_is_a_flag",
    cls=PauseNotCounted,
    found_as=("I17 halted too early", "I17 entry while halted"),
    guest_sees=True,
    date="2026-09-27",
    mended_by="499ddfc539bf",
    applies_to=("halting", "linux-7.3", "reference"),
)
