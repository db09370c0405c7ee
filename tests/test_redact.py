from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.kinds.registry import KINDS
from lintkit.model import Kind
from lintkit.run.redact import find_secrets, redact, scrub

S = "wha1e-hel7o"  # a made-up password


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("python", f'PASSWORD = "{S}"'),
        ("python", f"password: str = '{S}'"),
        ("python", f'connect(host="db", password="{S}")'),
        ("python", f'def f(password="{S}"): ...'),
        ("python", f'{{"password": "{S}", "host": "db"}}'),
        ("python", f'os.getenv("DB_PASSWORD", "{S}")'),
        ("python", f'os.getenv(\n    "DB_PASSWORD",\n    "{S}",\n)'),
        ("python", f'x = os.environ.get("DB_PASSWORD") or "{S}"'),
        ("python", f'os.environ["DB_PASSWORD"] = "{S}"'),
        ("python", f'if password == "{S}": ...'),
        ("python", f'if "{S}" == password: ...'),
        ("python", f'password = SecretStr("{S}")'),
        ("python", f'password: SecretStr = Field(\n    default="{S}",\n)'),
        ("python", f'password = ("wha" "{S}")'),
        ("python", f'password = """{S}"""'),
        ("python", f'password = b"{S}"'),
        ("python", f'password = "two\n{S}"\n'),
        ("python", f'password = "\r{S}"\r'),
        ("python", f'URL = f"redis://:{S}@{{host}}"'),
        ("python", f"x = 1  # password: {S}"),
        ("python", f'# DB_PASSWORD = "{S}"'),
        ("python", f'"""\nlogin with\npassword: {S}\n"""'),
        ("python", f'sql = "ALTER USER x PASSWORD \'{S}\'"'),
        ("python", f'dsn = "host=db password={S} user=x"'),
        ("python", f'run(["psql", "--password", "{S}"])'),
        ("python", f'PASSWORDS = {{\n    "admin": "{S}",\n}}'),
        ("python", f'tokens["admin"] = "{S}"'),
        ("compose", f"      - POSTGRES_PASSWORD={S}"),
        ("compose", f'      - "POSTGRES_PASSWORD={S}"'),
        ("compose", f"      POSTGRES_PASSWORD: {S}"),
        ("compose", f"      POSTGRES_PASSWORD: '{S}'"),
        ("compose", f"    environment: {{POSTGRES_PASSWORD: {S}, A: b}}"),
        ("compose", f"    environment: [A=b, POSTGRES_PASSWORD={S}]"),
        ("compose", f"      - NEO4J_AUTH=neo4j/{S}"),
        ("compose", f'    test: ["CMD", "cypher-shell", "-u", "neo4j", "-p", "{S}", "RETURN 1"]'),
        ("compose", f"    command: redis-server --requirepass {S}"),
        ("compose", f'    command: ["redis-server", "--requirepass", "{S}"]'),
        ("compose", f"    command:\n      - redis-server\n      - --requirepass\n      - {S}"),
        ("compose", f"    command: redis-cli -a {S} ping"),
        ("compose", f"    test: mysqladmin ping -p{S}"),
        ("compose", f"      - PASSWORD=${{DB_PASSWORD:-{S}}}"),
        ("compose", f"      URL: amqp://u:${{DB_PASSWORD:-{S}}}@mq"),
        ("compose", f"      PASSWORD: ${{DB_PASSWORD-{S}}}"),
        ("compose", f"      # POSTGRES_PASSWORD: {S}"),
        ("compose", f"      PASSWORD: |\n        {S}\n        more\n      A: b"),
        ("compose", f"      PASSWORD: >-\n        {S}\n"),
        ("compose", f"      PASSWORD:\n        {S}\n"),
        ("compose", f'      PASSWORD: "two\n        {S}"\n'),
        ("compose", f"      PASSWORD: two\n        {S}\n"),
        ("compose", f"      API_KEYS:\n        - {S}\n"),
        ("compose", f"      PASSWORD: !!str {S}\n"),
        ("yaml", f"passwords:\n  alice:\n    type: x\n  bob: {S}\n"),
        ("yaml", f"token:\n  description: of the shop\n  value: {S}\n"),
        ("yaml", f"secrets:\n  # comment\n  type: Opaque\n  data:\n    a: {S}\n"),
        ("compose", f"      PASSWORD: &anchor {S}\n"),
        ("kubernetes", f"- name: DB_PASSWORD\n  value: {S}"),
        ("kubernetes", f'- name: DB_PASSWORD\n  value: "{S}"'),
        ("kubernetes", f"- value: {S}\n  name: DB_PASSWORD"),
        ("kubernetes", f"- {{name: DB_PASSWORD, value: {S}}}"),
        ("kubernetes", f'args: ["--password={S}"]'),
        ("kubernetes", f"kind: Secret\nmetadata: {{name: x}}\nstringData:\n  a.txt: {S}\n"),
        ("kubernetes", f"kind: Secret\ndata:\n  a: {S}\n  b: |\n    {S}\n"),
        ("kubernetes", f"data: {{a: {S}}}\nkind: Secret\n"),
        ("json", f'{{"kind": "Secret", "data": {{"a": "{S}"}}}}'),
        ("json", f'{{"password": "{S}"}}'),
        ("json", f'{{"password":\n  "{S}"}}'),
        ("json", f'[{{"name": "DB_PASSWORD", "value": "{S}"}}]'),
        ("json", f'{{"c": "{{\\"password\\": \\"{S}\\"}}"}}'),
        ("dotenv", f"DB_PASSWORD={S}"),
        ("dotenv", f"export DB_PASSWORD='{S}'"),
        ("dotenv", f'DB_PASSWORD="two words {S}"'),
        ("dotenv", f"DB_PASSWORD=two words {S}"),
        ("dotenv", f"#DB_PASSWORD={S}"),
        ("dotenv", f"DATABASE_URL=postgres://u:{S}@h/db"),
        ("dockerfile", f"ENV DB_PASSWORD={S} A=b"),
        ("dockerfile", f"ENV DB_PASSWORD {S}"),
        ("dockerfile", f"ARG TOKEN={S}"),
        ("dockerfile", f"RUN PGPASSWORD={S} psql"),
        ("dockerfile", f"RUN curl -u me:{S} https://x"),
        ("dockerfile", f"RUN curl -H 'Authorization: Bearer {S}' https://x"),
        ("dockerfile", f"RUN echo root:{S} | chpasswd"),
        ("toml", f'password = "{S}"'),
        ("toml", f"api-key = '{S}'"),
        ("toml", f'password = """\n{S}\n"""'),
        ("text", f"The password is {S}."),
        ("text", f"Password: `{S}`"),
        ("text", f"| password | {S} |"),
        ("text", f"<password>{S}</password>"),
        ("text", f'<add key="Password" value="{S}"/>'),
        ("text", f"machine x login me password {S}"),
        ("text", f"//registry/:_authToken={S}"),
        ("text", f"mysql -u root -p{S}"),
        ("text", f"CREATE USER x IDENTIFIED BY '{S}'"),
        ("text", f"kubectl create secret generic x --from-literal=password={S}"),
        ("gitignore", f"# the token: {S}"),
        ("yaml", f"users:\n  admin: {S}\n"),
        ("yaml", f"app_users:\n    # of the shop\n    admin: '{S}'  # for now\n"),
        ("yaml", f"credentials:\n- web: {S}\n"),
        ("yaml", f"users:\n  - admin:{S}\n"),
        ("yaml", f"users: {{admin: {S}}}\n"),
        ("python", f'hashlib.sha256(b"{S}").hexdigest()'),
        ("python", f'hashlib.new("sha512", b"{S}")'),
        ("python", f'client = OpenAI("{S}")'),
        ("python", f'anthropic.AsyncAnthropic("{S}")'),
        ("python", f'twilio.rest.Client("AC12", "{S}")'),
        ("python", f'bot.run("{S}")'),
        ("python", f'run(["tool", "--key", "{S}"])'),
        ("dockerfile", f"RUN tool --key {S} start"),
        ("dockerfile", f"RUN tool --key={S}"),
        ("compose", f"    command: [tool, --key, {S}]"),
        ("compose", f"    command:\n      - --key\n      - {S}"),
        ("dotenv", "ADMIN=admin/wha1e-hel7o"),
        ("workflow", f"    env:\n      API_TOKEN: {S}\n"),
    ],
)  # fmt: skip
def test_the_secret_is_masked(kind: Kind, text: str) -> None:
    masked = redact(text, kind)
    assert S not in masked
    assert len(masked) == len(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("python", 'password = os.getenv("DB_PASSWORD")'),
        ("python", "password = settings.password"),
        ("python", 'password: str = Field(..., description="The password of the database")'),
        ("python", 'TOKEN_URL = "https://example.org/token"'),
        ("python", "def login(user: str, password: str) -> Token: ..."),
        ("python", "from app.auth import tokenizer"),
        ("compose", "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}"),
        ("compose", "      POSTGRES_PASSWORD_FILE: /run/secrets/db"),
        ("compose", '      - "5432:5432"'),
        ("compose", "    image: postgres@sha256:" + "0123456789abcdef" * 4),
        ("kubernetes", "      secretKeyRef:\n        name: db\n        key: password"),
        ("kubernetes", "volumes:\n  - secret:\n      secretName: web-tls"),
        ("workflow", "      token: ${{ secrets.GITHUB_TOKEN }}"),
        ("workflow", "  - uses: actions/checkout@" + "0123456789abcdef0123456789abcdef01234567"),
        ("dockerfile", "RUN mkdir -p /app/data && pip install -r requirements.txt"),
        ("text", "id: 123e4567-e89b-12d3-a456-426614174000"),
        ("toml", "max-tokens = 100"),
        (
            "compose",
            "services:\n  api_key_server:\n    image: shop:1.4\n    restart: always\n    ports:\n      - 80",
        ),
        (
            "kubernetes",
            "      tokenSecretRef:\n        description: |-\n          A reference.\n          More of it.\n"
            "        type: object\n        required:\n        - name",
        ),
        ("kubernetes", '{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db"}}}'),
        ("kubernetes", "        - --webhook-secret-namespace=shop"),
        ("kubernetes", '    cert-manager.io/inject-ca-from-secret: "shop/webhook-ca"'),
        ("kubernetes", "  value:\n    name: secret-init\n    image: shop:2\n    command: [shop, init]"),
        (
            "compose",
            "services:\n  users:\n    image: shop\n    restart: always\n    build: .\n    ports: [80]\n",
        ),
        ("kubernetes", "users:\n- name: shop\n  user: {}\n"),
        (
            "yaml",
            "users:\n  alice: admin\n  bob: bob@example.com\n  enabled: true\n  web: ${WEB}\nother: kelp\n",
        ),
        ("dockerfile", "RUN tool --key /etc/shop/tls.pem --key server.key && sort --key 2 list"),
        ("python", 'parser.add_argument("--key", help="which key to sort by")'),
        ("python", "hashlib.sha256(data).hexdigest()"),
        ("python", 'OpenAI(model="small")'),
        ("python", 'def decode_token(token) -> str:\n    """Decode it without a look at the signature."""\n'),
        (
            "python",
            'def decode_token(data):\n    return jwt.decode(data, options={"verify_signature": False})\n',
        ),
        ("python", 'claims = jwt.decode(\n    token, options={"verify_signature": False}\n)'),
        ("dotenv", "ADMIN=admin/index.html"),
        ("kubernetes", "- name: MODE\n  value: master\n- name: DB_PASSWORD\n  valueFrom: x"),
    ],
)
def test_what_is_no_secret_stays_readable(kind: Kind, text: str) -> None:
    assert redact(text, kind) == text


