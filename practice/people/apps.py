from typing import Any

from django.apps import AppConfig
from django.db.models.signals import class_prepared
from django.dispatch import receiver
from django.utils.translation import gettext_lazy


class PeopleConfig(AppConfig):
    """Who: practitioners, clients, consent, who may see whom."""

    name = "practice.people"
    verbose_name = gettext_lazy("People")


@receiver(class_prepared)
def have_names_translated(sender: Any, **more: Any) -> None:
    """What Django calls models and fields after their names in the code, such as "time zone", the desk shows, too.

    As `verbose_name` of their own these words would have to stand in migrations. They are marked in the models' module.
    """
    opts = sender._meta
    if not sender.__module__.startswith(("practice.", "resources.")):
        return
    for field in opts.local_fields:
        if field._verbose_name is None:
            field.verbose_name = gettext_lazy(field.verbose_name)
    if not opts.original_attrs.keys() & {"verbose_name", "verbose_name_plural"}:
        opts.verbose_name = gettext_lazy(str(opts.verbose_name))
        opts.verbose_name_plural = gettext_lazy(str(opts.verbose_name_plural))
