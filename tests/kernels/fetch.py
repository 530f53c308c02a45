# SPDX-License-Identifier: GPL-2.0-only
"""Kernels out of Debian's packages for arm64: fetched and unpacked, never installed.

From 6.19 on an image is a package of its own, linux-binary-VERSION, of 11 MB. They are asked for
through a state of apt's own, so that lists and architectures of the system stay as they are; the
mirror is read from the system's sources, so none is named here.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

WITH_THE_BUG = "6.19.8"
"""The last version with the bug that was mended in March 2026."""

SUITES = ("trixie-backports", "sid")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

_SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
_URI = re.compile(r"^(?:URIs:|deb(?: \[.*?\])?)\s+(\S+)", re.MULTILINE)
_PACKAGE = re.compile(r"linux-binary-(\d+\.\d+(?:\.\d+)?)\+deb\d+-arm64")


class CannotFetch(Exception):
    """A kernel cannot be had from here; the message says why."""


def folder() -> Path:
    """Return where the kernels are."""
    kept = Path(".tox") / "kernels"
    return Path(os.environ.get("VGIC_STRESS_KERNELS") or kept).absolute()


def versions() -> list[str]:
    """Return the versions that are there, the oldest first."""
    found = [path.name.removeprefix("vmlinuz-") for path in folder().glob("vmlinuz-*")]
    return sorted(found, key=numbers)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version by what it is compared."""
    return tuple(map(int, re.findall(r"\d+", version)))


def newest_and(version: str) -> dict[str, str]:
    """Return two packages by their versions: that one's, and the newest one's.

    Raises:
        CannotFetch: they cannot be asked for, or there is no such version any more.
    """
    known = Apt().packages
    if version not in known:
        there = ", ".join(sorted(known, key=numbers)) or "none"
        raise CannotFetch(f"there is no {version} any more (there are {there})")
    newest = max(known, key=numbers)
    return {each: known[each] for each in (version, newest)}


def fetched(packages: dict[str, str]) -> Iterator[Path]:
    """Yield the images in packages, by version, as they come.

    Raises:
        CannotFetch: one of them does not come, or is not what it should be.
    """
    for version, package in packages.items():
        path = folder() / f"vmlinuz-{version}"
        if not path.exists():
            Apt().fetch(package, path)
        yield path


class Apt:
    """An apt of our own, for another architecture than this machine's."""

    def __init__(self) -> None:
        missing = [tool for tool in ("apt-get", "apt-cache", "dpkg-deb") if not shutil.which(tool)]
        if missing:
            raise CannotFetch(f"there is no {' and no '.join(missing)} here")
        self._state = folder() / "apt"

    @cached_property
    def packages(self) -> dict[str, str]:
        """The packages of kernels, by version."""
        self._run("apt-get", "update", "-qq")
        names = self._run("apt-cache", "pkgnames", "linux-binary-").split()
        matches = filter(None, map(_PACKAGE.fullmatch, names))
        return {match[1]: match[0] for match in matches}

    def fetch(self, package: str, to: Path) -> None:
        """Fetch a package, and put the image in it where it is to be."""
        place = self._state / "unpacked"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        self._run("apt-get", "download", "-qq", package, where=place)
        (archive,) = place.glob("*.deb")
        self._run("dpkg-deb", "-x", archive.name, "files", where=place, own=False)
        images = [path for path in place.rglob("vmlinuz*") if path.is_file()]
        if len(images) != 1:
            raise CannotFetch(f"{package} has {len(images)} images in it")
        images[0].replace(to)
        shutil.rmtree(place)

    def _run(self, *words: str, where: Path | None = None, own: bool = True) -> str:
        self._prepare()
        command = [words[0], *(self._options() if own else ()), *words[1:]]
        done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise CannotFetch(f"`{' '.join(words)}` failed: {said[-1] if said else 'no word'}")
        return done.stdout

    def _prepare(self) -> None:
        for each in ("lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/parts"):
            (self._state / each).mkdir(parents=True, exist_ok=True)
        (self._state / "status").touch()
        text = "".join(
            f"deb [arch=arm64 signed-by={KEYRING}] {_mirror()} {suite} main\n" for suite in SUITES
        )
        (self._state / "etc" / "sources.list").write_text(text, "utf-8")

    def _options(self) -> Iterable[str]:
        settings = {
            "Dir::Etc": self._state / "etc",
            "Dir::Etc::sourceparts": self._state / "etc" / "parts",
            "Dir::State::Lists": self._state / "lists",
            "Dir::State::status": self._state / "status",
            "Dir::Cache": self._state / "cache",
            "APT::Architecture": "arm64",
            "APT::Architectures": "arm64",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
        }
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _mirror() -> str:
    """Return the mirror of this system's own sources."""
    for path in _SOURCES:
        if path.exists() and (match := _URI.search(path.read_text("utf-8"))):
            return match[1]
    raise CannotFetch("no mirror of Debian is in this system's sources")
