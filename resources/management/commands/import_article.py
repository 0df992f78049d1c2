"""manage.py import_article: what the desk does with an uploaded article, from the shell."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from practice.people.models import Practitioner
from resources.files import LARGEST_FILE
from resources.importing import ImportProblem, import_file
from resources.models import Article, LibraryPrompt


class Command(BaseCommand):
    """Imports one article for a practitioner, who then reviews the proposal at the desk."""

    help = "Import an article (.txt, .md, .html, .docx) as a proposal for a practitioner to review."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the article's file")
        parser.add_argument("--practitioner", required=True, metavar="EMAIL", help="whose article it is")
        parser.add_argument("--json", action="store_true", help="print the whole proposal as JSON")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        practitioner = Practitioner.objects.filter(email__iexact=options["practitioner"]).first()
        if practitioner is None:
            raise CommandError(f"Nobody signs in as {options['practitioner']}.")
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
            draft = import_file(path.name, data, library=LibraryPrompt.objects.items_of(practitioner))
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error
        except ImportProblem as problem:
            raise CommandError(str(problem)) from problem
        Article.from_draft(practitioner, draft, source=path.name)
        if options["json"]:
            self.stdout.write(json.dumps(draft.as_json(), ensure_ascii=False, indent=2))
            return
        self.stdout.write(draft.title)
        for number, step in enumerate(draft.steps, start=1):
            self.stdout.write(f"{number:>4}. {step.title} ({step.words} words)")
        self.stdout.write(
            f"{len(draft.left_out)} pieces were left out. Review it at the desk, under Articles."
        )
