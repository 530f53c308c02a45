# SPDX-License-Identifier: GPL-2.0-only
"""Agreement: generated programs of one vCPU, on a real kernel and in the model, side by side.

One guest alone is no race: what it sees is fixed, but for exits that the host makes of its own. So
each difference is an error, the model's or the kernel's. programs.py draws programs out of topics,
comparing.py says where two traces part, outcomes.py whether the model may show it after all, and
agreeing.py does that for thousands. docs/agreement.md has what came of it.
"""

from stress.agreement.agreeing import PROGRAMS, Agreement, Differing, agree
from stress.agreement.alike import Alike
from stress.agreement.booted import OnKernel
from stress.agreement.describing import agreement_values, differences, example, summary
from stress.agreement.known import ModelOfRelease, known_models, model_of, revision_of
from stress.agreement.outcomes import ModelRun, outcome
from stress.agreement.programs import draw_program
from stress.agreement.shrinking import shrunk

__all__ = [
    "PROGRAMS", "Agreement", "Alike", "Differing", "ModelOfRelease", "ModelRun", "OnKernel",
    "agree", "agreement_values", "differences", "draw_program", "example", "known_models",
    "model_of", "outcome", "revision_of", "shrunk", "summary",
]  # fmt: skip
