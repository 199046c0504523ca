"""`python -m benchmarks [--rounds N] [commands|edits|engine|peers …]`."""

from __future__ import annotations

import argparse
from importlib import import_module

from benchmarks.measure import show

SECTIONS = {"commands": 15, "edits": 15, "engine": 30, "peers": 20}


def main() -> None:
    """Run the chosen sections, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, help="pairs of runs per figure")
    chosen = parser.parse_args()
    unknown = set(chosen.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    for section in chosen.sections or SECTIONS:
        module = import_module(f"benchmarks.{section}")
        print(f"\n{module.__doc__}")
        show(module.figures(chosen.rounds or SECTIONS[section]))


if __name__ == "__main__":
    main()
