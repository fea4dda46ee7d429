"""Measure, write bench/results.json and print the tables: `make bench`, or `python -m bench [PART ...]`."""

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import tables
from bench.appointments import appointments_table, measure_appointments
from bench.fields import measure_fields
from bench.letterbox import letters_table, measure_letters
from bench.measure import calibration
from bench.pages import measure_pages
from bench.plain.copying import make_twin
from bench.roster import measure_roster
from bench.school import make_school
from bench.screening import measure_screening, screening_table
from bench.served import measure_served, pages_table
from bench.starting import measure_starts

RESULTS = Path(__file__).with_name("results.json")


def main(wanted: list[str]) -> None:
    """Measure in a folder of its own every part, or those named; only a whole run is written down."""
    unknown = set(wanted) - PARTS.keys()
    if unknown:
        sys.exit(f"bench: no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    results: dict[str, Any] = {"machine": calibration()}
    failed: list[str] = []
    print("machine:", ", ".join(f"{name} {value:g}" for name, value in results["machine"].items()))
    with tempfile.TemporaryDirectory(prefix="xinxia-bench-") as name:
        for part in wanted or PARTS:
            print(f"\nmeasuring: {part}", file=sys.stderr, flush=True)
            try:
                results[part], shown = PARTS[part](Path(name) / part)
                print(f"\n{shown}", flush=True)
            except Exception:
                # What the other parts find is still worth the time they took.
                failed.append(part)
                traceback.print_exc()
    results["load_afterwards"] = round(os.getloadavg()[0], 1)
    if not wanted:
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        print(f"\nwritten to {RESULTS}")
    if failed:
        sys.exit(f"bench: these parts could not be measured: {', '.join(failed)}")


def _requests(folder: Path) -> tuple[Any, str]:
    school = make_school(folder / "sealed")
    twin = make_twin(school, folder / "plain")
    found = list(measure_pages(school, twin, folder / "copies"))
    figures, breakdowns = zip(*found, strict=True)
    shown = [tables.figures_table(figures), tables.breakdown_table(breakdowns), tables.steps_table(breakdowns)]
    kept = [figure.as_json() | {"breakdown": parts.as_json()} for figure, parts in found]
    return kept, "\n\n".join(shown)


def _fields(_folder: Path) -> tuple[Any, str]:
    found = measure_fields()
    return [figure.as_json() for figure in found], tables.fields_table(found)


def _pages_on(kind: str) -> Callable[[Path], tuple[Any, str]]:
    def measure(folder: Path) -> tuple[Any, str]:
        found = measure_served(kind, folder)
        return [figure.as_json() for figure in found], pages_table(found)

    return measure


def _roster(folder: Path) -> tuple[Any, str]:
    found = measure_roster(folder)
    return found.as_json(), tables.seconds_table(found.lines())


def _starts(folder: Path) -> tuple[Any, str]:
    found = measure_starts(folder)
    return found.as_json(), tables.seconds_table(found.lines())


def _screening(_folder: Path) -> tuple[Any, str]:
    found = measure_screening()
    return found.as_json(), screening_table(found)


def _letters(folder: Path) -> tuple[Any, str]:
    found = measure_letters(folder)
    return [figure.as_json() for figure in found], letters_table(found)


def _appointments(folder: Path) -> tuple[Any, str]:
    found = measure_appointments(folder)
    return found.as_json(), appointments_table(found)


PARTS: dict[str, Callable[[Path], tuple[Any, str]]] = {
    "requests": _requests,
    "fields": _fields,
    "pages": _pages_on("sqlite"),
    "pages-postgresql": _pages_on("postgresql"),
    "roster": _roster,
    "starts": _starts,
    "screening": _screening,
    "letters": _letters,
    "appointments": _appointments,
}

if __name__ == "__main__":
    main(sys.argv[1:])
