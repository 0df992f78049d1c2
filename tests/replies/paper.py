"""What a browser without JavaScript does with a page: find the form and send it back with what was typed."""

from bs4 import BeautifulSoup


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def text_of(response):
    return " ".join(soup(response).get_text(" ").split())


def fields_of(response):
    """The fields of the reflection's form as the page shows them, without the buttons."""
    fields = {}
    form = soup(response).find("form", attrs={"data-draft": True})
    for box in form.find_all("textarea"):
        fields[box["name"]] = box.get_text().removeprefix("\n")
    for box in form.find_all("input"):
        if box["type"] == "hidden" or box.has_attr("checked"):
            fields[box["name"]] = box["value"]
    return fields


def typed(response, *answers):
    """The form's fields with these answers typed into the first questions."""
    return fields_of(response) | {f"answer-{number}": answer for number, answer in enumerate(answers)}
