from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.facts import Reason
from lintkit.secrets import classify, known_format, url_credentials

# Assembled so that no line of this file looks like a credential itself.
AWS = "AKIA" + "Z7QX4M2WN5RT8KLP"
GITHUB = "ghp_" + "Zk4Tq9Wm2Xr7Lp5Ns8Vb3Hd6Jf1Gc0Ya2Qe"
ANTHROPIC = "sk-ant-" + "Zk4Tq9Wm2Xr7Lp5Ns8Vb3"
STRIPE = "sk_" + "live_" + "Zk4Tq9Wm2Xr7Lp5Ns8Vb"
SLACK = "xox" + "b-204915-739105-Zk4Tq9Wm2Xr7"
GOOGLE = "AIza" + "Zk4Tq9Wm2Xr7Lp5Ns8Vb3Hd6Jf1Gc0Ya2Qe"
JWT = "eyJ" + "hbGciOiJub25lIn0" + ".eyJ" + "zdWIiOiJ0ZXN0In0" + ".c2lnbmF0dXJl"
RANDOM = "q7Zk4Tq9Wm2Xr7Lp5Ns8"
BEGIN, END = "-----BEGIN " + "PRIVATE KEY-----", "-----END " + "PRIVATE KEY-----"
PEM = f"{BEGIN}\n{RANDOM * 3}\n{END}"


def kind(name: str, value: object, *, credential: bool = False) -> str | None:
    verdict = classify(name, value, credential=credential)
    return None if verdict is None else verdict.kind


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (AWS, "AWS access key id"),
        (GITHUB, "GitHub token"),
        (ANTHROPIC, "Anthropic API key"),
        (STRIPE, "Stripe key"),
        (SLACK, "Slack token"),
        (GOOGLE, "Google API key"),
        (JWT, "JSON Web Token"),
        (PEM, "private key"),
    ],
)
def test_a_known_form_is_named_whatever_the_name(value: str, words: str) -> None:
    verdict = classify("whatever", value)
    assert verdict is not None
    assert verdict.kind == "format"
    assert words in verdict.description


def test_a_documented_example_of_a_form_is_a_placeholder() -> None:
    assert kind("aws_access_key_id", "AKIA" + "IOSFODNN7EXAMPLE") == "placeholder"
    assert kind("api_key", "sk-" + "x" * 24) == "placeholder"
    assert kind("api_key", "sk-" + "demo-openai-key-123456789") == "placeholder"
    assert kind("token", "ghp_" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "placeholder"


def test_a_word_that_nothing_was_given_is_a_placeholder() -> None:
    assert kind("mail_password", "NoMailPasswordFound") == "placeholder"
    assert kind("mail_password", "no-password-set") == "placeholder"
    assert kind("mail_password", "NovemberFoundling") == "real"


def test_digits_in_their_order_are_a_placeholder_and_others_are_none() -> None:
    assert kind("client_secret", "0123456789abcdef" * 2) == "placeholder"
    assert kind("client_secret", "1234567890" * 2) == "placeholder"
    assert kind("client_secret", "0123456789abcdef" + "3f9a1c07d25be846") == "real"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("\n" + RANDOM * 3 + "\n", "format"),
        ("\\n" + RANDOM * 3 + "\\n", "format"),
        ("\nProc-Type: 4,ENCRYPTED\n" + RANDOM * 3 + "\n", "format"),
        ("\\nyour_private_key_here\\n", "placeholder"),
        ("\nMIIE...\n", "placeholder"),
        ("\nkey\n", "placeholder"),
    ],
)
def test_the_frame_of_a_private_key_is_none_yet(body: str, expected: str) -> None:
    assert kind("whatever", BEGIN + body + END) == expected


def test_a_heading_alone_is_followed_by_its_key_on_the_next_lines() -> None:
    assert kind("whatever", BEGIN) == "format"


def test_an_encrypted_value_is_a_reference() -> None:
    assert kind("DB_PASSWORD", "encrypted:" + RANDOM) is None


