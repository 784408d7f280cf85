"""ControlServer: the TCP control socket of the simulator: one JSON object per line.

Called by: the board once per loop pass (poll). Every line is answered; garbage ends here.
"""

import gc
import json
import select
import socket

from boards.host.commands import LATER, Commands
from boards.host.control_client import LINE_MAX, ControlClient
from boards.host.control_fields import Refusal

_CLIENTS_MAX = 8


class ControlServer:
    """Listens on host:port. Full: a ninth client is closed at once."""

    def __init__(self, board, host, port):
        self._commands = Commands(board)
        self._clients = []
        self._poller = select.poll()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(socket.getaddrinfo(host, port)[0][-1])
        self._listener.listen(_CLIENTS_MAX)
        self._listener.setblocking(False)
        self._poller.register(self._listener, select.POLLIN)

    def poll(self):
        """Serve what has arrived. Allocates nothing while nothing has."""
        for ready in self._poller.ipoll(0):
            if ready[0] is self._listener:
                self._accept()
            else:
                self._receive(ready[0])
        gone = None
        for client in self._clients:
            self._serve(client)
            if not client.is_open:
                gone = client
        if gone is not None:  # one per pass
            self._poller.unregister(gone.sock)
            self._clients.remove(gone)

    def close(self):
        """Close all connections and the listener."""
        for client in self._clients:
            client.close()
        self._clients = []
        self._listener.close()

    def _accept(self):
        try:
            sock = self._listener.accept()[0]
        except OSError:
            return
        if len(self._clients) == _CLIENTS_MAX:
            sock.close()
            return
        sock.setblocking(False)
        self._poller.register(sock, select.POLLIN)
        self._clients.append(ControlClient(sock))

    def _receive(self, sock):
        for client in self._clients:
            if client.sock is sock and client.is_ready:
                client.receive()

    def _serve(self, client):
        """Send what is owed, then answer one line."""
        client.flush()
        if client.is_waiting:
            self._answer(client, None)
        elif client.is_ready:
            line = client.next_line()
            if line is not None:
                self._answer(client, line)

    def _answer(self, client, line):
        """Answer a line; None asks for the answer that a former line still waits for."""
        try:
            answer = self._commands.answer_later() if line is None else self._run(line)
            client.is_waiting = answer is LATER
            if answer is LATER:
                return
            answer["ok"] = True
        except Refusal as refusal:
            client.is_waiting = False
            answer = {"ok": False, "error": str(refusal)}
        except Exception as error:  # the simulator outlives its own mistakes: tell the client
            client.is_waiting = False
            answer = {"ok": False, "error": "internal: " + repr(error)}
        try:
            client.send(json.dumps(answer))
        except MemoryError:
            self._send_again(client, answer)

    def _send_again(self, client, answer):
        """Send what did not fit between the holes of the heap."""
        gc.collect()
        try:
            client.send(json.dumps(answer))
        except MemoryError:  # the station's heap is full: it goes on, its client does not
            client.close()

    def _run(self, line):
        if not line:
            raise Refusal("line longer than {} bytes".format(LINE_MAX))
        try:
            request = json.loads(str(line, "utf-8"))
        except (ValueError, RuntimeError, MemoryError):
            raise Refusal("not a JSON object") from None
        return self._commands.run(request)
