# SPDX-License-Identifier: GPL-2.0-only
"""Install the emulator and fetch two kernels where that can be done; say what is missing elsewhere.

    python -m tests.kernels.install

Kernels that are in VGIC_STRESS_KERNELS already, as `vmlinuz-VERSION`, are not fetched.
"""

import os
import shutil
import subprocess
import sys

from tests.kernels.fetch import WITH_THE_BUG, CannotFetch, fetched, folder, newest_and, versions

EMULATOR, PACKAGE = "qemu-system-aarch64", "qemu-system-arm"


def main() -> None:
    """Install and fetch what is missing, or exit with 1 and say what it is."""
    if shutil.which(EMULATOR) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", PACKAGE]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, check=False)
    if shutil.which(EMULATOR) is None:
        sys.exit(
            f"there is no {EMULATOR}, and it could not be installed; on Debian: sudo apt-get "
            f"install {PACKAGE}"
        )
    if WITH_THE_BUG in versions() and len(versions()) > 1:
        return
    try:
        for path in fetched(newest_and(WITH_THE_BUG)):
            sys.stdout.write(f"fetched {path}\n")
    except CannotFetch as error:
        sys.exit(
            f"the kernels could not be fetched: {error}; put vmlinuz-{WITH_THE_BUG} and a newer "
            f"one into {folder()}, or name their folder in VGIC_STRESS_KERNELS"
        )


if __name__ == "__main__":
    main()
