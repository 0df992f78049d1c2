from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class DeskAdminConfig(admin_apps.AdminConfig):
    """Makes the desk's site the admin site that every room registers with."""

    default_site = "practice.desk.site.DeskSite"
    default = False


class DeskConfig(AppConfig):
    """Seen: the practitioner's home and the admin site."""

    name = "practice.desk"
    verbose_name = _("Desk")
    default = True

    def ready(self) -> None:
        import_module("practice.desk.session_ends")
        import_module("practice.desk.handing_all_over")
