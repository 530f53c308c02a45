# SPDX-License-Identifier: GPL-2.0-only
"""Which model a kernel is compared with, and what a difference from that may be explained by.

The reference is right where every kernel that was shipped is wrong (docs/findings.md). So a kernel
is compared with the generation of its release, unless somebody asks for another.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from stress.agreement.booted import OnKernel
from stress.agreement.outcomes import ModelRun
from stress.executions import Target, model_trace
from stress.traces import Trace
from vgic import BUGS, DEFAULT, REVISIONS, CompositionError, Parameters
from vgic.hardware import Implementation

_SINCE = (
    ((7, 3, 4), "linux-7.3"),
    ((6, 19, 9), "last-lr"),
    ((6, 19), "head-walk"),
    ((0,), "classic"),
)
"""From which release on a kernel is of which generation. What stands between two that we have run
is taken for the later one: of 6.19 those are the eighth and the tenth.
"""

_NEWEST = _SINCE[0][1]

EMULATED = Implementation(has_tdir=True, drop_counts=True, masks_running=True)
"""What the emulated CPU has, and does where it may choose: docs/agreement.md says how it shows."""


def revision_of(release: str) -> str:
    """Return the revision that a kernel of some release has, the newest that ships if unknown.

    Args:
        release: as `uname -r` has it.
    """
    found = re.match(r"\d+(?:\.\d+)+", release)
    if found is None:
        return _NEWEST
    numbers = tuple(map(int, found[0].split(".")))
    return next(name for since, name in _SINCE if numbers >= since)


class ModelOfRelease:
    """Runs machines on the revision that a kernel's release has, which its first boot tells.

    Args:
        kernel: the kernel.
    """

    def __init__(self, kernel: OnKernel) -> None:
        self._kernel = kernel

    @cached_property
    def target(self) -> Target:
        """That revision, once the kernel was booted."""
        return Target(revision_of(self._kernel.release))

    @cached_property
    def _run(self) -> ModelRun:
        return model_of(self.target)

    def __call__(self, parameters: Parameters) -> Trace:
        """Run one machine."""
        return self._run(parameters)


def model_of(target: Target) -> ModelRun:
    """Return what runs a machine on a kernel of the model, unjudged: a real kernel goes on, too.

    Its CPUs are as the emulated one, whatever the machine says.
    """
    kernel = target.kernel
    return lambda parameters: model_trace(
        parameters._replace(hardware=EMULATED), kernel, judged=False
    )


def known_models() -> Mapping[str, ModelRun]:
    """Return the revisions, oldest first, and the reference with each bug, by name."""
    targets = [Target(name) for name in REVISIONS]
    targets += [Target(DEFAULT, (name,)) for name in BUGS]
    known = {}
    for target in targets:
        try:
            known[str(target)] = model_of(target)
        except CompositionError:
            continue  # a bug that the reference cannot have
    return known
