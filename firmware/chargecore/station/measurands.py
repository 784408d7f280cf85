"""Measurands: the quantities a meter record carries, one bit each, and the lists that name them.

Called by: metering (pack_readings), adapters (value_of, is_known), settings (mask_from_list).
Never: reads a meter's hardware. The export register is not among them: the station delivers energy
and takes none back. Heap: none.
"""

from micropython import const

from chargecore.base.codes import E_RANGE
from chargecore.store.records import METER_READINGS, OFF_REGISTER_WH, REGISTER_UNKNOWN_WH

NOMINAL_VOLTAGE_DV = const(2300)  # for Power.Offered while the voltage is not known

# Readings, 14 x u16 from METER_READINGS on.
_VOLTAGE = const(0)  # 3 phases, tenth V
_CURRENT = const(3)  # 3 phases, hundredth A: a u16 of mA would end at 65 A
_POWER = const(6)  # 3 phases, W
_FREQUENCY = const(9)  # hundredth Hz
_POWER_FACTOR = const(10)  # permille
_TEMPERATURE = const(11)  # tenth degree C + 1000
_CURRENT_OFFERED = const(12)  # hundredth A
_POWER_OFFERED = const(13)  # W
_UNKNOWN = const(0xFFFF)
_TEMPERATURE_ZERO = const(1000)

_REGISTER = const(100)  # not a reading: the record's own register
_POWER_SUM = const(101)  # the sum of the three power readings

# Columns of ROWS.
WORD = const(0)
PHASE = const(1)
UNIT = const(2)
SOURCE = const(3)
DECIMALS = const(4)

# The index is the bit number in every mask: stored in records, so never reused.
# Words, units, phases: M5, M6, M7 of the behaviour rules (OCPP 1.6). Frequency has no unit there
# and the unit of Temperature is misspelt on the wire.
ROWS = (
    (b"Energy.Active.Import.Register", None, b"Wh", _REGISTER, 0),
    (b"Power.Active.Import", None, b"W", _POWER_SUM, 0),
    (b"Power.Active.Import", b"L1", b"W", _POWER, 0),
    (b"Power.Active.Import", b"L2", b"W", _POWER + 1, 0),
    (b"Power.Active.Import", b"L3", b"W", _POWER + 2, 0),
    (b"Power.Offered", None, b"W", _POWER_OFFERED, 0),
    (b"Current.Import", b"L1", b"A", _CURRENT, 2),
    (b"Current.Import", b"L2", b"A", _CURRENT + 1, 2),
    (b"Current.Import", b"L3", b"A", _CURRENT + 2, 2),
    (b"Current.Offered", None, b"A", _CURRENT_OFFERED, 2),
    (b"Voltage", b"L1-N", b"V", _VOLTAGE, 1),
    (b"Voltage", b"L2-N", b"V", _VOLTAGE + 1, 1),
    (b"Voltage", b"L3-N", b"V", _VOLTAGE + 2, 1),
    (b"Frequency", None, None, _FREQUENCY, 2),
    (b"Power.Factor", None, None, _POWER_FACTOR, 3),
    (b"Temperature", None, b"Celcius", _TEMPERATURE, 1),
)
COUNT = const(16)
MASK_ENERGY = const(1)  # Energy.Active.Import.Register, what an empty list means (M11)
MASK_ALL = const(0xFFFF)
_MASK_L2_L3 = const(0x1998)  # bits of rows whose phase a single-phase meter does not have
_NO_TEMPERATURE = const(0x8000)
# What a meter of that model cannot give, see its driver in chargecore/meters.
_LACKS = (
    ("s0", 0xFDDC),  # all but energy, the sum of the powers, and what is offered
    ("ct", 0xFC00),  # voltage, frequency, power factor, temperature
    ("cse7766", 0xA000),  # frequency, temperature
    ("sdm120", _NO_TEMPERATURE),
    ("sdm230", _NO_TEMPERATURE),
    ("sdm630", _NO_TEMPERATURE),
    ("pzem004t", _NO_TEMPERATURE),
)
_SPACE = const(0x20)
_COMMA = const(0x2C)
_DOT = const(0x2E)


def supported_mask(phases, rows=()):
    """Return the mask of what at least one of the meters can give.

    rows: the connectors of station.json, which name the models; none: all there is.
    """
    mask = 0
    for row in rows:
        lacks = 0
        for model, model_lacks in _LACKS:
            if row.get("meter") == model:
                lacks = model_lacks
        mask |= MASK_ALL & ~lacks
    if not rows:
        mask = MASK_ALL
    return mask & ~_MASK_L2_L3 if phases == 1 else mask


def count_of(mask):  # HOT
    """Return how many quantities a mask holds."""
    count = 0
    for bit in range(COUNT):
        count += mask >> bit & 1
    return count


# ---- readings ----


