from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who: practitioners, clients, consent, who may see whom."""

    name = "practice.people"
    verbose_name = "People"
