"""Phone: headless Chromium of the system, driven by selenium, as narrow as a phone.

Used by the browser tests. Nothing is downloaded: browser and driver are Debian's packages.
"""

import os
import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

_WIDTH, _HEIGHT = 360, 740
_PATIENCE_S = 20
_OPTIONS = ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
_OPTIONS += ("--no-proxy-server", "--disable-background-networking", "--disable-sync")
_NO_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}


class Phone:
    """One browser. has_scripts: whether JavaScript is on."""

    def __init__(self, has_scripts):
        options = webdriver.ChromeOptions()
        options.binary_location = _program("chromium", "chromium")
        for option in _OPTIONS + (("--no-sandbox",) if os.geteuid() == 0 else ()):
            options.add_argument(option)
        if not has_scripts:
            options.add_experimental_option("prefs", _NO_SCRIPTS)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(_program("chromedriver", "chromium-driver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        size = {"width": _WIDTH, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def open(self, url):
        """Go to a page."""
        self.driver.get(url)

    def fill(self, **fields):
        """Type into fields by name, over what is there."""
        for name, text in fields.items():
            field = self.find(f"[name={name}]")
            field.clear()
            field.send_keys(text)

    def press(self, selector="button.go"):
        """Press a button and wait until another page is there."""
        button = self.find(selector)
        before = self.driver.find_element(By.TAG_NAME, "html").id
        button.click()
        WebDriverWait(self.driver, _PATIENCE_S).until(
            lambda driver: driver.find_element(By.TAG_NAME, "html").id != before
        )

    def find(self, selector):
        """Return the first element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        """Return all elements."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    @property
    def text(self):
        """Return what is seen of the page."""
        return self.find("body").text

    @property
    def overflow_px(self):
        """Return by how much the page is wider than the screen."""
        content = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        return content["width"] - _WIDTH

    def complaints(self):
        """Return what the browser has complained about: blocked styles and scripts, errors."""
        rows = self.driver.get_log("browser")
        return [row["message"] for row in rows if row["level"] in ("SEVERE", "WARNING")]

    def close(self):
        """End the browser."""
        self.driver.quit()


def _program(name, package):
    path = shutil.which(name)
    if path is None:
        pytest.fail(
            f"{name} is missing: the set-up page is tested in it: apt-get install {package}"
        )
    return path
