"""What moving a file can come to: results of transfer, http_client and ftp_client."""

from micropython import const

MOVE_RUNNING = const(0)
MOVE_DONE = const(1)
MOVED_AWAY = const(2)  # the file lies elsewhere: a redirect

# Why it failed; EV_TRANSFER_FAILED tells it, with a number that says more.
WHY_URL = const(-1)  # not a URL, or of a scheme that is none of ours
WHY_TLS = const(-2)  # TLS failed, or it is not there
WHY_NAME = const(-3)  # the host name has no address
WHY_CONNECT = const(-4)  # nobody there
WHY_LOST = const(-5)  # the connection ended too early
WHY_STALLED = const(-6)  # nothing moved for too long
WHY_ANSWER = const(-7)  # the server said what no server may say
WHY_REFUSED = const(-8)  # status of HTTP or FTP
WHY_TOO_LONG = const(-9)  # larger than what there is room for
WHY_LOCAL = const(-10)  # flash refused, or what is to be sent ended early
WHY_REDIRECTS = const(-11)
