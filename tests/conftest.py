"""The real components and the cast, for every test."""

pytest_plugins = ["tests.components", "tests.cast", "tests.installation", "tests.another_language"]
