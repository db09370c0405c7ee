"""What a file is: by its name where that is enough, by a cheap look at its bytes where it is not."""

from __future__ import annotations

import re

from lintkit.model import Kind

# Suffixes that say: this is about a Dockerfile or a `.env`, and is none.
_OTHER_SUFFIXES = frozenset(
    (
        *("md", "markdown", "rst", "adoc", "txt", "html", "htm", "pdf", "png", "svg"),
        *("py", "pyi", "pyc", "ipynb", "sh", "bash", "zsh", "fish", "ps1", "bat", "cmd"),
        *("rb", "pl", "java", "kt", "cs", "lua", "vim", "ts", "tsx", "js", "jsx", "mjs", "cjs"),
        *("json", "jsonc", "yaml", "yml", "toml", "xml", "ini", "cfg", "lock", "log", "diff", "patch"),
        *("j2", "jinja", "jinja2", "erb", "ejs", "hbs", "mustache", "gotmpl", "m4"),
        *("orig", "rej", "bak", "swp", "swo", "gpg", "asc", "age", "pem", "zip", "gz", "tgz", "tar"),
    )
)
# Source code if the name is in lower case (`dockerfile.go`), else a variant for a language (`Dockerfile.go`).
_SOURCE_SUFFIXES = frozenset(
    ("go", "rs", "php", "c", "h", "cc", "cpp", "hpp", "swift", "scala", "dart", "ex", "exs", "clj", "hs")
)
_DOCKERFILE_TEMPLATES = frozenset(("tmpl", "tpl", "template", "in"))
_TEMPLATE_SUFFIXES = frozenset(
    ("j2", "jinja", "jinja2", "erb", "ejs", "hbs", "mustache", "gotmpl", "tmpl", "tpl", "template")
)

# Read as text, where only secrets are looked for: documents, scripts, and files that keys and certificates are kept in.
_TEXT_SUFFIXES = frozenset(
    (
        *("md", "markdown", "mdx", "rst", "adoc", "txt"),
        *("sh", "bash", "zsh", "fish", "ps1", "bat", "cmd"),
        *("pem", "key", "crt", "cer", "cert", "p8", "pk8", "p12", "pfx", "jks", "keystore", "ppk"),
    )
)

_LOCK_FILE = re.compile(
    r"package-lock\.json|npm-shrinkwrap\.json|packages\.lock\.json|composer-lock\.json|"
    r"(?:pnpm-lock|conda-lock)\.ya?ml|pylock(?:\.[^.]+)?\.toml"
)
_JSON_WITH_COMMENTS = re.compile(
    r"(?:tsconfig|jsconfig)(?:\..+)?\.json|\.?devcontainer\.json|\.eslintrc\.json|api-extractor\.json"
)

