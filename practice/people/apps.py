from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class PeopleConfig(AppConfig):
    """Who: practitioners, clients, consent, who may see whom."""

    name = "practice.people"
    verbose_name = gettext_lazy("People")
