"""Measure, write bench/results.json and print the table: `make bench`, or `python -m bench [WORD ...]`."""

import json
import sys
import tempfile
from pathlib import Path

from bench.measure import Figure, calibration, table
from bench.pages import measure_pages
from bench.plain.copying import make_twin
from bench.school import make_school

RESULTS = Path(__file__).with_name("results.json")


def main(words: list[str]) -> None:
    """Measure on an installation made for it the figures with one of these words in their name, or all."""
    with tempfile.TemporaryDirectory(prefix="xinxia-bench-") as name:
        school = make_school(Path(name) / "sealed")
        twin = make_twin(school, Path(name) / "plain")
        figures = [measure() for title, measure in measure_pages(school, twin) if _is_wanted(title, words)]
    if not words:
        _keep(figures)
    print(table(figures))


def _is_wanted(title: str, words: list[str]) -> bool:
    return not words or any(word in title for word in words)


def _keep(figures: list[Figure]) -> None:
    found = {"machine": calibration(), "figures": [figure.as_json() for figure in figures]}
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
