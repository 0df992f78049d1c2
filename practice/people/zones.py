"""Time zones by name, and by the cities and countries that people type instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Zone:
    """A zone where people live, with its city and its country in words."""

    name: str
    city: str
    country: str

    @property
    def label(self) -> str:
        """ "Berlin, Germany"."""
        return f"{self.city}, {self.country}" if self.country else self.city


def _table(name: str) -> Iterator[list[str]]:
    """The rows of one of the tables that come with the time zone database (`iso3166.tab`, `zone.tab`)."""
    for line in files("tzdata").joinpath("zoneinfo", name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


@cache
def zones() -> tuple[Zone, ...]:
    """Every zone where people live, by name; UTC last."""
    countries = {code: country for code, country, *_ in _table("iso3166.tab")}
    found = [
        Zone(name, name.rsplit("/", 1)[-1].replace("_", " "), countries[code])
        for code, _, name, *_ in _table("zone.tab")
    ]
    return (*sorted(found, key=lambda zone: zone.name), Zone("UTC", "UTC", ""))


def zone_label(name: str) -> str:
    """The zone in words: "Berlin, Germany"; the name itself for one that is not in the list."""
    return next((zone.label for zone in zones() if zone.name == name), name)


def find_zone(typed: str) -> str:
    """The name of the zone that somebody means by its name, its label, a city, or a country that has one zone.

    What fits none of these, or several, comes back as it was typed, for `validate_zone` to speak about.
    """
    wanted = " ".join(typed.casefold().replace("_", " ").split())

    def means(zone: Zone) -> tuple[str, ...]:
        return (zone.name.replace("_", " "), zone.label, zone.city)

    found = {zone.name for zone in zones() if wanted in map(str.casefold, means(zone))}
    found = found or {zone.name for zone in zones() if wanted and wanted == zone.country.casefold()}
    return found.pop() if len(found) == 1 else typed


def validate_zone(name: str) -> None:
    """Raise ValidationError with a plain sentence when there is no such zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(
            "There is no time zone called “%(name)s”. Type a large city nearby and choose from the list, "
            "such as Europe/Berlin.",
            code="unknown_zone",
            params={"name": name},
        ) from error
