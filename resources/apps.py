from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    """What: articles, modules, steps, prompts."""

    name = "resources"
    verbose_name = "Library"
