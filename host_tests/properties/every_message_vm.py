"""Damaged messages on the VM: each line of hex on stdin is one; then they come again, measured.

Called by: test_every_message_on_vm.py; the folder of the repository is sys.argv[1]. Answers with a
line of JSON for every message: the answers to it. Then, after more rounds, a line with what grew:
[bytes that the firmware took from the heap in all of a round, bytes that were left behind].
"""

import binascii
import gc
import json
import sys

sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/host_tests"]

from fakes.ocpp16_world import Ocpp16World, PingChannel  # noqa: E402  the path is set above

_ROUNDS = 2  # the first one may load something


class LeanChannel(PingChannel):
    """A channel that renders an answer without taking heap, once it is_lean."""

    def __init__(self, rx_size):
        super().__init__(rx_size)
        self.is_lean = False
        self.rendered = 0  # bytes

    def send_message(self, render, arg):
        """Render the text window by window, and forget it."""
        if not self.is_lean:
            return super().send_message(render, arg)
        writer = self._writer
        writer.begin(0)
        render(writer, arg)
        done = writer.filled
        while done < writer.length:
            writer.begin(done)
            render(writer, arg)
            done += writer.filled
        self.rendered += done
        return 0


class LeanWorld(Ocpp16World):
    """A world with a LeanChannel."""

    channel_type = LeanChannel


def answers_to(world, text):
    """Return the answers to a message."""
    world.results = []
    world.channel.feed(text)
    world.step(0)
    world.step(0)
    return world.results


def taken_b(world, text):
    """Return the bytes of heap that the station took for a message, garbage included."""
    gc.collect()
    world.channel.feed(text)
    poll = world.ocpp.poll
    now_ms = world.time.ticks_ms()
    gc.disable()
    before_b = gc.mem_alloc()
    poll(now_ms)
    poll(now_ms)
    after_b = gc.mem_alloc()
    gc.enable()
    return after_b - before_b


def round_of(world, messages):
    """Send all messages once. Return (bytes taken, bytes left behind)."""
    gc.collect()
    before_b = gc.mem_alloc()
    taken = 0
    for text in messages:
        taken += taken_b(world, text)
    gc.collect()
    return taken, gc.mem_alloc() - before_b


def main():
    """Do what the module says."""
    messages = []
    while True:
        line = sys.stdin.readline().strip()
        if not line:
            break
        messages.append(binascii.unhexlify(line))
    world = LeanWorld({"connectors": 2}).boot(500)
    for text in messages:
        print(json.dumps(answers_to(world, text)))
    world.channel.is_lean = True
    for _ in range(_ROUNDS):
        found = round_of(world, messages)
    if world.channel.rendered < len(messages):
        raise ValueError("messages without an answer")
    print(json.dumps(found))


main()
