"""new_words(): random words that people can read from a label and type.

Called by: setup_file. 32 characters, so each is worth 5 bits; none looks like another one.
"""

import os

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_words(count):
    """Return count words of four characters, with hyphens between them."""
    noise = os.urandom(4 * count)
    words = []
    for at in range(0, len(noise), 4):
        words.append("".join([ALPHABET[byte & 31] for byte in noise[at : at + 4]]))
    return "-".join(words)
