"""What the soak runs with: heap, settings of the stations, and how much of everything."""

from dataclasses import dataclass

from chargecore_tools.soak.silence import Ladder

HEAP = "512k"  # of the VM: four connectors, and every profile is loaded

LADDER = Ladder(
    message_timeout_s=15,
    ping_interval_s=20,
    heartbeat_interval_s=60,
    wait_minimum_s=3,
    random_range_s=5,
    repeat_times=2,
)

SETTINGS = {
    "AllowOfflineTxForUnknownId": "true",
    "MessageTimeout": str(LADDER.message_timeout_s),
    "WebSocketPingInterval": str(LADDER.ping_interval_s),
    "HeartbeatInterval": str(LADDER.heartbeat_interval_s),
    "RetryBackOffWaitMinimum": str(LADDER.wait_minimum_s),
    "RetryBackOffRandomRange": str(LADDER.random_range_s),
    "RetryBackOffRepeatTimes": str(LADDER.repeat_times),
    "MeterValueSampleInterval": "30",
    # Faults come at random here: none of them may use up the attempts of one message.
    "TransactionMessageAttempts": "20",
    "TransactionMessageRetryInterval": "3",
}

ERASES_MAX = 12  # per session, design section 5


@dataclass(frozen=True)
class SoakPlan:
    """How much is done. Sessions are spread over the stations, and over rounds."""

    seed: int = 1
    sessions: int = 1000
    minutes: float = 20.0  # real ones; a run that takes longer has failed
    stations: int = 2
    connectors: int = 4
    speed: float = 60.0
    round_sessions: int = 40  # of one station; then everything is delivered and checked
    chaos_gap_s: float = 40.0  # simulated, on average
    trouble_gap_s: float = 90.0

    @property
    def station_sessions(self):
        """Return the sessions that each station has to make."""
        return -(-self.sessions // self.stations)
