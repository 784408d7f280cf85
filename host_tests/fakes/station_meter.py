"""FakeStationMeter: a three-phase meter with whatever the test writes into it."""


class FakeStationMeter:
    """Keeps the meters protocol; age_ms() is `reading_age_ms`, None = never read.

    The test writes the attributes; read() and grow_old() write them as a driver would.
    """

    def __init__(self):
        self.phases = 3
        self.voltage_dv = [2300, 2300, 2300]
        self.current_ma = [0, 0, 0]
        self.power_w = [0, 0, 0]
        self.import_wh = 1000
        self.export_wh = None
        self.frequency_chz = 5000
        self.power_factor_permille = 1000
        self.temperature_dc = None
        self.fresh = True
        self.reading_age_ms = 0
        self.polls = 0

    def age_ms(self, now_ms):
        return self.reading_age_ms

    def poll(self, now_ms):
        self.polls += 1

    # ---- what a driver does ----

    def forget(self):
        """Be a meter that was never read."""
        self.reading_age_ms = None
        self.grow_old(0)

    def read(self, import_wh, current_ma):
        """Take a reading, or refuse its register when that goes back."""
        self.voltage_dv = [2300] * 3
        self.current_ma = [current_ma] * 3
        self.power_w = [current_ma * 230 // 1000] * 3
        self.frequency_chz = 5000
        self.power_factor_permille = 1000
        if self.import_wh is None or import_wh >= self.import_wh:
            self.import_wh = import_wh
            self.reading_age_ms = 0
            self.fresh = True

    def grow_old(self, ms, is_silent=True):
        """Let ms pass without a register that counts."""
        age_ms = self.reading_age_ms
        if age_ms is not None:
            age_ms = self.reading_age_ms = age_ms + ms
        self.fresh = age_ms is not None and age_ms <= 1_000
        if is_silent and (age_ms is None or age_ms >= 2_000):
            self.voltage_dv = [None] * 3
            self.current_ma = [None] * 3
            self.power_w = [None] * 3
            self.frequency_chz = self.power_factor_permille = self.temperature_dc = None
        if age_ms is None or age_ms >= 10_000:
            self.import_wh = self.export_wh = None
