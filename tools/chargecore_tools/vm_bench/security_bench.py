"""Signatures in steps on the VM: micropython security_bench.py FOLDER. Prints `id value`.

Each operation runs to its end many times; of every step the shortest time counts, so that other
jobs on the machine do not. The longest of those steps is compared with all of them together.
"""

import gc
import hashlib
import sys
import time

_ROOT = __file__.rsplit("/", 1)[0] + "/../../.."
sys.path.insert(0, _ROOT + "/firmware")

from chargecore.security.key_maker import KeyMaker  # noqa: E402  the path is set above
from chargecore.security.rsa_key import RsaKey  # noqa: E402
from chargecore.security.signer import Signer  # noqa: E402
from chargecore.security.verifier import SignatureCheck  # noqa: E402

_ROUNDS = 15
_DIGEST = hashlib.sha256(b"an image").digest()


def random_bytes(count):
    """Return bytes that look random and are the same every time."""
    return hashlib.sha256(bytes(count)).digest()


def run(work):
    """Run to the end. Return the time of each step in us."""
    gc.collect()
    gc.disable()  # the collector's time is that of the heap, not of a step
    steps_us = []
    found = 0
    while not found:
        began_us = time.ticks_us()
        found = work.step()
        steps_us.append(time.ticks_diff(time.ticks_us(), began_us))
        if gc.mem_free() < 200_000:
            gc.collect()
    gc.enable()
    return steps_us


def report(name, make):
    """Print what the operation takes. Return the longest step over the whole."""
    best_us = run(make())
    for _ in range(_ROUNDS):
        found_us = run(make())
        best_us = [min(pair) for pair in zip(best_us, found_us)]
    whole_us, longest_us = sum(best_us), max(best_us)
    print("#", name, len(best_us), "steps,", whole_us, "us, longest", longest_us, "us")
    return longest_us / whole_us


def rsa_check(bit_count):
    """Return a check of a number that is no signature: all of its steps, and the decoding."""
    key = RsaKey(b"\xc5" * (bit_count // 8))
    return SignatureCheck(key, _DIGEST, b"\x35" * (bit_count // 8))


def main():
    """Measure all, print the largest of their ratios."""
    maker = KeyMaker(random_bytes)
    run(maker)
    signer = Signer(maker.private, maker.public_key)

    def signing():
        signer.begin(_DIGEST)
        return signer

    run(signing())
    signature = signer.signature
    ratios = (
        report("RSA-2048 verify", lambda: rsa_check(2048)),
        report("RSA-3072 verify", lambda: rsa_check(3072)),
        report("RSA-4096 verify", lambda: rsa_check(4096)),
        report("P-256 verify", lambda: SignatureCheck(maker.public_key, _DIGEST, signature)),
        report("P-256 sign", signing),
        report("P-256 new key", lambda: KeyMaker(random_bytes)),
    )
    print("security_step_ratio", max(ratios))
    print("security_ec_step_ratio", max(ratios[3:]))


main()
