"""Text of one line, and text encrypted at rest with MultiFernet. An unreadable value is an error, never a blank."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

one_line = RegexValidator(
    r"[\x00-\x1f\x7f\u2028\u2029]", _("This must be one line of text."), "one_line", inverse_match=True
)


class CannotDecrypt(ValueError):
    """A stored value fits none of FIELD_ENCRYPTION_KEYS: a key is missing, or the row was damaged."""


def keyring() -> MultiFernet:
    """The configured keys: the first encrypts, all decrypt."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


def encrypt(text: str) -> str:
    """Encrypt with the first key. The empty string stays empty: nothing written is nothing to hide."""
    return keyring().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text behind a token. Raises CannotDecrypt when no key fits."""
    if not token:
        return ""
    try:
        return keyring().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise CannotDecrypt("A stored text cannot be decrypted with any of FIELD_ENCRYPTION_KEYS.") from error


class EncryptedTextField(models.TextField):
    """A text field whose column holds a Fernet token. It cannot be searched."""

    description = _("Text, encrypted at rest")

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        # Each encryption differs, so any other comparison would silently find nothing.
        if lookup_name != "isnull":
            raise TypeError(f"An encrypted field cannot be searched with {lookup_name!r}.")
        return super().get_lookup(lookup_name)


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The encrypted fields of a model, for key rotation and erasure."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
