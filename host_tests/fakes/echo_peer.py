"""EchoPeer: a TCP server in a thread that sends everything back and remembers what came."""

import socket
import threading


class EchoPeer:
    """`received` holds the bytes of all connections, in order of arrival."""

    def __init__(self):
        self.received = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Listen no more."""
        self._listener.shutdown(socket.SHUT_RDWR)  # else accept() keeps it open
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection):
        with connection:
            try:
                data = connection.recv(65536)
                while data:
                    self.received += data
                    connection.sendall(data)
                    data = connection.recv(65536)
            except OSError:
                pass  # reset on purpose
