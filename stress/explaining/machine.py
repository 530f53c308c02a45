# SPDX-License-Identifier: GPL-2.0-only
"""The machine of an execution in words: what a reader has to know before the first line."""

from vgic import Parameters
from vgic.data import V3

_PLURALS = {"event of the host": "events of the host"}
_CHOICES = {
    "has_tdir": "can trap DIR alone",
    "drop_counts": "count an end that only drops the priority",
    "idle_end_counts": "count an end that drops no priority",
    "no_hw_deactivation": "deactivate no physical interrupt",
    "masks_running": "compare what runs by the binary point of the group that comes",
}
"""What CPUs have, and do where they may choose, by its name in the parameters."""


def machine_in_words(parameters: Parameters) -> str:
    """Return how many there are of what."""
    return ", ".join(
        f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}"
        for count, name in (
            (len(parameters.guests), "vCPU"),
            (len(parameters.devices), "device"),
            (len(parameters.irqs), "interrupt"),
            (parameters.nr_lr, "list register"),
            (len(parameters.host), "event of the host"),
        )
        if count
    )


def priorities_in_words(parameters: Parameters) -> str:
    """Return which interrupts are more urgent than others, the most urgent first.

    "" where the order of a list matters to nobody: with list registers for all there are.
    """
    intids: dict[int, set[int]] = {}
    for irq in parameters.irqs:
        intids.setdefault(irq.priority, set()).add(irq.intid)
    if len(intids) > 1:
        classes = [
            f"{' '.join(map(str, sorted(intids[priority])))} at {priority:#04x}"
            for priority in sorted(intids)
        ]
        return f"most urgent first: {', '.join(classes)}"
    if len(parameters.irqs) > parameters.nr_lr:
        return f"all interrupts at priority {next(iter(intids)):#04x}"
    return ""


def choices_in_words(parameters: Parameters) -> str:
    """Return which interrupts are of group 0, and what the machine has that not all have.

    "" where all are of group 1, the CPUs have the least, and the machine a GICv3.
    """
    of_group_0 = sorted({irq.intid for irq in parameters.irqs if irq.group == 0})
    does = [_CHOICES[name] for name, has in parameters.hardware._asdict().items() if has]
    words = [] if parameters.gic == V3 else [f"with a GIC{parameters.gic}"]
    words += [f"in group 0: {' '.join(map(str, of_group_0))}"] if of_group_0 else []
    words += [f"CPUs {' and '.join(does)}"] if does else []
    return "; ".join(words)
