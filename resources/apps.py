from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourcesConfig(AppConfig):
    """What: articles, modules, steps, prompts."""

    name = "resources"
    verbose_name = _("Library")
