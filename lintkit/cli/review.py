"""`lintkit review`."""

from __future__ import annotations

import io
import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lintkit.cli.check import exit_code
from lintkit.cli.comparing import Comparison, narrowing
from lintkit.cli.failure import CommandError, say
from lintkit.cli.options import git_option, repository_options, selection_options
from lintkit.cli.output import write_stdout
from lintkit.config.errors import quoted
from lintkit.files.links import leads_out
from lintkit.model import SEVERITIES, Report, Severity
from lintkit.report.options import RenderOptions

if TYPE_CHECKING:
    from lintkit.cli.request import Asked
    from lintkit.review.publish import Outcome
    from lintkit.review.pull_request import Target
    from lintkit.review.remarks import Remark

TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
"""Environment variables that may hold the token; it is never taken from the command line, where others see it."""

_LIBRARIES = ("httpx", "unidiff")
_LARGEST = 200_000_000


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path())
@selection_options
@repository_options
@git_option
@click.option(
    "--since",
    metavar="REVISION",
    help="Speak only of what is new since the work at hand left REVISION, such as origin/main.",
)
@click.option(
    "--sarif", metavar="FILE", help="Post what this SARIF file says instead of checking; - is stdin."
)
@click.option("--repository", metavar="OWNER/NAME", default="", help="Default: GITHUB_REPOSITORY.")
@click.option(
    "--pull-request", "number", type=click.IntRange(min=1), metavar="N", help="Default: the one of the event."
)
@click.option(
    "--commit", metavar="HASH", default="", help="The commit that was checked. Default: the event's."
)
@click.option(
    "--event",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The event that started the workflow. Default: GITHUB_EVENT_PATH.",
)
@click.option("--api-url", metavar="URL", default="", help="Default: GITHUB_API_URL, or GitHub's.")
@click.option(
    "--login", metavar="NAME", default="", help="Who the token belongs to. Default: GitHub is asked."
)
@click.option(
    "--max-comments",
    type=click.IntRange(min=0, max=100),
    default=30,
    show_default=True,
    metavar="N",
    help="Comments beside lines; the rest stands in the body.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the requests that would change something and send none; what is there is still read.",
)
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Least severity that makes the exit code 1.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
def review(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    config_file: Path | None,
    root: Path | None,
    allow_code: bool,
    since: str | None,
    sarif: str | None,
    repository: str,
    number: int | None,
    commit: str,
    event: Path | None,
    api_url: str,
    login: str,
    max_comments: int,
    dry_run: bool,
    fail_on: Severity | None,
    exit_zero: bool,
    no_git: bool,
) -> int:
    """Check, and post what is found as one review of a pull request on GitHub.

    Comments stand beside changed lines, with suggestions where a fix fits; the rest is in the body, by rule. A second
    run brings the review up to date and repeats nothing. The token comes from GITHUB_TOKEN and needs
    `pull-requests: write`; with one that may only read, findings are printed as workflow commands.
    """
    _require_libraries()
    if no_git and since is not None:
        raise click.UsageError("--since asks git for a revision; leave out --no-git.")
    if sarif is not None and (paths or since or select or extend_select or ignore):
        raise click.UsageError(
            "--sarif posts what a file says; what to check is up to the run that wrote it."
        )

    from lintkit.cli.request import Asked
    from lintkit.cli.workspace import Selection
    from lintkit.review.pull_request import PullRequestError, find_target

    try:
        target = find_target(
            os.environ,
            repository=repository,
            number=number or 0,
            commit=commit,
            api=api_url,
            event=event,
        )
    except PullRequestError as error:
        raise CommandError(str(error)) from None
    if sarif is None:
        asked = Asked(
            paths=paths,
            root=root,
            config_file=config_file,
            selection=Selection(select, extend_select, ignore),
            fail_on=fail_on,
            allow_code=allow_code,
            git=not no_git,
        )
        log, code = _checked(asked, since, exit_zero=exit_zero)
        remarks = _remarks(log)
    else:
        remarks = _remarks(_read(sarif))
        least = SEVERITIES.index(fail_on or "warning")
        code = int(not exit_zero and any(SEVERITIES.index(one.severity) <= least for one in remarks))
    _publish(target, remarks, login, max_comments, dry_run)
    return code


