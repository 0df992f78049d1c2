"""The form of "Add an article": paste, choose a file, or (where switched on) give a web address."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from practice.people.models import Practitioner
from practice.people.one_way import OneWayForm
from resources.draft import Draft
from resources.files import LARGEST_FILE, MEGABYTE, TOO_LARGE
from resources.importing import (
    ImportProblem,
    Library,
    import_file,
    import_html,
    import_text,
    import_url,
)
from resources.models import Article, LibraryPrompt


class ImportForm(OneWayForm):
    """Takes one article in one of three ways."""

    ways = ("text", "file", "url")
    nothing = gettext_noop("Paste an article here, or choose a file below.")
    too_many = gettext_noop("You gave more than one article. Keep one of them and empty the others.")
    unreadable = ImportProblem

    text = forms.CharField(
        label=_("Paste the article"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "Copy it from your blog or from Word with its title, and paste it here. Headings, lists and "
            "emphasis come along. Line after line of plain text works too."
        ),
    )
    #: Filled by a small script with the clipboard's HTML; plain text is used without it.
    pasted_html = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".docx,.md,.markdown,.txt,.html,.htm"}),
        help_text=_(
            "A Word document (.docx), a saved web page (.html), Markdown (.md) or plain text (.txt), up to "
            "10 MB. For long lists the Word document is better than pasting."
        ),
    )
    url = forms.CharField(
        label=_("Or give a web address"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        help_text=_(
            "The page of one article on the public web. It is fetched once, when you press the button."
        ),
    )

    draft: Draft | None = None
    source = ""

    def __init__(self, *args: Any, practitioner: Practitioner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.practitioner = practitioner
        if not settings.ARTICLE_URL_IMPORT:
            del self.fields["url"]

    def read(self, way: str, data: dict[str, Any]) -> None:
        self.draft = self._read(way, data)

    def _read(self, way: str, data: dict[str, Any]) -> Draft:
        library = LibraryPrompt.objects.items_of(self.practitioner)
        if way == "file":
            upload = data["file"]
            self.source = upload.name
            if upload.size > LARGEST_FILE:
                raise ImportProblem(TOO_LARGE % {"size": round(upload.size / MEGABYTE)})
            return import_file(upload.name, upload.read(), library=library)
        if way == "url":
            self.source = data["url"]
            return import_url(data["url"], library=library)
        self.source = gettext_noop("Pasted")
        return _pasted(data["text"], data["pasted_html"], library)

    def save(self) -> Article:
        """The article, to be reviewed. Call it when the form is valid."""
        if self.draft is None:
            raise ValueError("There is no draft: the form is not valid.")
        return Article.from_draft(self.practitioner, self.draft, self.source)


def _pasted(text: str, html: str, library: Library) -> Draft:
    """The clipboard's HTML when it can be read, and otherwise its plain text."""
    if html.strip():
        try:
            return import_html(html, library=library)
        except ImportProblem:
            return import_text(text, library=library)
    return import_text(text, library=library)
