"""SmartCharging: SetChargingProfile, ClearChargingProfile, GetCompositeSchedule, remote starts.

Called by: Ocpp16, when station.json lists the profile (build()). A payload has passed its field
table; what the profile itself gets wrong is Rejected, what the message gets wrong is a CALLERROR.
Source: OCPP 1.6 §3.13, §5.5, §5.7, §5.11, §5.16; C1-C17, R5 of the behaviour rules.
Heap: profiles and composite schedule, 4 KiB at start; opening a file when a profile is written.
"""

from micropython import const

from chargecore.base.clock import WALL_UNKNOWN
from chargecore.base.codes import E_TOO_MANY, OK
from chargecore.ocpp16.smart_tables import CLEAR_PROFILE, GET_COMPOSITE, PROFILE, SET_PROFILE
from chargecore.ocpp16.tables import REMOTE_START
from chargecore.station.composite_schedule import CompositeSchedule
from chargecore.station.profile_slot import (
    KIND_DAILY,
    KIND_RELATIVE,
    NOT_GIVEN,
    PURPOSE_MAX,
    PURPOSE_TX,
    TX_NONE,
    TX_PENDING,
    UNIT_A,
)
from chargecore.station.smart_limits import SmartLimits
from chargecore.wire.call_error import code_for
from chargecore.wire.fields import ABSENT, check
from chargecore.wire.iso_time import TIME_BEFORE, WALL_LAST_S, before_2024_s

# Where values stand in reader.values, by the tables of smart_tables.
_ID = const(0)
_TRANSACTION = const(1)
_LEVEL = const(2)
_PURPOSE = const(3)  # PURPOSE_MAX..PURPOSE_TX, less PURPOSE_MAX
_KIND = const(4)  # KIND_ABSOLUTE, KIND_RELATIVE, Recurring, less 1
_RECURRENCY = const(5)  # KIND_DAILY, KIND_WEEKLY, less KIND_DAILY
_VALID_FROM = const(6)
_VALID_TO = const(7)
_DURATION = const(9)  # behind the token of the schedule
_START = const(10)
_UNIT = const(11)
_PERIODS = const(12)
_FIRST_PERIOD = const(13)
_PERIOD_VALUES = const(3)  # startPeriod, limit, numberPhases

_SET_TOKEN = const(1)  # of the profile, in SetChargingProfile
_REMOTE_TOKEN = const(2)  # in RemoteStartTransaction
_CLEAR_CONNECTOR = const(1)
_CLEAR_PURPOSE = const(2)
_CLEAR_LEVEL = const(3)
_ASK_DURATION = const(1)
_ASK_UNIT = const(2)

_ACCEPTED = b"Accepted"
_REJECTED = b"Rejected"


def build(rpc, requests, core, stores, config, clock, events):
    """Return the SmartCharging of the station; from now on its profiles limit the current."""
    station = core.station
    pair = stores.pair("profiles")
    questions = core.authorizer.questions
    station.smart = SmartLimits(station.connectors, questions, pair, config, clock, events)
    return SmartCharging(rpc, requests, station, clock)


