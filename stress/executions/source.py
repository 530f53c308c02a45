# SPDX-License-Identifier: GPL-2.0-only
"""The digest of the model's source: a seed means nothing to another model than its own.

What decides what a seed does is the engine and the model as a whole, the scenarios, and those files
of this room that choose executions and draw them; what only reports them is left out.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import harness
import vgic

if TYPE_CHECKING:
    from hashlib import _Hash


_STRESS = Path(__file__).parents[1]
_DECIDING = (
    "campaign/campaign.py", "campaign/order.py", "campaign/plan.py", "campaign/portfolio.py",
    "executions/single.py", "jobs/work.py", "nights/lane.py",
)  # fmt: skip


@cache
def model_digest() -> str:
    """Return 12 hexadecimal digits over every file that can change what a seed does."""
    digest = sha256()
    for folder in (_folder(harness), _folder(vgic), _STRESS / "scenarios"):
        _add(digest, folder, sorted(folder.rglob("*.py")))
    _add(digest, _STRESS, [_STRESS / name for name in _DECIDING])
    return digest.hexdigest()[:12]


def _add(digest: "_Hash", folder: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")


def _folder(package: object) -> Path:
    return Path(str(getattr(package, "__file__", ""))).parent
