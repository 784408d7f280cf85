"""net: streams, names, HTTP upgrade, WebSocket and the connect ladder. The only code with sockets.

Nothing here blocks: every poll(now_ms) returns at once. Opening a connection may allocate; from
the upgrade on, sending, receiving and idle polling do not.

`sockets` is the socket module or a look-alike: socket(family, kind), AF_INET, SOCK_STREAM,
SOCK_DGRAM and getaddrinfo(ip_text, port), which is asked for numeric addresses only.

A stream (TcpStream, and TlsStream over it) keeps this protocol:
    open(ip_text, port)     begin to connect; return OK or E_IO
    poll_connected()        1 connected, 0 not yet, E_IO failed
    readinto(buf)           bytes read, 0 nothing there now, E_IO the connection has ended
    write(buf, at, count)   bytes of buf[at:at + count] taken, 0 none now, E_IO it has ended.
                            What was not taken has to be offered again, unchanged.
    flush()                 1 when all that was taken has left, 0 not yet, E_IO
    close()                 give the socket back; may be called at any time and twice
    errno                   of the last E_IO; 0: the other side has closed
    is_tls                  whether it encrypts; then also, behind poll_connected():
    secure(host)            begin the handshake; return OK or E_IO
    poll_secured()          1 done, 0 not yet, E_IO failed
    cause                   TLS_* of base.tls_causes: why not
    alert                   what the server has said to that, -1: nothing
    root                    DER of the root that the last good handshake ended at
    wants_again             it failed for the name, and knows the one to try next
    set_mutual(is_mutual)   whether the server has to ask for our certificate
    renew()                 forget what was kept for the next connection

`link` is the network interface of the board, or None when there is nothing to restart:
    is_up                   packets can pass
    restart()               begin to take it down and up again; is_up tells when it is done. It
                            never holds the caller up for longer than a scheduler step may take.

`credentials` (store.credentials) is what TLS trusts and shows; None where there is none:
    roots()                 DER bytes of each root that a server's chain may end in, newest first
    client_chain()          DER bytes of our own certificates, leaf first; empty without one
    client_key()            DER bytes of the private key for them, or None
    verify_host             whether the server's certificate has to name the host
    changed                 a number that is another one when any of that is: new TLS context then
    used_root(der)          told by TLS: the chain of this server ended in that root; b"" for a
                            connection that no root secures
    connected()             told when a connection with all this has opened
    refused()               told when the server broke off the handshake on our certificate
Certificates and keys are read from flash at each call: ask while a context is made, keep none.
"""
