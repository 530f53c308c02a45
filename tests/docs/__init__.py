# SPDX-License-Identifier: GPL-2.0-only
"""The pages of the docs as what the tool prints: read, made again, compared.

`tox -e docs` makes every pasted output again and writes the pages; `tests/test_docs.py` makes them
again and compares.
"""
