"""The only place that starts git, and only to read.

The repository is untrusted, and so is its `.git/config`: it may name programs for the file system monitor,
hooks, filters, textconv, external diffs, credentials, remote helpers or ssh. Nothing of it runs, because

- only plumbing is called that neither looks into files of the work tree nor writes (`rev-parse`, `ls-files`,
  `ls-tree`, `cat-file --batch`, `merge-base`, `config --get`, `symbolic-ref`), so filters, textconv, diffs
  and hooks have no part;
- what such commands could still start is switched off on the command line, which wins over every file;
- no transport is allowed: a missing object of a partial clone would otherwise be fetched, by a program of its
  choice;
- of the environment no `GIT_*` variable is handed on, save an index file inside the git directory (git sets
  one for hooks);
- git is looked for in absolute folders of PATH outside the checked root;
- a `.git` that leads out of the root is believed only if the other side points back, as it does for a linked
  work tree or a submodule.

git's own refusal of a repository that belongs to somebody else (`safe.directory`) stays in force.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lintkit.files.root import is_trusted

TIMEOUT_SECONDS = 20.0
"""How long one call of git may take; a pipe in place of a file in `.git` would block it for ever."""

_OVERRIDES = (
    # An empty value means "off" to every version; before 2.36 `false` was taken for the name of a program.
    "core.fsmonitor=",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=",
    "core.alternateRefsCommand=true",
    "credential.helper=",
    "diff.external=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
)

_SHA = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SCP = re.compile(r"(?:[^@/\s]*@)?(?P<host>[^:/@\s]{2,}):(?P<path>(?!//).+)")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])")


class GitError(Exception):
    """git is missing or refuses; the message says what to do and quotes nothing of the repository."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree, and the folder of it that is looked at.

    executable  the git program, absolute
    root        the folder that is checked, resolved; `top` or below it
    top         the top of the work tree, resolved
    index       an index file to use instead of the repository's own; empty for none
    """

    executable: str
    root: Path
    top: Path
    index: str = ""

    def run(self, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
        """Call git in `root` and return what it prints; raises GitError when it fails or takes too long."""
        return self.call(arguments, stdin=stdin, accept=accept).stdout

    def call(
        self, arguments: Iterable[str], *, stdin: bytes = b"", accept: tuple[int, ...] = (0,)
    ) -> subprocess.CompletedProcess[bytes]:
        """As `run`, with the exit status and what git says on standard error."""
        try:
            done = subprocess.run(
                self._command(arguments),
                cwd=self.root,
                env=self._environment(),
                input=stdin,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitError(
                f"git did not answer within {TIMEOUT_SECONDS:.0f} seconds; look for something that is not a "
                "regular file where git expects one (in `.git`, or as a `.gitignore`)."
            ) from None
        except (OSError, ValueError):
            raise GitError("git could not be started; check that the `git` on your PATH works.") from None
        if done.returncode not in accept:
            raise GitError(_explanation(done.stderr, self.top))
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start git in `root` with pipes to both its ends."""
        try:
            return subprocess.Popen(
                self._command(arguments),
                cwd=self.root,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            raise GitError("git could not be started; check that the `git` on your PATH works.") from None

    def _command(self, arguments: Iterable[str]) -> list[str]:
        command = [
            self.executable,
            "--no-pager",
            "--no-optional-locks",
            "--no-replace-objects",
            "--literal-pathspecs",
        ]
        for override in _OVERRIDES:
            command += ["-c", override]
        return [*command, *arguments]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("GIT_")}
        kept |= {
            "LC_ALL": "C",
            "LANGUAGE": "",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            # A list of the transports that are allowed: none. It wins over `protocol.<name>.allow` of any
            # file.
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ASKPASS": "",
            "SSH_ASKPASS": "",
            # git must not find another repository above the one that was examined.
            "GIT_CEILING_DIRECTORIES": str(self.top.parent),
        }
        if self.index:
            kept["GIT_INDEX_FILE"] = self.index
        return kept


