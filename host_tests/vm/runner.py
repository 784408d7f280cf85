"""Runs one test file on the MicroPython VM: micropython -X heapsize=8m runner.py FILE.

Called by: test_on_vm.py, test_heap_on_vm.py and run_one.sh.
Prints one line per test and ends with `vm: N ran, N failed`. Exit status 0 only when all passed.
"""

import sys


def _folder_and_name(path):
    """Return ("host_tests/base", "test_ring") of "host_tests/base/test_ring.py"."""
    cut = path.rfind("/")
    return (path[:cut] if cut >= 0 else "."), path[cut + 1 :].replace(".py", "")


def _set_path(test_folder):
    vm_folder = _folder_and_name(__file__)[0]
    root = vm_folder + "/../.."
    # The test's own folder comes last: nothing in it may shadow a module of the firmware.
    sys.path[:] = [
        vm_folder + "/lib",
        root + "/firmware",
        root,
        root + "/host_tests",
        ".frozen",
        test_folder,
    ]


def main():
    """Run the file named on the command line."""
    folder, name = _folder_and_name(sys.argv[1])
    _set_path(folder)
    import unittest

    unittest.check_itself()
    module = __import__(name)
    result = unittest.TestResult()
    unittest.run_module(module, result)
    print("vm: {} ran, {} failed".format(result.tests_run, len(result.problems)))
    sys.exit(0 if result.was_successful() else 1)


main()
