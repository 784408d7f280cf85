"""The answer to the control command `status`: the names that `chargecore sim` uses."""


def report(site):
    """Return the whole status as a dict."""
    station = site.station
    return {
        "station": _of_station(site, station),
        "connectors": [_of_connector(site, outlet) for outlet in site.outlets],
    }


def _of_station(site, station):
    elapsed_ms = round(site.time.elapsed_s * 1000)
    facts = {
        "connected": station is not None and station.link.is_open,
        "registration": None if station is None else station.link.registration,
        "outbox": 0 if station is None else station.outbox.pending(),
        "parked": 0 if station is None else station.outbox.given_up,
        "simulated_ms": elapsed_ms,
        "uptime_ms": 0 if station is None else elapsed_ms - round(station.booted_s * 1000),
        "clock": site.time.text(),
        "boots": site.boots,
    }
    return facts


def _of_connector(site, outlet):
    connector = None if site.station is None else site.station.connector(outlet.number)
    transaction = None if connector is None else connector.transaction
    state = None if connector is None else connector.state()
    return {
        "connector": outlet.number,
        "pilot_state": outlet.ev_state,
        "ev_state": outlet.ev_state,
        "plugged": outlet.is_plugged,
        "locked": outlet.is_locked,
        "offered_ma": round(outlet.offered_a * 1000),
        "drawn_ma": round(outlet.drawn_a * 1000),
        "contactor": "closed" if outlet.is_closed else "open",
        "power_w": round(outlet.power_w),
        "register_wh": outlet.register_wh,
        "status": None if state is None else state.status,
        "error_code": None if state is None else state.error_code,
        "transaction_id": None
        if transaction is None
        else site.station.outbox.id_of(transaction.number),
        "id_tag": None if transaction is None else transaction.tag,
    }