def test_a_default_is_masked_and_its_variable_is_not() -> None:
    assert redact("  - PASSWORD=${PASSWORD:-abc}", "compose") == "  - PASSWORD=${PASSWORD:-***}"


def test_newlines_stay_so_that_lines_hold() -> None:
    begin, end = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"
    text = f"a\r\n{begin}\r\nabc\ndef\r\n{end}\r\nb"
    masked = redact(text, "text")
    assert [len(line) for line in masked.split("\n")] == [len(line) for line in text.split("\n")]
    assert "abc" not in masked
    assert masked.startswith("a\r\n*")
    assert masked.endswith("*\r\nb")


def test_a_key_on_one_line_is_masked_whole() -> None:
    text = 'KEY="-----BEGIN ' + r"PRIVATE KEY-----\nabc\ndef\n-----END " + 'PRIVATE KEY-----"'
    assert "abc" not in redact(text, "dotenv")


def test_further_ranges_are_masked_and_clipped() -> None:
    assert redact("hello world", "text", [(6, 99), (0, 1), (-5, 0)]) == "*ello *****"


def test_values_of_a_text_are_scrubbed_from_messages() -> None:
    values = find_secrets(f"POSTGRES_PASSWORD={S}\n", "dotenv").values
    assert scrub(f"`{S}` is no port", values) == f"`{'*' * len(S)}` is no port"


