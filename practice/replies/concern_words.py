"""The practice's lists of worrying words: one for each language, and whoever runs the practice writes them."""

from pathlib import Path

from django.db import models
from django.utils.translation import gettext, gettext_lazy

from practice.people.models import Client

#: What a list holds until somebody changes it: a file for each language, a phrase a line.
BEGINNING = Path(__file__).parent / "words"
LANGUAGES: list[tuple[str, str]] = list(Client._meta.get_field("language").flatchoices)


def beginning(language: str) -> str:
    """The list that a language begins with; empty where there is none."""
    file = BEGINNING / f"{language}.txt"
    return file.read_text("utf-8") if file.exists() else ""


class ConcernWords(models.Model):
    """One language's list."""

    language = models.CharField(max_length=8, unique=True, choices=LANGUAGES, editable=False)
    phrases = models.TextField(
        gettext_lazy("words and phrases"),
        blank=True,
        max_length=10_000,
        help_text=gettext_lazy(
            "One a line. Other forms of a word are found as well (“hurt myself” also finds “hurting myself”), and so "
            "is a phrase with one or two words in between. Put it in quotation marks to find it only as it is "
            "written. An empty list finds nothing."
        ),
    )

    class Meta:
        ordering = ("language",)
        verbose_name = gettext_lazy("list of worrying words")
        verbose_name_plural = gettext_lazy("lists of worrying words")

    def __str__(self) -> str:
        return gettext("Worrying words in %(language)s") % {"language": self.get_language_display()}

    def lines(self) -> list[str]:
        """The phrases, without empty lines."""
        return [line.strip() for line in self.phrases.splitlines() if line.strip()]

    @classmethod
    def write_missing(cls) -> None:
        """Write down the beginning of every list that is not stored yet."""
        for code, _ in LANGUAGES:
            cls.objects.get_or_create(language=code, defaults={"phrases": beginning(code)})

    @classmethod
    def lists(cls) -> dict[str, list[str]]:
        """Every language's phrases: as they are stored, else as they begin."""
        stored = {row.language: row for row in cls.objects.all()}
        rows = (stored.get(code) or cls(language=code, phrases=beginning(code)) for code, _ in LANGUAGES)
        return {row.language: row.lines() for row in rows}
