"""Every word that a practitioner or a client sees goes through gettext, in templates and in Python.

What a filter cannot see, a sentence that is put together from pieces or a word that is read too early, the walk through
the desk in tests/desk/test_every_page_in_another_language.py does.
"""

import ast
import re

import pytest
from django.template.base import DebugLexer, TokenType

from tests.texts import ASKED, CODE, ROOT, TEMPLATES

# --- Templates

#: What a person reads or hears of an element beside what stands in it.
SAID = "alt|title|placeholder|aria-label|aria-description|aria-roledescription|label|data-[a-z-]+"
ATTRIBUTE = re.compile(rf"""\s(?:{SAID})=("[^"]*"|'[^']*')""")
UNREAD = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"""<[^>]*>""")
WORD = re.compile(r"[^\W\d_]{2,}")
#: Names and units that are the same in every language.
NAMES = {"CSV", "PDF", "HTML", "JSON", "Interlude", "UTC"}
ENTITIES = {"nbsp", "zwnj", "amp", "quot", "lt", "gt"}
SAME_EVERYWHERE = NAMES | ENTITIES


def bare_text(path):
    """The words of a template that stand outside of every translate and blocktranslate."""
    kept, inside = [], False
    for token in DebugLexer(path.read_text()).tokenize():
        tag = token.contents.split()[0] if token.token_type == TokenType.BLOCK else ""
        if tag in ("blocktranslate", "comment") or token.contents == "block bodyclass":
            inside = True
        elif tag in ("endblocktranslate", "endcomment") or (tag == "endblock" and inside):
            inside = False
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
        elif not inside:
            kept.append("\0")
    text = UNREAD.sub(" ", "".join(kept))
    said = [found[1][1:-1] for found in ATTRIBUTE.finditer(text) if " " in found[1].strip("\"'")]
    return [
        word
        for part in (*said, TAG.sub(" ", text))
        for word in WORD.findall(part)
        if word not in SAME_EVERYWHERE
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_no_word_outside_of_translate(path):
    assert " ".join(bare_text(path)) == ""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_day_is_written_as_the_language_writes_it(path):
    """The name of a weekday alone, and what a machine reads, are the same for all."""
    assert re.findall(r"""\|date:["'](?!(?:c|l|Y-m-d|H:i)["'])[^"']*""", path.read_text()) == []


# --- Python

#: Whoever reads these reads code, a log or a shell.
FOR_ENGINEERS = {
    *("ValueError", "TypeError", "KeyError", "RuntimeError", "LookupError", "AssertionError", "CommandError"),
    *("ImproperlyConfigured", "NotImplementedError", "OSError", "Error", "Warning", "print"),
    *("debug", "info", "warning", "error", "exception", "critical", "write", "compile", "getLogger"),
}
#: What takes a name, a label or a sentence, were it of one word.
SPEAKING = {
    *("verbose_name", "verbose_name_plural", "help_text", "label", "description", "short_description"),
    *("title", "message", "empty_label", "heading", "subject", "site_header", "site_title", "index_title"),
}
TWO_WORDS = re.compile(r"[^\W\d_]{2,}[,;:]? (?:[^\W\d_]|[(“\"])")
#: Modules that speak to whoever runs the server, or make up people.
FOR_THE_SERVER = {
    *(f"practice/desk/{name}.py" for name in ("crowd", "load", "processes", "purging", "serving")),
    *("practice/mailing/checks.py", "practice/replies/checks.py"),
}
#: Tables of words that are looked for in what others write: in lists of clients, in pages.
LOOKED_FOR = {
    "practice/people/headings.py": 12,
    "practice/people/newcomers.py": 7,
    "resources/page_parts.py": 10,
}
#: Texts that no person reads here: keys and values that are stored or posted, names, logs, what providers are told.
UNSPOKEN = {
    *("the client", "the practitioner", "handed over", "left out", "go on", "take back", "taken back"),
    *(
        "not yours",
        "only here",
        "perhaps only here",
        "number of steps",
        "bounce mail",
        "Recovery codes",
        "Any reading",
        "mail to nobody, xx",
        "mid:xx xx",
    ),
    *("Interlude", "Amazon SES", "Unisender Go", "Samsung Internet", "OOF, AutoReply"),
    "On that day, they wrote:",
    *("= ANY (%(ids)s)", "not all", "@media xx", 'content="light dark"', "outbox: email %s %s (%s %s)"),
    "xx cannot be read (xx).",  # a mailbox, in the log
    "allow-popups allow-popups-to-escape-sandbox",
    "A wrong secret or signature at the hook of xx.",
    "the audit trail is append-only",
    "The audit trail is append-only: rows are added, never changed or deleted.",
    "A stored text cannot be decrypted with any of FIELD_ENCRYPTION_KEYS.",
    # Checks of the code.
    *("raw_id_fields tells names by id: use autocomplete_fields.", "formset must be an OwnedInlineFormSet."),
    *("form must be an OwnedForm.", "list_editable tells which ids are taken: use actions."),
    "list_filter xx may offer others' rows.",
}
#: SQL, HTML, XPath, patterns and headers, by what only they have in them.
OF_MACHINES = re.compile(r"\b[A-Z]{4,} [a-zA-Z*(]|</?\w+|//|\(\?|\\b|; \w+=|noindex|-src |=>|\w\|\w|\[\w+, ")


def looks_like_words(text):
    return bool(TWO_WORDS.search(text))


def name_of(node):
    """Of `people.Client` it is "Client", of `Client` too."""
    return getattr(node, "attr", getattr(node, "id", ""))


class Bare(ast.NodeVisitor):
    """Collects the texts of a module that look as if a person read them and that do not go through gettext."""

    def __init__(self):
        self.found = []

    def tell(self, node, text):
        if text not in UNSPOKEN:
            self.found.append(f"{node.lineno}: {text}")

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Constant):  # else it is a docstring
            self.generic_visit(node)

    def visit_Call(self, node):
        name = name_of(node.func)
        if name in ASKED:
            # A text that is put together before it is looked up is in no catalogue.
            asked = node.args[ASKED[name]]
            if any(isinstance(text, ast.JoinedStr | ast.BinOp) for text in asked):
                self.tell(node, "is put together before it is translated")
            for rest in (
                *(text for text in node.args if text not in asked),
                *(keyword.value for keyword in node.keywords),
            ):
                self.visit(rest)
        elif name not in FOR_ENGINEERS:
            is_field = name.endswith("Field") and not name.startswith(("Foreign", "OneTo", "ManyTo"))
            if is_field and node.args and is_text(node.args[0]):
                self.tell(node, node.args[0].value)
            self.generic_visit(node)

    def visit_FunctionDef(self, node):
        for part in (
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
            *node.decorator_list,
            *node.body,
        ):
            self.visit(part)

    def visit_AnnAssign(self, node):
        if node.value:
            self.speaking(name_of(node.target), node.value) or self.visit(node.value)

    def visit_keyword(self, node):
        self.speaking(node.arg, node.value) or self.generic_visit(node)

    def visit_Assign(self, node):
        self.speaking(name_of(node.targets[0]), node.value) or self.visit(node.value)

    def visit_ClassDef(self, node):
        if any(name_of(base).endswith("Choices") for base in node.bases):
            for line in node.body:
                if (
                    isinstance(line, ast.Assign)
                    and isinstance(line.value, ast.Tuple)
                    and is_text(line.value.elts[-1])
                ):
                    self.tell(line, line.value.elts[-1].value)
        self.generic_visit(node)

    def speaking(self, name, value):
        if name in SPEAKING and is_text(value):
            self.tell(value, value.value)
            return True
        return False

    def visit_JoinedStr(self, node):
        text = "".join(part.value if isinstance(part, ast.Constant) else "xx" for part in node.values)
        literal = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        if looks_like_words(text) and WORD.search(literal) and not OF_MACHINES.search(text):
            self.tell(node, text)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node):
        if (
            isinstance(node.value, str)
            and looks_like_words(node.value)
            and not OF_MACHINES.search(node.value)
        ):
            self.tell(node, node.value)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(WORD.search(node.value))


