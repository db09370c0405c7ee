from __future__ import annotations

import pytest

from lintkit.secrets import is_secret_name
from lintkit.secrets.names import mention
from lintkit.words.names import split_words

SECRETS = [
    "PUSHER_APP_SECRET",
    "password",
    "PASSWORD",
    "db_password",
    "dbPassword",
    "DB_PASSWORD",
    "db-password",
    "POSTGRES_PASSWORD",
    "PGPASSWORD",
    "password1",
    "password_2",
    "passwd",
    "pwd",
    "pass",
    "db_pass",
    "MYSQL_PWD",
    "secret",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "clientSecret",
    "client-secret",
    "jwt_secret",
    "JWT_SECRET_KEY",
    "token",
    "API_TOKEN",
    "access_token",
    "accessToken",
    "refresh_token",
    "bot_token",
    "GITHUB_TOKEN",
    "api_key",
    "apiKey",
    "apikey",
    "API_KEY",
    "X-API-Key",
    "OPENAI_API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "private_key",
    "PRIVATE_KEY",
    "encryption_key",
    "signing_key",
    "credentials",
    "NEO4J_AUTH",
    "requirepass",
    "passphrase",
    "reset_password_token_secret",
    "API_KEY_V2",
    "password_prod",
    "MINIO_ROOT_PASSWORD",
    "account_key",
]

OTHERS = [
    "PUSHER_APP_KEY",
    "REVERB_APP_KEY",
    "password_field",
    "PASSWORD_HASHERS",
    "AUTH_PASSWORD_VALIDATORS",
    "GOOGLE_TAG_MANAGER_AUTH",
    "GOOGLE_TAG_MANAGER_GA4_AUTH",
    "token_url",
    "TOKEN_EXPIRE_MINUTES",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "max_tokens",
    "MAX_TOKENS",
    "tokenizer",
    "tokens_used",
    "secret_name",
    "SECRET_FILE",
    "POSTGRES_PASSWORD_FILE",
    "password_path",
    "password_min_length",
    "key_id",
    "AWS_ACCESS_KEY_ID",
    "public_key",
    "PUBLIC_KEY",
    "LANGFUSE_PUBLIC_KEY",
    "csrf_cookie_name",
    "pass_through",
    "compass",
    "bypass",
    "author",
    "authority",
    "AUTHOR_NAME",
    "PWD",
    "OLDPWD",
    "primary_key",
    "foreign_key",
    "cache_key",
    "sort_key",
    "key",
    "name",
    "user",
    "POSTGRES_HOST_AUTH_METHOD",
    "forgot_password",
    "reset_password",
    "is_password",
    "use_token",
    "has_secret",
    "ALLOW_EMPTY_PASSWORD_CHECK",
    "token_type",
    "initial-cluster-token",
    "ETCD_INITIAL_CLUSTER_TOKEN",
    "eos_token",
    "next_page_token",
    "first_pass",
    "NEXT_PUBLIC_API_KEY",
    "STRIPE_PUBLISHABLE_KEY",
    "image_pull_secret",
    "passenger",
]


@pytest.mark.parametrize("name", SECRETS)
def test_a_name_whose_head_is_a_secret_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", OTHERS)
def test_a_name_that_speaks_about_a_secret_is_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["dbPassword", "DB_PASSWORD", "db-password", "db.password"])
def test_words_are_the_same_in_every_case(name: str) -> None:
    assert split_words(name) == ("db", "password")


def test_redaction_takes_every_secret_name_seriously() -> None:
    assert [
        name for name in SECRETS if mention(name) != "secret" and name != "reset_password_token_secret"
    ] == []


def test_redaction_tells_names_about_secrets_apart() -> None:
    assert mention("token_url") == "about"
    assert mention("compass") == mention("tokenizer") == mention("author") == ""
