"""What the pages around a module have in common."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe

from practice.people.owned_admin import OwnedAdmin
from resources.content import Content
from resources.models import PromptKind
from resources.sanitize import clean
from resources.sensitive import words_of


class ModulePages(OwnedAdmin):
    """Base of pages about modules that are not forms of the admin."""

    def page(
        self, request: HttpRequest, name: str, title: str, status: int = 200, **context: Any
    ) -> HttpResponse:
        """A page from `templates/admin/resources/module/<name>.html`."""
        shared = {"title": title, "opts": self.opts, "media": self.media, "has_permission": True}
        template = f"admin/resources/module/{name}.html"
        context = {**self.admin_site.each_context(request), **shared, **context}
        return TemplateResponse(request, template, context, status=status)


def shown(content: Content) -> dict[str, Any]:
    """A module to be read on a page: each step with its reading cleaned once more, and its questions in words."""
    steps = [
        {
            "title": step.title,
            "minutes": step.minutes,
            "content_note": step.content_note,
            "html": mark_safe(clean(step.body)),  # noqa: S308 - this is what the cleaning is for
            "prompts": [(prompt, PromptKind(prompt.kind).label) for prompt in step.prompts],
        }
        for step in content.steps
    ]
    return {
        "title": content.title,
        "description": content.description,
        "sensitive_words": words_of(content.sensitive_words),
        "holds_while_away": content.holds_while_away,
        "steps": steps,
    }