class SmartCharging:
    """`actions` stand before those of the Core profile: RemoteStartTransaction is among them.

    ABSENT and NOT_GIVEN are the same number: what the message lacks, the profile lacks.
    """

    def __init__(self, rpc, requests, station, clock):
        self._rpc = rpc
        self._requests = requests
        self._station = station
        self._smart = station.smart
        self._clock = clock
        self._composite = CompositeSchedule(station.smart.profiles)
        self._render_composite = self.render_composite
        self._is_asked = False  # a GetCompositeSchedule waits for its answer
        self.sources = ()
        self.actions = (
            (b"ClearChargingProfile", CLEAR_PROFILE, self.clear),
            (b"GetCompositeSchedule", GET_COMPOSITE, self.ask),
            (b"RemoteStartTransaction", REMOTE_START, self.remote_start),
            (b"SetChargingProfile", SET_PROFILE, self.install),
        )

    # ---- profiles ----

    def install(self, reader, payload_idx):
        """SetChargingProfile: Accepted means that it counts, and that no power cut removes it."""
        connector_id = reader.values[0]
        if not self._read_profile(reader, reader.values[_SET_TOKEN]):
            return
        if not 0 <= connector_id <= len(self._station.connectors):
            self._rpc.reply_error(b"PropertyConstraintViolation", b"connectorId")  # errata 3.38
            return
        self._fill(reader, connector_id)
        code = self._smart.table.install(self._tx_of(reader, connector_id), self._clock.wall_s())
        if code == OK:
            code = self._smart.keep()
        self._requests.reply(_ACCEPTED if code == OK else _REJECTED)

    def _tx_of(self, reader, connector_id):  # HOT
        """Return the own number of the transaction that a TxProfile would be for (C1)."""
        connector = self._station.connector(connector_id)
        if connector is None or not connector.transaction.is_active:
            return TX_NONE
        transaction = connector.transaction
        wanted = reader.values[_TRANSACTION]
        if wanted == ABSENT or (transaction.is_id_known and transaction.transaction_id == wanted):
            return transaction.number
        return TX_NONE

    def _read_profile(self, reader, idx):  # HOT
        """Put the profile at a token into reader.values. Return False after a CALLERROR."""
        code = check(reader, idx, PROFILE)
        if code != OK:
            self._rpc.reply_error(code_for(code), b"")
        return code == OK

    def _fill(self, reader, connector_id):  # HOT
        """Put the profile in reader.values into the draft."""
        values = reader.values
        draft = self._smart.table.draft
        kind = values[_KIND] + 1
        if kind > KIND_RELATIVE:
            recurrency = values[_RECURRENCY]
            kind = 0 if recurrency == ABSENT else KIND_DAILY + recurrency
        draft.begin(
            connector_id,
            values[_PURPOSE] + PURPOSE_MAX,
            values[_LEVEL],
            values[_ID],
            kind,
            values[_UNIT],
        )
        # An instant cut to 2024 says nothing as validFrom, and as validTo that all is over.
        valid_from_s = values[_VALID_FROM] or NOT_GIVEN
        valid_to_s = values[_VALID_TO]
        start_s = _start_s(reader, values[_START])
        draft.set_times(start_s, values[_DURATION], valid_from_s, valid_to_s)
        count = reader.count(values[_PERIODS])
        at = values[_FIRST_PERIOD]
        if at == ABSENT and count:  # more than reader.values holds, and than a profile may have
            draft.code = E_TOO_MANY
            return
        for _ in range(count):
            phases = values[at + 2]
            if phases == ABSENT:
                phases = 0
            elif phases == 0:
                phases = -1  # not what the draft means by 0
            draft.add_period(values[at], values[at + 1], phases)
            at += _PERIOD_VALUES

    def clear(self, reader, payload_idx):
        """ClearChargingProfile: Accepted when something has gone for good (errata 3.25, 3.26)."""
        values = reader.values
        purpose = values[_CLEAR_PURPOSE]
        if purpose != ABSENT:
            purpose += PURPOSE_MAX
        connector_id = values[_CLEAR_CONNECTOR]
        level = values[_CLEAR_LEVEL]
        count = self._smart.table.clear(values[0], connector_id, purpose, level)
        if self._smart.keep() != OK:
            self._rpc.reply_error(b"InternalError", b"flash")
        else:
            self._requests.reply(_ACCEPTED if count else b"Unknown")

    # ---- remote start ----

    def remote_start(self, reader, payload_idx):
        """RemoteStartTransaction, with a TxProfile for the transaction that may come (R5)."""
        values = reader.values
        connector_id = 0 if values[0] == ABSENT else values[0]  # 0: try_start() will choose
        idx = values[_REMOTE_TOKEN]
        if idx == ABSENT:
            self._requests.remote_start(reader, payload_idx)
            return
        if not self._read_profile(reader, idx):
            return
        if not self._install_pending(reader, connector_id):
            self._requests.reply(_REJECTED)  # TC_060
            return
        check(reader, payload_idx, REMOTE_START)  # once more: for its values
        connector_id = self._requests.try_start(reader)
        if connector_id:
            self._smart.await_start(connector_id)
        else:
            self._smart.take_back()
        self._requests.reply(_ACCEPTED if connector_id else _REJECTED)

    def _install_pending(self, reader, connector_id):
        """Install the profile of a remote start. Return False, with nothing changed, if not.

        A transactionId in it cannot mean anything yet, and is not looked at.
        """
        if reader.values[_PURPOSE] + PURPOSE_MAX != PURPOSE_TX:
            return False
        self._fill(reader, connector_id)
        code = self._smart.table.install(TX_PENDING, self._clock.wall_s())
        return code == OK and self._smart.keep() == OK

    # ---- composite schedule ----

    def ask(self, reader, payload_idx):  # HOT
        """GetCompositeSchedule: answered some passes later."""
        values = reader.values
        connector_id = values[0]
        duration_s = values[_ASK_DURATION]
        is_known = 0 <= connector_id <= len(self._station.connectors)
        if not is_known or duration_s < 0 or self._rpc.defer() != OK:
            self._requests.reply(_REJECTED)
            return
        unit = values[_ASK_UNIT]
        if unit == ABSENT:
            unit = UNIT_A  # what the pilot speaks
        station = self._station
        self._composite.begin(
            connector_id,
            unit,
            duration_s,
            self._clock.uptime_s,
            self._clock.wall_s(),
            station.most_ma,
            station.site_limit_ma,
        )
        self._is_asked = True

    def poll(self, now_ms):  # HOT
        """Go on with the schedule that was asked for, and answer when it is complete."""
        if self._is_asked and self._composite.step():
            self._is_asked = False
            self._rpc.reply_deferred(self._render_composite, None)

    def dropped(self):
        """The connection is gone, and with it who asked."""
        self._is_asked = False

    def render_composite(self, w, arg):  # HOT
        """Write the composite schedule, without startSchedule (errata 3.57)."""
        composite = self._composite
        w.open_object()
        w.key(b"status")
        w.text(_ACCEPTED)
        w.key(b"connectorId")
        w.int(composite.connector_id)
        if composite.wall_s != WALL_UNKNOWN:
            w.key(b"scheduleStart")
            w.time(composite.wall_s)
        w.key(b"chargingSchedule")
        w.open_object()
        w.key(b"duration")
        w.int(composite.covered_s)
        w.key(b"chargingRateUnit")
        w.text(b"A" if composite.unit == UNIT_A else b"W")
        w.key(b"chargingSchedulePeriod")
        w.open_array()
        for idx in range(composite.count):
            self._write_period(w, idx)
        w.close_array()
        w.close_object()
        w.close_object()

    def _write_period(self, w, idx):  # HOT
        composite = self._composite
        w.open_object()
        w.key(b"startPeriod")
        w.int(composite.starts_s[idx])
        w.key(b"limit")
        w.fixed(composite.limits[idx], 1)
        if composite.phases_buf[idx]:
            w.key(b"numberPhases")
            w.int(composite.phases_buf[idx])
        w.close_object()


def _start_s(reader, idx):  # HOT
    """Return the seconds of startSchedule, negative before 2024. Recurring ones often are old."""
    if idx == ABSENT:
        return NOT_GIVEN
    wall_s = reader.raw_time(idx)
    if wall_s >= 0:
        return wall_s
    return before_2024_s(reader.job) if wall_s == TIME_BEFORE else WALL_LAST_S
