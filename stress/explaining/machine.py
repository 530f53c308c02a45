# SPDX-License-Identifier: GPL-2.0-only
"""The machine of an execution in words: what a reader has to know before the first line."""

from vgic import Parameters


def machine_in_words(parameters: Parameters) -> str:
    """Return how many there are of what."""
    return ", ".join(
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in (
            (len(parameters.guests), "vCPU"),
            (len(parameters.devices), "device"),
            (len(parameters.irqs), "interrupt"),
            (parameters.nr_lr, "list register"),
        )
        if count
    )


def priorities_in_words(parameters: Parameters) -> str:
    """Return which interrupts are more urgent than others, the most urgent first; "" if none is.

    Where all are alike, the order of a list is that of arrival and says so itself.
    """
    intids: dict[int, list[int]] = {}
    for irq in parameters.irqs:
        intids.setdefault(irq.priority, []).append(irq.intid)
    if len(intids) < 2:
        return ""
    classes = [
        f"{' '.join(map(str, sorted(set(intids[priority]))))} at {priority:#04x}"
        for priority in sorted(intids)
    ]
    return f"most urgent first: {', '.join(classes)}"
