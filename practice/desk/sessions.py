"""Sessions in the database, each with whose it is. The settings name this file as the session engine."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as InDatabase

from practice.desk.models import SignedIn


class SessionStore(InDatabase):
    """Django's, with the practitioner beside the key."""

    @classmethod
    def get_model_class(cls) -> type[SignedIn]:
        return SignedIn

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.practitioner_id = data.get(SESSION_KEY)
        return row
