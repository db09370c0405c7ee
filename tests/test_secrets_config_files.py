"""Credentials in a file that is a text inside of another one."""

from __future__ import annotations

import pytest

from lintkit.secrets.config_files import file_secrets

FILES = (
    ("a.properties", "spring.datasource.password=blue-whale-41\n"),
    ("a.properties", "  spring.datasource.password : blue-whale-41\n"),
    ("a.env", "export DB_PASSWORD='blue-whale-41'\n"),
    ("a.ini", "[db]\npassword = blue-whale-41 ; of the database\n"),
    ("a.yaml", "db:\n  password: blue-whale-41\n"),
    ("a.yml", "env:\n  - name: DB_PASSWORD\n    value: blue-whale-41\n"),
    ("a.json", '{"db": {"password": "blue-whale-41"}}'),
    ("a.toml", '[db]\npassword = "blue-whale-41"\n'),
    ("a.xml", "<db><password>blue-whale-41</password></db>\n"),
    ("a.xml", '<db user="shop" password="blue-whale-41"/>\n'),
    ("a.xml", "<property><name>db.password</name><value>blue-whale-41</value></property>\n"),
    (
        "a.xml",
        "<db><!-- é -->\n<!-- <password>white-whale-40</password> --><password>blue-whale-41</password></db>",
    ),
    ("config", "db:\n  password: blue-whale-41\n"),
    ("config", "password=blue-whale-41\n"),
    ("config", '{"password": "blue-whale-41"}'),
    ("a.conf", "url = postgresql://shop:blue-whale-41@db/shop\n"),
    ("a.json", '{\n  // a comment\n  "password": "blue-whale-41",\n}\n'),
)


@pytest.mark.parametrize(("name", "text"), FILES)
def test_the_place(name: str, text: str) -> None:
    ((_, verdict),) = file_secrets(name, text)
    assert text[verdict.start : verdict.end] == "blue-whale-41"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.properties", "#db.password=blue-whale-41\n!db.password=blue-whale-41\n"),
        ("a.properties", "db.password=${DB_PASSWORD}\ndb.password.file=/run/secrets/db\n"),
        ("a.yaml", "db:\n  password: changeme\n  passwordSecret: {name: db}\n  password_min_length: 12\n"),
        ("a.xml", "<!-- <password>blue-whale-41</password> --><passwordFile>/run/x</passwordFile>\n"),
        ("a.py", 'password = "blue-whale-41"\n'),
        ("template", "<env><secretName>shop</secretName><secretKey>password</secretKey></env>\n"),
        ("a.sh", "PASSWORD=$(cat /run/secrets/db)\n"),
        ("start", "#!/bin/sh\nPASSWORD=blue-whale-41\n"),
        ("a.yaml", "a: [\n"),
        ("a.toml", "no toml at all"),
        ("a.json", ""),
        ("nsswitch.conf", "passwd:         compat\nshadow:         files\n"),
    ],
)
def test_nothing(name: str, text: str) -> None:
    assert not list(file_secrets(name, text))


def test_in_order_and_once() -> None:
    text = "token=zq8Xw2LmN4tY7pRk9\nurl=https://x:zq8Xw2LmN4tY7pRk9@h/\npassword=blue-whale-41\n"
    starts = [verdict.start for _, verdict in file_secrets("a.conf", text)]
    assert len(starts) == 3
    assert starts == sorted(set(starts))


def test_comments_that_do_not_end_hide_nothing() -> None:
    text = "<db><password>blue-whale-41</password>" + "<!--" * 40_000
    ((_, verdict),) = file_secrets("a.xml", text)
    assert text[verdict.start : verdict.end] == "blue-whale-41"
