from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.secrets import command_secrets
from lintkit.secrets.programs import program_secrets

S = "blue-whale-7"


def found(*items: str) -> list[str]:
    return [items[each.item][each.verdict.start : each.verdict.end] for each in command_secrets(items)]


@pytest.mark.parametrize(
    "items",
    [
        (f"redis-server --requirepass {S}",),
        (f"redis-server --requirepass '{S}'",),
        (f'redis-server --requirepass \\"{S}\\"',),
        ("redis-server", "--requirepass", S),
        ("redis-server", f"--requirepass={S}"),
        (f"redis-server --appendonly yes --requirepass {S} --save 60 1",),
        (f"--requirepass {S}",),
        ("CMD", "cypher-shell", "-u", "neo4j", "-p", S, "RETURN 1"),
        ("CMD-SHELL", f"cypher-shell -u neo4j -p {S} 'RETURN 1'"),
        ("CMD-SHELL", f"redis-cli -p 6379 -a {S} ping | grep PONG"),
        ("CMD", "mysqladmin", "ping", f"-p{S}"),
        ("CMD-SHELL", f"mysqladmin ping -h localhost -uroot -p'{S}'"),
        ("sh", "-c", f"PGPASSWORD={S} psql -p 5432"),
        ("sh", "-c", f"true && export API_TOKEN={S}; serve"),
        ("curl", "-u", f"me:{S}", "http://x"),
        (f"serve --database postgresql://me:{S}@db/x",),
        ("serve --password " + S + " --port 80",),
        ("mongosh", "--password", S),
    ],
)
def test_the_secret_of_a_command_is_found(items: tuple[str, ...]) -> None:
    assert found(*items) == [S]


@pytest.mark.parametrize(
    "items",
    [
        ("CMD-SHELL", "psql -p 5432 -U web"),
        ("CMD", "redis-cli", "-p", "6379", "ping"),
        ("CMD", "pg_isready", "-p", "5432"),
        ("mkdir -p /var/lib/data && serve",),
        ("docker run -p 80:80 web",),
        ("mysql -p web",),
        ("CMD-SHELL", "mysqladmin ping -p$$MYSQL_ROOT_PASSWORD"),
        ("CMD-SHELL", 'mysqladmin ping -p"$$(cat /run/secrets/db)"'),
        ("redis-server --requirepass ${REDIS_PASSWORD}",),
        ("redis-server", "--requirepass", "$(REDIS_PASSWORD)"),
        ("redis-server --requirepass ''",),
        ("serve --password-file /run/secrets/db --token-url http://x/token",),
        ("serve --require-token --verbose",),
        ("serve --token --verbose",),
        ("curl -u me http://x",),
        ("tool -a serious-word",),
        ("CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"),
        (),
        ("",),
    ],
)
def test_ports_paths_and_references_are_none(items: tuple[str, ...]) -> None:
    assert found(*items) == []


def test_the_option_is_named() -> None:
    assert [each.name for each in command_secrets([f"redis-server --requirepass {S}"])] == ["--requirepass"]


def test_a_program_counts_up_to_the_end_of_its_command() -> None:
    assert found("CMD-SHELL", "mongosh -p one-word-3; ssh -p 2222") == ["one-word-3"]


@given(
    st.lists(
        st.text(alphabet=st.sampled_from("-pa=:'\"\\ $(){};&|@/mysqlredis password"), max_size=40), max_size=4
    )
)
def test_any_command_is_read(items: list[str]) -> None:
    for each in command_secrets(items):
        assert 0 <= each.verdict.start < each.verdict.end <= len(items[each.item])


@pytest.mark.parametrize(
    "command",
    [
        "ACCESS_TOKEN=$(cat /run/secrets/token)",
        'ACCESS_TOKEN="$(cat /run/secrets/token)" ./start',
        "ACCESS_TOKEN=`cat /run/secrets/token`",
        "echo first\nACCESS_TOKEN=$(cat /run/secrets/token)\necho last",
        "PGPASSWORD=$PW psql",
    ],
)
def test_what_a_command_prints_is_none(command: str) -> None:
    assert not list(command_secrets([command]))


@pytest.mark.parametrize(
    ("text", "found"), [("'Auth configurations'", []), ("'AUTH hunter22'", ["hunter22"])]
)
def test_a_sentence_that_begins_with_auth_is_no_command(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in program_secrets(text, text.lower(), code=False)] == found


def test_a_variable_of_a_script_may_say_what_a_secret_is_called() -> None:
    assert found("sh", "-c", "cookie_secret=shop-cookie-secret; kubectl get secret $cookie_secret") == []
    assert found("sh", "-c", f"cookie_secret={S}") == [S]
    assert found("serve", "--cookie-secret=shop-cookie-secret") == ["shop-cookie-secret"]