def test_a_well_known_word_is_not_scrubbed_from_messages() -> None:
    values = find_secrets("POSTGRES_PASSWORD=postgres\n", "dotenv").values
    assert scrub("service `postgres` has no limit", values) == "service `postgres` has no limit"


def test_a_short_plain_word_is_scrubbed_only_where_it_stands_alone() -> None:
    values = find_secrets("POSTGRES_PASSWORD=whale\n", "dotenv").values
    assert scrub("`whale` in whales and whale-db", values) == "`*****` in whales and whale-db"


def test_the_password_within_a_masked_value_is_scrubbed_too() -> None:
    values = find_secrets(f"NEO4J_AUTH=neo4j/{S}\n", "dotenv").values
    assert S not in scrub(f"password {S}", values)


@given(
    st.text(alphabet=st.sampled_from("pasword=:'\"`{}[]$\\ \n\r#|>-&!*,x1K/@()"), max_size=120),
    st.sampled_from(KINDS),
)
def test_redaction_keeps_every_position(text: str, kind: Kind) -> None:
    masked = redact(text, kind)
    assert len(masked) == len(text)
    assert all(
        old == new or (new == "*" and old not in "\r\n") for old, new in zip(text, masked, strict=True)
    )


PIECES = [
    *(
        "password",
        "token",
        "value",
        "name",
        "kind: Secret",
        "data:",
        "://",
        "@",
        "-p",
        "-",
        "=",
        ":",
        ":-",
        "${",
        "}",
    ),
    *(" ", "  ", "\n", '"', "'", "f'", "x", "|", "#", "\\", "(", ")", ","),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(KINDS))