_DOCKERFILE = re.compile(r"(dockerfile|containerfile)(?:[._-](.+))?", re.IGNORECASE)
_DOCKERFILE_SUFFIX = re.compile(r".+\.(?:dockerfile|containerfile)", re.IGNORECASE)
_DOTENV = re.compile(
    r"\.(?:flask)?env(?:[._-](?P<suffix>.+))?"
    r"|.+\.env(?:\.(?:example|sample|template|tpl|dist|defaults?))?"
    r"|env\.(?:[^.]+\.)?(?:example|sample|template|dist|defaults?)",
    re.IGNORECASE,
)
_DOTENV_FOLDER = re.compile(r"(?:^|/)\.envs/(?:[^/]+/)?\.[A-Za-z][\w-]*$")
"""`.envs/.production/.django`: where projects made with cookiecutter-django keep one file for each container."""
_COMPOSE = re.compile(r"(?!rancher-compose)(?:.+[._-])?(?:docker-)?compose(?:[._-].+)?\.ya?ml", re.IGNORECASE)
KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names that kustomize looks for (kustomize, api/konfig/general.go, RecognizedKustomizationFileNames)."""

_KUBECONFIG = re.compile(
    r"(?:.+[._-])?kubeconfig(?:[._-](?:dev|test|stag(?:e|ing)|prod(?:uction)?|local|admin))?"
)
_WORKFLOW = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
_ACTION = re.compile(r"(?:^|/)action\.ya?ml$")
"""What GitHub runs as an action, in whatever folder; other programs have files of this name too."""

_SCRIPT = re.compile(rb"#![^\n]*?[/ \t](?:python|pypy)[\d.]*(?=\s|$)")
_SHELL_SCRIPT = re.compile(rb"#![^\n]*?[/ \t](?:ba|da|k|z|fi)?sh(?=\s|$)")
_KEY_FILE = re.compile(rb"(?:[^-\n]{0,200}\n){0,8}-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-")
_UV_SCRIPT = re.compile(rb"#![^\n]*[/ \t]uv[ \t]+run\b[^\n]*--script\b")
_NO_SCRIPTS = frozenset(
    (
        *("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "CONTRIBUTORS", "MAINTAINERS", "CODEOWNERS"),
        *("OWNERS", "README", "CHANGELOG", "CHANGES", "HISTORY", "NEWS", "TODO", "VERSION", "INSTALL"),
        *("Makefile", "GNUmakefile", "makefile", "Jenkinsfile", "Vagrantfile", "Procfile", "Gemfile"),
        *("Rakefile", "Brewfile", "Caddyfile", "Tiltfile", "Justfile", "justfile", "BUILD", "WORKSPACE"),
    )
)

_AFTER_KEY = re.compile(rb"[\"']?[ \t]*:(?=\s|$)")
_KIND_OF_PATCH = re.compile(rb"^kind[ \t]*:[ \t]+[\"']?[A-Z][A-Za-z0-9]+[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)
_FIRST_LINE_OF_YAML = re.compile(
    rb"(?:[ \t]*(?:#[^\n]*)?\n)*(?:---|%YAML|[\"']?[A-Za-z]+[\"']?[ \t]*:(?:\s|$))"
)
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_TEXT_FOLLOWS = re.compile(rb'[ \t\n]*:[ \t\n]*"')
_MOST_TOKENS = 200_000
_LARGEST_UNNAMED = 1_000_000
_MAPPING = re.compile(
    rb"[ \t]*(?:&\S+[ \t]*)?(?P<flow>\{[^\n]*)?(?:#[^\n]*)?(?=\n|$)(?P<block>(?:\n(?:[ \t#}\]][^\n]*)?)*)"
)
_SERVICE_KEY = re.compile(
    rb"(?:^[ \t]+|[{,][ \t]*)([\"']?)(?:image|build|extends|command|entrypoint|environment|env_file|ports"
    rb"|expose|volumes|depends_on|restart|networks|network_mode|deploy|container_name|healthcheck|profiles"
    rb"|secrets|configs|<<)\1[ \t]*:",
    re.MULTILINE,
)
_LIST = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*-(?:\s|$)")

_TEMPLATE_LINE = re.compile(
    rb"[ \t]*(?:\{#|<%)"
    rb"|[ \t]*(?:- +)*(?:(?:\"[^\"]*\"|'[^']*'|[^\s\"'#:{\[|>][^\"'#:]*): +)?\{[{%]"
)
_CONTROL_LINE = re.compile(
    rb"^[ \t]*(?:\{%-?[ \t]|<%-?[ \t]|\{\{-?[ \t]*(?:if|else|end|range|with)\b)", re.MULTILINE
)
_BLOCK_SCALAR = re.compile(rb"(?P<lead> *(?:- +)*)(?P<rest>|.*?[ ])[|>][-+0-9]*[ \t\r]*(?: #.*)?")


def kind_by_name(path: str) -> Kind | None:
    """What the name of a file says; None for a name that says nothing, or that lintkit does not read.

    For YAML this is a guess that `kind_of` may better: `yaml` may turn out as `kubernetes` or `compose`.
    """
    name = path.rpartition("/")[2]
    stem, _, suffix = name.lower().rpartition(".")
    if suffix in ("py", "pyw"):
        return "python" if stem else None
    if suffix in ("yml", "yaml"):
        return _yaml_by_name(path, name)
    if name == ".gitignore":
        return "gitignore"
    if name in (".dockerignore", ".containerignore") or (stem and suffix == "dockerignore"):
        return "dockerignore"
    if name in KUSTOMIZATION_FILES or _KUBECONFIG.fullmatch(name.lower()):
        return "kubernetes"
    if suffix == "json":
        return None if _is_unread_json(path, name) else "json"
    if suffix == "toml" or name == "Pipfile":
        return None if _LOCK_FILE.fullmatch(name) else "toml"
    if _is_dockerfile(name):
        return "dockerfile"
    if _is_dotenv(name) or (".envs/" in path and _DOTENV_FOLDER.search(path)):
        return "dotenv"
    return "text" if stem and suffix in _TEXT_SUFFIXES else None


def _is_unread_json(path: str, name: str) -> bool:
    """Lock files, generated files, and JSON with comments, which is the editor's business."""
    if _LOCK_FILE.fullmatch(name) or _JSON_WITH_COMMENTS.fullmatch(name) or name.endswith(".min.json"):
        return True
    return f"/{path}".endswith(f"/.vscode/{name}")