def pack_readings(record, meter, offered_ma):  # HOT
    """Copy what the meter knows, and what the pilot offers, into a REC_METER record.

    Reads the attributes of the meters protocol; None or a negative value there is unknown here.
    """
    register_wh = meter.import_wh
    if register_wh is None or register_wh < 0:
        register_wh = REGISTER_UNKNOWN_WH
    record.put_u32(OFF_REGISTER_WH, register_wh)
    voltage_sum_dv = 0
    for i in range(3):
        has_phase = i < meter.phases
        voltage_dv = meter.voltage_dv[i] if has_phase else None
        _put(record, _VOLTAGE + i, voltage_dv, 1)
        _put(record, _CURRENT + i, meter.current_ma[i] if has_phase else None, 10)
        _put(record, _POWER + i, meter.power_w[i] if has_phase else None, 1)
        if has_phase:
            is_known = voltage_dv is not None and voltage_dv >= 0
            voltage_sum_dv += voltage_dv if is_known else NOMINAL_VOLTAGE_DV
    _put(record, _FREQUENCY, meter.frequency_chz, 1)
    _put(record, _POWER_FACTOR, meter.power_factor_permille, 1)
    temperature_dc = meter.temperature_dc
    if temperature_dc is not None:
        temperature_dc += _TEMPERATURE_ZERO
    _put(record, _TEMPERATURE, temperature_dc, 1)
    _put(record, _CURRENT_OFFERED, offered_ma, 10)
    # 80 A on three phases: 8,000 x 6,900 stays within the small ints of a board.
    _put(record, _POWER_OFFERED, offered_ma // 10 * voltage_sum_dv // 1000, 1)


def _put(record, reading_idx, value, unit):  # HOT
    """Store value in steps of unit, rounded to the nearest."""
    stored = _UNKNOWN
    if value is not None and value >= 0:
        stored = (value + unit // 2) // unit
        if stored >= _UNKNOWN:
            stored = _UNKNOWN - 1
    record.put_u16(METER_READINGS + 2 * reading_idx, stored)


def is_known(record, bit):  # HOT
    """Return True when the record holds a value for that bit."""
    source = ROWS[bit][SOURCE]
    if source == _REGISTER:
        return record.u32(OFF_REGISTER_WH) != REGISTER_UNKNOWN_WH
    if source != _POWER_SUM:
        return record.u16(METER_READINGS + 2 * source) != _UNKNOWN
    has_l2 = record.u16(METER_READINGS + 2 * _POWER + 2) != _UNKNOWN
    has_l3 = record.u16(METER_READINGS + 2 * _POWER + 4) != _UNKNOWN
    # A sum that lacks one of three phases would be a wrong number, not an unknown one.
    return has_l2 == has_l3 and record.u16(METER_READINGS + 2 * _POWER) != _UNKNOWN


def value_of(record, bit):  # HOT
    """Return the value for that bit in units of 10^-DECIMALS. Only meaningful when is_known."""
    source = ROWS[bit][SOURCE]
    if source == _REGISTER:
        return record.u32(OFF_REGISTER_WH)
    if source != _POWER_SUM:
        value = record.u16(METER_READINGS + 2 * source)
        return value - _TEMPERATURE_ZERO if source == _TEMPERATURE else value
    total_w = 0
    for i in range(_POWER, _POWER + 3):
        power_w = record.u16(METER_READINGS + 2 * i)
        if power_w != _UNKNOWN:
            total_w += power_w
    return total_w


# ---- lists ----


def mask_from_list(buf, start, end, supported):  # HOT
    """Return the mask that a list like `Voltage.L1, Current.Import` names, 0 for an empty one.

    A whole measurand stands for everything the meter gives of it. Errors: E_RANGE when one entry
    is not supported or there are more than *MaxLength allows; nothing of the list counts (M12).
    """
    if _trimmed_start(buf, start, end) == end:
        return 0
    mask = 0
    items_left = count_of(supported)
    at = start
    while at <= end:
        comma = at
        while comma < end and buf[comma] != _COMMA:
            comma += 1
        item_mask = _mask_of_item(buf, at, comma) & supported
        items_left -= 1
        if item_mask == 0 or items_left < 0:
            return E_RANGE
        mask |= item_mask
        at = comma + 1
    return mask


def _trimmed_start(buf, start, end):  # HOT
    while start < end and buf[start] == _SPACE:
        start += 1
    return start


def _mask_of_item(buf, start, end):  # HOT
    """Return the bits of one entry, spaces around it tolerated; 0 when it is none."""
    start = _trimmed_start(buf, start, end)
    while end > start and buf[end - 1] == _SPACE:
        end -= 1
    mask = 0
    for bit in range(COUNT):
        row = ROWS[bit]
        word_end = start + len(row[WORD])
        if word_end > end or not _is_text(buf, start, word_end, row[WORD]):
            continue
        if word_end == end:
            mask |= 1 << bit
        elif buf[word_end] == _DOT and _is_phase(buf, word_end + 1, end, row[PHASE]):
            mask |= 1 << bit
    return mask


def _is_phase(buf, start, end, phase):  # HOT
    """Return True for the phase word and, where it is against neutral, for its short form."""
    if phase is None:
        return False
    length = end - start
    if length != len(phase) and not (length == 2 and len(phase) == 4):
        return False
    for i in range(length):
        if buf[start + i] != phase[i]:
            return False
    return True


def _is_text(buf, start, end, text):  # HOT
    for i in range(end - start):
        if buf[start + i] != text[i]:
            return False
    return True
