"""What a file is: by its name where that is enough, by a cheap look at its bytes where it is not."""

from __future__ import annotations

from lintkit.formats.sniff import is_template, sniffable
from lintkit.kinds.kind import FileKind
from lintkit.kinds.registry import FILE_KIND, FILE_KINDS
from lintkit.model import Kind

_TEMPLATE_SUFFIXES = frozenset(
    ("j2", "jinja", "jinja2", "erb", "ejs", "hbs", "mustache", "gotmpl", "tmpl", "tpl", "template")
)

_NO_SCRIPTS = frozenset(
    (
        *("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CONTRIBUTORS", "MAINTAINERS", "CODEOWNERS"),
        *("OWNERS", "README", "CHANGELOG", "CHANGES", "HISTORY", "NEWS", "TODO", "VERSION", "INSTALL"),
        *("Makefile", "GNUmakefile", "makefile", "Jenkinsfile", "Vagrantfile", "Gemfile"),
        *("Rakefile", "Brewfile", "Caddyfile", "Tiltfile", "Justfile", "justfile", "BUILD", "WORKSPACE"),
    )
)

_FOR_ANY = tuple(kind for kind in FILE_KINDS if not kind.suffixes)
_BY_SUFFIX: dict[str, tuple[FileKind, ...]] = {
    suffix: tuple(kind for kind in FILE_KINDS if not kind.suffixes or suffix in kind.suffixes)
    for suffix in frozenset().union(*(kind.suffixes for kind in FILE_KINDS))
}
_REFINED: frozenset[Kind] = frozenset().union(*(kind.refines for kind in FILE_KINDS))


def kind_by_name(path: str) -> Kind | None:
    """What the name of a file says; None for a name that says nothing, or that lintkit does not read.

    For YAML this is a guess that `kind_of` may better: `yaml` may turn out as `kubernetes` or `compose`.
    """
    name = path.rpartition("/")[2]
    suffix = name.lower().rpartition(".")[2]
    return next((kind.name for kind in _BY_SUFFIX.get(suffix, _FOR_ANY) if kind.named(path, name)), None)


def needs_content(path: str, kind: Kind | None) -> bool:
    """Whether `kind_of` must see the bytes to be sure: of what may be a template, of JSON, and without a suffix."""
    if kind is None:
        name = path.rpartition("/")[2]
        return "." not in name and name not in _NO_SCRIPTS
    return kind in _REFINED or FILE_KIND[kind].scalars is not None


def kind_of(path: str, data: bytes) -> Kind | None:
    """What a file is, by its name and its bytes; None for what lintkit does not read, and for templates."""
    kind = kind_by_name(path)
    if not needs_content(path, kind):
        return kind
    if kind is None:
        return next((one.name for one in FILE_KINDS if one.nameless is not None and one.nameless(data)), None)
    text = sniffable(data)
    if FILE_KIND[kind].scalars is not None and is_template(text):
        return None
    if FILE_KIND[kind].certain:
        return kind
    return next(
        (
            one.name
            for one in FILE_KINDS
            if kind in one.refines and one.holds is not None and one.holds(path, text)
        ),
        kind,
    )


def template_stem(path: str) -> Kind | None:
    """What a file is without the suffix of a template language: `compose.yaml.j2` would be `compose`."""
    stem, _, suffix = path.rpartition(".")
    return kind_by_name(stem) if suffix.lower() in _TEMPLATE_SUFFIXES and stem else None


def language_of(path: str, kind: Kind | None = None) -> str:
    """What Markdown calls the language of a file, by its name or its ending; of one without a name, by its kind."""
    found = kind_by_name(path) if path else kind
    if found is not None:
        return FILE_KIND[found].language
    suffix = path.lower().rpartition(".")[2]
    return next((one.language for one in _BY_SUFFIX.get(suffix, ()) if suffix in one.suffixes), "")
