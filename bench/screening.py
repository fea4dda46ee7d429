"""Letters screened, beside a plain loop that looks for ten words in the same texts."""

from app.letterbox.screening import screen
from app.letterbox.training.letters import read
from bench.measure import Figure, compare
from bench.tables import table

_LETTERS = 200
_WORDS = ("自杀", "想死", "不想活", "跳楼", "割腕", "遗书", "suicide", "kill myself", "want to die", "hurt myself")


def measure_screening() -> Figure:
    """Measure one letter, as the mean over letters of all levels and both languages."""
    texts = [letter.text for letter in read()[::7]][:_LETTERS]

    def screened() -> None:
        for text in texts:
            screen(text)

    def looked_through() -> None:
        for text in texts:
            any(word in text.lower() for word in _WORDS)

    return compare(f"screen {len(texts)} letters", screened, {"ten words": looked_through}, goal=None, calls=1)


def screening_table(found: Figure) -> str:
    """Return letters per second of both."""
    lines = [("letters a second, one core", "screened", "ten words looked for", "p95 wall ms")]
    base = found.baselines_ms["ten words"]
    lines.append((found.name, *(f"{_LETTERS / ms * 1000:.0f}" for ms in (found.ours_ms, base)), f"{found.p95_wall_ms}"))
    return table(lines)
