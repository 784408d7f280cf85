"""unittest for the MicroPython VM: the subset both interpreters share (style.md section 5).

Called by: every host_tests/<area>/test_*.py when it runs on the VM, through vm/runner.py.
Differs from micropython-lib's: a raising setUp fails that test only, a test that returns
something (an async one never ran) fails, no plain `assert` inside, main() sets the exit status.
"""

import io
import sys


class TestResult:
    """What happened: `tests_run`, and one (test name, text) in `problems` per failure."""

    def __init__(self, is_verbose=True):
        self._is_verbose = is_verbose
        self.tests_run = 0
        self.problems = []

    def add_problem(self, name, error):
        """Note a failure with its traceback."""
        text = io.StringIO()
        sys.print_exception(error, text)
        self.problems.append((name, text.getvalue()))
        if self._is_verbose:
            print("FAIL", name)
            print(text.getvalue())

    def was_successful(self):
        """Tell whether tests ran and none failed: an empty run is not a pass."""
        return self.tests_run > 0 and not self.problems


class _SubTest:
    """One case of a loop: its failure is noted and the loop goes on."""

    def __init__(self, case, params):
        self._case = case
        self._params = params

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None or not isinstance(error, Exception):
            return False
        texts = ["{}={!r}".format(key, self._params[key]) for key in sorted(self._params)]
        self._case.note_problem(" (" + ", ".join(texts) + ")", error)
        return True


class _Raises:
    """Context that demands an exception and keeps it in `exception`."""

    def __init__(self, kinds):
        self._kinds = kinds
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            raise AssertionError("{!r} not raised".format(self._kinds))
        if isinstance(error, self._kinds):
            self.exception = error
            return True
        return False


class TestCase:
    """Base of every test class. Each test method gets an object of its own."""

    def __init__(self):
        self._cleanups = []
        self._result = None
        self._name = ""

    def setUp(self):
        """Build what the test needs."""

    def tearDown(self):
        """Undo what setUp did to the outside."""

    def addCleanup(self, function, *args):
        """Call function(*args) after the test, last added first."""
        self._cleanups.append((function, args))

    def subTest(self, msg="", **params):
        """Return a context for one case of a loop."""
        if msg:
            params["msg"] = msg
        return _SubTest(self, params)

    def note_problem(self, suffix, error):
        """Note a failure of the running test."""
        self._result.add_problem(self._name + suffix, error)

    def run_method(self, method_name, result):
        """Run one test method and note how it went."""
        self._result = result
        self._name = "{}.{}".format(type(self).__name__, method_name)
        result.tests_run += 1
        if self._try(self.setUp):
            self._try(getattr(self, method_name), True)
            self._try(self.tearDown)
        while self._cleanups:
            function, args = self._cleanups.pop()
            self._try(lambda: function(*args))  # noqa: B023  called before the loop goes on

    def _try(self, function, must_return_none=False):
        try:
            value = function()
            if must_return_none and value is not None:
                raise AssertionError("test returned {!r}: async tests never run".format(value))
        except Exception as error:
            self.note_problem("", error)
            return False
        return True

    def _check(self, is_good, msg, text, *args):
        if not is_good:
            told = text.format(*args)
            raise AssertionError("{}: {}".format(told, msg) if msg else told)

    def fail(self, msg="failed"):
        """Fail the test."""
        raise AssertionError(msg)

    def assertEqual(self, first, second, msg=None):
        """Demand first == second."""
        self._check(first == second, msg, "{!r} != {!r}", first, second)

    def assertNotEqual(self, first, second, msg=None):
        """Demand first != second."""
        self._check(first != second, msg, "{!r} == {!r}", first, second)

    def assertLessEqual(self, first, second, msg=None):
        """Demand first <= second."""
        self._check(first <= second, msg, "{!r} > {!r}", first, second)

    def assertGreaterEqual(self, first, second, msg=None):
        """Demand first >= second."""
        self._check(first >= second, msg, "{!r} < {!r}", first, second)

    def assertAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        """Demand that the difference rounds to 0 at `places`, or is at most delta."""
        self._check(_is_near(first, second, places, delta), msg, "{!r} !~ {!r}", first, second)

    def assertNotAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        """Demand the opposite of assertAlmostEqual."""
        self._check(not _is_near(first, second, places, delta), msg, "{!r} ~ {!r}", first, second)

    def assertIs(self, first, second, msg=None):
        """Demand the same object."""
        self._check(first is second, msg, "{!r} is not {!r}", first, second)

    def assertIsNot(self, first, second, msg=None):
        """Demand another object."""
        self._check(first is not second, msg, "{!r} is {!r}", first, second)

    def assertIsNone(self, value, msg=None):
        """Demand None."""
        self._check(value is None, msg, "{!r} is not None", value)

    def assertIsNotNone(self, value, msg=None):
        """Demand anything but None."""
        self._check(value is not None, msg, "unexpectedly None")

    def assertTrue(self, value, msg=None):
        """Demand a true value."""
        self._check(value, msg, "{!r} is not true", value)

    def assertFalse(self, value, msg=None):
        """Demand a false value."""
        self._check(not value, msg, "{!r} is not false", value)

    def assertIn(self, member, container, msg=None):
        """Demand member in container."""
        self._check(member in container, msg, "{!r} not in {!r}", member, container)

    def assertIsInstance(self, value, kinds, msg=None):
        """Demand an object of one of the classes."""
        self._check(isinstance(value, kinds), msg, "{!r} is not a {!r}", value, kinds)

    def assertRaises(self, kinds, function=None, *args, **kwargs):
        """Demand an exception: of function(*args), or of the `with` block."""
        context = _Raises(kinds)
        if function is None:
            return context
        with context:
            function(*args, **kwargs)
        return None


def _is_near(first, second, places, delta):
    if first == second:
        return True
    difference = abs(first - second)
    if delta is not None:
        return difference <= delta
    return round(difference, places) == 0


def _test_classes(module):
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if isinstance(value, type) and issubclass(value, TestCase) and value is not TestCase:
            yield value


def run_class(case_class, result):
    """Run every test of one class, in the order of their names."""
    for name in sorted(dir(case_class)):
        if name.startswith("test") and callable(getattr(case_class, name)):
            case_class().run_method(name, result)


def run_module(module, result):
    """Run every test class that the module names."""
    for case_class in _test_classes(module):
        run_class(case_class, result)


class _Broken(TestCase):
    """Tests that must fail: an interpreter that lets them pass must not be believed."""

    def test_false_is_true(self):
        self.assertTrue(False)

    def test_sub_test_fails(self):
        with self.subTest(n=1):
            self.assertEqual(1, 2)

    def test_nothing_raised(self):
        self.assertRaises(ValueError, int, "1")

    async def test_never_runs(self):
        pass


def check_itself():
    """Stop the run when failing tests are not reported as failures."""
    result = TestResult(is_verbose=False)
    run_class(_Broken, result)
    if result.tests_run != 4 or len(result.problems) != 4 or result.was_successful():
        print("vm: assertTrue(False) passed here; no result of this run can be believed")
        sys.exit(2)


def main(module="__main__"):
    """Run the tests of a file that was started itself. Exit status 1 when one failed."""
    result = TestResult()
    run_module(__import__(module), result)
    print("vm: {} ran, {} failed".format(result.tests_run, len(result.problems)))
    sys.exit(0 if result.was_successful() else 1)
