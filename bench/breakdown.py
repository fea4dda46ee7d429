"""Where the time of a sealed request goes: the plain request, the vault's own steps, the statements, the rest."""

from dataclasses import asdict, dataclass
from typing import Any

from bench.measure import Figure, cpu_ms
from bench.raw import FIRST_CHECKS, Replay


@dataclass(frozen=True)
class Part:
    """How often a request did something, and the CPU milliseconds of all of it done again alone."""

    times: int
    ms: float


@dataclass(frozen=True)
class Breakdown:
    """What a sealed request does beyond the plain one, each part measured alone in the same run.

    `least_ratio` is the ratio that would be left if all code around cryptography and statements cost nothing.
    """

    name: str
    ours_ms: float
    plain_ms: float
    cryptography: dict[str, Part]
    statements: Part
    plain_statements: Part
    rest_ms: float
    least_ratio: float
    first_checks: Part

    def as_json(self) -> dict[str, Any]:
        """Return the breakdown as the results file keeps it."""
        return asdict(self)


def break_down(figure: Figure, ours: Replay, plain: Replay) -> Breakdown:
    """Do again alone what a measured request did, and tell what is left."""
    parts = {
        name: Part(len(steps), cpu_ms(ours.steps(name)))
        for name, steps in ours.asked.steps.items()
        if steps and name != FIRST_CHECKS
    }
    statements, plain_statements = (
        Part(len(replay.asked.statements), cpu_ms(replay.statements)) for replay in (ours, plain)
    )
    plain_ms = figure.baselines_ms["plain"]
    least = sum(part.ms for part in parts.values()) + max(0.0, statements.ms - plain_statements.ms)
    return Breakdown(
        name=figure.name,
        ours_ms=figure.ours_ms,
        plain_ms=plain_ms,
        cryptography=parts,
        statements=statements,
        plain_statements=plain_statements,
        rest_ms=round(figure.ours_ms - plain_ms - least, 5),
        least_ratio=round((plain_ms + least) / plain_ms, 2),
        first_checks=Part(len(ours.asked.steps[FIRST_CHECKS]), cpu_ms(ours.steps(FIRST_CHECKS))),
    )
