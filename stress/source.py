# SPDX-License-Identifier: GPL-2.0-only
"""The digest of the model's source: a seed means nothing to another model than its own."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import harness
import stress
import vgic


@cache
def model_digest() -> str:
    """Return 12 hexadecimal digits over every file that can change what a seed does."""
    digest = sha256()
    for folder in (_folder(harness), _folder(vgic), _folder(stress) / "scenarios"):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _folder(package: object) -> Path:
    return Path(str(getattr(package, "__file__", ""))).parent
