"""What libraries would put at the desk and nobody needs there: the recovery codes of second factors."""

from django.contrib import admin
from django_otp.plugins.otp_static.models import StaticDevice

admin.site.unregister(StaticDevice)
