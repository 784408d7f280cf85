"""TLS servers for the handshake matrix: Python's ssl, and `openssl s_server`.

Both listen on a free port of loopback until close(). The Python one answers a WebSocket upgrade
and remembers what came; s_server answers any GET with its status page.
"""

import shutil
import socket
import ssl
import subprocess
import threading

from fakes.ws_server import answer_to

_TIMEOUT_S = 10
# Below the security level that OpenSSL has today: TLS 1.1 signs with SHA-1.
_OLD = "ALL:@SECLEVEL=0"
_WEAK = "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256"


def openssl():
    """Return the path of the program. Errors: RuntimeError that says what to install."""
    path = shutil.which("openssl")
    if path is None:
        raise RuntimeError("the handshake matrix needs `openssl`: apt-get install openssl")
    return path


class PythonServer:
    """`seen`: (request, suite, subject of the client's certificate) of each good handshake.

    client_ca: PEM of roots; then clients have to show a certificate. flaw: "", "old", "weak", or
    the name of a suite that is the only one.
    """

    def __init__(self, chain, key, client_ca=None, flaw=""):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        if flaw == "old":
            context.set_ciphers(_OLD)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        elif flaw:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(_WEAK if flaw == "weak" else flaw)
        self._context = context
        self.seen = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            sock.settimeout(_TIMEOUT_S)
            try:
                with self._context.wrap_socket(sock, server_side=True) as stream:
                    self._answer(stream)
            except OSError:
                pass  # the station refused, or was refused

    def _answer(self, stream):
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            data = stream.recv(2048)
            if not data:
                return
            request += data
        peer = stream.getpeercert() or {}
        subject = {name: value for ((name, value),) in peer.get("subject", ())}
        self.seen.append((request, stream.cipher()[0], subject))
        stream.sendall(answer_to(request))
        stream.recv(2048)  # until the station hangs up

    def close(self):
        """Take no more connections."""
        self._listener.close()


class OpensslServer:
    """`openssl s_server`, with the same arguments; chain is a file of all certificates."""

    def __init__(self, chain, key, client_ca=None, flaw=""):
        command = [openssl(), "s_server", "-accept", "127.0.0.1:0", "-www"]
        command += ["-cert", str(chain), "-key", str(key), "-no-CApath"]
        # -cert takes the first certificate of its file only.
        command += ["-cert_chain", str(chain)]
        if client_ca is not None:
            command += ["-Verify", "3", "-verify_return_error", "-CAfile", str(client_ca)]
        else:
            command += ["-no-CAfile"]
        if flaw == "old":
            command += ["-tls1_1", "-cipher", _OLD]
        elif flaw:
            command += ["-tls1_2", "-cipher", _WEAK if flaw == "weak" else flaw]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.port = self._wait_port()

    def _wait_port(self):
        lines = []
        for line in self._process.stdout:
            if line.startswith("ACCEPT"):
                return int(line.rsplit(":", 1)[1])
            lines.append(line)
        raise RuntimeError("openssl s_server did not start: " + "".join(lines))

    def close(self):
        """End it."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
