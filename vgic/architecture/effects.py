# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of an interrupt's state by each thing that devices, software and guests do to it.

An effect returns the states that one may become: one in most cases, several where it is left open,
none where it cannot be.
"""

from collections.abc import Callable

from vgic.architecture.allowances import Allowances
from vgic.architecture.state import State

States = tuple[State, ...]
Effect = Callable[[State], States]


def drive(*, level: bool) -> Effect:
    """A device drives the line; where edges count, one that goes up is latched."""

    def effect(state: State) -> States:
        if state.is_level:
            if state.line == level:
                return (state,)
            return (state._replace(line=level, is_left=not state.forwarded),)
        return pend(state) if level else (state,)

    return effect


def wire(*, level: bool) -> Effect:
    """The output of a device changes whose interrupt is mapped: the host is on its way."""
    return lambda state: (state._replace(line=level, is_left=True),)


def pass_on(state: State) -> States:
    """The host passes the interrupt of such a device on; it finds out later if that is over."""
    left = not (state.forwarded and state.line)
    return (state._replace(latch=True, is_fresh=state.loaded != 0, is_left=left),)


def pend(state: State) -> States:
    """Software makes it pending, or an edge does (GICD_ISPENDR, an SGI, a message)."""
    pended = state._replace(latch=True, is_fresh=state.loaded != 0, is_left=not state.forwarded)
    return (pended,)


def send_from(source: int) -> Effect:
    """A vCPU of a GICv2 sends an SGI: it is pending once for each that has (GICD_SGIR)."""

    def effect(state: State) -> States:
        return tuple([each._replace(sources=each.sources | 1 << source) for each in pend(state)])

    return effect


def pend_by_software(allowed: Allowances) -> Effect:
    """Software makes it pending by GICD_ISPENDR."""

    def effect(state: State) -> States:
        is_lost = state.is_level and state.active and Allowances.ACTIVE_LEVEL in allowed
        return (*pend(state), state) if is_lost else pend(state)

    return effect


def unpend(allowed: Allowances) -> Effect:
    """Software takes the pending state away (GICD_ICPENDR)."""

    def effect(state: State) -> States:
        taken = state._replace(latch=False, is_fresh=False)
        comes_back = Allowances.COMES_BACK in allowed and state.loaded and not state.is_level
        return (taken, state) if comes_back else (taken,)

    return effect


def set_active(*, active: bool) -> Effect:
    """Software makes it active, or inactive (GICD_ISACTIVER, GICD_ICACTIVER)."""

    def effect(state: State) -> States:
        handler = state.handler if active else None
        return (state._replace(active=active, handler=handler),)

    return effect


def set_enabled(*, enabled: bool) -> Effect:
    """Software enables or disables it (GICD_ISENABLER, GICD_ICENABLER)."""
    if not enabled:
        return lambda state: (state._replace(enabled=False),)

    def effect(state: State) -> States:
        left = not state.forwarded or (state.is_mapped and state.is_left)
        return (state._replace(enabled=True, is_left=left),)

    return effect


def set_forwarded(*, forwarded: bool) -> Effect:
    """Software turns the distributor on or off (GICD_CTLR)."""
    if forwarded:
        return lambda state: (state._replace(forwarded=True),)
    return lambda state: (state._replace(forwarded=False),)


def set_target(target: int | None) -> Effect:
    """Software routes it (GICD_IROUTER)."""
    return lambda state: (state._replace(target=target),)


def set_priority(priority: int) -> Effect:
    """Software says how urgent it is (GICD_IPRIORITYR)."""
    return lambda state: (state._replace(priority=priority),)


def set_group(group: int) -> Effect:
    """Software says which group it is of (GICD_IGROUPR)."""
    return lambda state: (state._replace(group=group),)


def set_trigger(*, is_level: bool) -> Effect:
    """Software says how it is triggered (GICD_ICFGR): what was pending is so still, or not.

    The architecture leaves it open (GICD_ICFGR, "UNKNOWN"). A line that is up is an edge, or none;
    what is handled, or loaded, may have been latched or not, and what is loaded may be latched
    beside. Nobody puts it on a list (Q15).
    """

    def effect(state: State) -> States:
        if state.is_level == is_level:
            return (state,)
        changed = state._replace(is_level=is_level, is_left=True)
        latched = changed._replace(latch=True)
        if state.loaded:
            return changed._replace(latch=False), latched, latched._replace(is_fresh=True)
        may_be = state.pending or state.line or state.active
        return (changed._replace(latch=False), *([latched] if may_be else []))

    return effect


def deactivate(state: State) -> States:
    """A guest ends it, with EOImode 0, or writes DIR."""
    ended = state._replace(active=False, handler=None)
    if not state.is_mapped:
        return (ended,)
    # If the line is up still it fires again, or is taken for pending at once.
    again = ended._replace(is_left=True)
    return (again, again._replace(latch=True)) if state.line else (again,)


def load(vcpu: int, allowed: Allowances) -> Effect:
    """A vCPU goes into its guest with what is pending for it."""
    bit = 1 << vcpu

    def effect(state: State) -> States:
        left = state._replace(loaded=state.loaded & ~bit)
        loaded = state._replace(loaded=state.loaded | bit, is_fresh=False)
        if state.active and Allowances.STAYS_WITH_HANDLER in allowed:
            is_here = state.pending and state.handler in (None, vcpu)
            return (loaded, left) if is_here else (left,)
        is_for = state.pending and state.enabled and state.forwarded and state.target == vcpu
        if is_for and state.is_left:
            return loaded, left
        return (loaded,) if is_for else (left,)

    return effect


def take_back(vcpu: int) -> Effect:
    """A vCPU comes back: a device's line is sampled again, and what is not forwarded is left."""
    bit = 1 << vcpu

    def effect(state: State) -> States:
        is_sampled = state.is_mapped and state.loaded & bit
        if is_sampled or not state.forwarded:
            return (state._replace(is_left=True),)
        return (state,)

    return effect


def acknowledge(
    vcpu: int, allowed: Allowances, *, has_active_state: bool, source: int | None = None
) -> Effect:
    """A guest acknowledges it: it is loaded there, and nobody handles it.

    Args:
        vcpu: whose guest.
        allowed: the allowances.
        has_active_state: it becomes active by that; an LPI does not.
        source: the vCPU that is said to have sent it, of an SGI of a GICv2.
    """
    bit = 1 << vcpu

    def effect(state: State) -> States:
        withdrawn = not (state.is_signalled and state.target == vcpu)
        if state.active or not state.loaded & bit:
            return ()
        if withdrawn and Allowances.LATE_WITHDRAWAL not in allowed:
            return ()
        if source is not None and not state.sources >> source & 1:
            return ()
        left = state.sources if source is None else state.sources & ~(1 << source)
        taken = state._replace(latch=left != 0, sources=left, is_fresh=False, loaded=0)
        if has_active_state:
            taken = taken._replace(active=True, handler=vcpu)
        if state.latch and state.is_fresh and Allowances.COUNTED_APART in allowed:
            return (taken, taken._replace(latch=True, sources=state.sources))
        return (taken,)

    return effect
