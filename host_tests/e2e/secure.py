"""Options of a Bench whose station and server have a security profile, out of the lab PKI."""

from chargecore_tools.csms.tls import server_context

KEY = b"sixteen bytes at"


def secure(pki, profile, kind="ecdsa", client_ca=None, **settings):
    """Return options: the server's certificate is of that kind, the station knows its root.

    client_ca: file of the roots for certificates of stations, where not all good ones are to do.
    settings: configuration keys.
    """
    sample = pki[f"server-{kind}"]
    if profile == 3:
        client_ca = client_ca or pki.client_ca
    server = {
        "ssl": server_context([sample.chain_pem], [sample.key_pem], client_ca),
        "security_profile": profile,
    }
    station = {"serial": pki.serial, "csms_root_ca": str(pki[f"csms-root-{kind}"].pem)}
    if profile == 3:
        own = pki["client-ecdsa"]
        station["client_certificate"] = str(own.chain_pem)
        station["client_key"] = str(own.key_der)
    else:
        station["auth_key"] = KEY.hex()
        server["password"] = KEY
    config = {"SecurityProfile": str(profile), **settings}
    return {"server": server, "station": station, "config": config}
