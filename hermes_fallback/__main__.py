"""`python -m hermes_fallback`: the same program as `hermes`."""

from __future__ import annotations

import sys

from hermes_fallback.cli.front import program

if __name__ == "__main__":
    sys.exit(program())
