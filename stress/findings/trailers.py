# SPDX-License-Identifier: GPL-2.0-only
"""Draft of the trailers of a mend: what brought the race in, and which stable kernels have it.

They follow from the generations that a finding's token fails and passes on. Only what was released
counts: a posted series has no stable kernels, and is nobody's ancestor. A generation brought a race
in if its token fails there and passes on the generation released just before it; where that one
was not judged, or there is none, nothing is said, since a wrong `Fixes:` is worse than none. The
forms are those of the kernel's submitting-patches.rst and stable-kernel-rules.rst.
"""

from collections.abc import Collection, Iterator, Mapping

from vgic import REVISIONS, Revision

STABLE = "Cc: stable@vger.kernel.org # "


def trailers(
    fails_on: Collection[str],
    passes_on: Collection[str],
    revisions: Mapping[str, Revision] = REVISIONS,
) -> list[str]:
    """Return the trailers that a mend of a finding would carry, as far as they are known.

    The titles of commits are not known here, so a line says how to get its own.

    Args:
        fails_on: the names of the revisions that its token fails on; others than revisions of
            ours, such as a user's class, say nothing of a released kernel.
        passes_on: the names of those that it passes on.
        revisions: all revisions by name, by age.
    """
    runs = list(_runs(fails_on, passes_on, [each for each in revisions.values() if each.kernel]))
    lines = [
        f'Fixes: {run[0].commit} ("title: git show -s --format=%s {run[0].commit}")'
        for brought_in, run in runs
        if brought_in and run[0].commit
    ]
    spans = dict.fromkeys(_span(run[0].kernel, run[-1].kernel) for _, run in runs)
    return [*lines, *[STABLE + ", ".join(spans)] * bool(spans)]


def _runs(
    fails_on: Collection[str], passes_on: Collection[str], released: list[Revision]
) -> Iterator[tuple[bool, list[Revision]]]:
    """Yield which generations in a row fail, and whether the one before them passes."""
    run: list[Revision] = []
    brought_in = before_passes = False
    for revision in released:
        if revision.name in fails_on:
            brought_in = brought_in if run else before_passes
            run.append(revision)
            continue
        if run:
            yield brought_in, run
        run, before_passes = [], revision.name in passes_on
    if run:
        yield brought_in, run


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}..{last}"
