# SPDX-License-Identifier: GPL-2.0-only
"""The windows by name: the situations that watch.py and the kernel functions count.

A window is what a race needs to happen in. A campaign that never came through one has said nothing
of the code in it, however many executions it ran.
"""

WINDOWS = {
    "overflow": "A vCPU enters its guest while something of its own is in no list register.",
    "split": "The flush puts what found no list register aside, on the overflow list.",
    "aborted_entry": "A request is found between flush and entry, so the vCPU does not go in.",
    "aborted_entry_with_overflow": (
        "An entry is aborted after its flush has left something in no list register."
    ),
    "eoicount": "A guest leaves after it has ended an interrupt in no list register.",
    "eoicount_of_two": "A guest leaves after it has ended two or more of those.",
    "arrival_with_overflow": (
        "An interrupt is queued for a vCPU that is in its guest with something in no list register."
    ),
    "arrival_with_eoicount": (
        "An interrupt is queued for a vCPU whose guest has ended one that was in no list register."
    ),
    "queue_retry": "Queueing has both locks at last, finds a change, and starts again.",
    "migration": "Prune moves an interrupt to the list of another vCPU.",
    "prune_recheck": "Prune has all three locks at last, finds a change, and does not move it.",
    "two_prune_retries": "One prune starts again from the head of the list twice or more.",
}
