# SPDX-License-Identifier: GPL-2.0-only
"""`python -m stress`, the same as the command vgic-stress."""

from stress.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
