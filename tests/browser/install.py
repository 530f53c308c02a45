# SPDX-License-Identifier: GPL-2.0-only
"""Install the browser and its driver where that can be done; say what is missing elsewhere.

python -m tests.browser.install
"""

import os
import shutil
import subprocess
import sys

PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver"}
"""What is needed, and the Debian package that has it."""


def missing() -> list[str]:
    """Return the packages of the programs that are not there."""
    return [package for program, package in PROGRAMS.items() if shutil.which(program) is None]


def main() -> None:
    """Install what is missing, or exit with 1 and say what it is."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": False}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)  # type: ignore[call-overload]
        subprocess.run(["apt-get", "install", "-y", "-qq", *packages], **quiet)  # type: ignore[call-overload]
        packages = missing()
    if packages:
        sys.exit(
            f"the browser's tests need {' and '.join(packages)}, which could not be installed; on "
            f"Debian: sudo apt-get install {' '.join(packages)}"
        )


if __name__ == "__main__":
    main()
