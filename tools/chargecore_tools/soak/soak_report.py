"""SoakReport: what all stations showed against what is allowed, for people and for programs."""

from dataclasses import dataclass

from rich.table import Table

from chargecore_tools.soak.soak_settings import ERASES_MAX, LADDER

HEAP_NOISE_B = 1024  # between two idle moments of one boot, measured: up to 450


@dataclass(frozen=True)
class Row:
    """One line of the ledger. allowed None: only reported."""

    id: str
    text: str
    value: object
    allowed: object = None
    is_ok: bool = True


class SoakReport:
    """Made from the plan and the YardResults. `is_good` decides the exit status."""

    def __init__(self, plan, results):
        self._plan = plan
        self._results = results
        self.rows = _rows(plan, results)
        self.faults = [
            f"{result.station_id}, seed {result.seed}: {fault}"
            for result in results
            for fault in result.faults
        ]

    @property
    def is_good(self):
        """Return whether everything holds."""
        return not self.faults and all(row.is_ok for row in self.rows)

    def as_dict(self):
        """Return all of it, for programs."""
        return {
            "ok": self.is_good,
            "seed": self._plan.seed,
            "ledger": [
                {"id": row.id, "value": row.value, "allowed": row.allowed, "ok": row.is_ok}
                for row in self.rows
            ],
            "stations": [_station(result) for result in self._results],
            "faults": self.faults,
        }

    def table(self):
        """Return the ledger as a table."""
        table = Table(title=f"soak, seed {self._plan.seed}", title_justify="left")
        table.add_column("what")
        table.add_column("measured", justify="right")
        table.add_column("allowed", justify="right")
        table.add_column("")
        for row in self.rows:
            allowed = "" if row.allowed is None else str(row.allowed)
            verdict = "" if row.allowed is None else "ok" if row.is_ok else "NOT OK"
            table.add_row(row.text, str(row.value), allowed, verdict)
        return table

    def last_line(self):
        """Return the line a soak ends with."""
        values = {row.id: row.value for row in self.rows}
        if self.is_good:
            return (
                f"soak passed: {values['sessions']} sessions, {values['lost_wh']} Wh lost, "
                f"{values['lost_sessions']} sessions lost, {values['doubled_sessions']} doubled"
            )
        bad = [row.text for row in self.rows if not row.is_ok]
        return f"soak failed, seed {self._plan.seed}: {(self.faults + bad)[0]}"


def _rows(plan, results):
    books = [result.books for result in results]
    growth_b = max(result.heap_growth_b for result in results)
    sessions = sum(result.sessions for result in results)
    erases = round(sum(result.erases for result in results) / max(sessions, 1), 2)
    silence_s = round(max(result.longest_silence_s for result in results))
    troubles = sum(sum(result.troubles.values()) for result in results)
    return [
        _least("sessions", "sessions at the stations", sessions, plan.sessions),
        Row("meter_wh", "Wh the meters counted", sum(b.meter_wh for b in books)),
        Row("server_wh", "Wh the servers received", sum(b.server_wh for b in books)),
        _most("lost_wh", "Wh lost or made up", sum(b.lost_wh for b in books), 0),
        _most("lost_sessions", "sessions lost", sum(b.lost_sessions for b in books), 0),
        _most("doubled_sessions", "sessions doubled", sum(b.doubled_sessions for b in books), 0),
        _most("parked", "messages given up", sum(r.parked for r in results), 0),
        _most("violations", "protocol violations", sum(len(r.violations) for r in results), 0),
        _most("heap_growth_b", "heap growth, bytes", growth_b, HEAP_NOISE_B),
        _most("erases_per_session", "flash erases per session", erases, ERASES_MAX),
        _most("silence_s", "longest silence, simulated s", silence_s, LADDER.allowed_s),
        Row(
            "worst_gap_ms",
            "largest gap between safety steps, real ms",
            max(result.worst_gap_ms for result in results),
        ),
        Row("troubles", "cuts, outages and wrong answers", troubles),
        Row("chaos", "disturbances of the network", sum(r.chaos for r in results)),
        Row(
            "simulated_h", "simulated hours", round(sum(r.simulated_s for r in results) / 3600, 1)
        ),
    ]


def _most(row_id, text, value, allowed):
    return Row(row_id, text, value, allowed, value <= allowed)


def _least(row_id, text, value, allowed):
    return Row(row_id, text, value, allowed, value >= allowed)


def _station(result):
    return {
        "id": result.station_id,
        "seed": result.seed,
        "sessions": result.sessions,
        "at_server": result.books.sessions,
        "heap_free_b": result.heap_free_b,
        "erases": result.erases,
        "longest_silence_s": round(result.longest_silence_s),
        "worst_gap_ms": result.worst_gap_ms,
        "simulated_s": result.simulated_s,
        "troubles": dict(result.troubles),
        "chaos": result.chaos,
    }
