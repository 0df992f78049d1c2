"""The way to the desk, as a person takes it."""

from tests.browser.looking import press


def sign_in(page, address, email, password):
    """At a page of the desk that asks who is there."""
    page.goto(address)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")
