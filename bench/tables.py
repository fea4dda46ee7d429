"""What was measured, as tables to read."""

from collections.abc import Iterable, Sequence

from bench.breakdown import Breakdown
from bench.measure import Figure
from bench.raw import FIRST_CHECKS


def figures_table(figures: Iterable[Figure]) -> str:
    """Return the comparisons: ours, the plain twin, ciphers and rows alone."""
    lines = [("against the plain twin, CPU ms", "ours", "plain", "ratio (95 %)", "goal", "raw", "p95 wall", "")]
    for each in figures:
        lines.append(
            (
                each.name, f"{each.ours_ms:.2f}", f"{each.baselines_ms['plain']:.2f}", str(each.ratios["plain"]),
                goal_words(each.goal), f"{each.baselines_ms['raw']:.2f}", f"{each.p95_wall_ms:.1f}",
                verdict(each.is_met),
            )
        )
    return table(lines)


def breakdown_table(found: Iterable[Breakdown]) -> str:
    """Return where the time goes: times and CPU milliseconds of each part."""
    lines = [("where it goes, CPU ms", "plain", "cryptography", "statements", "rest", "ours", "least ratio")]
    for each in found:
        steps = sum(part.times for part in each.cryptography.values())
        ms = sum(part.ms for part in each.cryptography.values())
        lines.append(
            (
                each.name, f"{each.plain_ms:.2f}", f"{steps} x: {ms:.2f}",
                f"{each.statements.times} x: {each.statements.ms:.2f}"
                f" (plain {each.plain_statements.times} x: {each.plain_statements.ms:.2f})",
                f"{each.rest_ms:.2f}", f"{each.ours_ms:.2f}", f"{each.least_ratio:.2f}",
            )
        )
    return table(lines)


def steps_table(found: Iterable[Breakdown]) -> str:
    """Return the vault's own steps of each request: how many, and the CPU milliseconds of all of them alone."""
    lines = [("the vault's steps, each done again alone", "times", "CPU ms")]
    for each in found:
        for name, part in [*each.cryptography.items(), (FIRST_CHECKS, each.first_checks)]:
            lines.append((f"{each.name}: {name}", str(part.times), f"{part.ms:.3f}"))
    return table(lines)


def fields_table(figures: Iterable[Figure]) -> str:
    """Return what sealing one field costs, in microseconds."""
    lines = [("one field, CPU microseconds", "ours", "AES-GCM", "ratio (95 %)", "goal", "")]
    for each in figures:
        lines.append(
            (
                each.name, f"{each.ours_ms * 1000:.1f}", f"{each.baselines_ms['AES-GCM'] * 1000:.1f}",
                str(each.ratios["AES-GCM"]), goal_words(each.goal), verdict(each.is_met),
            )
        )
    return table(lines)


def seconds_table(lines: Iterable[tuple[str, float | None, float]]) -> str:
    """Return what is measured in seconds: name, seconds (None where nothing was measured) and goal."""
    rows = [("in seconds", "seconds", "goal", "")]
    for name, seconds, goal in lines:
        if seconds is None:
            rows.append((name, "-", f"< {goal:g}", ""))
        else:
            rows.append((name, f"{seconds:.1f}", f"< {goal:g}", verdict(seconds < goal)))
    return table(rows)


def goal_words(goal: float | None) -> str:
    """Return a goal in words."""
    return "-" if goal is None else f"<= {goal:g}"


def verdict(is_met: bool | None) -> str:
    """Return what is said of a goal."""
    return "" if is_met is None else "met" if is_met else "MISSED"


def table(lines: Sequence[Sequence[str]]) -> str:
    """Return lines as columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(
            zip(line, widths, strict=True)
        )).rstrip()
        for line in lines
    )
