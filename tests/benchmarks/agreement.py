# SPDX-License-Identifier: GPL-2.0-only
"""Kernels and model, generated program by generated program: the table of docs/agreement.md.

    python tests/benchmarks/agreement.py IMAGE... [--programs N] [--seed N] [--keep N]

Not a test: it boots each kernel a dozen times (ten minutes for 10,000 programs), prints the table
and every difference by name, and writes both between the marks of docs/agreement.md. With --keep it
also writes the traces of the first N programs into tests/data/agreement, which the suite compares
with the model.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from stress.agreement import (
    PROGRAMS,
    Agreement,
    ModelOfRelease,
    OnKernel,
    agree,
    differences,
    draw_program,
    known_models,
    revision_of,
)
from stress.rig.booting import BootOptions
from tests.fixtures.kept_traces import FOLDER, kept_text

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "agreement.md"
BEGIN, END = "<!-- made by tests/benchmarks/agreement.py -->\n", "<!-- to here -->\n"
HEAD = (
    "| kernel | programs | quiet outcome | another possible | explained by a known bug | "
    "not explained | not judged | boots | on the kernel | in all |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
)


def row(kernel: OnKernel, found: Agreement, seconds: float) -> str:
    """Return a row of the table."""
    known = sum(bool(each.like) for each in found.differing)
    cells = (
        f"Linux {kernel.release}", f"{found.programs:,}", f"{found.quiet:,}",
        f"{len(found.possible):,}", f"{known:,}", f"{len(found.differing) - known:,}",
        f"{len(found.lost):,}", str(kernel.boots), f"{kernel.seconds:.0f} s", f"{seconds:.0f} s",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def named(kernel: OnKernel, found: Agreement) -> Iterator[str]:
    """Yield the differences by name, as a list."""
    if found.differing:
        own = revision_of(kernel.release)
        yield f"\nLinux {kernel.release}, programs that differ from {own}:\n\n"
        yield from (f"- {line}\n" for line in differences(found))


def main() -> None:
    """Compare, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("images", nargs="+", type=Path)
    parser.add_argument("--programs", type=int, default=PROGRAMS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=int, default=0)
    asked = parser.parse_args()
    known = known_models()
    table, lists = HEAD, ""
    for image in asked.images:
        kernel, begun = OnKernel(image, BootOptions()), time.monotonic()
        numbers = range(asked.programs)
        *_, found = agree(asked.seed, numbers, kernel, ModelOfRelease(kernel), known)
        table += row(kernel, found, time.monotonic() - begun)
        lists += "".join(named(kernel, found))
        sys.stdout.write(table + lists)
        sys.stdout.flush()
        if asked.keep:
            plays = [draw_program(asked.seed, number) for number in range(asked.keep)]
            text = kept_text(plays, kernel(plays))
            (FOLDER / f"{kernel.release}.txt").write_text(text, "utf-8")
    old = PAGE.read_text("utf-8")
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}{table}{lists}{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
