"""Named defects: each changes one thing of a Station that is otherwise right."""

from cert.plain_station.defects import (
    boot_defects,
    configuration_defects,
    fault_defects,
    list_defects,
    message_defects,
    meter_defects,
    offline_defects,
    remote_defects,
    reservation_defects,
    session_defects,
    smart_defects,
)

_MODULES = (
    boot_defects,
    message_defects,
    session_defects,
    remote_defects,
    meter_defects,
    offline_defects,
    configuration_defects,
    fault_defects,
    list_defects,
    reservation_defects,
    smart_defects,
)
DEFECTS = {row.name: row for module in _MODULES for row in module.ROWS}