def open_repository(root: Path) -> Repository | None:
    """The git work tree that holds `root` (resolved); None where no folder at or above it has a trusted `.git`.

    Raises GitError when there is one that cannot be used: git is missing, refuses it, or it is not sound.
    """
    top = next((folder for folder in (root, *root.parents) if is_trusted(folder / ".git", root)), None)
    if top is None:
        return None
    executable = _find_git(root)
    if executable is None:
        raise GitError(
            "git is not installed or not on your PATH; install it so that lintkit knows what is tracked."
        )
    repository = Repository(executable, root, top)
    needs_pointer = _examine(top, root)
    answer = repository.call(("rev-parse", "--is-inside-work-tree", "--show-cdup"))
    upwards = "../" * len(root.relative_to(top).parts)
    if answer.stdout.decode("utf-8", "replace") != f"true\n{upwards}\n":
        raise GitError(
            "The `.git` of this folder belongs to a work tree somewhere else; see `core.worktree` in its "
            "configuration."
        )
    if needs_pointer is not None and not _points_back(repository, needs_pointer):
        raise GitError(
            "The `.git` of this folder leads to a git directory elsewhere that does not know this folder; "
            "`git worktree repair` mends a linked work tree that was moved."
        )
    return Repository(executable, root, top, _index_of_environment(top, needs_pointer))


def _find_git(root: Path) -> str | None:
    """The first git in an absolute folder of PATH that is not inside the root."""
    name = "git.exe" if os.name == "nt" else "git"
    inside = os.path.join(root, "")  # noqa: PTH118
    for folder in os.get_exec_path():
        if not os.path.isabs(folder):  # noqa: PTH117
            continue
        candidate = os.path.join(folder, name)  # noqa: PTH118
        if os.access(candidate, os.X_OK) and not os.path.realpath(candidate).startswith(inside):
            return candidate
    return None


def _examine(top: Path, root: Path) -> Path | None:
    """Refuse a `.git` that git would hang on or that reads another repository through links.

    Returns the git directory if it lies outside `top`, so that it must point back; else None.
    """
    dot_git = top / ".git"
    try:
        status = dot_git.lstat()
        if stat.S_ISREG(status.st_mode):
            git_dir = _pointer(dot_git)
        elif stat.S_ISDIR(status.st_mode):
            git_dir = dot_git
        elif stat.S_ISLNK(status.st_mode):
            git_dir = dot_git.resolve(strict=True)
        else:
            raise GitError("`.git` is neither a folder nor a file, so git cannot say what is tracked.")
    except (OSError, RuntimeError):
        raise GitError("`.git` cannot be read; check that it exists and who may read it.") from None
    for folder in (root, *root.parents):
        _refuse_special(folder / ".gitignore")
        if folder == top:
            break
    if not git_dir.is_relative_to(top):
        return git_dir
    for name in ("config", "config.worktree", "HEAD", "index", "packed-refs", "info/exclude", "commondir"):
        _refuse_special(git_dir / name)
    for name in ("objects", "refs", "info", "HEAD", "index", "packed-refs"):
        if os.path.islink(git_dir / name) and not (git_dir / name).resolve().is_relative_to(top):  # noqa: PTH114
            raise GitError(
                "Parts of `.git` are links to a git directory somewhere else, which lintkit does not follow."
            )
    common = git_dir / "commondir"
    if os.path.lexists(common) and not (git_dir / _first_line(common)).resolve().is_relative_to(top):
        raise GitError(
            "`.git` shares its objects with a git directory somewhere else, which lintkit does not follow."
        )
    return None


