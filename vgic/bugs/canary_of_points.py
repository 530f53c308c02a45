# SPDX-License-Identifier: GPL-2.0-only
"""canary_of_points: what campaigns look for first as well if plain accesses are points in them."""

from vgic.bugs.announce_rereads_target import AnnounceRereadsTarget
from vgic.bugs.bug import Bug
from vgic.data import Vcpu, VgicIrq

_TIMES = 16
"""Each is a point at which the route can change: so it is found in one execution of ten."""


class CanaryOfPoints(AnnounceRereadsTarget):
    """The route is read over and over before somebody is told: found where each read is a point."""

    def _target(self, irq: VgicIrq) -> Vcpu | None:
        routes = [irq.target_vcpu for _ in range(_TIMES)]
        return routes[-1]


RECORD = Bug(
    name="canary_of_points",
    cls=CanaryOfPoints,
    found_as=("I16 arrival unannounced",),
    guest_sees=False,
    needs_points=True,
)