def test_any_mixture_of_syntax_is_read(pieces: list[str], kind: Kind) -> None:
    text = "".join(pieces)
    assert len(redact(text, kind)) == len(text)
    find_secrets(text, kind)


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=5))
def test_further_ranges_never_change_the_length(text: str, extra: list[tuple[int, int]]) -> None:
    assert len(redact(text, "text", extra)) == len(text)


def test_a_long_line_of_openings_takes_linear_time() -> None:
    """Each piece begins something that never ends; reading on from each one anew would take hours."""
    for piece in (
        'password="',
        "password: ",
        "a://b:",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "${PASSWORD:-",
        "name: token\n",
    ):
        text = piece * (100_000 // len(piece))
        for kind in KINDS:
            assert len(redact(text, kind)) == len(text)


@given(
    st.sets(st.text("abc-1", min_size=1, max_size=4), max_size=6),
    st.text("abc-1 _.", max_size=30),
)
def test_no_value_is_left_in_a_quotation(values: set[str], quoted: str) -> None:
    message = f"`{quoted}`"
    shown = scrub(message, frozenset(values))
    assert shown == f"`{scrub(quoted, frozenset(values), quoted=True)}`"
    assert len(shown) == len(message)
    assert all(new in {old, "*"} for old, new in zip(message, shown, strict=True))
    for value in values:
        if not value.isalpha():
            assert value not in shown
        elif quoted == value:
            assert shown == f"`{'*' * len(value)}`"


@given(
    st.sets(st.text("abc-1", min_size=1, max_size=4), max_size=6),
    st.text("abc-1 _.", max_size=30),
)
def test_outside_of_quotations_no_value_is_left_that_no_word_can_be(values: set[str], words: str) -> None:
    shown = scrub(words, frozenset(values))
    for value in values:
        if "1" in value:
            assert value not in shown


@pytest.mark.parametrize(
    ("message", "value", "shown"),
    [
        ("`shop:latest` moves, so every pull may bring another image", "image", None),
        ("a literal that is a placeholder", "placeholder", None),
        ("a literal that is a placeholder", "is a placeholder", None),
        ("`restart` of `x`: nothing can restart it", "restart", "`*******` of `x`: nothing can restart it"),
        ("the folder kelp-1234 is copied", "kelp-1234", "the folder ********* is copied"),
        ("`a kelp and no end", "kelp", "`a **** and no end"),
        ("kelp `kelp` kelp", "kelp", "kelp `****` kelp"),
    ],
)
def test_a_mask_covers_what_is_quoted_and_no_word_of_a_message(
    message: str, value: str, shown: str | None
) -> None:
    assert scrub(message, frozenset({value})) == (shown or message)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("`shop/vineyard:2` has no digest", "`shop/vineyard:2` has no digest"),
        ("service `vineyard` has no limit", "service `vineyard` has no limit"),
        ("`DB=vineyard` is wrong", "`DB=********` is wrong"),
        ("`mq://u:vineyard@mq` is wrong", "`mq://u:********@mq` is wrong"),
        ("`user vineyard` is wrong", "`user ********` is wrong"),
    ],
)
def test_a_name_that_equals_a_password_can_be_said_as_the_file_has_it(message: str, shown: str) -> None:
    text = (
        "services:\n  vineyard: {image: 'shop/vineyard:2'}\n  db:\n    environment:\n"
        "      POSTGRES_PASSWORD: vineyard\n      URL: mq://u:vineyard@mq\n"
    )
    found = find_secrets(text, "compose")
    values = found.values | {"vineyard"}
    assert scrub(message, values, [redact(text, "compose")]) == shown


