"""The pages that import an article again: give the newer text, look at what it changes, take over what is ticked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.people.owned_admin import OwnedAdmin
from practice.people.ownership import practitioner_of
from resources import newer_text
from resources.draft import Draft
from resources.import_form import ImportForm
from resources.models import Article, Module

NO_MODULE = gettext_lazy("No module was made from this article yet. Review it here, and make one.")
GARBLED = gettext_lazy("This page was not sent whole. Nothing was changed. Please give the text once more.")
MEANWHILE = gettext_lazy(
    "The module was changed in another window, so nothing was taken over yet. This is how it compares now."
)


class AgainForm(ImportForm):
    """Takes the newer text, and says which module it is compared with."""

    module = forms.ModelChoiceField(
        Module.objects.none(),
        label=gettext_lazy("Compare with"),
        empty_label=None,
        help_text=gettext_lazy("The modules that were made from this article."),
    )
    field_order = ("module", "text", "file", "url")

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].queryset = article.modules.of(self.practitioner)  # type: ignore[attr-defined]
        self.fields["module"].initial = article.modules.of(self.practitioner).first()


class AgainPages(OwnedAdmin):
    """Adds the pages that import an article again."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.again_view)
        return [path("<path:object_id>/again/", view, name="resources_article_again"), *super().get_urls()]

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the newer text; show what it changes; take over what is ticked."""
        article: Article = self.own_or_404(request, object_id)
        if not article.modules.of(practitioner_of(request)).exists():
            messages.info(request, NO_MODULE)
            return redirect("admin:resources_article_change", article.pk)
        if request.method == "POST" and "packed" in request.POST:
            return self._take_over(request, article)
        data = (request.POST, request.FILES) if request.method == "POST" else ()
        form = AgainForm(*data, practitioner=practitioner_of(request), article=article)
        if form.is_bound and form.is_valid() and form.draft:
            return self._compare(request, article, form.cleaned_data["module"], form.draft)
        return self._again_page(request, article, "again", form=form)

    def _compare(
        self,
        request: HttpRequest,
        article: Article,
        module: Module,
        draft: Draft,
        ticked: set[str] | None = None,
    ) -> HttpResponse:
        seen = newer_text.seen(module)
        found = newer_text.differences(module, draft)
        return self._again_page(
            request,
            article,
            "compare",
            module=module,
            differences=found,
            changed=[difference for difference in found if difference.kind != "same"],
            ticked=ticked or set(),
            packed=signing.dumps([module.pk, draft.as_json()], salt=_salt(article), compress=True),
            seen=seen,
        )

    def _take_over(self, request: HttpRequest, article: Article) -> HttpResponse:
        ticked, seen = set(request.POST.getlist("take")), request.POST.get("seen", "")
        try:
            pk, data = signing.loads(request.POST["packed"], salt=_salt(article))
            module = article.modules.of(practitioner_of(request)).get(pk=pk)
            draft = Draft.from_json(data)
            many = newer_text.take_over(module, draft, ticked, seen)
        except (signing.BadSignature, Module.DoesNotExist):
            messages.error(request, GARBLED)
            return redirect("admin:resources_article_again", article.pk)
        if many is None:
            messages.warning(request, MEANWHILE)
            return self._compare(request, article, module, draft, ticked)
        if many:
            done = ngettext(
                "Imported again: %(count)s change taken over into module %(module)s.",
                "Imported again: %(count)s changes taken over into module %(module)s.",
                many,
            )
            self.log_change(request, article, done % {"count": many, "module": module.pk})
            said = ngettext(
                "%(count)s change taken over. Nothing was sent.",
                "%(count)s changes taken over. Nothing was sent.",
                many,
            )
            messages.success(request, said % {"count": many})
        else:
            messages.success(request, _("Nothing was ticked, so nothing was changed."))
        return redirect("admin:resources_module_change", module.pk)

    def _again_page(self, request: HttpRequest, article: Article, name: str, **more: Any) -> HttpResponse:
        title = _("Import this article again") if name == "again" else _("What the newer text changes")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "article": article,
        }
        return render(request, f"admin/resources/article/{name}.html", context | more)


def _salt(article: Article) -> str:
    return f"resources.again.{article.pk}"
