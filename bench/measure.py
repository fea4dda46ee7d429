"""Interleaved rounds and honest ratios: CPU milliseconds, medians of per-round ratios, a bootstrap interval."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 15


@dataclass(frozen=True)
class Figure:
    """One figure: CPU milliseconds per call of ours and of the baseline, and the ratio with its 95 % interval."""

    name: str
    ours_ms: float
    baseline_ms: float
    ratio: float
    low: float
    high: float
    goal: float | None
    p95_wall_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the results file keeps it."""
        return asdict(self)


def compare(
    name: str, variants: Mapping[str, Callable[[], object]], *, goal: float | None, calls: int = 10
) -> Figure:
    """Run "ours" and "baseline" A B B A in every round after a warm-up, and compare their CPU time."""
    for work in variants.values():
        for _ in range(3):
            work()
    spent: dict[str, list[float]] = {variant: [] for variant in variants}
    walls: list[float] = []
    for round_number in range(ROUNDS):
        order = list(variants) if round_number % 2 == 0 else list(variants)[::-1]
        for variant in order:
            # Rubbish of the one must not be swept up at the cost of the other.
            gc.collect()
            started = time.process_time()
            for _ in range(calls):
                wall = time.perf_counter()
                variants[variant]()
                if variant == "ours":
                    walls.append((time.perf_counter() - wall) * 1000)
            spent[variant].append((time.process_time() - started) * 1000 / calls)
    ratios = [ours / base for ours, base in zip(spent["ours"], spent["baseline"], strict=True)]
    low, high = _interval(ratios)
    return Figure(
        name,
        round(statistics.median(spent["ours"]), 3),
        round(statistics.median(spent["baseline"]), 3),
        round(statistics.median(ratios), 2),
        low,
        high,
        goal,
        round(sorted(walls)[int(len(walls) * 0.95) - 1], 2),
    )


def _interval(values: list[float]) -> tuple[float, float]:
    drawn = random.Random(1)
    medians = sorted(statistics.median(drawn.choices(values, k=len(values))) for _ in range(2000))
    return round(medians[50], 2), round(medians[1949], 2)


def calibration() -> dict[str, float]:
    """Return what this machine does alone, so that figures of two machines can be read side by side."""
    import hashlib
    import os

    def per_second(work: Callable[[], object], seconds: float = 0.3) -> float:
        count, until = 0, time.perf_counter() + seconds
        while time.perf_counter() < until:
            work()
            count += 1
        return round(count / seconds)

    block = os.urandom(64 * 1024)
    return {"sha256_64k_per_s": per_second(lambda: hashlib.sha256(block).digest())}


def table(figures: list[Figure]) -> str:
    """Return the figures as a table to read."""
    lines = [("figure", "ours ms", "baseline ms", "ratio", "95 %", "goal", "p95 ms", "")]
    for each in figures:
        goal = f"<= {each.goal}" if each.goal else "-"
        verdict = "" if each.goal is None else "met" if each.ratio <= each.goal else "MISSED"
        lines.append(
            (
                each.name, f"{each.ours_ms:.2f}", f"{each.baseline_ms:.2f}", f"{each.ratio:.2f}",
                f"{each.low:.2f}-{each.high:.2f}", goal, f"{each.p95_wall_ms:.1f}", verdict,
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(8)]
    return "\n".join(
        "  ".join(cell.ljust(width) if not place else cell.rjust(width)
                  for place, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    )
