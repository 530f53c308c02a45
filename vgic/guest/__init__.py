# SPDX-License-Identifier: GPL-2.0-only
"""The guest: what runs on a vCPU while that is in guest mode, one instruction a step.

It sees the hardware, and exits; it calls no kernel function and knows no judge.
"""

from vgic.guest.guest import Exits, Guest

__all__ = ["Exits", "Guest"]
