"""SoakRun: all yards of a soak at once, a thread each, and what came out of them."""

import threading
import traceback

from chargecore_tools.soak.yard import Yard, YardFailed


class SoakRun:
    """start(), look at `sessions` and `is_running`, then `results`. folder: for all the state."""

    def __init__(self, plan, folder):
        self.plan = plan
        self._yards = []
        self._threads = []
        for number in range(1, plan.stations + 1):
            station_folder = folder / f"CP{number:02}"
            station_folder.mkdir(parents=True)
            yard = Yard(number, plan, station_folder)
            self._yards.append(yard)
            self._threads.append(threading.Thread(target=_run, args=(yard,), daemon=True))

    def start(self):
        """Begin."""
        for thread in self._threads:
            thread.start()

    @property
    def is_running(self):
        """Return whether a yard is still at work."""
        return any(thread.is_alive() for thread in self._threads)

    @property
    def sessions(self):
        """Return the sessions seen so far."""
        return sum(result.sessions for result in self.results)

    @property
    def results(self):
        """Return the YardResults; they change while it runs."""
        return [yard.result for yard in self._yards]

    def wait(self, timeout_s):
        """Wait until all have ended, or that long."""
        for thread in self._threads:
            thread.join(timeout_s / len(self._threads))

    def interrupt(self):
        """End everything soon."""
        for yard in self._yards:
            yard.interrupt()
        for thread in self._threads:
            thread.join()


def _run(yard):
    """Run a yard. Whatever ends it is in its result."""
    try:
        yard.run()
    except YardFailed as error:
        yard.result.failures.append(str(error))
    except Exception:  # a fault of the soak itself must not look like success
        yard.result.failures.append(traceback.format_exc())
    finally:
        yard.site.close()
        yard.site.write_logs()
