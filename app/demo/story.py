"""Scenes of the sample district, lived in the order of their moments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from app.core import clock
from app.demo import cast
from app.demo.loading import District
from app.directory.queries import calendar_of
from app.schooltime import day_at, is_school_day, moment_at


@dataclass(frozen=True)
class Scene:
    """Something that happens at a moment."""

    at: datetime
    happens: Callable[[], object]


@dataclass
class Story:
    """Scenes as they are written down, to be lived in the order of their moments."""

    district: District
    now: datetime = field(default_factory=clock.now)
    scenes: list[Scene] = field(default_factory=list)
    concerns: dict[str, UUID] = field(default_factory=dict)

    def back(self, school_days: int, hour: str) -> datetime:
        """Return a time of the day so many school days ago."""
        calendar = calendar_of(self.district.organisation(cast.PRIMARY).id)
        day = day_at(calendar, self.now)
        while school_days or not is_school_day(calendar, day):
            day -= timedelta(days=1)
            school_days -= is_school_day(calendar, day)
        return moment_at(calendar.zone, datetime.combine(day, time.fromisoformat(hour)))

    def add(self, at: datetime, happens: Callable[[], object]) -> None:
        """Write a scene down; what would lie in the future happens a moment ago."""
        self.scenes.append(Scene(min(at, self.now - timedelta(minutes=1)), happens))

    def live(self) -> None:
        """Let every scene happen at its moment."""
        for scene in sorted(self.scenes, key=lambda scene: scene.at):
            with clock.at(scene.at):
                scene.happens()
