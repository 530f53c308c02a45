# SPDX-License-Identifier: GPL-2.0-only
"""routes_freed_in_use: the routes that were replaced are freed while an irqfd goes by them."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class RoutesFreedInUse(Mechanism):
    """Whoever writes the routes anew does not wait for those who may have the old ones.

    An irqfd has no lock: it has the table by a read section, and looks up in it what it raises.
    """

    def wait_for_route_readers(self) -> None:
        """Wait for nobody."""


RECORD = Bug(
    name="routes_freed_in_use",
    cls=RoutesFreedInUse,
    found_as=("use after free",),
    guest_sees=False,
)
