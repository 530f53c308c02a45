# SPDX-License-Identifier: GPL-2.0-only
"""lpi_left_on_list: the list of a vCPU that is destroyed keeps its references to LPIs."""

from vgic.bugs.bug import Bug
from vgic.data import Vcpu
from vgic.kernel import Mechanism


class LpiLeftOnList(Mechanism):
    """A vCPU that is destroyed forgets what is on its list, and drops no reference to LPIs.

    They are never freed: nearly every VM that ends leaves some.
    """

    def kvm_vgic_vcpu_destroy(self, vcpu: Vcpu) -> None:
        """Make the lists empty, and that is all."""
        self._init_lists(vcpu)


RECORD = Bug(
    name="lpi_left_on_list",
    cls=LpiLeftOnList,
    found_as=("memory leak",),
    guest_sees=False,
    date="2020-04",
)
