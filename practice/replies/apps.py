from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.apps import apps as registry
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy


class RepliesConfig(AppConfig):
    """Back: the client's pages and reflections."""

    name = "practice.replies"
    verbose_name = gettext_lazy("Reflections")

    def ready(self) -> None:
        import_module("practice.replies.worrying")
        import_module("practice.replies.waiting")
        import_module("practice.replies.checks")
        import_module("practice.replies.inbound_hooks")
        post_migrate.connect(_begin_the_lists, sender=self)


def _begin_the_lists(apps: Any = registry, **_: object) -> None:
    """After migrating: every language has its list, unless that was back to when there were none."""
    if "concernwords" in apps.all_models["replies"]:
        import_module("practice.replies.concern_words").ConcernWords.write_missing()
