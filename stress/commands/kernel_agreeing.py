# SPDX-License-Identifier: GPL-2.0-only
"""What `kernel agree` does: boot, play, compare, and say where kernel and model part."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.engine import printable_name
from stress.agreement import (
    Agreement,
    Alike,
    Differing,
    ModelOfRelease,
    ModelRun,
    OnKernel,
    agree,
    agreement_values,
    differences,
    example,
    known_models,
    model_of,
    shrunk,
    summary,
)
from stress.commands.kernel_text import without_a_boot
from stress.executions import Target, model_digest
from stress.inputs import BadArgument
from stress.reporting import Headline, Verdict, Writer
from stress.rig.booting import BadImage, BootFailed, BootOptions, EmulatorRefused, NoEmulator
from stress.rig.building import BuildFailed, NoToolchain
from stress.system import Exit, counted, interrupts, say

_EXAMPLES_MAX = 5
"""Differences of which an example is shown."""


class Comparison(NamedTuple):
    """What was asked for.

    Attributes:
        image: the kernel.
        numbers: which of the seed's programs.
        seed: of the programs.
        target: the model's kernel that the kernel is compared with, None for that of its release.
        shrink: make an example of each difference smaller.
        json_file: where the result for programs goes, None for nowhere.
    """

    image: Path
    numbers: Sequence[int]
    seed: int
    target: Target | None
    shrink: bool
    json_file: Path | None


def compare(asked: Comparison) -> Exit:
    """Compare a kernel with the model, and say what came of it."""
    headline = Headline(
        printable_name(asked.image.name),
        [f"seed={asked.seed:#x}", f"model={model_digest()}"],
        [f"revision={asked.target or 'its own'}", f"programs={len(asked.numbers)}"],
        joint=" on",
    )
    writer = Writer("vgic-stress kernel agree", headline, asked.json_file)
    with interrupts() as interrupted:
        kernel = OnKernel(asked.image, BootOptions(), interrupted)
        own = ModelOfRelease(kernel)
        model: ModelRun = model_of(asked.target) if asked.target else own
        agreement = Agreement()
        writer.begin()
        writer.so_far(dict)
        try:
            for agreement in agree(asked.seed, asked.numbers, kernel, model, known_models()):
                say(summary(agreement))
                if interrupted():
                    break
            for text in _explained(asked, agreement, kernel, model):
                say(text)
        except (BadImage, EmulatorRefused, NoEmulator, NoToolchain) as error:
            raise BadArgument(str(error)) from error
        except (BootFailed, BuildFailed) as error:
            say(str(error))
            ended = without_a_boot(error)
        else:
            ended = _verdict(agreement, interrupted=interrupted())
    for line in _said(kernel):
        say(line)
    values = {
        "kernel": kernel.release, "seed": asked.seed, "model": model_digest(),
        "revision": str(asked.target or own.target), "boots": kernel.boots,
        "seconds": round(kernel.seconds, 1), "kernel_said": list(kernel.kernel_said),
        **agreement_values(agreement),
    }  # fmt: skip
    return writer.end(ended, values).code


def _verdict(agreement: Agreement, *, interrupted: bool) -> Verdict:
    judged = counted(agreement.judged, "program")
    if agreement.differing:
        differ = "differs" if len(agreement.differing) == 1 else "differ"
        return Verdict(Exit.FINDINGS, f"{len(agreement.differing)} of {judged} {differ}")
    if interrupted:
        return Verdict(Exit.INTERRUPTED, f"interrupted after {judged}")
    if not agreement.judged:
        return Verdict(Exit.TOO_FEW, "too few to judge")
    return Verdict(Exit.CLEAN, f"kernel and model agree in {judged}")


def _explained(
    asked: Comparison, agreement: Agreement, kernel: OnKernel, model: ModelRun
) -> Iterator[str]:
    """Yield the differences by name, and an example of some of them."""
    yield from differences(agreement)
    for them in list(agreement.by_name().values())[:_EXAMPLES_MAX]:
        first = them[0]
        if asked.shrink:
            yield f"making {first.play.name} smaller"
            first = _smaller(first, kernel, model)
        yield example(first, model(first.play.parameters))


def _smaller(differing: Differing, kernel: OnKernel, model: ModelRun) -> Differing:
    """Shrink a program on the kernel, and play what is left of it once more."""
    alike = Alike(differing, kernel, model)
    play = shrunk(differing.play, alike)
    alike([play])
    return alike.found.get(play.name, differing)


def _said(kernel: OnKernel) -> Iterator[str]:
    for why in kernel.early_ends:
        yield f"a boot ended too early: {why}"
    for line in kernel.kernel_said:
        yield f"the kernel complained: {line}"
    if kernel.boots:
        yield f"{kernel.release}: {counted(kernel.boots, 'boot')}, {kernel.seconds:.0f} s in all"
