"""Interleaved rounds and honest ratios: CPU milliseconds, medians of per-round ratios, a bootstrap interval."""

import gc
import hashlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.passwords import PASSWORDS, stretch

ROUNDS = 11
Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios, with the interval in which 95 % of bootstrap samples lie."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True)
class Figure:
    """CPU milliseconds per call of ours and of each baseline by name, and ours as a ratio of each."""

    name: str
    ours_ms: float
    baselines_ms: dict[str, float]
    ratios: dict[str, Ratio]
    goal: float | None
    p95_wall_ms: float

    @property
    def is_met(self) -> bool | None:
        """Whether the ratio to the first baseline is within its goal; None where none is set."""
        return None if self.goal is None else next(iter(self.ratios.values())).median <= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return the figure as the results file keeps it."""
        return asdict(self)


def compare(name: str, ours: Work, baselines: Mapping[str, Work], *, goal: float | None, calls: int = 10) -> Figure:
    """Let ours and the baselines take turns (A B C, C B A, ...) after a warm-up, and compare their CPU time."""
    variants = {"ours": ours, **baselines}
    for work in variants.values():
        for _ in range(3):
            work()
    spent: dict[str, list[float]] = {variant: [] for variant in variants}
    walls: list[float] = []
    for number in range(ROUNDS):
        for variant in list(variants) if number % 2 == 0 else list(variants)[::-1]:
            spent[variant].append(_time(variants[variant], calls, walls if variant == "ours" else []))
    return Figure(
        name,
        milliseconds(spent["ours"]),
        {base: milliseconds(spent[base]) for base in baselines},
        {base: _ratio(spent["ours"], spent[base]) for base in baselines},
        goal,
        percentile(walls, 95),
    )


def _time(work: Work, calls: int, walls: list[float]) -> float:
    # Rubbish of the one must not be swept up at the cost of the other.
    gc.collect()
    started = time.process_time()
    for _ in range(calls):
        wall = time.perf_counter()
        work()
        walls.append((time.perf_counter() - wall) * 1000)
    return (time.process_time() - started) * 1000 / calls


def cpu_ms(work: Work, *, calls: int = 10) -> float:
    """Return the CPU milliseconds of one call, the median of the rounds."""
    work()
    return milliseconds([_time(work, calls, []) for _ in range(ROUNDS)])


def milliseconds(values: Sequence[float]) -> float:
    """Return the median, rounded to a hundredth of a microsecond."""
    return round(statistics.median(values), 5)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which so many per cent of the values lie."""
    return round(sorted(values)[max(0, -(-len(values) * percent // 100) - 1)], 2)


def _ratio(ours: Sequence[float], base: Sequence[float]) -> Ratio:
    ratios = [one / other for one, other in zip(ours, base, strict=True)]
    drawn = random.Random(1)
    medians = sorted(statistics.median(drawn.choices(ratios, k=len(ratios))) for _ in range(2000))
    return Ratio(round(statistics.median(ratios), 2), round(medians[50], 2), round(medians[1949], 2))


def calibration() -> dict[str, float]:
    """Return what this machine does alone, so that figures of two machines can be read side by side."""
    block, key = os.urandom(64 * 1024), AESGCM(os.urandom(32))
    with tempfile.TemporaryFile() as file:

        def keep() -> None:
            os.pwrite(file.fileno(), block[:4096], 0)
            os.fsync(file.fileno())

        return {
            "cores": os.cpu_count() or 1,
            "load": round(os.getloadavg()[0], 1),
            "sha256_64k_per_s": _per_second(lambda: hashlib.sha256(block).digest()),
            "aes_gcm_4k_per_s": _per_second(lambda: key.encrypt(block[:12], block[:4096], None)),
            "fsync_4k_per_s": _per_second(keep),
            "argon2id_ms": cpu_ms(lambda: stretch("a password", block[:16], b"", b"", PASSWORDS), calls=1),
        }


def _per_second(work: Work, seconds: float = 0.3) -> float:
    count, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        work()
        count += 1
    return round(count / seconds)
