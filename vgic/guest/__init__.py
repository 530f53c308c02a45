# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from vgic.guest.guest import Guest

__all__ = ["Guest"]
