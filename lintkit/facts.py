"""What single files say about configuration: the only thing that project rules and the graph are built from.

Facts are values: frozen, picklable, hashable, without a syntax tree. A fact never holds a secret in clear, because
facts are cached: `Value` keeps what a value is, and its text only when it is no secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal

from lintkit.formats.node import Node
from lintkit.model import Edit, Span

ValueKind = Literal["literal", "none", "required", "dynamic"]
"""literal: written down. none: `None`/null or no value. required: there is no default. dynamic: computed elsewhere."""

ReadKind = Literal[
    "getenv",
    "environ",
    "environ-get",
    "environ-setdefault",
    "settings-field",
    "django-environ",
    "decouple",
    "starlette",
]

ProviderKind = Literal[
    "dotenv",
    "compose-environment",
    "compose-env-file",
    "configmap",
    "secret",
    "kubernetes-env",
    "dockerfile-env",
    "dockerfile-arg",
    "workflow-env",
    "command",
]

ContainerKind = Literal[
    "dict", "list", "set", "deque", "defaultdict", "OrderedDict", "Counter", "bounded", "instance"
]
"""bounded: a cache that forgets by itself (`cachetools`). instance: an object of a class, which may hold some."""


class Reason(Enum):
    """Why a value counts as a secret, from what it says itself or from its form."""

    PLACEHOLDER = auto()
    """It is there to be replaced."""
    WELL_KNOWN = auto()
    """It is what an installation comes with."""
    GUESSABLE = auto()
    """Anybody would try it."""
    CHOSEN = auto()
    """It works as it stands, and no more is known of it: words that somebody chose."""
    STRONG = auto()
    """It looks generated, or is of many sorts of characters."""
    ISSUED = auto()
    """It has the form of what a service issues, or logs in to one."""
    GOOGLE_API_KEY = auto()
    JSON_WEB_TOKEN = auto()
    DJANGO_KEY = auto()
    """What `startproject` generates."""
    PRIVATE_KEY = auto()

    @property
    def is_made_up(self) -> bool:
        """Whether everybody knows or guesses it, or somebody thought of it in passing."""
        return self in (Reason.PLACEHOLDER, Reason.WELL_KNOWN, Reason.GUESSABLE, Reason.CHOSEN)

    @property
    def is_issued(self) -> bool:
        """Whether it opens something elsewhere.

        A password or a key that somebody made for a program on their own machine opens that one alone.
        """
        return self in (Reason.ISSUED, Reason.GOOGLE_API_KEY, Reason.PRIVATE_KEY)

    @property
    def is_for_browsers(self) -> bool:
        """Whether such a key may be one that every visitor of a site is sent."""
        return self in (Reason.GOOGLE_API_KEY, Reason.JSON_WEB_TOKEN)


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a value without keeping a secret.

    text         the value; the mask of `lintkit.secrets.masked` where it is a secret; None where it is not known
    is_loopback  it names a loopback host
    is_secret    it is a literal credential, or holds one
    is_empty     it is the empty string
    variables    names that it interpolates (`${NAME}`)
    reason       why it counts as a secret; None for all else
    description  completes a sentence about a secret: `is a placeholder`
    is_random    it is a secret that looks generated as a whole
    """

    kind: ValueKind
    text: str | None = None
    is_loopback: bool = False
    is_secret: bool = False
    is_empty: bool = False
    variables: tuple[str, ...] = ()
    reason: Reason | None = None
    description: str = ""
    is_random: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A number that says how often something runs, and where it is written."""

    value: int
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something one file says; `span` is where it says it.

    of  the file whose object it is said of, where another file changes that and `span` stands there; else empty
    """

    span: Span
    of: str = field(default="", kw_only=True)

    @property
    def path(self) -> str:
        """The file that says it, or that the changed object comes from."""
        return self.of or self.span.path


