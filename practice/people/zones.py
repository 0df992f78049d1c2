"""Time zones by name, and by the cities and countries that people type instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from practice.people.clocks import clock_of


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


@cache
def _meant() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The zones that a name, a label or a city means, and those of each country; by the words in small letters."""
    places: dict[str, set[str]] = {}
    countries: dict[str, set[str]] = {}
    for zone in zones():
        for words in (zone.name.replace("_", " "), zone.label, zone.city):
            places.setdefault(words.casefold(), set()).add(zone.name)
        if zone.country:
            countries.setdefault(zone.country.casefold(), set()).add(zone.name)
    return places, countries


def find_zone(typed: str) -> str:
    """The name of the zone that somebody means by its name, its label, a city, or a country that has one zone.

    What fits none of these, or several, comes back as it was typed, for `validate_zone` to speak about.
    """
    wanted = " ".join(typed.casefold().replace("_", " ").split())
    places, countries = _meant()
    found = places.get(wanted) or countries.get(wanted) or set()
    return next(iter(found)) if len(found) == 1 else typed


def validate_zone(name: str) -> None:
    """Raise ValidationError with a plain sentence when there is no such zone."""
    if clock_of(name) is None:
        raise ValidationError(
            gettext(
                "There is no time zone called “%(name)s”. Type a large city nearby and choose from the list, "
                "such as Europe/Berlin."
            ),
            code="unknown_zone",
            params={"name": name},
        )
