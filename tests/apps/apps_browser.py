"""A real browser: Debian's chromium, driven by Selenium."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from apps_servers import free_port
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE = (1100, 800)


def start_browser(profile: Path) -> webdriver.Chrome:
    """Start a browser with a profile of its own; skip the test where there is none."""
    if not (CHROMIUM and DRIVER):
        missing = "install chromium and chromium-driver"
        if os.environ.get("WIPPY_REQUIRE_SERVICES") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={WIDE[0]},{WIDE[1]}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, Service(DRIVER, port=free_port()))
