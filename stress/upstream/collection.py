# SPDX-License-Identifier: GPL-2.0-only
"""All upstream tests with the parameters that they are run with, by name."""

from collections.abc import Mapping

from stress.plays import Play
from stress.upstream import gic, vgic_irq, vgic_lpi_stress
from stress.upstream.vgic_irq import How

RUNS = tuple(
    How(nr_irqs, level, split, nr_lr)
    for nr_irqs, nr_lr in ((64, 4), (64, 16), (1024, 4))
    for level in (False, True)
    for split in (False, True)
)
"""The selftest's own four combinations, with 4 and 16 list registers, and with all INTIDs."""


def _all() -> list[Play]:
    return [
        *(play for how in RUNS for play in vgic_irq.of(how)),
        vgic_lpi_stress.messages(1, 1, 16, 4, moved=False),
        vgic_lpi_stress.messages(2, 2, 8, 4, moved=False),
        vgic_lpi_stress.messages(2, 2, 8, 4, moved=True),
        *(gic.ipi(vcpus) for vcpus in (2, 3, 4)),
        gic.active(),
        gic.its_trigger(),
        gic.its_unmapped_collection(),
    ]


UPSTREAM: Mapping[str, Play] = {play.name: play for play in _all()}
