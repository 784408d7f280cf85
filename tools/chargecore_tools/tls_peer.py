"""TlsPeer: a TLS server in a process of its own, with a fresh P-256 root and certificate.

Called by: figures, for the benches that want one. `python -m chargecore_tools.tls_peer FOLDER`
writes FOLDER/ca.der, and client.der with client.key.der for mutual TLS, prints its port and takes
connections until its stdin ends. It asks for a certificate and does without one.
"""

import datetime
import ipaddress
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
_DAY = datetime.timedelta(days=1)
_TIMEOUT_S = 30


class TlsPeer:
    """The server process: a context that ends it. Errors: RuntimeError when it does not start."""

    def __init__(self, folder):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chargecore_tools.tls_peer", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError("the TLS server did not start")
        self.port = int(line)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._process.stdin.close()
        self._process.wait(_TIMEOUT_S)


def _certificate(subject, key, issuer, issuer_key, is_ca):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _context(folder):
    """Make root, key and certificate. Return the server's context."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    client_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("bench root", ca_key, "bench root", ca_key, is_ca=True)
    certificate = _certificate("localhost", key, "bench root", ca_key, is_ca=False)
    client = _certificate("station", client_key, "bench root", ca_key, is_ca=False)
    der = serialization.Encoding.DER
    (folder / "ca.der").write_bytes(ca.public_bytes(der))
    (folder / "client.der").write_bytes(client.public_bytes(der))
    sec1 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    (folder / "client.key.der").write_bytes(client_key.private_bytes(der, *sec1))
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=ca.public_bytes(der))
    context.set_ecdh_curve("prime256v1")
    return context


def _serve(listener, context):
    while True:
        sock, _address = listener.accept()
        sock.settimeout(_TIMEOUT_S)
        try:
            with context.wrap_socket(sock, server_side=True) as stream:
                stream.recv(64)
        except OSError:
            pass  # a client that hung up in the middle


def main():
    """Serve until stdin ends. Return the exit status."""
    context = _context(Path(sys.argv[1]))
    listener = socket.create_server((HOST, 0))
    threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
