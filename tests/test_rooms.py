"""The rooms stand one above the other, and imports run one way: this reads every import and keeps it so."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: From the ground up. A room may import itself and any room below it.
FLOORS = (
    "practice.people",
    "resources",
    "practice.assignments",
    "practice.mailing",
    "practice.replies",
    "practice.desk",
)
#: Settings come through django.conf; addresses through reverse; Celery through shared_task.
WIRING = ("practice.settings", "practice.urls", "practice.celery", "practice.wsgi")
FILES = sorted(path for folder in ("practice", "resources") for path in (ROOT / folder).rglob("*.py"))


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_in(module, package):
    return module == package or module.startswith(f"{package}.")


def floor_of(module):
    return next((number for number, room in enumerate(FLOORS) if is_in(module, room)), None)


def imports_of(path):
    """Every (line, module or module.name) that a file imports, wherever in the file it stands."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def ours(path):
    return [
        (line, name) for line, name in imports_of(path) if is_in(name, "practice") or is_in(name, "resources")
    ]


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_room_imports_only_itself_and_rooms_below(path):
    here = floor_of(module_of(path))
    if here is None or "migrations" in path.parts:
        return
    above = [
        (line, name) for line, name in ours(path) if (there := floor_of(name)) is not None and there > here
    ]
    assert not above, f"{path.relative_to(ROOT)} imports from a floor above {FLOORS[here]}: {above}"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_nobody_imports_tasks_admin_modules_or_the_wiring(path):
    def is_private(name):
        tail = name.split(".")
        return "tasks" in tail or "admin" in tail or any(is_in(name, wiring) for wiring in WIRING)

    # The package of the project makes Celery's app known, as Celery asks; settings read the look from the desk.
    allowed = {"practice": {"practice.celery.app"}}
    found = [(line, name) for line, name in ours(path) if is_private(name)]
    found = [(line, name) for line, name in found if name not in allowed.get(module_of(path), ())]
    assert not found, f"{path.relative_to(ROOT)} imports what nobody imports: {found}"


def test_every_app_of_ours_has_a_floor():
    apps = {module_of(path.parent / "__init__.py") for path in FILES if path.name == "apps.py"}
    assert apps == set(FLOORS)


def test_the_pure_rules_import_the_standard_library_and_what_translates_alone():
    import sys

    pure = [
        "practice/people/clocks.py",
        "practice/people/in_words.py",
        "practice/assignments/schedule.py",
        "practice/assignments/clock_changes.py",
        "practice/assignments/outlook.py",
    ]
    for path in (ROOT / name for name in pure if (ROOT / name).exists()):
        foreign = [
            name
            for _, name in imports_of(path)
            if name.split(".")[0] not in sys.stdlib_module_names
            and not is_in(name, "practice.assignments")
            and not is_in(name, "practice.people.clocks")
            and not is_in(name, "practice.people.in_words")
            and not is_in(name, "django.utils.translation")
            and not is_in(name, "django.utils.formats")
        ]
        assert not foreign, f"{path.name} is pure and takes `now`; it imports {foreign}"
