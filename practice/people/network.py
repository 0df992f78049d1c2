"""Where on the network a request comes from."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str | None:
    """Where a request comes from. Of IPv6 it is the network, because one browser has all addresses in it.

    Behind a proxy it is what the proxy added to X-Forwarded-For: the last entry. What stands before it, or stands there
    without a proxy, could be anything.
    """
    said = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        said = request.META.get("HTTP_X_FORWARDED_FOR", said).rsplit(",", 1)[-1]
    try:
        found = ip_address(said.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False).network_address)
    return str(found)
