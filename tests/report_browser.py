"""Chromium by selenium: a started browser and a page opened in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
DRIVER = shutil.which("chromedriver") or ""
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1440,1200",
)  # fmt: skip


def start(profile: Path) -> Any:
    """A headless Chromium that keeps its console and its requests in logs."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    # A busy machine may take minutes for what is a second of work.
    driver.command_executor.client_config.timeout = 600
    driver.set_page_load_timeout(600)
    driver.set_script_timeout(600)
    return driver


class Page:
    """A report opened in the browser; ``js`` runs an expression and gives its value."""

    def __init__(self, driver: Any, path: Path, fragment: str = "") -> None:
        self.driver = driver
        driver.get("about:blank")
        for kind in ("browser", "performance"):
            driver.get_log(kind)
        driver.get(path.as_uri() + fragment)

    def js(self, expression: str, *arguments: Any) -> Any:
        return self.driver.execute_script(f"return {expression}", *arguments)

    def press(self, *keys: str) -> None:
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def current(self) -> str:
        return self.js("document.querySelector('.sentence.current')?.id ?? ''")

    def sentences(self) -> list[str]:
        return self.js("[...document.querySelectorAll('article.sentence')].map(x => x.id)")

    def requests(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        return [
            json.loads(entry["message"])["message"]["params"]["request"]["url"]
            for entry in self.driver.get_log("performance")
            if '"Network.requestWillBeSent"' in entry["message"]
        ]

    def busy(self) -> float:
        """CPU seconds that the page's process has spent so far: unlike the clock they do not count
        what other programs take.  Only differences mean something."""
        self.driver.execute_cdp_cmd("Performance.enable", {})
        found = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(float(m["value"]) for m in found if m["name"] == "ProcessTime")
