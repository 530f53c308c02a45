# SPDX-License-Identifier: GPL-2.0-only
"""The tests that the kernel has for its vGIC, as plays: what their guests do and have to read.

Of the selftests `vgic_irq` and `vgic_lpi_stress` and of kvm-unit-tests' `gic`, described afresh.
Each is a machine, programs, and what is to be read, as any play; so the model runs them in order
or under any schedule, and what they expect says what is wrong, and nothing else does.
docs/upstream-tests.md says which they are, and what is left out.
"""

from stress.upstream.collection import UPSTREAM

__all__ = ["UPSTREAM"]
