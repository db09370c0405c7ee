"""Sets of paths by name: where a repository keeps what no service runs, as globs of `.gitignore`.

A rule leaves sets out by default: `paths_ignore=TESTS` in Python, `paths-ignore: [TESTS]` in YAML.
"""

from __future__ import annotations

from collections.abc import Mapping

TESTS = (
    "**/tests/**",
    "**/test/**",
    "**/testing/**",
    "**/unittest/**",
    "**/unittests/**",
    "**/testdata/**",
    "**/test_data/**",
    "**/test-data/**",
    "**/test_*.py",
    "**/*_test.py",
    "**/*_tests.py",
    "**/tests.py",
    "**/conftest.py",
    "**/*_tests/**",
    "**/tests_*/**",
    "**/systemtests/**",
    "**/smoketests/**",
    "**/functests/**",
    "**/integrationtests/**",
    "**/*_test/**",
    "**/*-tests/**",
    "**/*-test/**",
    "**/test-*.py",
    "**/*-test.py",
    "**/*-tests.py",
    "**/loadtest*/**",
    "**/loadtest*.py",
    "**/locustfile*.py",
    "**/*testing*.py",
    "**/doctests/**",
    "**/pytest_plugin*.py",
    "**/pytest/**",
    "**/settings/test.py",
    "**/settings/tests.py",
    "**/config/test.py",
    "**/conf/test.py",
    "**/configs/test.py",
    "**/e2e/**",
    "**/cypress/**",
    "**/playwright/**",
    "**/fixtures/**",
    "**/*_fixtures/**",
    "**/spec/**",
    "**/mock/**",
    "**/mocks/**",
    "**/*_mock/**",
    "**/*-mock/**",
)
"""Paths of tests and of what they need."""

EXAMPLES = (
    "**/examples/**",
    "**/example/**",
    "**/samples/**",
    "**/sample/**",
    "**/demo/**",
    "**/demos/**",
    "**/*.example.*",
    "**/*_example.*",
    "**/example_*",
    "**/example-*",
    "**/example.*",
)
"""Paths of examples and samples."""

DOCS = ("**/docs/**", "**/doc/**", "**/docs_src/**", "**/documentation/**", "**/tutorials/**")
"""Paths of documentation."""

LESSONS = (
    "**/tutorial*/**",
    "**/[0-9]-*/**",
    "**/[0-9][0-9]-*/**",
    "**/[0-9]_*/**",
    "**/[0-9][0-9]_*/**",
    *(
        f"**/{word}{mark}[0-9]*/**"
        for word in (
            "chapter",
            "part",
            "lesson",
            "day",
            "week",
            "step",
            "exercise",
            "lab",
            "module",
            "lecture",
        )
        for mark in ("", "-", "_")
    ),
)
"""Paths of the numbered parts of a course."""

MIGRATIONS = ("**/migrations/**", "**/alembic/**")
"""Paths of migrations of a database."""

VENDORED = (
    "vendor/**",
    "**/_vendor/**",
    "**/vendored/**",
    "**/third_party/**",
    "**/third-party/**",
    "**/thirdparty/**",
    "**/3rdparty/**",
    "**/extern/**",
)
"""Copies of other people's code, repaired where they come from. A folder `vendor` further down may be about sellers."""
NOT_DEPLOYED = (
    *VENDORED,
    *(
        f"**/{mark}{word}/**"
        for mark in ("", ".", "_")
        for word in ("archive", "archived", "attic", "deprecated", "disabled", "graveyard", "old", "unused")
    ),
    "**/old-*/**",
    "**/*-old/**",
    "**/.taskfiles/**",
    "**/.just/**",
    "**/.github/**",
    "**/v[0-9]*.[0-9]*/**",
    "**/[0-9]*.[0-9]*.[0-9]*/**",
    "**/*[0-9].[0-9]*.[0-9]*.yaml",
)
"""Manifests that nobody deploys as they are: copies, what was set aside, templates of tasks, releases of the past."""

SCRIPTS = (
    "**/scripts/**",
    "**/script/**",
    "**/tools/**",
    "**/*_scripts/**",
    "**/*-scripts/**",
    "**/bin/**",
    "**/benchmark/**",
    "**/benchmarks/**",
    "**/*[_-]benchmark/**",
    "**/*[_-]benchmarks/**",
    "**/experiments/**",
    "**/notebook/**",
    "**/notebooks/**",
    "**/dev/**",
    "**/hack/**",
)
"""Paths of what people run by hand."""


DEVELOPMENT = (
    "**/.devcontainer/**",
    "**/dev/**",
    "**/develop.y*ml",
    "**/.ci/**",
    "**/ci/**",
    "**/*compose*[.-]dev*",
    "**/*compose*[.-]local*",
    "**/*compose*[.-]ci.*",
    "**/*compose*[.-]test*",
    "**/*[.-]dev*compose*",
    "**/*compose*[.-]build[.-]*",
)
"""Compose files for machines of developers and of continuous integration, and those that images are only built with,
by their names.
"""

NOT_A_SERVICE = (*TESTS, *EXAMPLES, *DOCS, *MIGRATIONS, *VENDORED)
"""Paths that rules about running services leave out by default."""

PATH_SETS: Mapping[str, tuple[str, ...]] = {
    "DEVELOPMENT": DEVELOPMENT,
    "DOCS": DOCS,
    "EXAMPLES": EXAMPLES,
    "LESSONS": LESSONS,
    "MIGRATIONS": MIGRATIONS,
    "NOT_A_SERVICE": NOT_A_SERVICE,
    "NOT_DEPLOYED": NOT_DEPLOYED,
    "SCRIPTS": SCRIPTS,
    "TESTS": TESTS,
    "VENDORED": VENDORED,
}
"""The sets that a rule in YAML may name among its globs."""
