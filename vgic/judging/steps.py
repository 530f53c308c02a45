# SPDX-License-Identifier: GPL-2.0-only
"""The steps of each window: how far an execution came towards one that it did not cross.

A window is a small scenario. Its last step is the window itself, and the steps before are what has
to have happened for it; several of them are windows, too. So how far an execution came is read off
what it came through, after its end.
"""

from collections.abc import Set as AbstractSet
from functools import cache

LISTED = "listed"
ENTERED = "entered"
OTHERS_LIST = "others_list"

_WORDS = {
    ENTERED: "a vCPU enters its guest",
    LISTED: "an interrupt is put on a list",
    OTHERS_LIST: "prune holds the lock of another vCPU's list",
    "overflow": "a vCPU enters its guest with something in no list register",
    "split": "what is in no list register is put aside on the overflow list",
    "turned_back": "a vCPU turns back before its flush",
    "kick_in_flush": "a vCPU is kicked while it fills its list registers",
    "aborted_entry": "an entry is aborted",
    "aborted_entry_with_overflow": "an aborted entry has left something in no list register",
    "eoicount": "a guest ends an interrupt that is in no list register",
    "eoicount_of_two": "a guest ends two of those before it leaves",
    "arrival_with_overflow": "another is queued while the guest runs with that",
    "arrival_with_eoicount": "another is queued after that while the guest runs",
    "queue_retry": "queueing has both locks, finds a change and puts nothing on the list",
    "migration": "prune moves an interrupt",
    "prune_recheck": "prune finds a change and does not move the interrupt",
    "wait": "a guest waits for an interrupt",
    "wake_up": "somebody wakes its vCPU",
    "other_cpu": "a vCPU enters its guest on another CPU",
    "tick": "the host interrupts the CPU of a vCPU that is in its guest",
    "lpi_released": "the last reference to an LPI is dropped",
    "lpi_disabled_loaded": "the LPIs of a vCPU are disabled that has one in a list register",
    "sgi_of_more": "a guest is given an SGI that more vCPUs have sent",
    "cached_translation": "a message finds its translation in the cache",
    "void_twice": "two forget the same translation at once",
    "two_prune_retries": "one prune has them twice or more",
    "dir_in_register": "a guest deactivates by DIR what is in a list register of its own",
    "dir_outside": "a guest deactivates what is in no list register",
    "dir_from_beside": "a guest deactivates what another has acknowledged",
    "dir_of_loaded": "that is in a list register of the other",
    "on_top": "a handler of the host injects on top of its thread",
    "vcpus_stopped": "user space has all vCPUs for itself",
    "vcpu_busy": "user space finds a vCPU in KVM_RUN",
    "change_in_summary": "an entry changes behind the summary's back",
    "change_in_sort": "an entry changes while its list is sorted",
    "change_in_walk": "an entry changes before it comes to its list register",
    "change_in_eoi_walk": "an entry changes while EOIcount is accounted",
    "change_in_prune": "an entry changes behind prune's back",
}

_BEFORE = {
    "overflow": (LISTED,),
    "split": (LISTED, "overflow"),
    "turned_back": (LISTED,),
    "kick_in_flush": (LISTED,),
    "aborted_entry": (LISTED,),
    "aborted_entry_with_overflow": (LISTED, "aborted_entry"),
    "eoicount": (LISTED, "overflow"),
    "eoicount_of_two": (LISTED, "overflow", "eoicount"),
    "arrival_with_overflow": (LISTED, "overflow"),
    "arrival_with_eoicount": (LISTED, "overflow", "eoicount"),
    "queue_retry": (LISTED,),
    "migration": (LISTED, OTHERS_LIST),
    "prune_recheck": (LISTED, OTHERS_LIST),
    "wait": (ENTERED,),
    "wake_up": (ENTERED, "wait"),
    "other_cpu": (ENTERED,),
    "tick": (ENTERED,),
    "lpi_released": (LISTED,),
    "lpi_disabled_loaded": (LISTED,),
    "sgi_of_more": (LISTED,),
    "cached_translation": (LISTED,),
    "void_twice": (LISTED,),
    "two_prune_retries": (LISTED, OTHERS_LIST),
    "dir_in_register": (LISTED,),
    "dir_outside": (LISTED,),
    "dir_from_beside": (LISTED,),
    "dir_of_loaded": (LISTED, "dir_from_beside"),
    "on_top": (ENTERED,),
    "vcpus_stopped": (ENTERED,),
    "vcpu_busy": (ENTERED,),
    "change_in_summary": (LISTED,),
    "change_in_sort": (LISTED, "overflow"),
    "change_in_walk": (LISTED,),
    "change_in_eoi_walk": (LISTED, "overflow", "eoicount"),
    "change_in_prune": (LISTED,),
}


def steps_of(window: str) -> tuple[str, ...]:
    """Return the steps of a window in words, the crossing last."""
    return tuple(_WORDS[step] for step in (*_BEFORE[window], window))


def steps_reached(window: str, reached: AbstractSet[str]) -> int:
    """Return how many steps of a window an execution came to, counted from the first.

    Args:
        window: the window.
        reached: the steps and windows that the execution came through.
    """
    before = _BEFORE[window]
    if window in reached:
        return len(before) + 1
    for number, step in enumerate(before):
        if step not in reached:
            return number
    return len(before)


@cache
def progress(reached: frozenset[str]) -> tuple[tuple[str, int], ...]:
    """Return each window with how many steps of it an execution came to."""
    return tuple((window, steps_reached(window, reached)) for window in _BEFORE)
