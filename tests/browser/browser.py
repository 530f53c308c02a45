# SPDX-License-Identifier: GPL-2.0-only
"""A page opened in a headless browser, with all that it asks of the network written down."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTH, HEIGHT = 1280, 720
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars",
)  # fmt: skip


class Opened:
    """A page that is open, 1280 x 720 pixels of it."""

    def __init__(self, driver: Any, page: Path, scheme: str) -> None:
        self._driver = driver
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        feature = {"name": "prefers-color-scheme", "value": scheme}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        driver.get("about:blank")
        driver.get_log("performance")  # what the browser's own first page has asked for
        driver.get(page.resolve().as_uri())

    def ask(self, expression: str) -> Any:
        """Return what an expression in the page comes to."""
        return self._driver.execute_script(f"return {expression}")

    def requests(self) -> list[str]:
        """Return the addresses that have been asked for since the page was opened."""
        events = [json.loads(line["message"]) for line in self._driver.get_log("performance")]
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Return what the browser has to say of the page on its console."""
        return [line["message"] for line in self._driver.get_log("browser")]

    def shoot(self, file: Path, part: str = "") -> None:
        """Write what is to be seen as a PNG, the part with that name at its top if one is named."""
        self.ask(f"window.scrollTo({{top: {self._top(part)}, behavior: 'instant'}})")
        file.write_bytes(self._driver.get_screenshot_as_png())

    def _top(self, part: str) -> str:
        where = f"document.getElementById({json.dumps(part)}).getBoundingClientRect().top"
        return f"{where} + window.scrollY - 12" if part else "0"


@contextmanager
def opened(page: Path, scheme: str) -> Iterator[Opened]:
    """Open a page from its file in this context.

    Args:
        page: the file.
        scheme: `light` or `dark`.
    """
    options = Options()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.binary_location = shutil.which("chromium") or "chromium"
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        driver = webdriver.Chrome(options, Service(shutil.which("chromedriver") or "chromedriver"))
        try:
            yield Opened(driver, page, scheme)
        finally:
            driver.quit()