def _refuse_special(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if stat.S_ISLNK(mode):
        try:
            mode = path.stat().st_mode
        except OSError:
            return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise GitError(
            f"`{path.name}` is a pipe or a device where git expects a file, so git was not started."
        )


def _pointer(dot_git: Path) -> Path:
    """The folder that a `.git` file names."""
    line = _first_line(dot_git)
    if not line.startswith("gitdir: "):
        raise GitError("`.git` is a file, but does not name a git directory.")
    return (dot_git.parent / line.removeprefix("gitdir: ")).resolve()


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        line = file.read(8192).decode("utf-8", "surrogateescape").partition("\n")[0].rstrip("\r")
    if "\0" in line:
        raise GitError("`.git` is not a repository that git can read.")
    return line


def _points_back(repository: Repository, git_dir: Path) -> bool:
    """Whether a git directory outside the work tree says that it belongs to it."""
    try:
        written = _first_line(git_dir / "gitdir")
    except (OSError, GitError):
        written = ""
    if written:
        return (git_dir / written).resolve() == (repository.top / ".git").resolve()
    work_tree = repository.run("config", "-z", "--get", "core.worktree", accept=(0, 1)).rstrip(b"\0")
    return bool(work_tree) and (git_dir / os.fsdecode(work_tree)).resolve() == repository.top


def _index_of_environment(top: Path, git_dir: Path | None) -> str:
    """The index that a running `git commit` prepared for its hooks; empty if it lies elsewhere."""
    named = os.environ.get("GIT_INDEX_FILE", "")
    if not named:
        return ""
    try:
        index = Path(top, named).resolve(strict=True)
        folder = (git_dir or top / ".git").resolve()
        return str(index) if index.is_file() and index.parent == folder else ""
    except (OSError, ValueError):
        return ""


def _explanation(stderr: bytes, top: Path) -> str:
    """A sentence for a failure; never git's own words, which may quote the repository's configuration."""
    if b"dubious ownership" in stderr or b"unsafe repository" in stderr:
        return (
            "git refuses this repository because it belongs to another user; if you trust it, run "
            f"`git config --global --add safe.directory {shlex.quote(str(top))}`."
        )
    if b"bare repository" in stderr:
        return "This folder looks like a bare repository, which has no files of its own; check a work tree of it."
    if b"not a git repository" in stderr or b"gitfile" in stderr or b"gitdir" in stderr:
        return "`.git` is not a repository that git can read; `git fsck` may say what is wrong."
    if b"unknown index entry" in stderr or b"index file" in stderr or b"index uses" in stderr:
        return "git cannot read the index of this repository; `git fsck` may say what is wrong."
    if b"config" in stderr:
        return "git cannot read the configuration of this repository; `git config --list` says what is wrong."
    return "git failed to read this repository; `git status` and `git fsck` may say why."


def commit_of(repository: Repository, revision: str) -> str:
    """The commit that `revision` names (a branch, `HEAD~2`, a hash). Raises GitError if it names none."""
    if not revision or revision.startswith("-") or "\0" in revision:
        raise GitError("The revision must be the name of a branch, a tag or a commit.")
    done = repository.call(
        ("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"), accept=(0, 1, 128)
    )
    commit = done.stdout.strip()
    if done.returncode or not _SHA.fullmatch(commit):
        named = (
            f"the revision `{revision}`"
            if revision.isprintable() and len(revision) <= 200
            else "the revision you gave"
        )
        raise GitError(
            f"git knows no commit by the name of {named}; check its spelling, and in a shallow clone fetch it first."
        )
    return commit.decode("ascii")


def fork_point(repository: Repository, commit: str) -> str:
    """The commit at which `HEAD` and `commit` part ways; empty where git knows none, as in a shallow clone."""
    done = repository.call(("merge-base", "HEAD", commit), accept=(0, 1, 128))
    found = done.stdout.partition(b"\n")[0].strip()
    return found.decode("ascii") if done.returncode == 0 and _SHA.fullmatch(found) else ""


def head(repository: Repository) -> tuple[str, str]:
    """The commit and the branch that are checked out; empty where there is none."""
    sha = repository.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1, 128)).strip()
    branch = repository.run("symbolic-ref", "--quiet", "HEAD", accept=(0, 1, 128)).strip()
    name = (
        branch.decode("utf-8", "replace").removeprefix("refs/heads/")
        if branch.startswith(b"refs/heads/")
        else ""
    )
    return sha.decode("ascii") if _SHA.fullmatch(sha) else "", name


def origin(repository: Repository) -> str:
    """Where the repository lives on the web, by `remote.origin.url`; empty if it is no web address."""
    url = repository.run("config", "-z", "--get", "remote.origin.url", accept=(0, 1))
    return web_address(url.split(b"\0", 1)[0].decode("utf-8", "replace"))


