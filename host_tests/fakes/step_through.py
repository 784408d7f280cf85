"""run_steps(): takes an object with step() to its end."""


def run_steps(work, most=2000):
    """Return what step() gave when it was not 0. Errors: AssertionError after `most` steps."""
    for _ in range(most):
        result = work.step()
        if result:
            return result
    raise AssertionError("no end after {} steps".format(most))
