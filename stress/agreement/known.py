# SPDX-License-Identifier: GPL-2.0-only
"""What a difference from the reference may be explained by: a revision or a bug that has a name."""

from collections.abc import Mapping

from stress.agreement.outcomes import ModelRun
from stress.executions import Target, model_trace
from vgic import BUGS, DEFAULT, REVISIONS, CompositionError


def model_of(target: Target) -> ModelRun:
    """Return what runs a machine on a kernel of the model, unjudged: a real kernel goes on, too."""
    kernel = target.kernel
    return lambda parameters: model_trace(parameters, kernel, judged=False)


def known_models() -> Mapping[str, ModelRun]:
    """Return the other revisions, oldest first, and the reference with each bug, by name."""
    targets = [Target(name) for name in REVISIONS if name != DEFAULT]
    targets += [Target(DEFAULT, (name,)) for name in BUGS]
    known = {}
    for target in targets:
        try:
            known[str(target)] = model_of(target)
        except CompositionError:
            continue  # a bug that the reference cannot have
    return known
