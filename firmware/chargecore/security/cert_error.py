"""CertError: a certificate, key or signature cannot be used. The only exception of security."""


class CertError(Exception):
    """`why` is one of the WHY_* in whys.py; whys.text_of(why) says it for people."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why
