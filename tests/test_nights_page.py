# SPDX-License-Identifier: GPL-2.0-only
"""The examples of docs/nights.md are what the programs that read them take."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from stress.commands.cli import app
from tests.docs.pages import ROOT, marked

PAGE = (ROOT / "docs" / "nights.md").read_text("utf-8")
EXAMPLES = ("workflow", "cron", "service", "timer")


def commands() -> list[list[str]]:
    """Return the words of each command in the examples that runs a night."""
    texts = [line for name in EXAMPLES for line in marked(PAGE, name).splitlines()]
    return [line.partition("vgic-stress ")[2].split() for line in texts if "ss nightly" in line]


def test_the_commands_have_no_option_that_there_is_not() -> None:
    words = {word for command in commands() for word in command if word.startswith("--")}
    assert words >= {"--duration", "--out", "--resume"}
    told = CliRunner().invoke(app, ["nightly", "--help"]).output
    assert len(commands()) == 3
    assert sorted(word for word in words if word not in re.findall(r"--[\w-]+", told)) == []


def test_the_workflow_is_one() -> None:
    workflow = yaml.load(marked(PAGE, "workflow"), Loader=yaml.BaseLoader)  # `on` is no truth value
    assert re.fullmatch(r"\d+ \d+ \* \* \*", workflow["on"]["schedule"][0]["cron"])
    (job,) = workflow["jobs"].values()
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    saving = [step for step in job["steps"] if "save" in step.get("uses", "")]
    assert [step["if"] for step in saving] == ["always()"]


def test_the_cron_line_is_one_line_without_what_cron_takes_for_its_end() -> None:
    (line,) = marked(PAGE, "cron").splitlines()
    assert re.match(r"\d+ \d+ \* \* \* \S", line)
    assert "%" not in line


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_takes_service_and_timer(tmp_path: Path) -> None:
    program = shutil.which("true")
    assert program is not None
    service = re.sub(r"(?<=ExecStart=)\S+", program, marked(PAGE, "service"))
    files = []
    for name, text in (("service", service), ("timer", marked(PAGE, "timer"))):
        files.append(tmp_path / f"vgic-stress.{name}")
        files[-1].write_text(text, "utf-8")
    assert verify(*files) == ""
    files[0].write_text(service.replace("Restart=on-abnormal", "Restart=always"), "utf-8")
    assert "vgic-stress.service" in verify(*files)


def verify(*files: Path) -> str:
    """Return what systemd has to say of units, but for those of the machine that it reads too."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "\n".join(line for line in done.stderr.splitlines() if "vgic-stress" in line)
