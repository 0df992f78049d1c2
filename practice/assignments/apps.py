from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """When: a module for a client, its cadence and pace."""

    name = "practice.assignments"
    verbose_name = _("Assignments")

    def ready(self) -> None:
        import_module("practice.assignments.receivers")
        import_module("practice.assignments.clients")
        import_module("practice.assignments.away")
        import_module("practice.assignments.in_modules")