def _require_libraries() -> None:
    absent = [name for name in _LIBRARIES if find_spec(name) is None]
    if absent:
        raise CommandError(
            f"`lintkit review` needs {' and '.join(absent)}; install lintkit with its extra `review`, such as "
            "`pip install '.[review]'` in a clone"
        )


def _checked(asked: Asked, since: str | None, *, exit_zero: bool) -> tuple[Any, int]:
    """Run the check; returns its SARIF and its exit code."""
    from lintkit.cli.request import request_of
    from lintkit.run.engine import check_tree

    request = request_of(asked)
    checked = check_tree(request)
    narrow = narrowing(checked, Comparison(baseline=None, changed=False, staged=False, since=since))
    report: Report = narrow(checked.report, request.tree)

    from lintkit.cli.unchecked import say_notifications, with_unchecked
    from lintkit.report.formats import renderer

    report = with_unchecked(report, request, checked.discovery, allow_empty=False)
    say_notifications(report, quiet=False)

    stream = io.StringIO()
    renderer("sarif")(report, stream, RenderOptions())
    return json.loads(stream.getvalue()), exit_code(report, request.config, exit_zero=exit_zero)


def _read(name: str) -> Any:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            if leads_out(Path(name), Path.cwd()):
                raise CommandError(
                    f"{quoted(name)} is reached through a symbolic link that leads out of this folder"
                )
            with Path(name).open("rb") as file:
                data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise CommandError(f"{quoted(name)} is too large for a SARIF file")
        return json.loads(data)
    except OSError as error:
        raise CommandError(f"{quoted(name)} cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError):
        raise CommandError(f"{quoted(name)} is not JSON") from None


def _remarks(log: Any) -> tuple[Remark, ...]:
    from lintkit.review.remarks import SarifError, remarks_of

    try:
        return remarks_of(log)
    except SarifError as error:
        raise CommandError(f"the SARIF file cannot be used: {error}") from None


def _publish(target: Target, remarks: tuple[Remark, ...], login: str, most: int, dry_run: bool) -> None:
    from lintkit.review.client import Client, GitHubError, NotAllowedError
    from lintkit.review.publish import MovedOnError, publish

    token = next((os.environ[name] for name in TOKENS if os.environ.get(name)), "")
    if not token and not dry_run:
        raise CommandError("there is no token; set GITHUB_TOKEN, or look at --dry-run")
    try:
        with Client(target.api, token.strip(), dry_run=_show if dry_run else None) as client:
            outcome = publish(client, target, remarks, login=login, most=most)
    except MovedOnError as error:
        say(str(error))
    except NotAllowedError as error:
        say(f"no review is posted: {error}")
        _fall_back(remarks)
    except GitHubError as error:
        raise CommandError(str(error)) from None
    else:
        _report(outcome, dry_run)


def _show(method: str, path: str, body: Any) -> None:
    """Print a request as it would be sent."""
    text = f"{method} {path}\n"
    if body is not None:
        text += json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    write_stdout(text.encode("utf-8", "backslashreplace"))


def _report(outcome: Outcome, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    listed = len(outcome.placing.listed)
    say(
        f"{outcome.address}: {outcome.posted} comments {would}posted, {outcome.updated} {would}updated, "
        f"{outcome.deleted} {would}deleted; {listed} findings in the body"
    )
    if outcome.unplaced:
        say("GitHub did not take the comments beside lines, so that everything stands in the body")


def _fall_back(remarks: tuple[Remark, ...]) -> None:
    """Say it where a token that may only read is no hindrance: on the log of the workflow, and in its summary."""
    from lintkit.review.fallback import summary, workflow_commands

    write_stdout(workflow_commands(remarks).encode("utf-8", "backslashreplace"))
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        try:
            with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(summary(remarks))
        except OSError as error:
            say(f"the summary of the step cannot be written ({error.strerror})")
