"""All faults, in the order in which they run."""

from tests.faults import of_broker, of_database, of_disk, of_http, of_smtp, of_time, of_webhooks, of_workers  # noqa: F401 (each registers its faults)
from tests.faults.fault import FAULTS

__all__ = ["FAULTS"]