@pytest.mark.parametrize(
    "quoted",
    [
        f"redis://:{S}@cache/0",
        f"shop:{S}@registry.example.com/web:2",
        f"root:{S}@tcp(db:3306)/shop",
        f"https://{S}@git.example.com/shop",
        f"https://{S}:x-oauth-basic@git.example.com/shop",
        f"https://{S}:@git.example.com/shop",
    ],
)
def test_what_a_rule_put_together_is_masked_by_its_form(quoted: str) -> None:
    shown = scrub(f"`{quoted}` is wrong", frozenset())
    assert S not in shown
    assert shown.endswith(f"{quoted.rpartition('@')[2]}` is wrong")


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        ("python", 'token = credentials.get("bitbucket_api_token")', "bitbucket_api_token"),
        ("python", 'self.api_key = data.get("api_key", "")', "api_key"),
        ("dotenv", 'NOTE="open <X_API_KEY\nSECRET_KEY=\nAWS_SECRET_ACCESS_KEY=q"', "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_names_of_secrets_can_be_said(kind: Kind, text: str, name: str) -> None:
    message = f"`{name}` is set to a literal"
    assert scrub(message, find_secrets(text, kind).values) == message


def test_a_password_that_is_a_word_leaves_names_with_it_alone() -> None:
    values = find_secrets("POSTGRES_PASSWORD=paperclip\n", "dotenv").values
    assert scrub("`registry.example.com/paperclip-web:2`", values) == "`registry.example.com/paperclip-web:2`"
    assert scrub("`redis://:paperclip@cache`", values) == "`redis://:*********@cache`"


def test_a_plain_word_that_names_a_section_is_not_masked_in_messages() -> None:
    text = "services:\n  shopper:\n    image: a\n    environment:\n      DB_PASSWORD: shopper\n"
    assert "shopper" not in find_secrets(text, "compose").values
    assert "shopper" in find_secrets(text.replace("  shopper:\n", "  web:\n"), "compose").values
    assert "x9shopper" in find_secrets(text.replace("shopper", "x9shopper"), "compose").values


@pytest.mark.parametrize(
    "text",
    [
        "secretGenerator:\n- name: shop\n  literals:\n  - cookie=blue-whale\n  - client-id=shop\n",
        "secretGenerator:\n  - name: shop\n    literals: [cookie=blue-whale, 'client-id=shop']\n",
        'secretGenerator: [{name: shop, literals: ["cookie=blue-whale", "client-id=shop"]}]\n',
    ],
)
def test_what_kustomize_makes_a_secret_of(text: str) -> None:
    masked = redact(text + "configMapGenerator:\n- literals:\n  - region=blue\n", "kubernetes")
    assert "blue-whale" not in masked
    assert "cookie=*" in masked
    assert "client-id=****" in masked
    assert "region=blue" in masked


def test_a_name_that_the_code_binds_is_no_secret_although_a_password_equals_it() -> None:
    text = 'class Settings:\n    queue_host: str = "localhost"\n    queue_password: str = "queue_host"\n'
    secrets = find_secrets(text, "python")
    assert (
        scrub("`queue_host` falls back to localhost", secrets.values)
        == "`queue_host` falls back to localhost"
    )
    assert redact(text, "python", secrets=secrets).splitlines()[1:] == [
        '    queue_host: str = "localhost"',
        '    queue_password: str = "**********"',
    ]
    other = find_secrets('queue_password = "winter_garden"\n', "python")
    assert (
        scrub("`winter_garden` falls back to localhost", other.values)
        != "`winter_garden` falls back to localhost"
    )


@pytest.mark.parametrize("word", ["kelpgarden", "tunakelp"])
def test_words_that_are_passwords_by_their_place_are_masked(word: str) -> None:
    for kind, text in (
        ("yaml", f"users:\n  admin: {word}\n"),
        ("python", f'OpenAI("{word}")'),
        ("python", f'hashlib.md5(b"{word}")'),
        ("dockerfile", f"RUN tool --key {word}"),
        ("dotenv", f"ADMIN=admin/{word}"),
    ):
        assert word not in redact(text, kind)


MANIFEST = """\
apiVersion: v1
kind: Secret
metadata: {name: accounts-db-config}
stringData:
  DB_PASSWORD: accounts-db
---
kind: Pod
metadata:
  name: "accounts-db"
"""


@pytest.mark.parametrize("name", ["accounts-db-config", "accounts-db"])
def test_the_names_of_objects_are_said_also_where_they_hold_a_password(name: str) -> None:
    found = find_secrets(MANIFEST, "kubernetes")
    message = f"`DB_PASSWORD` of Secret `{name}` is in the repository"
    assert scrub(message, found.values) == message
    assert f"name: {name}" in redact(MANIFEST, "kubernetes").replace("{", "").replace('"', "")
    assert "DB_PASSWORD: ***********" in redact(MANIFEST, "kubernetes")


def test_a_value_that_an_object_is_called_by_is_masked_where_it_is_quoted_as_one() -> None:
    found = find_secrets(MANIFEST, "kubernetes")
    assert scrub("`accounts-db` of Secret `accounts-db`", found.values) == (
        "`***********` of Secret `accounts-db`"
    )
    assert scrub("`DB_PASSWORD=accounts-db` is set", found.values) == "`DB_PASSWORD=***********` is set"


def test_a_password_in_a_longer_word_than_an_object_s_name_is_masked() -> None:
    text = MANIFEST.replace("accounts-db\n", "accounts-db7\n").replace('"accounts-db"', "shop")
    found = find_secrets(text, "kubernetes")
    assert "accounts-db7" not in scrub("`x/accounts-db7`", found.values)
    assert "accounts-db7" not in scrub("`accounts-db-config-accounts-db7`", found.values)


WEAK = (
    "admin",
    "postgres",
    "redis",
    "password",
    "apipassword",
    "kelpshop",
    "kelp-shop",
    "kelp-shop-db",
    "changeit",
)
OBJECTS = (
    "Secret `{}` has no key `{}`",
    "container `{}` runs as root",
    "services `web` and `{}` publish one port",
    "image `{}:latest` moves",
    "image `registry.example.com/{}` moves",
    "`labels` is missing from `Deployment/{}.metadata`",
    "ConfigMap `{}-config` is missing",
)


@given(st.sampled_from(WEAK), st.sampled_from(OBJECTS), st.sets(st.sampled_from(WEAK)))
def test_the_name_of_a_thing_is_shown_although_a_password_equals_it(
    name: str, message: str, values: set[str]
) -> None:
    said = message.replace("{}", name)
    assert scrub(said, frozenset(values | {name})) == said


@given(st.sampled_from([name for name in WEAK if len(name) >= 4]))
def test_the_value_is_masked_where_it_is_quoted_as_one(name: str) -> None:
    masked = "*" * len(name)
    assert scrub(f"`{name}` of container `{name}`", frozenset({name})) == f"`{masked}` of container `{name}`"
    assert scrub(f"container {name} value {name}", frozenset({name}), quoted=True) == (
        f"container {name} value {masked}"
    )


@pytest.mark.parametrize("secret", [S + "-4711", "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"])
def test_a_name_that_has_the_form_of_a_secret_is_masked(secret: str) -> None:
    assert secret not in scrub(f"container `{secret}` and Secret `{secret}`", frozenset({secret}))


@pytest.mark.parametrize("name", [name for name in WEAK if "-" in name])
def test_names_in_a_file_stay_readable_beside_a_password_that_equals_them(name: str) -> None:
    text = (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\nstringData:\n  password: {name}\n---\n"
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}-config\n---\n"
        f"secretGenerator:\n  - name: {name}\n    literals: [password={name}]\n"
    )
    masked = redact(text, "kubernetes")
    assert masked.count(name) == 3
    assert f"name: {name}-config" in masked
    assert f"password: {name}" not in masked
    assert f"password={name}" not in masked


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("DB_PASSWORD=kelp # of the database", "DB_PASSWORD=**** # of the database"),
        ("DB_PASSWORD= # of the database", "DB_PASSWORD= # of the database"),
        ("DB_PASSWORD=kelp#1", "DB_PASSWORD=******"),
        ("DB_PASSWORD=#kelp", "DB_PASSWORD=*****"),
        ("DB_PASSWORD='kelp # 1' # why", "DB_PASSWORD='********' # why"),
    ],
)
def test_a_comment_behind_a_value_of_a_dotenv_file_stays_readable(line: str, masked: str) -> None:
    assert redact(line, "dotenv") == masked


@pytest.mark.parametrize("name", ["client-secret", "COOKIE_SECRET", "clientId", "note"])
def test_the_name_before_a_generated_value_stays_readable(name: str) -> None:
    value = "pUBnAAY80Snq" + "XgjibTYM9ZWNzY2xreNGQok"
    text = f"secretGenerator:\n- name: proxy\n  literals:\n  - {name}={value}\n"
    assert redact(text, "kubernetes") == text.replace(value, "*" * len(value))
    assert name not in find_secrets(text, "kubernetes").values


def test_an_address_of_the_machine_itself_is_no_secret() -> None:
    text = 'JWT_AUTH = {"ISSUER": "http://127.0.0.1:8000/oauth2", "SECRET_KEY": "winter-garden-17"}\n'
    secrets = find_secrets(text, "python")
    assert "winter-garden-17" in secrets.values
    words = "`OAUTH2_URL` is 127.0.0.1, which is whatever machine asks for it"
    assert scrub(words, secrets.values) == words
