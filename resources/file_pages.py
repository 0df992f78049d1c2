"""Saving a module as a file, and adding one from a file: first to be looked at, then to be kept."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people.ownership import practitioner_of
from resources import module_file
from resources.content import Content
from resources.draft import ImportProblem
from resources.models import Module
from resources.module_pages import ModulePages, shown


class FileForm(forms.Form):
    """Takes one module file. When it is valid, `content` is what it says."""

    file = forms.FileField(
        label=gettext_lazy("Module file"),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file first.")},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        help_text=gettext_lazy(
            "Saved here or by a colleague with “Save as a file”. Its name ends in .json; at most 1 MB."
        ),
    )
    content: Content | None = None

    def clean_file(self) -> str:
        upload = self.cleaned_data["file"]
        if upload.size > module_file.LARGEST_FILE:
            raise forms.ValidationError(module_file.TOO_LARGE)
        try:
            self.content = module_file.read(upload.read())
        except ImportProblem as problem:
            raise forms.ValidationError(str(problem)) from problem
        return str(upload.name)


class FilePages(ModulePages):
    """Adds the button that saves a module as a file, and the page that adds one from a file."""

    def get_urls(self) -> list[URLPattern]:
        save, add = map(self.admin_site.admin_view, (self.file_view, self.from_file_view))
        own = [
            path("from-a-file/", add, name="resources_module_from_file"),
            path("<path:object_id>/file/", save, name="resources_module_file"),
        ]
        return [*own, *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The file, to be kept by the browser."""
        module: Module = self.own_or_404(request, object_id)
        name = slugify(module.title)[:60] or "module"
        return HttpResponse(
            module_file.write(module.content()),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
        )

    def from_file_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file; show what would be added; add it. What is kept is read anew, and not believed."""
        if request.method == "POST" and "kept" in request.POST:
            return self._keep(request, request.POST["kept"].encode("utf-8", "replace"))
        form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
        if form.is_bound and form.is_valid() and form.content:
            return self._look(request, form.content)
        return self._ask(request, form)

    def _ask(self, request: HttpRequest, form: forms.Form) -> HttpResponse:
        status = 422 if form.is_bound else 200
        return self.page(request, "from_file", _("Add a module from a file"), status, form=form)

    def _look(self, request: HttpRequest, content: Content) -> HttpResponse:
        has_one = Module.objects.of(practitioner_of(request)).filter(title=content.title).exists()
        return self.page(
            request,
            "file_preview",
            _("Look at it before it is added"),
            module=shown(content),
            kept=module_file.write(content).decode(),
            has_one=has_one,
        )

    def _keep(self, request: HttpRequest, data: bytes) -> HttpResponse:
        try:
            content = module_file.read(data)
        except ImportProblem as problem:
            form = FileForm({})
            form.full_clean()
            form.errors["file"] = form.error_class([_("Nothing was added. %(why)s") % {"why": problem}])
            return self._ask(request, form)
        module = Module.write(practitioner_of(request), content)
        self.log_addition(request, module, gettext_noop("From a file."))
        said = _("“%(module)s” is one of your modules now. Nothing is sent before you assign it.")
        messages.success(request, said % {"module": module})
        return redirect("admin:resources_module_change", module.pk)
