#!/bin/sh
# Run test files on the MicroPython VM, one process each: host_tests/vm/run_one.sh host_tests/base/test_ring.py ...
# Exit status 1 when one of them fails.
root=$(cd "$(dirname "$0")/../.." && pwd)
vm=${MICROPYTHON:-}
[ -n "$vm" ] || { [ -x "$root/.venv/bin/micropython" ] && vm=$root/.venv/bin/micropython; } || vm=micropython
status=0
for file in "$@"; do
    "$vm" -X heapsize=8m "$root/host_tests/vm/runner.py" "$file" || status=1
done
exit $status
