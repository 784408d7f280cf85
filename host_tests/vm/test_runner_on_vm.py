"""The VM's test runner tells the truth: each way a test can go wrong ends as a failure."""

import pytest

from vm_process import run_on_vm

_HEAD = "import unittest\n\nclass T(unittest.TestCase):\n"
_PASSES = "    def test_passes(self):\n        self.assertEqual(1, 1)\n"


def run(folder, text):
    """Run a test file with that text on the VM."""
    path = folder / "test_planted.py"
    path.write_text(text, encoding="utf-8")
    return run_on_vm(path, heap="1m")


def test_counts_tests_that_pass(tmp_path):
    result = run(tmp_path, _HEAD + _PASSES + _PASSES.replace("passes", "passes_too"))

    assert result.is_good
    assert result.tests_ran == 2


@pytest.mark.parametrize(
    "body",
    [
        "    def test_fails(self):\n        self.assertEqual(1, 2)\n",
        "    def test_raises(self):\n        raise ValueError\n",
        "    def setUp(self):\n        raise ValueError\n    def test_a(self):\n        pass\n",
        "    def tearDown(self):\n        raise ValueError\n    def test_a(self):\n        pass\n",
        "    def test_a(self):\n        self.addCleanup(int, 'x')\n",
        "    async def test_never_runs(self):\n        pass\n",
        "    def test_a(self):\n        with self.subTest(n=1):\n            self.fail()\n",
        "    def test_a(self):\n        with self.assertRaises(OSError):\n            pass\n",
        "    def test_a(self):\n        with self.assertRaises(OSError):\n            int('x')\n",
        "    def test_a(self):\n        self.assertNoSuchThing(1)\n",
    ],
)
def test_fails_the_run_and_goes_on_with_the_next_test(tmp_path, body):
    result = run(tmp_path, _HEAD + body + _PASSES.replace("passes", "z").replace("T(", "Z("))

    assert not result.is_good
    assert result.tests_ran == 2


@pytest.mark.parametrize(
    "text",
    ["", "import unittest\n", "import no_such_module\n", "raise SystemExit\n", "def broken(:\n"],
)
def test_fails_when_no_test_has_run(tmp_path, text):
    result = run(tmp_path, text)

    assert not result.is_good
    assert result.tests_ran == 0


def test_goes_on_after_a_failed_sub_test(tmp_path):
    body = (
        "    def test_a(self):\n        for n in (1, 2, 3):\n            with self.subTest(n=n):\n"
    )

    result = run(tmp_path, _HEAD + body + "                self.assertEqual(n, 2)\n")

    assert "n=1" in result.text
    assert "n=3" in result.text
    assert "n=2" not in result.text


def test_fails_when_the_heap_is_used_while_locked(tmp_path):
    text = "from heap import locked\n" + _HEAD
    text += "    def test_a(self):\n        with locked():\n            x = [1]\n"

    assert not run(tmp_path, text).is_good


def test_sees_what_a_raise_leaves_on_the_heap(tmp_path):
    text = "from heap import growth\n" + _HEAD
    text += "    def f(self):\n        try:\n            raise OSError\n"
    text += "        except OSError:\n            pass\n"
    text += "    def test_a(self):\n        self.assertEqual(growth(self.f, 100), 0)\n"

    assert not run(tmp_path, text).is_good
