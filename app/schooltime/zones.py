"""Wall clocks of a zone and moments in UTC, one for the other, also where clocks are put forward or back.

Both directions never run backwards: a wall time that is skipped in spring is the moment of the change, one
that is shown twice in autumn is the first of the two, and while an hour repeats the wall clock stands at its
end. So what starts later is never due earlier, and noon stays noon.
"""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.schooltime.errors import UnknownZone

SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    """Return a zone of the IANA database; UnknownZone for any other name."""
    try:
        return ZoneInfo(name)
    # Which of them depends on where Python looks: no file, a folder, no time zone file.
    except (LookupError, ValueError, OSError):
        raise UnknownZone from None


def in_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; a naive one is refused, it would be taken for the server's own time."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(UTC)


def moment_at(zone: ZoneInfo, wall: datetime) -> datetime:
    """Return the first moment at which the clocks of a zone show a naive wall time or have skipped it."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    # PEP 495: only a skipped time has its "second" reading before its "first".
    return first if first <= second else _change(zone, second, first)


def wall_at(zone: ZoneInfo, moment: datetime) -> datetime:
    """Return the furthest naive wall time that the clocks of a zone have reached by a moment."""
    local = in_utc(moment).astimezone(zone)
    if not local.fold:
        return local.replace(tzinfo=None)
    shown_before = local.replace(fold=0)
    change = _change(zone, shown_before.astimezone(UTC), in_utc(moment))
    return (change + (shown_before.utcoffset() or timedelta())).replace(tzinfo=None)


def add_wall_days(zone: ZoneInfo, moment: datetime, days: int) -> datetime:
    """Return the moment some days later at which the wall clock shows the same time."""
    return moment_at(zone, wall_at(zone, moment) + timedelta(days=days))


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the moment between two others at which the zone's clocks were changed; it is a whole second."""
    before, offset = before.replace(microsecond=0), after.astimezone(zone).utcoffset()
    seconds = range((after - before) // SECOND)
    changed_after = bisect_left(
        seconds, True, key=lambda second: (before + second * SECOND).astimezone(zone).utcoffset() == offset
    )
    return before + changed_after * SECOND
