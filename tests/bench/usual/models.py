"""A reading, and a letter for everybody who gets it."""

from django.conf import settings
from django.db import models


class Reading(models.Model):
    title = models.CharField(max_length=200)
    html = models.TextField()
    text = models.TextField()

    def __str__(self):
        return self.title


class Letter(models.Model):
    reading = models.ForeignKey(Reading, models.CASCADE)
    name = models.CharField(max_length=120)
    address = models.EmailField()
    token = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self):
        return f"{self.reading} for {self.name}"

    @property
    def links(self):
        """The page to read and write, the one to slow down, the one to stop."""
        page = f"{settings.PUBLIC_BASE_URL}/r/{self.token}/"
        return page, f"{page}pace/", f"{page}stop/"
