"""FakeStationMeter: a three-phase meter with whatever the test writes into it."""


class FakeStationMeter:
    """Keeps the meters protocol; `read_at_ms` is when it was last read, None = never."""

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

    def age_ms(self, now_ms):
        return self.reading_age_ms