# --- variables ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VariableRead(Fact):
    """Code that reads an environment variable.

    name             the variable that the code names
    aliases          further names that would do as well (`AliasChoices`, chains of `or`)
    default          what it falls back to when none of them is set; `default_span` is where that is written
    scope            the settings class or the function it stands in; empty for a module's top level
    case_sensitive   False where the reader folds case, as pydantic does
    guarded          something nearby decides whether the default is used at all: a branch for development, a validator
    loads            `.env` files that the reader itself loads, relative to the working directory; one that begins with
                     `**/` is looked for in the folder of the code and in all above it
    empty_is_unset   those of the names for which an empty value is like none (`env_ignore_empty`, `x or default`)
    """

    name: str
    default: Value
    default_span: Span
    how: ReadKind
    scope: str = ""
    aliases: tuple[str, ...] = ()
    case_sensitive: bool = True
    guarded: bool = False
    loads: tuple[str, ...] = ()
    empty_is_unset: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the reader accepts, the first one first."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class AliasGenerator:
    """How `alias_generator` makes the alias of a field: `before`, the name as `method` changes it, `after`.

    method  a method of `str`, or a function of `pydantic.alias_generators`; empty where the name stays
    """

    before: str = ""
    method: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class SettingsOptions:
    """What a class says of how its fields are read, by the names of pydantic; None where it says nothing.

    by_name, by_alias  `validate_by_name` (or `populate_by_name`) and `validate_by_alias`
    opaque             names or sources of its fields cannot be told: it computes its prefix, or has sources of its own
    """

    env_prefix: str | None = None
    env_prefix_target: str | None = None
    case_sensitive: bool | None = None
    env_ignore_empty: bool | None = None
    env_nested_delimiter: str | None = None
    env_nested_max_split: int | None = None
    nested_model_default_partial_update: bool | None = None
    by_name: bool | None = None
    by_alias: bool | None = None
    alias_generator: AliasGenerator | None = None
    env_files: tuple[str, ...] | None = None
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class SettingsField:
    """One field as a class declares it; `span` is the declaration.

    default       what it is without any variable; `default_span` is where that is written
    aliases       `validation_alias` or `alias`; None without one, empty where it cannot be told
    env           `Field(env=…)` of pydantic 1, in the same way
    fallbacks     variables that the default itself reads
    model         the class that its type is, where that may be one with fields of its own
    has_instance  the default is an object of that class, for which `given` are the values of its fields
    """

    name: str
    span: Span
    default: Value
    default_span: Span
    aliases: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    fallbacks: tuple[str, ...] = ()
    empty_is_unset: tuple[str, ...] = ()
    model: str = ""
    has_instance: bool = False
    given: tuple[SettingsField, ...] = ()
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class SettingsClass(Fact):
    """A settings class, or a class that may be the type of one of its fields: what `VariableRead` is made of.

    What it reads depends on the classes that it derives from, and on those that derive from it, which may be in other
    files: `lintkit.graph.settings` joins them.

    bases    each base with all that its name may mean; names as in `FunctionCall`
    created  code of the same file makes an object of it
    guarded  it is for development, by its name or its branch
    checks   the words of its validators: fields that these may change or refuse
    """

    name: str
    bases: tuple[tuple[str, ...], ...]
    options: SettingsOptions
    fields: tuple[SettingsField, ...]
    created: bool = False
    guarded: bool = False
    checks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VariableProvided(Fact):
    """A place that gives a variable a value.

    unit  what of the file it belongs to: a service, a ConfigMap, a Dockerfile's stage, a job; empty for a `.env` file
    """

    name: str
    value: Value
    source: ProviderKind
    unit: str = ""
    key_span: Span | None = None


@dataclass(frozen=True, slots=True)
class VariableMentioned(Fact):
    """A `.env` file has the variable in a comment (`# DEBUG=1`): it may be set, and need not."""

    name: str


@dataclass(frozen=True, slots=True)
class DotenvLoaded(Fact):
    """Code that loads a `.env` file by itself; an empty `file` means that it searches for `.env`."""

    file: str


# --- deployment units -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Build:
    """How an image is built, as written: paths are relative to the file's folder; `dockerfile` to the context."""

    context: str
    dockerfile: str = ""
    target: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True)
class EnvFile:
    """An `env_file` of a service, as written."""

    path: str
    span: Span
    required: bool = True


@dataclass(frozen=True, slots=True)
class Mount:
    """A file or folder of the host that a container sees; `source` as written."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class ContainerDefined(Fact):
    """A compose service, a process of a Procfile, or one container of a Kubernetes workload.

    kind            `service` for compose, `process` for a Procfile, else the kind of the workload
    name            the service or workload
    container       the container of a workload; empty for compose
    entrypoint      compose `entrypoint`, Kubernetes `command`; None where the image decides
    command         compose `command`, Kubernetes `args`; None where the image decides
    extends         (file, service) of compose; the file is empty for the same one
    command_span    where the command or the entrypoint is written
    shares_network  loopback is shared: another container of the pod, the host's network
    opaque          why its variables cannot be known from here; empty when they can
    """

    name: str
    kind: str
    container: str = ""
    namespace: str = ""
    image: str = ""
    build: Build | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    env_files: tuple[EnvFile, ...] = ()
    mounts: tuple[Mount, ...] = ()
    replicas: Count | None = None
    profiles: tuple[str, ...] = ()
    extends: tuple[str, str] | None = None
    working_dir: str = ""
    command_span: Span | None = None
    shares_network: bool = False
    opaque: str = ""

    @property
    def stands_alone(self) -> bool:
        """Whether it is a unit by itself, and not one of the containers of a workload."""
        return self.kind in ("service", "process")

    @property
    def unit(self) -> str:
        """The name under which the same file's other facts speak of it."""
        return f"{self.kind}/{self.name}/{self.container}" if self.container else self.name


