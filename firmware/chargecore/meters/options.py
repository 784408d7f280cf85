"""The options of a meter in a connector's row of station.json. For models.py and the like."""

from chargecore.base.errors import ConfigError

# All of them, in one text: a tuple would take more of the heap, for ever.
_OPTIONS = "meter_address meter_baud pulses_per_kwh ct_ratio ct_burden_mohm nominal_voltage"
_OPTIONS += " mains_hz"


def refuse_others(row, own):
    """Refuse the options that are not among the model's own. Errors: ConfigError naming one."""
    for option in _OPTIONS.split():
        if option in row and option not in own.split():
            raise ConfigError(option)


def number_of(row, option, default, low, high):
    """Return a whole number of the row. A default of None: it must be there."""
    value = row.get(option, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(option)
    return value
