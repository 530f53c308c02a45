# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.exploration.failures import Failures
from stress.exploration.sample import Sample

__all__ = ["Failures", "Sample"]
