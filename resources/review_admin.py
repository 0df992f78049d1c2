"""The admin pages of articles: adding one, and reviewing its proposal on one screen."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people.ownership import practitioner_of
from resources.again_pages import AgainPages
from resources.blocks import split_blocks
from resources.draft import Draft, DraftStep
from resources.import_form import ImportForm
from resources.models import Article, PromptKind
from resources.review_form import Garbled, Posted, act, pack, problems, read_post, where


@admin.register(Article)
class ArticleAdmin(AgainPages):
    """Articles as imported. Adding one is the import; changing one is the review."""

    list_display = ("title", "author", "proposed", "modules_made", "created_at")
    search_fields = ("title", "author")
    search_help_text = gettext_lazy("Search by title or author")
    when_empty = gettext_lazy(
        "No article yet. Add one of yours: paste it, or choose a file. It is read into short steps, and you look "
        "through them before anything is kept."
    )

    @admin.display(description=gettext_lazy("Steps proposed"))
    def proposed(self, article: Article) -> int:
        return len(article.proposal.get("steps", ()))

    @admin.display(description=gettext_lazy("Modules made from it"))
    def modules_made(self, article: Article) -> str:
        return ", ".join(module.title for module in article.modules.all()) or _("None yet")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("modules")

    # --- adding

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for an article; keep it and go on to its review, or say why it cannot be read."""
        form = ImportForm(
            request.POST if request.method == "POST" else None,
            request.FILES or None,
            practitioner=practitioner_of(request),
        )
        if request.method == "POST" and form.is_valid():
            article = form.save()
            self.log_addition(request, article, gettext_noop("Imported."))
            messages.success(request, _("Here is what we propose. Nothing is sent to anyone from this page."))
            return redirect(self._review_of(article))
        context = self._context(request, title=_("Add an article"), form=form)
        return render(request, "admin/resources/article/add.html", context)

    # --- reviewing

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the proposal; save what was typed, then do what the button says, then come back to the place."""
        article: Article = self.own_or_404(request, object_id)
        if request.method != "POST":
            return self._review(request, article, article.draft, article.revision)
        try:
            posted = read_post(article, request.POST)
        except Garbled as problem:
            messages.error(request, str(problem))
            return redirect(self._review_of(article))
        return self._save(request, article, posted)

    def _save(self, request: HttpRequest, article: Article, posted: Posted) -> HttpResponse:
        is_latest = posted.seen == article.revision
        place = act(article, posted.draft, posted.button) if is_latest else ""
        if not article.save_draft(posted.draft, posted.seen):
            return self._review(request, article, posted.draft, article.revision, is_conflict=True)
        if posted.button != "module":
            messages.success(request, _said(posted.button))
            return redirect(self._review_of(article) + (f"#{place}" if place else ""))
        if found := problems(posted.draft):
            return self._review(request, article, posted.draft, article.revision, found=found)
        module = article.make_module()
        self.log_change(request, article, _("Made the module %(module)s.") % {"module": module.pk})
        said = _("“%(module)s” is a module now. Nothing is sent before you assign it to a client.")
        messages.success(request, said % {"module": module.title})
        return redirect("admin:resources_module_change", module.pk)

    def _review(
        self,
        request: HttpRequest,
        article: Article,
        draft: Draft,
        revision: int,
        *,
        is_conflict: bool = False,
        found: dict[str, str] | None = None,
    ) -> HttpResponse:
        context = self._context(
            request,
            title=_("Review “%(article)s”") % {"article": draft.title},
            object_id=article.pk,
            original=article,
            draft=draft,
            steps=[_shown(n, step, len(draft.steps), found or {}) for n, step in enumerate(draft.steps)],
            left_out=[_with_html(piece) for piece in draft.left_out],
            kinds=PromptKind.choices,
            shown=pack(article, draft),
            revision=revision,
            found=found or {},
            summary=[(name, where(name), problem) for name, problem in (found or {}).items()],
            conflict=_when(article) if is_conflict else "",
            has_module=article.modules.exists(),
        )
        return render(request, "admin/resources/article/review.html", context)

    def _context(self, request: HttpRequest, **more: Any) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}

    @staticmethod
    def _review_of(article: Article) -> str:
        return reverse("admin:resources_article_change", args=(article.pk,))


def _shown(n: int, step: DraftStep, count: int, found: dict[str, str]) -> dict[str, Any]:
    """A step as the page shows it: numbered from 1 for people, from 0 in names."""
    name = f"step-{n}"
    prompts = [
        {
            "k": k,
            "name": f"{name}-prompt-{k}",
            "prompt": prompt,
            "options": "\n".join(prompt.options),
            "text_error": found.get(f"{name}-prompt-{k}-text"),
            "options_error": found.get(f"{name}-prompt-{k}-options"),
        }
        for k, prompt in enumerate(step.prompts)
    ]
    return {
        "n": n,
        "number": n + 1,
        "step": step,
        "blocks": [mark_safe(html) for html in split_blocks(step.html)],  # noqa: S308 - cleaned by Article.draft
        "prompts": prompts,
        "is_first": n == 0,
        "is_last": n == count - 1,
        "title_error": found.get(f"{name}-title"),
    }


def _with_html(piece: Any) -> dict[str, Any]:
    title = piece.whole.title if piece.whole else ""
    html = mark_safe(piece.html)  # noqa: S308 - cleaned by Article.draft
    return {"reason": _(piece.reason), "title": title, "step": piece.step + 1, "html": html}


def _when(article: Article) -> str:
    """ "today at 14:05", on the practitioner's clock."""
    at = timezone.localtime(article.changed_at)
    clock = date_format(at, "H:i")
    if at.date() == timezone.localdate():
        return _("today at %(time)s") % {"time": clock}
    return _("on %(day)s at %(time)s") % {"day": date_format(at, _("j F")), "time": clock}


def _said(button: str) -> str:
    """What was done, in words."""
    return {
        "merge": _("Merged. “Split here” parts it again."),
        "split": _("Split in two. “Merge with the next” joins them again."),
        "up": _("Moved up."),
        "down": _("Moved down."),
        "leave": _("Left out. You find the step under “Left out”, and can put it back."),
        "back": _("Put back."),
        "add": _("A question was added below."),
        "remove": _("The question was removed."),
        "keep": _("Your version is kept."),
    }.get(button.split(":")[0], _("Saved."))