@pytest.mark.parametrize(
    "value",
    [
        "change-me",
        "changeme",
        "change_me_in_env",
        "buja_password_change_this",
        "your-password",
        "your_api_key_here",
        "<password>",
        "TODO",
        "please-change",
        "please-change-me",
        "example",
        "replace-me",
        "xxxxxxxx",
        "put-your-key-here",
        "insert_token",
        "dummy",
        "placeholder",
        "CHANGE_ME_IN_PRODUCTION",
        "some-random-string",
        "not-a-real-secret",
        "dev-only",
        "b3Vy" + "LWRlbW8tc2VjcmV0",  # base64 of `our-demo-secret`
        "password@gmail.com",
        "token@shop.test",
        "changeWorkerAuthToken",
        "a-long-and-random-alphanumeric-string",
    ],
)
def test_a_value_that_asks_to_be_replaced_is_a_placeholder(value: str) -> None:
    assert kind("DB_PASSWORD", value) == "placeholder"


@pytest.mark.parametrize(
    "value",
    [
        "postgres",
        "admin",
        "root",
        "guest",
        "minioadmin",
        "neo4j",
        "secret",
        "123456",
        "12345678",
        "password123",
        "letmein",
        "changeit1",
        "S3cr3t",
        "T0pS3cr3t",
        "p4$$w0rd",
        "cGFzc3dv" + "cmQxMjM=",  # base64 of `password123`
    ],
)
def test_a_default_that_everybody_tries_is_well_known(value: str) -> None:
    assert kind("DB_PASSWORD", value) in {
        "well-known",
        "placeholder" if value == "changeit1" else "well-known",
    }


@pytest.mark.parametrize(
    "value",
    ["not-needed", "no-key-required", "sk-no-key-required", "unused", "not_required", "no-key", "ollama"],
)
def test_a_key_that_nobody_reads_is_none(value: str) -> None:
    assert kind("OPENAI_API_KEY", value, credential=True) is None


@pytest.mark.parametrize(
    "value", ["a long random string, type anything you like here!", "any unique string of characters"]
)
def test_words_that_tell_what_to_write_are_a_placeholder(value: str) -> None:
    assert kind("JWT_SECRET", value, credential=True) == "placeholder"


@pytest.mark.parametrize(
    "value", ["verysecretkey", "shop-secret-key", "shop_password1", "very_secure_password"]
)
def test_a_name_that_says_that_it_is_a_secret_is_easily_guessed(value: str) -> None:
    found = classify("SIGNING_KEY", value, credential=True)
    assert found is not None and found.reason is Reason.GUESSABLE


def test_what_signs_is_read_and_so_is_a_login() -> None:
    assert kind("SESSION_SIGNING_KEY", "unused", credential=True) == "real"
    assert kind("DB_PASSWORD", "ollama", credential=True) == "real"
    assert kind("DB_PASSWORD", "nopassword", credential=True) == "real"


def test_an_address_may_be_a_password() -> None:
    assert kind("SMTP_PASSWORD", "jo.miller@shop.dev", credential=True) == "real"


def test_a_name_that_is_said_in_words_is_a_label() -> None:
    assert classify("INBOUND_WEBHOOK_SECRET", "Inbound webhook secret") is None
    assert classify("SHOP_DB_PASSWORD", "shop") is not None


def test_a_password_that_repeats_the_service_is_well_known() -> None:
    assert kind("LANGFUSE_DB_PASSWORD", "langfuse") == "well-known"


@pytest.mark.parametrize("value", ["whalehello", "Tr0ub4dor&3", "db-57-horse", RANDOM, "4711"])
def test_any_other_literal_is_taken_for_real(value: str) -> None:
    assert kind("DB_PASSWORD", value) == "real"


@pytest.mark.parametrize(
    "value",
    [
        "", "  ", "${X}", "$X", "$(X)", "{{ x }}", "%s", "%(password)s", "{password}", "<%= x %>", "${{ secrets.X }}",
        "/run/secrets/db", "./secret.txt", "certs/key.pem", "https://example.org/token", "true", "no", "None", "null",
        "a:$2y$05$abcdefghijklm",
        "***", "•••", "...", "0", "60", "$2b$12$abcdefghijklmnopqrstuv", "pbkdf2_sha256$1$a$b", "{SHA}abc",
        "arn:aws:secretsmanager:eu:1:secret:x", "vault:secret/data/x#y", "ENC[AES256_GCM,data:x]", "none", "invalid",
    ],
)  # fmt: skip
def test_what_is_no_literal_secret_is_nothing_even_as_a_credential(value: str) -> None:
    assert kind("DB_PASSWORD", value, credential=True) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD", "password"),
        ("password", "Password:"),
        ("token", "access_token"),
        ("API_KEY", "X-API-Key"),
        ("password", "Enter your password"),
        ("password", "DB_PASSWORD"),
        ("secret", "app.core.security.get_secret"),
        ("password", "#password"),
        ("password", r"^\w{8,}$"),
        ("secret_key", "secret_key"),
    ],
)
def test_a_word_that_names_or_finds_the_field_is_nothing_in_code(name: str, value: str) -> None:
    assert kind(name, value) is None


