"""What `lintkit new` makes a rule from: a sample for each kind, and the parts that several of them share."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent


@dataclass(frozen=True, slots=True)
class Sample:
    """What a new rule of one kind looks at.

    select  the lines of a YAML rule that find something, which have `change_me` where the author has to write
    bad     an example, with a mark
    good    the nearest thing that is fine
    check   the body of a Python-coded rule's `check`, with `change_me` in it
    """

    select: str
    bad: str
    good: str
    check: str


_JSONPATH = "# What is looked at, as JSONPath (RFC 9535): {hint}.\n"
_FORBID = """\
# JSON Schema: what was selected and satisfies it is reported. `require:` reports what does not satisfy it.
"""


def query(hint: str, path: str, schema: str) -> str:
    """The lines of a YAML rule that select and forbid something, with a hint at what else they could select."""
    return f"{_JSONPATH.format(hint=hint)}select: {path}\n{_FORBID}forbid: {schema}\n"


def check(loop: str) -> str:
    """The body of a Python-coded rule's `check` over a document."""
    comment = "    # `document.data` is what the file says, `document.span(route)` is where it says so.\n"
    return f"{comment}{indent(loop, '    ')}\n"


def mapping_check(top: str, key: str, message: str) -> str:
    """A check of every entry of the mapping `top`, for a key that is true."""
    return check(
        f"""\
for name, value in document.data["{top}"].items():
    if isinstance(value, dict) and value.get("{key}") is True:
        span = document.span(("{top}", name, "{key}"))
        yield rule.finding(span, {message}, subject=name)""",
    )


def items_check(items: str, field: str, value: str, message: str) -> str:
    """A check of every item of the list `items`, for what stands in a field."""
    return check(
        f"""\
for index, item in enumerate(document.data["{items}"]):
    if item["{field}"] == "change_me":
        span = document.span(("{items}", index))
        yield rule.finding(span, {message}, subject=item["{value}"])""",
    )


PLAIN_CHECK = check(
    """\
if isinstance(document.data, dict) and document.data.get("change_me") is True:
    yield rule.finding(document.span(("change_me",)), "the debug mode is on", subject="debug")""",
)
"""A check of any document, for one key at its top."""
