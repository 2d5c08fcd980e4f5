"""Run the idioms with openai-python itself: `python -m tests.openai.with_openai_python [NAME …]`.

This needs an environment with openai-python 3. A case that fails with it is not an idiom of it.
"""

import sys
import traceback

from .setting import cases, run


def main(chosen: list[str], package: str) -> int:
    """Run the chosen cases, print the failures, and return their number."""
    failed = 0
    for name, case in cases():
        if chosen and not any(word in name for word in chosen):
            continue
        try:
            run(case, package)
        except Exception:
            failed += 1
            print(f"--- {name}")
            traceback.print_exc(limit=-3)
    print(f"{failed} failed")
    return failed


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if not name.startswith("--package=")]
    packages = [name.partition("=")[2] for name in sys.argv[1:] if name.startswith("--package=")]
    sys.exit(bool(main(names, packages[0] if packages else "openai")))