def test_a_word_that_names_the_field_is_a_default_where_it_is_the_credential() -> None:
    assert kind("POSTGRES_PASSWORD", "password", credential=True) == "well-known"


@pytest.mark.parametrize("value", [None, True, 4711, 1.5, ["a"], b"x"])
def test_only_texts_are_secrets(value: object) -> None:
    assert classify("password", value) is None


def test_an_ordinary_name_has_no_secret() -> None:
    assert classify("title", RANDOM) is None


def test_auth_counts_only_in_the_form_of_one() -> None:
    verdict = classify("NEO4J_AUTH", "neo4j/hunter-two-7")
    assert verdict is not None
    assert (verdict.start, verdict.end) == (6, 18)
    assert kind("NEO4J_AUTH", "none") is None
    assert kind("NEO4J_AUTH", "neo4j/${NEO4J_PASSWORD}") is None
    assert kind("auth", "session") is None


def test_the_verdict_on_a_url_points_at_its_password() -> None:
    value = "  postgresql://app:whale-hello@db:5432/app"
    verdict = classify("DATABASE_URL", value)
    assert verdict is not None
    assert value[verdict.start : verdict.end] == "whale-hello"


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        ("redis://:whale@cache:6379/0", ["whale"]),
        ("a postgres://u:p@ss@h/db b amqp://u:two@h", ["p@ss", "two"]),
        ("postgresql+asyncpg://u:p/w@h/db", ["p/w"]),
        ("https://host:8080/@scope/x", []),
        ("https://host:8080/a?b=c@d", []),
        ("https://example.org/a:b@c", []),
        ("redis://${USER}:${PASSWORD}@h", []),
        ("f'redis://{user}:{password}@h'", []),
        ("ftp://user:***@h", []),
        ("http://user@h", []),
    ],
)
def test_passwords_of_urls_are_found(text: str, passwords: list[str]) -> None:
    assert [text[start:end] for start, end in url_credentials(text)] == passwords


def test_a_format_is_known_without_a_name() -> None:
    assert known_format("see " + GITHUB) is not None
    assert known_format("nothing here") is None


@given(st.text(max_size=60), st.text(max_size=80), st.booleans())
def test_a_verdict_lies_inside_its_value(name: str, value: str, credential: bool) -> None:
    verdict = classify("password" + name, value, credential=credential)
    if verdict is not None:
        assert 0 <= verdict.start < verdict.end <= len(value)


def test_a_well_known_password_is_not_taken_for_a_minimum() -> None:
    verdict = classify("password", "admin123")
    assert verdict is not None
    assert verdict.kind == "well-known"


def test_punctuation_is_no_secret_of_a_parser() -> None:
    assert classify("token", ")") is None
    assert classify("token", "(") is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PAC_SECRET", "pipelines-as-code-secret", None),
        ("client_secret", "oauth2-proxy-client-secret", None),
        ("WEBHOOK_SECRET", "github-app-credentials", None),
        ("CLIENT_SECRET", "my-client-secret", "placeholder"),
        ("CLIENT_SECRET", "dev-client-secret", "real"),
        ("JWT_SECRET", "shop-jwt-secret", "real"),
        ("SESSION_SECRET", "orders-session-secret", "real"),
        ("DB_PASSWORD", "shop-db-secret", "real"),
    ],
)
def test_the_name_of_a_secret_is_none(name: str, value: str, expected: str | None) -> None:
    assert kind(name, value, credential=True) == expected


@pytest.mark.parametrize("head", ["AgA", "AgC"])
def test_what_kubeseal_encrypted_is_no_secret(head: str) -> None:
    assert kind("password", head + RANDOM * 20 + "==", credential=True) is None
    assert kind("password", head + RANDOM, credential=True) == "real"


@pytest.mark.parametrize("value", ["updated", "DEADBEEF"])
def test_what_stands_in_for_a_value_is_a_placeholder(value: str) -> None:
    assert kind("password", value) == "placeholder"
