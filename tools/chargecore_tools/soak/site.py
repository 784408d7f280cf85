"""Site: a station, its server and the network between them, and how each of them is broken.

Used by the yard, from one thread; the server and the proxy have theirs. Time here goes on while
the station has no supply: simulated seconds since the site was made.
"""

import time

from chargecore_tools.csms.event_text import line_of
from chargecore_tools.soak.agenda import Agenda
from chargecore_tools.soak.chaos_proxy import ChaosProxy
from chargecore_tools.soak.server_desk import ServerDesk
from chargecore_tools.soak.silence import Silence
from chargecore_tools.soak.soak_settings import HEAP, LADDER, SETTINGS
from chargecore_tools.soak.soak_station import SoakStation
from chargecore_tools.soak.trouble_plan import KILL, LINK, POWER_CYCLE, SERVER

_HOST = "127.0.0.1"


class Site:
    """on_power() is called when the supply is back after a kill; then no car is there."""

    def __init__(self, station_id, plan, folder, on_power):
        self.silence = silence = Silence()
        self.desk = ServerDesk(station_id, plan.speed, LADDER.heartbeat_interval_s, silence)
        self.desk.start()
        self.proxy = ChaosProxy(
            _HOST,
            self.desk.server.port,
            plan.speed,
            on_fault=silence.disturbed,
            on_answer=silence.answered,
        )
        self.proxy.start()
        url = f"ws://{_HOST}:{self.proxy.port}/ocpp"
        connectors, speed = plan.connectors, plan.speed
        self.sim = SoakStation(station_id, url, folder, connectors, SETTINGS, speed, HEAP)
        self.desk.server.clock = self.sim
        self.is_on = False  # the station has its supply
        self._on_power = on_power
        self._folder = folder
        self._speed = speed
        self._is_link_up = True
        self._agenda = Agenda()
        self._began_s = time.monotonic()
        self._makers = {
            KILL: self._kill,
            POWER_CYCLE: self._power_cycle,
            LINK: self._cut_link,
            SERVER: self._stop_server,
        }

    def close(self):
        """End everything, whatever happened."""
        self.sim.kill()
        self.proxy.stop()
        self.desk.close()

    # ---- time ----

    def now_s(self):
        """Return simulated seconds since the beginning, supply or not."""
        return (time.monotonic() - self._began_s) * self._speed

    def later(self, wait_s, function):
        """Call function() from run_due() once wait_s have passed."""
        self._agenda.put(self.now_s() + wait_s, function)

    def run_due(self):
        """Do what is due."""
        self._agenda.run(self.now_s())

    # ---- troubles ----

    @property
    def is_disturbed(self):
        """Return whether something stands between station and server now."""
        return not (self._is_link_up and self.desk.is_up and self.proxy.is_calm)

    def make(self, trouble):
        """Begin a trouble, and plan its end. Return False when it is not possible now."""
        maker = self._makers.get(trouble.kind)
        if maker is not None:
            return maker(trouble)
        self.desk.make(trouble)
        return True

    def restore(self):
        """End all troubles. Connections that lead nowhere stay: the station has to notice."""
        self._agenda.clear()
        self.proxy.calm()
        self.desk.server.hooks.clear()
        self.desk.start()
        self.switch_on()
        self._set_link(True)

    def switch_on(self):
        """Give the station its supply. Does nothing when it has it. Errors: StationFailed."""
        if not self.is_on:
            self.sim.start()
            self.is_on = True
            self._on_power()

    def _kill(self, trouble):
        if not self.is_on:
            return False
        self.sim.kill()
        self.is_on = False
        self._is_link_up = True  # of the next process
        self.later(trouble.for_s, self.switch_on)
        return True

    def _power_cycle(self, _trouble):
        if self.is_on:
            self.sim.do("power_cycle")
        return self.is_on

    def _cut_link(self, trouble):
        if not (self.is_on and self._is_link_up):
            return False
        self._set_link(False)
        self.later(trouble.for_s, lambda: self._set_link(True))
        return True

    def _set_link(self, is_up):
        if self.is_on:
            self._is_link_up = is_up
            self.sim.do("network", up=is_up)

    def _stop_server(self, trouble):
        if not self.desk.is_up:
            return False
        self.desk.stop()
        self.later(trouble.for_s, self.desk.start)
        return True

    # ---- logs ----

    def write_logs(self):
        """Write what the proxy did and every frame, for whoever looks for a cause."""
        rows = [f"{at_s:9.1f} s {text}\n" for at_s, text in self.proxy.log]
        (self._folder / "proxy.log").write_text("".join(rows), encoding="utf-8")
        history = self.desk.server.history
        events = sorted(history.frames + history.notes, key=lambda event: event.at_s)
        with (self._folder / "frames.log").open("w", encoding="utf-8") as file:
            for event in events:
                at_s = (event.at_s - self._began_s) * self._speed
                file.write(f"{at_s:9.1f} s {line_of(event)}\n")
