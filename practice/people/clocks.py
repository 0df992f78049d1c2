"""The clocks of time zones, by their names. Standard library only."""

from functools import cache
from zoneinfo import ZoneInfo


def clock_of(zone: str) -> ZoneInfo | None:
    """The clock of a zone; None when the time zones of this machine lack it, as after a change of its system."""
    try:
        return _read(zone)
    except (KeyError, ValueError, OSError):
        return None


@cache
def _read(zone: str) -> ZoneInfo:
    """Read once: Python itself keeps only the last few, and a list of clients asks for many, again and again."""
    return ZoneInfo(zone)