def _yaml_by_name(path: str, name: str) -> Kind | None:
    if _LOCK_FILE.fullmatch(name):
        return None
    if _WORKFLOW.search(path):
        return "workflow"
    if name in KUSTOMIZATION_FILES:
        return "kubernetes"
    return "compose" if _COMPOSE.fullmatch(name) else "yaml"


def _is_dockerfile(name: str) -> bool:
    if name.endswith("~"):
        return False
    if "file" not in name.lower():
        return False
    match = _DOCKERFILE.fullmatch(name)
    if match is None:
        return _DOCKERFILE_SUFFIX.fullmatch(name) is not None
    if match[2] is None:
        return True
    suffix = match[2].rpartition(".")[2].lower()
    if suffix in _SOURCE_SUFFIXES:
        return not name[0].islower()
    return suffix not in _OTHER_SUFFIXES and suffix not in _DOCKERFILE_TEMPLATES


def _is_dotenv(name: str) -> bool:
    match = _DOTENV.fullmatch(name) if "env" in name.lower() else None
    if match is None or name.endswith("~"):
        return False
    suffix = match["suffix"]
    return suffix is None or suffix.rpartition(".")[2].lower() not in _OTHER_SUFFIXES


def needs_content(path: str, kind: Kind | None) -> bool:
    """Whether `kind_of` must see the bytes to be sure: of what may be a template, of JSON, and without a suffix."""
    if kind is None:
        name = path.rpartition("/")[2]
        return "." not in name and name not in _NO_SCRIPTS
    return kind in ("yaml", "compose", "kubernetes", "workflow", "json", "dotenv")


def kind_of(path: str, data: bytes) -> Kind | None:
    """What a file is, by its name and its bytes; None for what lintkit does not read, and for templates."""
    kind = kind_by_name(path)
    if not needs_content(path, kind):
        return kind
    if kind is None:
        head = data[:2000].removeprefix(b"\xef\xbb\xbf")
        if _SCRIPT.match(head, 0, 256) or _UV_SCRIPT.match(head, 0, 256):
            return "python"
        if _SHELL_SCRIPT.match(head, 0, 256) or _KEY_FILE.match(head):
            return "text"
        return "kubernetes" if _is_unnamed_manifest(data) else None
    text = sniffable(data)
    if kind == "dotenv":  # of a template whose lines come and go no line can be judged, but secrets are found
        return "text" if _CONTROL_LINE.search(text) is not None else kind
    if kind == "json":
        return "kubernetes" if is_kubernetes_json(text) else kind
    if is_template(text):
        return None
    if kind == "workflow" or (_ACTION.search(path) and _after_key(text, b"runs") >= 0):
        return "workflow"
    if is_kubernetes(text):
        return "kubernetes"
    return "compose" if kind == "compose" or is_compose(text) else kind


