"""Signing in at the desk."""

from django.contrib.admin.forms import AdminAuthenticationForm


class SignInForm(AdminAuthenticationForm):
    """An email address and a password. What is wrong is said without telling which of the two."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": "This email address and password do not belong together. Look at both and try again.",
    }
