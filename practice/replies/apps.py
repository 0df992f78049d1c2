from django.apps import AppConfig


class RepliesConfig(AppConfig):
    """Back: the client's pages and reflections."""

    name = "practice.replies"
    verbose_name = "Reflections"
