# SPDX-License-Identifier: GPL-2.0-only
"""The generations of the mechanism by name, one file each: a small class and its record.

What several of them share is in upstream.py. To add one, write its file.
"""

import sys

from vgic.revisions.records import records_in
from vgic.revisions.reference import Reference
from vgic.revisions.revision import Revision
from vgic.revisions.upstream import SummaryAlone

DEFAULT = "reference"

REVISIONS: dict[str, Revision] = {
    record.name: record
    for record in sorted(records_in(sys.modules[__name__], Revision), key=lambda each: each.date)
}
"""By age; that which is ours alone, and has no date, comes first."""

__all__ = [
    "DEFAULT",
    "REVISIONS",
    "Reference",
    "Revision",
    "SummaryAlone",
    "records_in",
]
