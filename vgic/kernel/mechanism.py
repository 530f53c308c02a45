# SPDX-License-Identifier: GPL-2.0-only
"""The mechanism: every kernel function and every decision, put together out of the topics' files.

It is the root of whatever can be run: revisions, known bugs and a user's own class override parts
of it. Each decision that none of them overrides is the right one.
"""

from vgic.kernel.deactivate import Deactivate
from vgic.kernel.distributor import Distributor
from vgic.kernel.entry import Entry
from vgic.kernel.flush import Flush
from vgic.kernel.fold import Fold
from vgic.kernel.gicv2 import GicV2
from vgic.kernel.halt import Halt
from vgic.kernel.hcr import ConfigureHcr
from vgic.kernel.init import Init
from vgic.kernel.inject import Inject
from vgic.kernel.io_bus import Bus
from vgic.kernel.its import Its
from vgic.kernel.its_mapping import ItsMapping
from vgic.kernel.its_routing import ItsRouting
from vgic.kernel.kick import Kick
from vgic.kernel.load import Load
from vgic.kernel.lpi_config import LpiConfig
from vgic.kernel.mmio import Mmio
from vgic.kernel.mmio_active import MmioActive
from vgic.kernel.mmio_v2 import MmioV2
from vgic.kernel.physical import Physical
from vgic.kernel.populate import Populate
from vgic.kernel.prune import Prune
from vgic.kernel.queue import Queue
from vgic.kernel.redistributor import Redistributor
from vgic.kernel.references import References
from vgic.kernel.routing import Routing
from vgic.kernel.run import Run
from vgic.kernel.sort import Sort
from vgic.kernel.switch import Switch
from vgic.kernel.target import Target
from vgic.kernel.teardown import Teardown
from vgic.kernel.translations import Translations
from vgic.kernel.vcpu_ioctl import VcpuIoctl
from vgic.kernel.wfi import Wfi


class Mechanism(
    Target,
    Inject,
    Queue,
    Kick,
    Halt,
    Sort,
    Flush,
    Populate,
    Physical,
    GicV2,
    ConfigureHcr,
    Switch,
    Fold,
    Prune,
    Mmio,
    MmioActive,
    MmioV2,
    Deactivate,
    Distributor,
    References,
    Translations,
    LpiConfig,
    Its,
    ItsMapping,
    ItsRouting,
    Redistributor,
    Init,
    Teardown,
    VcpuIoctl,
    Bus,
    Routing,
    Load,
    Wfi,
    Entry,
    Run,
):
    """All kernel functions of the vGIC, with the right decisions.

    Attributes:
        never_crosses: windows that executions on this kernel cannot go through, by name.
        breaks_rings: its lists are known not to be rings while they are split; what guests and
            lists suffer from that is judged, and not that they are none.
    """

    never_crosses: frozenset[str] = frozenset()
    breaks_rings = False
