# SPDX-License-Identifier: GPL-2.0-only
"""The rig on real kernels: `tox -e kernel`, which no other run of the tests collects.

It needs an emulator, a compiler and two kernels, and takes some minutes. What is missing is
installed where it can be; a test that cannot be done has failed.
"""
