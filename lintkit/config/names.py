"""Checking the rules that a configuration names, once the rules are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lintkit.config.errors import ConfigError, nearest, quoted
from lintkit.config.model import Config
from lintkit.config.selectors import unknown
from lintkit.model import Route, RuleMeta


def check_rules(
    config: Config,
    rules: Sequence[RuleMeta],
    *,
    select: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> None:
    """Refuse selectors that cover no rule, settings of unknown rules, and options that no rule declares.

    config  the configuration *before* `with_flags`, so that each mistake is named where it was made
    rules   all rules that exist, lintkit's own included
    select, extend_select, ignore  what the command line gave
    Raises ConfigError.
    """
    for option, selectors in (("--select", select), ("--extend-select", extend_select), ("--ignore", ignore)):
        for selector in selectors:
            problem = unknown(selector, rules)
            if problem:
                raise ConfigError(f"{option}: {problem}")
    from lintkit.config.validate import line_of

    problems = sorted((line_of(config.lines, route), message) for route, message in _problems(config, rules))
    if problems:
        line, message = problems[0]
        raise ConfigError(message, config.path, line)


def _problems(config: Config, rules: Sequence[RuleMeta]) -> Iterator[tuple[Route, str]]:
    for key, selectors in (
        ("select", config.select),
        ("extend-select", config.extend_select),
        ("ignore", config.ignore),
    ):
        for index, selector in enumerate(selectors):
            yield from _named(unknown(selector, rules), (key, index))
    for selector, _ in config.severities:
        yield from _named(unknown(selector, rules), ("severity", selector))
    for index, entry in enumerate(config.per_path_ignores):
        for place, selector in enumerate(entry.rules):
            yield from _named(unknown(selector, rules), ("per-path-ignores", index, "rules", place))
    known = {rule.id: rule for rule in rules}
    for name, table in config.rules.items():
        if name not in known:
            hint = nearest(name, known) or "; `lintkit rules` lists them"
            yield ("rule", name), f"{quoted(name)} is not a rule{hint}"
        elif table.options:
            from lintkit.config.validate import option_problems

            for route, message in option_problems(table.options, known[name].options):
                yield ("rule", name, "options", *route), f"{message} (an option of `{name}`)"


def _named(problem: str, route: Route) -> Iterator[tuple[Route, str]]:
    if problem:
        yield route, problem
