# SPDX-License-Identifier: GPL-2.0-only
"""Where the modules of 0.1 are, now that the room has rooms in it: see old_names.py.

Not here is what is no more as it was: how the judges are put together.
"""

MODULES: dict[str, tuple[str, ...]] = {
    "vgic.compose": ("vgic.composition", "vgic.composition.composing"),
    "vgic.cpuif": ("vgic.hardware.cpuif",),
    "vgic.flush": ("vgic.kernel.flush",),
    "vgic.fold": ("vgic.kernel.fold",),
    "vgic.functions": ("vgic.composition.overridable",),
    "vgic.guarded": ("vgic.judging.guarded",),
    "vgic.hcr": ("vgic.kernel.hcr",),
    "vgic.init": ("vgic.kernel.init",),
    "vgic.inject": ("vgic.kernel.inject",),
    "vgic.irq": ("vgic.data.intids", "vgic.data.vcpu"),
    "vgic.kick": ("vgic.kernel.kick",),
    "vgic.ledger": ("vgic.judging.ledger",),
    "vgic.lr": ("vgic.hardware.list_registers",),
    "vgic.mmio": ("vgic.kernel.mmio",),
    "vgic.names": ("vgic.composition",),
    "vgic.populate": ("vgic.kernel.populate",),
    "vgic.program": ("vgic.data.program", "vgic.accesses"),
    "vgic.prune": ("vgic.kernel.prune",),
    "vgic.queue": ("vgic.kernel.queue",),
    "vgic.revisions.v1": ("vgic.revisions",),
    "vgic.run": ("vgic.kernel.run",),
    "vgic.sort": ("vgic.kernel.sort",),
    "vgic.summary": ("vgic.kernel.summary",),
    "vgic.switch": ("vgic.kernel.switch",),
    "vgic.target": ("vgic.kernel.target",),
    "vgic.vm": ("vgic.data.vcpu", "vgic.data.vm"),
    "vgic.windows": ("vgic.judging.windows",),
}

NAMES = {
    "vgic": {"V1": "vgic.Reference"},
    "vgic.revisions": {
        "HeadWalk": "vgic.revisions.head_walk.HeadWalk",
        "V1": "vgic.revisions.Reference",
        "V1Posted": "vgic.revisions.v1_posted.V1Posted",
    },
}
