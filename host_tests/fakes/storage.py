"""FakeStorage: a VersionPair that keeps its image in RAM and remembers every save."""

from chargecore.base.codes import E_EMPTY, E_IO, OK


class FakeStorage:
    """`images` holds every image saved; refuses with E_IO while is_broken.

    is_damaged: neither version can be read any more, until the next save.
    """

    def __init__(self):
        self.images = []
        self.is_broken = False
        self.is_damaged = False
        self.is_old = False
        self.is_newer = False
        self.errno = 5

    def load(self, buf):
        if self.is_damaged:
            return E_IO
        if not self.images:
            return E_EMPTY
        image = self.images[-1]
        buf[: len(image)] = image
        return len(image)

    def save(self, buf, length):
        if self.is_broken:
            return E_IO
        self.is_damaged = False
        self.images.append(bytes(buf[:length]))
        return OK
