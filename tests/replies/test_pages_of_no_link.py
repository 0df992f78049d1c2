"""What a browser gets where there is nothing, or where something broke, in the language that it asks for."""

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.views.defaults import server_error


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "There is nothing here."), ("de", "Hier ist nichts."), ("es", "Aquí no hay nada.")],
)
def test_where_nothing_is_it_is_said_in_the_language_of_the_browser(client, language, said):
    answer = client.get("/nowhere/", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert f'<html lang="{language}" dir="ltr">' in answer.text
    assert said in answer.text


def test_where_something_broke_it_is_said_in_the_language_of_the_browser():
    with translation.override("de"):
        answer = server_error(RequestFactory().get("/"))
    assert "Bei uns hat etwas nicht geklappt." in answer.text
