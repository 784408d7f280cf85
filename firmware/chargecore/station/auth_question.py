"""AuthQuestion: one open question about a tag. Heap: none after __init__."""

from micropython import const

from chargecore.station.id_tag import IdTag

Q_FREE = const(0)
Q_WAITING = const(1)  # to be taken to the server
Q_ASKING = const(2)  # with the server

PURPOSE_START = const(0)
PURPOSE_STOP = const(1)
PURPOSE_REMOTE_START = const(2)


class AuthQuestion:
    """Tag, purpose and, once answered, the parent of the tag."""

    def __init__(self, connector_id):
        self.connector_id = connector_id
        self.state = Q_FREE  # Q_*
        self.purpose = PURPOSE_START  # PURPOSE_*
        self.hint = 0  # connector that was asked for, 0 = any
        self.tag = IdTag()
        self.parent = IdTag()  # filled with the answer; empty = none
