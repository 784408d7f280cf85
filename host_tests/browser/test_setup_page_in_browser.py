"""The set-up page in headless Chromium against the firmware in the VM: JavaScript on, and off.

One simulated station for all, whose supply is switched off and on between the tests: each begins
with the page open, as after a press of the service button.
"""

import json
import re
import socket
import time
import urllib.error
import urllib.request

import pytest

from browser.phone import Phone
from chargecore_tools.csms.server import Server
from chargecore_tools.sim_client import SimClient
from chargecore_tools.sim_options import resolve
from chargecore_tools.sim_process import HEAP_DEFAULT, SimProcess

_SPEED = 5
_UP_S = 60  # the image may have to be made before
_PASSWORD = "Zwölf-Zwerge & 1"
_KEY = "00112233445566778899aabbccddeeff"


class SetUpStation:
    """The simulator with its page, and the server that it is told to call."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        options = resolve(None, None, None, None, 1, folder, None, setup="127.0.0.1:0")
        options.update(speed_permille=_SPEED * 1000, prints_events=False, banner="station up")
        page, self._control = options["setup"], (options["control_host"], options["control_port"])
        self.url = f"http://{page['host']}:{page['port']}/"
        self.output = (folder / "console.txt").open("wb")
        self.process = SimProcess(options, "micropython", HEAP_DEFAULT, self.output)
        self.client = None

    def wait_page(self):
        """Wait until the page is there; return its code."""
        _wait(lambda: self.answers(), "the set-up page")
        if self.client is None:
            self.client = SimClient(*self._control)
        return json.loads((self.folder / "setup.json").read_text())["code"]

    def answers(self):
        """Return whether somebody listens at the page's port, and who it is."""
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return "Set-up code" in answer.read().decode()
        except (OSError, urllib.error.URLError):
            return False

    @property
    def saved(self):
        return json.loads((self.folder / "station.json").read_text(encoding="utf-8"))

    @property
    def console(self):
        return (self.folder / "console.txt").read_text(encoding="utf-8")

    def power_cycle(self):
        self.client.do("power_cycle")
        time.sleep(0.3)

    def close(self):
        if self.client is not None:
            self.client.close()
        self.process.kill()
        self.output.close()


def _wait(has_come, what):
    end_s = time.monotonic() + _UP_S
    while not has_come():
        assert time.monotonic() < end_s, what
        time.sleep(0.05)


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    with Server(speed=_SPEED) as server:
        made = SetUpStation(tmp_path_factory.mktemp("state"), server)
        yield made
        made.close()


@pytest.fixture
def make_phone():
    phones = []

    def make(has_scripts):
        phones.append(Phone(has_scripts))
        return phones[-1]

    yield make
    for phone in phones:
        phone.close()


def test_a_new_station_is_set_up_without_javascript(station, make_phone):
    code = station.wait_page()
    phone = make_phone(has_scripts=False)
    phone.open(station.url)

    phone.fill(code="2222-3333")
    phone.press()
    assert "not the code" in phone.find("#code-bad").text
    phone.fill(code=code.lower().replace("-", ""))
    phone.press()
    assert "has not been set up yet" in phone.text
    assert phone.overflow_px <= 0
    assert not phone.all("button[type=button]")  # those come from the script
    names = [row.text for row in phone.all(".net b")]
    assert "Café & Bar <Gäste>" in names

    phone.all("[name=pick]")[names.index("Depot")].click()
    phone.fill(url="http://wrong", id="CP 01", password=_PASSWORD)
    phone.press()
    assert "Nothing was saved" in phone.find("[role=alert]").text
    assert "no address of a server" in phone.find("#url-bad").text
    assert not phone.all("#password-bad")
    assert phone.find("[name=password]").get_attribute("value") == ""
    assert _PASSWORD not in phone.driver.page_source

    phone.fill(url=station.server.url, key=_KEY)
    phone.press()
    assert "What happens next" in phone.text
    assert phone.complaints() == []

    station.server.wait_connected("CP 01", timeout_s=_UP_S)
    assert station.saved["wifi"] == {"ssid": "Depot", "password": _PASSWORD}
    assert station.saved["auth_key"] == _KEY
    assert not station.answers()
    assert _PASSWORD not in station.console and _KEY not in station.console


def test_an_old_one_is_changed_with_javascript_and_keeps_its_secrets(station, make_phone):
    station.power_cycle()
    code = station.wait_page()
    phone = make_phone(has_scripts=True)
    phone.open(station.url)
    phone.fill(code=code)
    phone.press()
    assert "set up as CP 01" in phone.text
    assert re.fullmatch(r"1\d:\d\d min", phone.find("#left").text)  # it counts down
    assert not phone.find("[name=ssid]").is_displayed()  # a network of the list is chosen

    phone.all("[name=pick]")[-1].click()
    assert phone.find("[name=ssid]").is_displayed()
    phone.all("[name=pick]")[0].click()
    password = phone.find("[name=password]")
    password.send_keys("shown")
    phone.find("#password ~ button").click()
    assert password.get_attribute("type") == "text"
    password.clear()
    phone.fill(id="CP02")
    phone.find("[name=id]").send_keys("\n")  # Enter saves, it looks for no networks

    _wait(lambda: "What happens next" in phone.text, "the page behind the form")
    assert phone.complaints() == []
    station.server.wait_connected("CP02", timeout_s=_UP_S)
    assert station.saved["wifi"] == {"ssid": "Depot", "password": _PASSWORD}
    assert station.saved["auth_key"] == _KEY


def test_a_car_closes_the_page_and_the_station_charges_it(station):
    station.power_cycle()
    station.wait_page()
    with socket.create_connection(station.url.split("/")[2].split(":"), 5) as held:
        held.sendall(b"GET / HTTP/1.1\r\n")
        status = station.client.do("status")["connectors"][0]
        assert status["contactor"] == "open"

        station.client.do("plug", connector=1, auto=True)

        _wait(lambda: "closed, a car is plugged" in station.console, "the end of the page")
        assert held.recv(100) == b""
    assert not station.answers()
    assert station.client.do("status")["connectors"][0]["contactor"] == "open"
    station.server.wait_connected("CP02", timeout_s=_UP_S)
    status = station.client.wait_for(
        lambda now: now["connectors"][0]["status"] == "Preparing", "the car"
    )
    assert status["connectors"][0]["contactor"] == "open"