def sniffable(data: bytes) -> bytes:
    """The bytes as UTF-8 with LF line ends and no BOM before a document, so that patterns need one form only."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    return data.replace(b"\n\xef\xbb\xbf", b"\n")


def _after_key(text: bytes, key: bytes, start: int = 0, end: int | None = None) -> int:
    """Where the value begins of the first `key:` at column 0, quoted or not; -1 if there is none."""
    position = text.find(key, start, end)
    while position >= 0:
        begin = position - (text[position - 1 : position] in (b'"', b"'"))
        if text[begin - 1 : begin] in (b"", b"\n"):
            colon = _AFTER_KEY.match(text, position + len(key))
            if colon is not None:
                return colon.end()
        position = text.find(key, position + 1, end)
    return -1


def is_kubernetes(text: bytes) -> bool:
    """Whether a document of this YAML has both `apiVersion` and `kind` as keys at column 0.

    A patch needs no version: there, `kind` with a name as Kubernetes writes it stands beside `metadata`.
    """
    if _stand_together(text, b"apiVersion", b"kind"):
        return True
    return _KIND_OF_PATCH.search(text) is not None and _stand_together(text, b"metadata", b"kind")


def _stand_together(text: bytes, key: bytes, other: bytes) -> bool:
    """Whether a document of this YAML has both keys at column 0."""
    start = 0
    while (value := _after_key(text, key, start)) >= 0:
        start = max(start, text.rfind(b"\n---", start, value))
        end = text.find(b"\n---", value)
        if _after_key(text, other, start, end if end >= 0 else None) >= 0:
            return True
        if end < 0:
            break
        start = end
    return False


def is_kubernetes_json(text: bytes) -> bool:
    """Whether the first value of this JSON is an object with texts as `apiVersion` and as `kind`."""
    if b'"apiVersion"' not in text or b'"kind"' not in text or not text.lstrip(b" \t\n").startswith(b"{"):
        return False
    depth, found = 0, set()
    for count, token in enumerate(_JSON_TOKEN.finditer(text)):
        mark = token[0][:1]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                break
        elif (
            depth == 1 and token[0] in (b'"apiVersion"', b'"kind"') and _TEXT_FOLLOWS.match(text, token.end())
        ):
            found.add(token[0])
            if len(found) == 2:
                return True
        if count > _MOST_TOKENS:
            break
    return False


def _is_unnamed_manifest(data: bytes) -> bool:
    """Whether a file without a suffix holds manifests: kubeconfigs, and files that a script applies."""
    if len(data) > _LARGEST_UNNAMED or is_binary(data):
        return False
    text = sniffable(data)
    return _FIRST_LINE_OF_YAML.match(text) is not None and is_kubernetes(text) and not is_template(text)


def is_compose(text: bytes) -> bool:
    """Whether this YAML has a mapping `services` at column 0 that holds services as compose knows them.

    Other programs have lists of services, or mappings of classes (`.gitlab-ci.yml`, Symfony); no key of theirs is
    one that a compose service has. A job that runs steps beside its services is one of a pipeline.
    """
    if _after_key(text, b"steps") >= 0:
        return False
    value = _after_key(text, b"services")
    match = _MAPPING.match(text, value) if value >= 0 else None
    if match is None:
        return False
    block = match["flow"] or match["block"]
    return _LIST.match(block) is None and _SERVICE_KEY.search(block) is not None


def is_template(text: bytes) -> bool:
    """Whether this YAML is the source of a template (Helm, Jinja, ERB) and no YAML yet.

    True if `{{`, `{%` or `<%` begins a line or a value outside of block scalars. In quotes, in comments, in a
    block scalar or inside a plain value (`up to {{ $value }}`, `${{ github.sha }}`) they are text, and the
    file is YAML.
    """
    if text.count(b"{{") == text.count(b"${{") and not any(mark in text for mark in (b"{%", b"{#", b"<%")):
        return False
    # The column to the right of which lines belong to a block scalar; -1 for a scalar that is a whole document.
    block: int | None = None
    for line in text.split(b"\n"):
        content = line.lstrip(b" ")
        if content and (block is None or len(line) - len(content) <= block):
            if (b"{" in line or b"<%" in line) and _TEMPLATE_LINE.match(line):
                return True
            block = _opened_block(line)
    return False


def _opened_block(line: bytes) -> int | None:
    """The column that a block scalar opened at the end of `line` is to the right of; None if it opens none."""
    if b"|" not in line and b">" not in line:
        return None
    opened = _BLOCK_SCALAR.fullmatch(line)
    if opened is None:
        return None
    if opened["rest"].strip(b" "):
        return -1 if opened["rest"].startswith(b"---") else len(opened["lead"])
    return opened["lead"].rfind(b"-")


def template_stem(path: str) -> Kind | None:
    """What a file is without the suffix of a template language: `compose.yaml.j2` would be `compose`."""
    stem, _, suffix = path.rpartition(".")
    return kind_by_name(stem) if suffix.lower() in _TEMPLATE_SUFFIXES and stem else None


def is_pointer(data: bytes) -> bool:
    """Whether a file is only what Git LFS checked out in the place of its content."""
    return data.startswith(b"version https://git-lfs.github.com/spec/") and len(data) < 1024


def is_binary(data: bytes) -> bool:
    """Whether bytes are no text: NUL bytes in their beginning, more than a slip of the pen explains.

    UTF-16 with a byte order mark is text. A few NULs in UTF-8 are left to the parser, whose finding names the
    line.
    """
    head = data[:8000]
    nuls = head.count(0)
    if not nuls or (head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\0\0")):
        return False
    if nuls > 3 and nuls * 20 > len(head):
        return True
    try:
        # The end of the beginning may cut a character in two.
        head[: len(head) - 3 if len(data) > 8000 else None].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end < len(head) - 8 or len(data) <= 8000
    return False