def bare_words(path):
    bare = Bare()
    bare.visit(ast.parse(path.read_text()))
    return bare.found


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_has_no_words_that_do_not_go_through_gettext(path):
    found, name = bare_words(path), str(path.relative_to(ROOT))
    if name not in FOR_THE_SERVER:
        assert found[LOOKED_FOR.get(name, 0) :] == []


def test_what_is_let_pass_is_there():
    """An exception that nobody needs any more would let something else pass."""
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in CODE}
    assert FOR_THE_SERVER | LOOKED_FOR.keys() <= sources.keys()
    for text in UNSPOKEN:
        assert any(all(part in source for part in text.split("xx")) for source in sources.values()), text


def test_a_word_that_nobody_marked_is_found(tmp_path):
    module, template = tmp_path / "module.py", tmp_path / "page.html"
    module.write_text(
        'title = "Clients"\ndef say(name):\n    """Says it."""\n    return f"{name} has written"\n'
        'from django.utils.translation import gettext as _\nkept = _(f"{title} are kept")\nfine = _("All is well.")\n'
    )
    template.write_text('{% load i18n %}<p title="Not marked">{% translate "Marked" %} bare</p>')
    assert [line.partition(":")[0] for line in bare_words(module)] == ["1", "4", "6"]
    assert bare_text(template) == ["Not", "marked", "bare"]
