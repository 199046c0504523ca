"""`python -m hermes_fallback.loopback`: play providers until told to stop."""

from __future__ import annotations

import argparse
import inspect
import json
import signal
import sys
import threading
from pathlib import Path

from hermes_fallback.loopback.behaviours import BEHAVIOURS
from hermes_fallback.loopback.server import Loopback
from hermes_fallback.loopback.spec import BadSpec

_USAGE = 2
_EXAMPLE = """\
a spec:
  {{"providers": [{{"name": "main", "key": "main-key-0123456789", "models": ["big", "small"],
                  "script": ["rate_limit", "ok"], "list_script": ["hang"]}},
                 {{"name": "spare", "host": "localhost", "tls": true}}]}}
behaviours, one for each request, the last for ever:
{behaviours}
"""


def main(arguments: list[str] | None = None) -> int:
    """Start the providers, print one line of JSON that says where they are, and wait for the end."""
    options = _parser().parse_args(arguments)
    try:
        loopback = Loopback(_spec(options.spec, one_line=options.while_stdin))
    except (OSError, ValueError) as error:
        what = str(error) if isinstance(error, BadSpec) else f"`{options.spec}` cannot be read: {error}"
        print(f"error: {what}", file=sys.stderr)  # noqa: T201  # this is the program's own screen
        return _USAGE
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with loopback:
        places = {"providers": loopback.base_urls, "control": loopback.control_url}
        print(json.dumps(places), flush=True)  # noqa: T201
        if options.while_stdin:
            threading.Thread(target=_read_out, args=(over,), daemon=True).start()
        over.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hermes_fallback.loopback",
        description=main.__doc__,
        epilog=_EXAMPLE.format(behaviours="\n".join(map(_described, BEHAVIOURS))),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--spec", required=True, metavar="FILE", help="what to play, as JSON; `-` is stdin")
    parser.add_argument(
        "--while-stdin", action="store_true", help="end when stdin closes; a spec from there is one line"
    )
    return parser


def _described(behaviour: str) -> str:
    sentence, *_ = inspect.cleandoc(BEHAVIOURS[behaviour].__doc__ or "").splitlines()
    return f"  {behaviour:<22} {sentence}"


def _spec(name: str, *, one_line: bool) -> object:
    if name != "-":
        return json.loads(Path(name).read_text(encoding="utf-8"))
    return json.loads(sys.stdin.readline() if one_line else sys.stdin.read())


def _read_out(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    sys.exit(main())