@dataclass(frozen=True, slots=True)
class ComposeService(Fact):
    """All that one compose file says of a service; `span` is its name there."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class ComposeInclude:
    """An entry of `include`: files that are merged into one project, and the folder that their paths count from.

    paths      as written; later ones override earlier ones
    directory  `project_directory` as written; empty where the folder of the first file counts
    env_files  what `env_file` names: files of variables for `${…}`, which have to exist
    """

    paths: tuple[str, ...]
    directory: str = ""
    env_files: tuple[EnvFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposeFile(Fact):
    """What a compose file says besides its services.

    includes  what `include` names, in its order
    defined   (`volumes`, `networks`, `configs`, `secrets`, names) as far as the file defines them
    opaque    it takes in files that are not known from here
    """

    includes: tuple[ComposeInclude, ...] = ()
    defined: tuple[tuple[str, tuple[str, ...]], ...] = ()
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class EnvFrom(Fact):
    """A container takes variables from a ConfigMap or Secret: all keys, or `key` as the variable `variable`."""

    unit: str
    source: Literal["configmap", "secret"]
    ref: str
    prefix: str = ""
    key: str = ""
    variable: str = ""
    optional: bool = False
    key_span: Span | None = None


@dataclass(frozen=True, slots=True)
class ConfigObject(Fact):
    """A ConfigMap, a Secret, or what becomes one; its keys are `VariableProvided` with this `name` as unit.

    complete  every key it will have is known
    files     `.env` files it is generated from, relative to its own file's folder
    """

    source: Literal["configmap", "secret"]
    name: str
    namespace: str = ""
    complete: bool = True
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Autoscaler(Fact):
    """Something that changes the number of replicas of a workload; `target_span` is the name of the workload there."""

    target_kind: str
    target: str
    namespace: str = ""
    minimum: Count | None = None
    maximum: Count | None = None
    name: str = ""
    target_span: Span | None = None


@dataclass(frozen=True, slots=True)
class ReplicasOverride(Fact):
    """A kustomization sets the number of replicas of a workload."""

    target: str
    replicas: Count


@dataclass(frozen=True, slots=True)
class OpaquePatch(Fact):
    """A kustomization patches environments in a way that is not followed; an empty `target` means any workload."""

    target: str


# --- images ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImageStage(Fact):
    """A stage of a Dockerfile; `base` is an image, or the name of an earlier stage.

    healthcheck  it has an instruction HEALTHCHECK, `NONE` too
    """

    index: int
    name: str
    base: str
    healthcheck: bool = False


@dataclass(frozen=True, slots=True)
class CopyInstruction(Fact):
    """`COPY` or `ADD`.

    sources      paths in the build context, or in `from_stage`
    destination  absolute where the working directory is known; ends in `/` where it is a folder
    """

    stage: int
    sources: tuple[str, ...]
    destination: str
    from_stage: str = ""


@dataclass(frozen=True, slots=True)
class ImageCommand(Fact):
    """`CMD` or `ENTRYPOINT`; a shell form is the one string `arguments[0]` with `shell` set."""

    stage: int
    keyword: Literal["CMD", "ENTRYPOINT"]
    arguments: tuple[str, ...]
    shell: bool = False
    working_dir: str = ""


@dataclass(frozen=True, slots=True)
class BufferedStart(Fact):
    """What the final image of a Dockerfile starts, where nothing in it sets `PYTHONUNBUFFERED`.

    span     the FROM of the stage, or the empty value of the variable
    program  the program of Python that it starts; empty where it may be in a script
    words    the first words of the command, one of which may be the path of a script
    stage    the stage's name
    command  the instruction that says so
    edit     what sets the variable; None where the place is not known
    certain  the base image is known not to set it, and the command is plain
    base     the image below all stages, where it is none that is known
    """

    program: str
    words: tuple[str, ...]
    stage: str
    command: Span
    edit: Edit | None = None
    certain: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True)
class ShellScript(Fact):
    """A shell script that starts a program of Python (empty for none), or switches the buffer of its output off.

    program  the last one, which stays, of those that it starts whatever the environment says, and to be seen
    """

    program: str
    unbuffered: bool = False


@dataclass(frozen=True, slots=True)
class ImageBuild(Fact):
    """A workflow step that builds an image; paths as written, relative to the repository's root.

    known  the context and the Dockerfile are what is written, and not computed when the workflow runs
    """

    context: str
    dockerfile: str
    tags: tuple[str, ...]
    target: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class IgnoreRules(Fact):
    """The lines of an ignore file that hold a pattern; `span` is all of the file.

    spans    where each pattern stands
    newline  how the file ends its lines
    ended    the last line has its newline
    """

    lines: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    newline: str = "\n"
    ended: bool = True


@dataclass(frozen=True, slots=True)
class KeyFile(Fact):
    """A file that is there to keep a private key; `span` is where the key says what it is.

    description  completes "holds …": `an RSA private key`
    encrypted    a passphrase protects it
    """

    description: str
    encrypted: bool = False


# --- Python ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModuleImport(Fact):
    """An import: `import module`, or `from module import names` with `level` leading dots.

    aliases  (local name, imported name); for `import a.b` the local name is `a` and the imported one is empty
    """

    module: str
    names: tuple[str, ...]
    level: int = 0
    aliases: tuple[tuple[str, str], ...] = ()


# Names in the facts below: what another module defines is its qualified name (`app.store.save`; a leading dot counts
# from the repository's root), what the same file defines begins with a colon (`:save`, `:Store.save`).


@dataclass(frozen=True, slots=True)
class ModuleState(Fact):
    """A mutable container that lives as long as the process, or an object that may hold some.

    name      a module variable, `Class.attribute`, or what hangs on the application (`app.state.sessions`)
    instance  for `container == "instance"`: the class that the variable is an instance of; `self` for an attribute
              that each instance has of its own
    """

    name: str
    container: ContainerKind
    instance: str = ""


@dataclass(frozen=True, slots=True)
class StateAccess(Fact):
    """A function uses a container: `SESSIONS[key] = …`, `store.sessions.pop(key)`, `key in self.sessions`.

    target    the container: `:SESSIONS`, `:Store.sessions`, `app.store.SESSIONS`; `*app.state.sessions` of the
              application, wherever that is made
    function  the function of this file that it stands in: `name`, or `Class.name`
    guarded   a branch decides whether it happens: a fallback for a store that is away, a branch for development
    """

    target: str
    function: str
    operation: Literal["write", "delete", "read"]
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class RouteHandler(Fact):
    """A function that answers requests; `method` is upper case, or `WEBSOCKET`, or `*`."""

    method: str
    route: str
    function: str


@dataclass(frozen=True, slots=True)
class FunctionCall(Fact):
    """The function `caller` of this file (`name`, or `Class.name`) calls `callee`, or hands it on."""

    caller: str
    callee: str


@dataclass(frozen=True, slots=True)
class ClientBuilt(Fact):
    """Code that builds a client of another service.

    service  what it talks to, in words: `Redis`, `a SQL database`
    host, port, scheme  where it connects to, where that is written down (also as the fallback of a variable)
    name     the variable, setting or parameter that the address comes from, as it is spelled
    function the function of this file that it stands in; empty for the top level
    """

    service: str
    host: str = ""
    port: int = 0
    scheme: str = ""
    name: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class HostCalled(Fact):
    """Code that calls a host by an HTTPS URL that is written down; `port` is 443 where the URL names none."""

    host: str
    port: int = 443
    function: str = ""


@dataclass(frozen=True, slots=True)
class TableMapped(Fact):
    """Code that uses a table of a database by name.

    table  the name, in front of it the schema where the code names one (`billing.invoices`)
    how    a mapped class or `Table` of SQLAlchemy, a SQLModel, a Django model, or a call of Supabase's client
    model  the class; empty for a table without one
    """

    table: str
    how: Literal["sqlalchemy", "sqlmodel", "django", "supabase"]
    model: str = ""


@dataclass(frozen=True, slots=True)
class ServerSetting(Fact):
    """A module that configures a server process: `workers = 9` in a gunicorn file, `uvicorn.run(…, workers=4)`.

    target  the application it serves, where the code says it
    """

    workers: Count | None
    target: str = ""
