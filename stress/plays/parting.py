# SPDX-License-Identifier: GPL-2.0-only
"""Where a trace parts from the architecture: the judge of docs/judge.md, told by a trace alone.

A trace does not say when a vCPU goes into its guest and comes out, so it may at any moment, but for
this: whatever a guest exits for is behind it when its next instruction comes. What a vCPU must have
loaded is not known then, and not judged before the end. Each interrupt is followed by itself.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from stress.plays.accounts import Account
from stress.plays.deeds import Told
from stress.plays.happenings import Happenings
from stress.plays.shutting import shut_out
from stress.traces import Trace, event_line
from vgic import Parameters
from vgic.architecture import FIRST_LPI, Orders, TooMany, in_words, key_of, known, name_of
from vgic.data import V2, is_sgi
from vgic.overseer import state_of


class JudgedAlone(NamedTuple):
    """What is to be said of a trace by the architecture alone.

    Attributes:
        bad: what is wrong in it, each a line.
        judged: so many of its interrupts could be followed.
    """

    bad: tuple[str, ...]
    judged: int


def parted(
    parameters: Parameters, trace: Trace, those: Iterable[Account], forfeits: Collection[int]
) -> JudgedAlone:
    """Return what no GIC does, and how many interrupts can be followed.

    Args:
        parameters: the machine and its programs.
        trace: what was done and seen, to its end.
        those: an account of each interrupt.
        forfeits: the vCPUs on whose lists anything may be, by what guests have done themselves.
    """
    happenings = Happenings(trace)
    shut = shut_out(parameters, trace)
    followed = [each for each in those if _is_judged(parameters, each, forfeits)]
    said = [_said(parameters, each, happenings, shut) for each in followed]
    bad = tuple(each for each in said if each)
    return JudgedAlone(bad, sum(each is not None for each in said))


def _is_judged(parameters: Parameters, account: Account, forfeits: Collection[int]) -> bool:
    """Tell whether an interrupt can be followed by a trace: devices of the host are not in one."""
    irq = account.irq
    return not (
        irq.mapped
        or irq.resampled
        or irq.intid >= FIRST_LPI
        or (parameters.gic == V2 and is_sgi(irq.intid))
        or account.of("group")
        or any(vcpu in forfeits for vcpu in account.targets)
    )


def _said(
    parameters: Parameters, account: Account, happenings: Happenings, shut: Collection[int]
) -> str | None:
    """Return what is wrong with an interrupt, "" if nothing is; None if too much is open of it."""
    irq = account.irq
    key = key_of(irq.intid, irq.vcpu)
    told = Told(key, happenings, len(parameters.guests), shut)
    try:
        orders = Orders([state_of(irq)], told.threads, told.always)
    except TooMany:
        return None
    if orders.is_possible:
        return ""
    deed, states = orders.stuck()
    event = happenings.all[deed.place].event
    where = f"event {deed.place + 1}, `{event_line(event)}`"
    return f"architecture: {told.said(event)}: {where}: {name_of(key)} is {known(in_words(states))}"
