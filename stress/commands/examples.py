# SPDX-License-Identifier: GPL-2.0-only
"""Examples: what `--help` of each command ends in, to be pasted as it stands, and the exit codes.

`my_patch.py`, `my_scenarios.py`, `my.play`, `vmlinuz` and `Image` stand for files of the user's
own, `@token` for the file in the folder of a finding. Each is short enough for the narrowest help
there is.
"""

from stress.system import exit_codes

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("is there a race? every scenario, and a verdict", "vgic-stress run"),
        ("a known bug, to the first finding", "vgic-stress run -x --bug kick_without_request"),
        ("a change of your own", "vgic-stress run --revision my_patch.py"),
        ("in the folder of a finding: once more", "vgic-stress replay @token"),
    ),
    "run": (
        ("every scenario, and a verdict", "vgic-stress run"),
        ("a known bug, always the same finding", "vgic-stress run -x --bug no_splice --seed 7"),
        ("your own change", "vgic-stress run --revision my_patch.py --duration 1m"),
        ("your own scenarios", "vgic-stress run --scenarios my_scenarios.py"),
    ),
    "replay": (
        ("in the folder of a finding: once more", "vgic-stress replay @token"),
        ("every step, and what its guests saw", "vgic-stress replay @token -v --trace guests"),
        ("is it gone?", "vgic-stress replay @token --revision my_patch.py"),
        ("since which commit?", "git bisect run vgic-stress replay @token"),
    ),
    "shrink": (
        ("the simplest that fails alike", "vgic-stress shrink @original.token"),
        ("with less patience", "vgic-stress shrink @original.token --replays 200"),
    ),
    "explore": (
        ("every behaviour", "vgic-stress explore one_interrupt"),
        ("every schedule", "vgic-stress explore one_interrupt --preemptions 1"),
        ("another kernel", "vgic-stress explore one_interrupt --revision head-walk"),
    ),
    "list": (
        ("what is run, and why", "vgic-stress list scenarios"),
        ("what a patch may override", "vgic-stress list functions"),
        ("known bugs, for programs", "vgic-stress list bugs --json"),
        ("your own", "vgic-stress list scenarios --scenarios my_scenarios.py"),
    ),
    "nightly": (
        ("eight hours, kept in nights/", "vgic-stress nightly --duration 8h"),
        ("what would it do?", "vgic-stress nightly --duration 8h --dry-run"),
        ("your own change", "vgic-stress nightly --duration 1h --revision my_patch.py"),
        ("it was killed: go on", "vgic-stress nightly --resume"),
    ),
    "report": (
        ("all nights on one page", "vgic-stress report nights"),
        ("of two machines", "vgic-stress report nights there/nights -o both.html"),
    ),
    "findings": (
        ("what is there, and since when", "vgic-stress findings list"),
        ("from two machines", "vgic-stress findings merge nights there --into all"),
    ),
    "findings list": (
        ("of the nights in nights/", "vgic-stress findings list"),
        ("what is new", "vgic-stress findings list --state new"),
    ),
    "findings show": (
        ("by the beginning of its id", "vgic-stress findings show 5e01"),
        ("of other nights", "vgic-stress findings show 5e01 there/nights"),
    ),
    "findings mark": (
        ("no news any more", "vgic-stress findings mark 5e01 --known --reason reported"),
        ("take it back", "vgic-stress findings mark 5e01 --clear"),
    ),
    "findings export": (
        ("of the nights in nights/", "vgic-stress findings export -o all.json"),
        ("of other nights", "vgic-stress findings export there/nights -o all.json"),
    ),
    "findings merge": (
        ("from two machines", "vgic-stress findings merge nights there --into all"),
        ("one more, later", "vgic-stress findings merge third --into all"),
    ),
    "judge": (
        ("what the guests of an execution saw", "vgic-stress judge guests.trace"),
        ("those of a kernel", "vgic-stress judge traces/*.trace"),
    ),
    "kernel": (
        ("what is there, what is missing", "vgic-stress kernel doctor"),
        ("every play on a kernel", "vgic-stress kernel run vmlinuz"),
    ),
    "kernel run": (
        ("every play on a kernel, and a verdict", "vgic-stress kernel run vmlinuz"),
        ("one play, more often", "vgic-stress kernel run vmlinuz sgi --rounds 900"),
        ("a play of your own, on your build", "vgic-stress kernel run Image my.play"),
        ("what a guest saw", "vgic-stress kernel run vmlinuz --trace traces"),
    ),
    "kernel agree": (
        ("kernel and model, side by side", "vgic-stress kernel agree vmlinuz"),
        ("the same programs, fewer", "vgic-stress kernel agree Image --seed 1 --programs 99"),
        ("others of them", "vgic-stress kernel agree Image --seed 1 --first 10000"),
    ),
    "kernel doctor": (
        ("what is there, what is missing", "vgic-stress kernel doctor"),
        ("does this kernel come up?", "vgic-stress kernel doctor --boot vmlinuz"),
    ),
    "kernel list": (
        ("what is played, and why", "vgic-stress kernel list"),
        ("one as a script, to change it", "vgic-stress kernel list headwalk_slow"),
        ("for programs", "vgic-stress kernel list --json"),
    ),
}
"""For each command what an example is for, and its line."""


def ends_in(command: str, *, codes: bool = False) -> str:
    """Return what the help of a command ends in.

    Args:
        command: its words, "" for all of them.
        codes: with the exit codes.
    """
    lines = [line for why, example in EXAMPLES[command] for line in (f"  # {why}", f"  {example}")]
    paragraphs = ["\n".join(["Examples:", *lines])]
    if codes:
        paragraphs += exit_codes.table().split("\n\n")
    # A line with a backspace keeps the paragraph after it from being wrapped.
    return "\n\n".join(f"\b\n{paragraph}" for paragraph in paragraphs)
