"""What the checks share: the digits, and a tally of what did not hold."""
import pathlib

DIGITS = pathlib.Path(__file__).parents[2] / "data" / "digits"

_failures = []


def check(what, ok, detail):
    print(f"{'ok  ' if ok else 'FAIL'} {what}: {detail}", flush=True)
    if not ok:
        _failures.append(what)


def finish():
    """Ends the program with an error when a check failed."""
    if _failures:
        raise SystemExit(f"{len(_failures)} failed: {', '.join(_failures)}")
