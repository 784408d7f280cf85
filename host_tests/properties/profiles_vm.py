"""Charging profiles on the VM: each line of JSON on stdin is a world and what is done with it.

Called by: test_charging_profiles_on_vm.py; the folder of the repository is sys.argv[1]. Answers
with a line of JSON each: what every call returned.
"""

import json
import sys

sys.path[:0] = [sys.argv[1] + "/firmware", sys.argv[1] + "/host_tests"]

from fakes.profile_world import ProfileWorld  # noqa: E402  the path is set above

while True:
    line = sys.stdin.readline()
    if not line:
        break
    calls = json.loads(line)
    world = ProfileWorld(*calls[0])
    print(json.dumps([getattr(world, name)(*args) for name, args in calls[1:]]))
