"""The lists of worrying words, for whoever runs the practice; and, where they are written, what they cannot do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.people.owned_admin import InstallationAdmin, Textarea
from practice.replies.concern_words import ConcernWords

LIMITS = gettext_lazy(
    "This is a list of words and nothing more. Nobody watches, and no machine understands what is written: it finds "
    "some of what should worry you, and overlooks much. People write around things, in other words, in other "
    "languages, or not at all. It also finds what is harmless: whoever writes that they do not want to die has these "
    "words, too. So it replaces nothing: read everything, agree with each client what they do in a crisis, and "
    "promise nobody that something will be noticed."
)
EFFECTS = gettext_lazy(
    "When a client sends a reflection that has one of these words, it stands first at their practitioner’s desk, and "
    "nothing more of their series goes out before the practitioner says that they read it. The practitioner gets a "
    "short email without any content. All lists are looked through, whatever the client’s language. What a client "
    "keeps for themselves is not. The client is told nothing of this."
)


class WordsForm(forms.ModelForm):
    class Meta:
        model = ConcernWords
        fields = ("phrases",)
        widgets = {"phrases": Textarea(attrs={"rows": 24, "spellcheck": "false"})}


@admin.register(ConcernWords)
class ConcernWordsAdmin(InstallationAdmin):
    form = WordsForm
    list_display = ("name", "count")
    list_display_links = ("name",)
    fieldsets = ((None, {"fields": ("phrases",), "description": LIMITS}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(
            request, {"limits": LIMITS, "effects": EFFECTS, **(extra_context or {})}
        )

    @admin.display(description=gettext_lazy("Language"), ordering="language")
    def name(self, words: ConcernWords) -> SafeString:
        return format_html('<span lang="{}">{}</span>', words.language, words.get_language_display())

    @admin.display(description=gettext_lazy("How many"))
    def count(self, words: ConcernWords) -> str:
        count = len(words.lines())
        if not count:
            return _("None: this list finds nothing")
        return ngettext("%(count)s phrase", "%(count)s phrases", count) % {"count": count}