def web_address(url: str) -> str:
    """The https address of a remote's URL, without user, password, token, query, fragment and `.git`.

    Empty for anything that is not a host and a path: a local path would say something about the machine, and
    what cannot be taken apart for certain could hold a token.
    """
    from urllib.parse import urlsplit

    url = url.strip()
    if not url.isprintable() or "\\" in url or " " in url:
        return ""
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return ""
        if parts.scheme not in ("https", "http", "ssh", "git", "git+ssh", "ssh+git"):
            return ""
        path = parts.path
        # Ports of other protocols say nothing about the web address.
        web_port = f":{port}" if port is not None and parts.scheme == "https" and port != 443 else ""
        host = f"[{host}]" if ":" in host else host
    else:
        scp = _SCP.fullmatch(url)
        if scp is None:
            return ""
        host, path, web_port = scp["host"].lower(), scp["path"], ""
        path = path.partition("?")[0].partition("#")[0]
    path = path.strip("/").removesuffix(".git").rstrip("/")
    if not _HOST.fullmatch(host) or not path or "@" in path or ":" in path:
        return ""
    return f"https://{host}{web_port}/{path}"


def blob_sizes(repository: Repository, objects: Iterable[str]) -> dict[str, int]:
    """The sizes in bytes of many objects in one call; an object that is missing is left out."""
    wanted = "".join(f"{name}\n" for name in dict.fromkeys(objects))
    if not wanted:
        return {}
    found = {}
    for line in repository.run("cat-file", "--batch-check", stdin=wanted.encode("ascii")).splitlines():
        fields = line.split(b" ")
        if len(fields) == 3 and fields[1] == b"blob":
            found[fields[0].decode("ascii")] = int(fields[2])
    return found


class BlobReader:
    """Contents of objects through one `git cat-file --batch`, started with the first question.

    Threads take turns; a forked process starts its own.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._finalizer: weakref.finalize[..., BlobReader] | None = None

    def read(self, name: str, largest: int) -> bytes | None:
        """The bytes of the blob `name` (a hash); None if it is missing or too large. Raises GitError."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(name.encode("ascii") + b"\n")
                process.stdin.flush()
                return _answer(process.stdout.fileno(), largest)
            except (OSError, ValueError) as error:
                self.close()
                raise GitError(
                    "git stopped while lintkit was reading files from it; run `git fsck`."
                ) from error
            except GitError:
                self.close()
                raise

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            self._process = self._repository.start("cat-file", "--batch")
            self._owner = os.getpid()
            self._finalizer = weakref.finalize(self, _stop, self._process, self._owner)
        return self._process

    def close(self) -> None:
        """Stop git; the next question starts it again."""
        if self._finalizer is not None:
            self._finalizer()
        self._process = None


def _stop(process: subprocess.Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                continue
    process.wait()


def _answer(source: int, largest: int) -> bytes | None:
    """One answer of `cat-file --batch`: a line `<hash> <type> <size>`, the content, a newline."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    received = bytearray()
    while b"\n" not in received:
        received += _receive(source, 65536, deadline)
    header, _, rest = bytes(received).partition(b"\n")
    fields = header.split(b" ")
    if len(fields) != 3:
        return None
    size = int(fields[2])
    keep = fields[1] == b"blob" and size <= largest
    chunks, length = [rest], len(rest)
    while length < size + 1:
        chunk = _receive(source, min(size + 1 - length, 1 << 20), deadline)
        length += len(chunk)
        if keep:
            chunks.append(chunk)
    return b"".join(chunks)[:size] if keep else None


def _receive(source: int, most: int, deadline: float) -> bytes:
    import select

    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(source, select.POLLIN)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise GitError(
                f"git did not deliver a file within {TIMEOUT_SECONDS:.0f} seconds; run `git fsck`."
            )
    chunk = os.read(source, most)
    if not chunk:
        raise GitError("git stopped while lintkit was reading files from it; run `git fsck`.")
    return chunk


def parse_records(output: bytes) -> Iterable[bytes]:
    """The records of an output of `-z`: each ends in a NUL byte."""
    records = output.split(b"\0")
    records.pop()
    return records
