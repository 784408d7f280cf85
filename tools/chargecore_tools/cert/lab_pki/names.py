"""lab_names(): the names that the certificates bear: identity = serial number = CN, CPO = O.

Source: security whitepaper edition 3, A00.FR.404 (O), A00.FR.405 (CN holds the serial number).
"""

from chargecore_tools.cert.artefact_error import usage

_SERIALS = ("chargePointSerialNumber", "chargeBoxSerialNumber")


def lab_names(identity, cpo, snapshot):
    """Return (identity, cpo): of the options, else of the snapshot. Errors: ArtefactError."""
    told_identity, serials, told_cpo = _told(snapshot)
    identity = identity or told_identity
    cpo = cpo or told_cpo
    if not identity:
        raise usage("whose certificates?", "--id IDENTITY, or chargecore cert snapshot first")
    if not cpo:
        text = "of which operator? the station's CpoName is not set"
        raise usage(text, "--cpo NAME, and ChangeConfiguration CpoName to the same")
    if told_identity and identity != told_identity:
        raise usage(f"--id {identity}: snapshot.json is of {told_identity}", "take it again")
    if serials and identity not in serials:
        text = f"the station is {identity}, but its serial number {serials[0]}"
        hint = "one name for both: identity or `serial` in station.json; then a new snapshot"
        raise usage(text, hint)
    if told_cpo and cpo != told_cpo:
        raise usage(f"--cpo {cpo}: CpoName of the station is {told_cpo}", "one name for both")
    return identity, cpo


def _told(snapshot):
    """Return (identity, serial numbers, CpoName) that a station has told."""
    if snapshot is None:
        return None, [], None
    serials = [snapshot["boot"][name] for name in _SERIALS if snapshot["boot"].get(name)]
    cpo = (snapshot["configuration"].get("CpoName") or {}).get("value")
    return snapshot["identity"], serials, cpo or None
