"""A page of docs/ that is made from code: written, or with --check compared with what it would be.

Used by: every gen_*.py. `make docs` runs them all, `make check` runs them with --check.
"""

import argparse


def keep_page(path, made, description):
    """Write the text `made` to path, or compare it. Return the exit status: 1 when it is stale."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 when stale")
    if not parser.parse_args().check:
        path.write_text(made, encoding="utf-8")
        return 0
    if not path.exists() or path.read_text(encoding="utf-8") != made:
        print(f"{path.parent.name}/{path.name} is stale: run `make docs`")
        return 1
    return 0
