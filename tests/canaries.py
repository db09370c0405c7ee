"""A generated repository with planted secrets, to prove that no report ever shows one.

Every secret is made up from a seed and occurs nowhere else, so that finding one in any output is a leak. Half of the
places stand within three lines of something that a rule reports for another reason, because excerpts and context
regions are where neighbours leak.
"""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ALPHANUMERIC = string.ascii_letters + string.digits
WORDS = (
    *(
        "amber",
        "birch",
        "cedar",
        "delta",
        "ember",
        "fjord",
        "gravel",
        "harbor",
        "indigo",
        "juniper",
        "kelp",
        "lagoon",
    ),
    *(
        "maple",
        "nectar",
        "onyx",
        "pebble",
        "quartz",
        "raven",
        "saffron",
        "tundra",
        "umber",
        "violet",
        "willow",
        "zephyr",
    ),
)
NAMES = (
    *("DB_PASSWORD", "POSTGRES_PASSWORD", "JWT_SECRET_KEY", "API_TOKEN", "STRIPE_API_KEY", "REDIS_PASSWORD"),
    *("SMTP_PASS", "CLIENT_SECRET", "SESSION_SECRET", "ENCRYPTION_KEY", "ADMIN_PWD", "GITHUB_TOKEN"),
)


@dataclass(frozen=True, slots=True)
class Canary:
    """A planted secret.

    parts  the texts that must never be shown: the secret, for a key of several lines each of them
    path   the file it stands in
    place  what kind of place that is
    near   something that a rule reports stands within three lines
    """

    parts: tuple[str, ...]
    path: str
    place: str
    near: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """The files of a repository, and what is planted in them."""

    files: dict[str, str]
    canaries: tuple[Canary, ...]


def repository(seed: int = 0, count: int = 300) -> Repository:
    """A repository with `count` secrets in places of every kind, the same for the same seed.

    With fewer secrets than places every few places get one, so that all kinds of them are there.
    """
    rng = random.Random(seed)
    files: dict[str, str] = {}
    canaries: list[Canary] = []
    for index in range(count):
        place = PLACES[index * len(PLACES) // count if count < len(PLACES) else index % len(PLACES)]
        near = index % 2 == 0
        # A place takes only the forms that can be written there.
        secret = rng.choice(place.forms)(rng)
        path = place.path.format(index=index).replace("SECRET", secret)
        files[path] = place.write(secret, rng.choice(NAMES), near, index)
        shown = (secret, base64.b64encode(secret.encode()).decode()) if place.encoded else (secret,)
        parts = [line.strip() for text in shown for line in text.splitlines()]
        canaries.append(Canary(tuple(part for part in parts if part), path, place.name, near))
    return Repository(files, tuple(canaries))


# Forms of secrets


def _text(rng: random.Random, alphabet: str, length: int) -> str:
    return "".join(rng.choice(alphabet) for _ in range(length))


def password(rng: random.Random) -> str:
    """As a person makes one up."""
    return f"{rng.choice(WORDS)}-{rng.choice(WORDS)}-{rng.randrange(1000, 9999)}"


def phrase(rng: random.Random) -> str:
    """Several words, which stand in quotes where a space would end them."""
    return f"{rng.choice(WORDS)} {rng.choice(WORDS)} {rng.randrange(1000, 9999)}"


def strong_password(rng: random.Random) -> str:
    """As a generator makes one, with signs that need no quoting anywhere."""
    return (
        _text(rng, ALPHANUMERIC + "_.-+", 14) + rng.choice(string.digits) + rng.choice(string.ascii_letters)
    )


def words(rng: random.Random) -> str:
    """Nothing but small letters."""
    return "".join(rng.choice(WORDS) for _ in range(3))


def hexadecimal(rng: random.Random) -> str:
    """`openssl rand -hex 32`."""
    return _text(rng, "0123456789abcdef", 64)


def encoded(rng: random.Random) -> str:
    """`openssl rand -base64 32`."""
    return base64.b64encode(rng.randbytes(32)).decode()


def aws(rng: random.Random) -> str:
    """An access key id."""
    return "AK" + "IA" + _text(rng, string.ascii_uppercase + string.digits, 16)


def github(rng: random.Random) -> str:
    """A personal access token."""
    return "gh" + "p_" + _text(rng, ALPHANUMERIC, 36)


def anthropic(rng: random.Random) -> str:
    """A key of a model's API."""
    return "sk-" + "ant-" + _text(rng, ALPHANUMERIC, 32)


def slack(rng: random.Random) -> str:
    """A bot token."""
    return "xox" + f"b-{rng.randrange(10**9, 10**10)}-{_text(rng, ALPHANUMERIC, 24)}"


def stripe(rng: random.Random) -> str:
    """A live key."""
    return "sk_" + "live_" + _text(rng, ALPHANUMERIC, 24)


def google(rng: random.Random) -> str:
    """An API key."""
    return "AI" + "za" + _text(rng, ALPHANUMERIC, 35)


def jwt(rng: random.Random) -> str:
    """A token of three parts."""
    return ".".join(
        (
            "ey" + "J" + _text(rng, ALPHANUMERIC, 20),
            "ey" + "J" + _text(rng, ALPHANUMERIC, 30),
            _text(rng, ALPHANUMERIC, 43),
        )
    )


def private_key(rng: random.Random) -> str:
    """A PEM block of several lines."""
    body = base64.b64encode(rng.randbytes(144)).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join(("-----BEGIN RSA " + "PRIVATE KEY-----", *lines, "-----END RSA " + "PRIVATE KEY-----"))


Form = Callable[[random.Random], str]
TOKENS: tuple[Form, ...] = (aws, github, anthropic, slack, stripe, google, jwt, hexadecimal, encoded)
CHOSEN: tuple[Form, ...] = (password, strong_password, words)
PLAIN: tuple[Form, ...] = (password, words, hexadecimal, github, anthropic, stripe)
ANY: tuple[Form, ...] = (*TOKENS, *CHOSEN)


# Places

Writer = Callable[[str, str, bool, int], str]


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place where a secret may stand.

    forms    what can be written there
    write    (secret, name, near, index) -> the text of the file
    encoded  the secret is written in base64
    """

    name: str
    path: str
    forms: tuple[Form, ...]
    write: Writer
    encoded: bool = False


def _python(statement: str) -> Writer:
    """A client module around a statement; near it, a debug print and a default at localhost."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        around = 'print("connecting", HOST)' if near else "\n".join(["count = 0", *["count += 1"] * 8])
        body = statement.replace("SECRET", secret).replace("NAME", name).replace("LOWER", name.lower())
        filler = "\n" if near else "\n" * 9
        url = f'REDIS_URL_{index} = "redis://localhost:6379/0"'
        return f"import os\n\nimport redis\n\n{url}{filler}{body}\n{around}\nclient = redis.Redis()\n"

    return write


def _compose(lines: str) -> Writer:
    """A service around some lines; near them, a password that is hard-coded as well."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        body = lines.replace("SECRET", secret).replace("NAME", name)
        far = "" if near else "".join(f"    label-{number}: x\n" for number in range(5))
        return (
            f"services:\n  web{index}:\n    image: web:1\n{body}{far}"
            f"  db{index}:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: postgres\n"
        )

    return write


def _kubernetes(lines: str) -> Writer:
    """A container around some lines; near them, another hard-coded password."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        body = lines.replace("SECRET", secret).replace("NAME", name)
        far = (
            ""
            if near
            else "".join(
                f"            - name: LEVEL_{number}\n              value: x\n" for number in range(4)
            )
        )
        return (
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web{index}\nspec:\n  template:\n    spec:\n"
            f"      containers:\n        - name: web\n          image: web:1\n          env:\n{body}{far}"
            "            - name: OTHER_PASSWORD\n              value: postgres\n"
        )

    return write


def _dockerfile(line: str) -> Writer:
    """A Python image whose logs are buffered."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        body = line.replace("SECRET", secret).replace("NAME", name)
        far = "" if near else "".join(f"RUN echo {number}\n" for number in range(5))
        return f'FROM python:3.12\n{far}{body}\n{far}CMD ["python", "app.py"]\n'

    return write


def _dotenv(line: str) -> Writer:
    """A file for production that points at localhost."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        body = line.replace("SECRET", secret).replace("NAME", name)
        far = "" if near else "".join(f"LEVEL_{number}=x\n" for number in range(5))
        return f"{body}\n{far}REDIS_URL=redis://localhost:6379/0\n"

    return write


def _plain(text: str) -> Writer:
    def write(secret: str, name: str, near: bool, index: int) -> str:
        return text.replace("SECRET", secret).replace("NAME", name).replace("LOWER", name.lower())

    return write


def _pem(writer: Callable[[str], Writer], before: str, indent: str, after: str = "") -> Writer:
    """A place for a key of several lines, each indented."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        block = "\n".join(indent + line for line in secret.splitlines())
        return writer(f"{before}{block}{after}")("", name, near, index)

    return write


def _one_line(writer: Callable[[str], Writer], line: str) -> Writer:
    r"""A place for a key of several lines on one line, with `\n` between them."""

    def write(secret: str, name: str, near: bool, index: int) -> str:
        return writer(line.replace("SECRET", secret.replace("\n", r"\n")))("", name, near, index)

    return write


def _base64(writer: Callable[[str], Writer], text: str) -> Writer:
    def write(secret: str, name: str, near: bool, index: int) -> str:
        return writer(text)(base64.b64encode(secret.encode()).decode(), name, near, index)

    return write


NO_SIGNS = frozenset(
    {
        *("glued user", "parts of a url", "netloc", "oracle", "signed url", "login in a comment"),
        *("row in a comment", "encoded login", "encoded text", "header of a cookie"),
    }
)
"""Places in which some signs of a secret would be signs of the place."""

COMMANDS = (
    *("useradd -p SECRET web", "usermod --password SECRET web", "echo web:SECRET | chpasswd"),
    *("chpasswd <<< web:SECRET", "yes SECRET | passwd web", "echo SECRET | passwd --stdin web"),
    *("echo SECRET | sudo -S ls", "sudo -S ls <<< SECRET", "echo SECRET | kinit web", "kinit web <<< SECRET"),
    *("htpasswd -cb /etc/users web SECRET", "mysql -uroot -pSECRET", "mysqladmin password SECRET"),
    *("MYSQL_PWD=SECRET mysql", "PGPASSWORD=SECRET psql", "psql postgresql://u:SECRET@h/x"),
    *("curl -u u:SECRET h", "curl -uu:SECRET h", "curl -sSLu u:SECRET h", "curl -U u:SECRET h"),
    *("curl --cookie session=SECRET h", "curl --oauth2-bearer SECRET h", "wget --password=SECRET h"),
    *("http -a u:SECRET h", "docker login -u u -p SECRET", "docker login -uu -pSECRET"),
    *("docker login --password-stdin <<< SECRET", "skopeo copy --src-creds u:SECRET a b"),
    *("sshpass -p SECRET ssh h", "sshpass -pSECRET ssh h", "redis-cli -a SECRET ping"),
    *("redis-cli --pass SECRET ping", "redis-cli AUTH SECRET", "openssl enc -pass pass:SECRET"),
    *("openssl rsa -passin pass:SECRET", "openssl enc -K SECRET", "openssl passwd -6 -salt x SECRET"),
    *("keytool -storepass SECRET", "gpg --passphrase SECRET -c x", "zip -P SECRET x", "7z x -pSECRET x"),
    *("smbclient -U u%SECRET h", "smbclient //h/x SECRET", "rabbitmqctl add_user web SECRET"),
    *("rabbitmqctl change_password web SECRET", "sqlplus web/SECRET@db", "composer config bearer.x SECRET"),
    *("bundle config gems.x u:SECRET", "npm config set //r/:_authToken SECRET", "lftp -u u,SECRET h"),
    *("aws configure set aws_secret_access_key SECRET", "mosquitto_passwd -b f u SECRET"),
    *("vncpasswd -f <<< SECRET", "wpa_passphrase ssid SECRET", "mc alias set x https://h u SECRET"),
    *("kubectl create secret generic x --from-literal=a=SECRET", "sonar-scanner -Dsonar.login=SECRET"),
    *("java -Djavax.net.ssl.keyStorePassword=SECRET", "ssh-keygen -N SECRET -f k", "slappasswd -s SECRET"),
    *("neo4j-admin dbms set-initial-password SECRET", "snyk auth SECRET", "rclone obscure SECRET"),
)
"""Commands that take a password; each is planted in every kind of file that can hold a command."""

FILES = {
    ".npmrc": "//r/:_authToken=SECRET",
    ".netrc": "machine h\n  login u\n  password SECRET",
    ".pgpass": "db:5432:x:u:SECRET",
    "pip.conf": "[global]\nindex-url = https://u:SECRET@h/simple",
    "userlist.txt": '"web" "SECRET"',
    "redis.conf": "sentinel auth-pass m SECRET",
    "haproxy.cfg": "user web insecure-password SECRET",
    "init.sql": "INSERT INTO users VALUES ('a', 'SECRET');",
    "app.properties": "db.url=jdbc:mysql://h/x?user=u&password=SECRET",
    "azure.conf": "storage=AccountName=x;AccountKey=SECRET;EndpointSuffix=y",
    "odbc.ini": "conn = Server=x;Uid=u;Pwd=SECRET;",
    "token.json": '{"token": {"value": "SECRET"}}',
    "users.json": '{"users": {"admin": "SECRET"}}',
    "passwords.json": '{"passwords": ["a", "SECRET"]}',
    "cookies.json": '{"cookies": [{"name": "session", "value": "SECRET"}]}',
    "docker.json": '{"auths": {"r": {"auth": "SECRET"}}}',
}
"""Files that hold a password; each is planted as a text, in a ConfigMap, in a compose config and in a Dockerfile."""


def _places() -> Iterator[Place]:
    for name, statement in {
        "assignment": 'NAME = "SECRET"',
        "annotated": 'NAME: str = "SECRET"',
        "getenv": 'LOWER = os.getenv("NAME", "SECRET")',
        "getenv over lines": 'LOWER = os.getenv(\n    "NAME",\n    "SECRET",\n)',
        "or": 'LOWER = os.environ.get("NAME") or "SECRET"',
        "keyword": 'client = redis.Redis(host="cache", password="SECRET")',
        "parameter": 'def connect(host="cache", password="SECRET"):\n    return host, password',
        "dictionary": 'CONFIG = {"user": "web", "password": "SECRET", "port": 1}',
        "comparison": 'def login(password):\n    return password == "SECRET"',
        "comment": '# NAME = "SECRET"',
        "trailing comment": "x = 1  # LOWER: SECRET",
        "docstring": '"""Log in with\n\n    NAME=SECRET\n"""',
        "url": 'URL = "postgresql://web:SECRET@db/web"',
        "f-string url": 'URL = f"postgresql://web:SECRET@{HOST}/web"',
        "joined": 'NAME = (\n    "SECRET"\n    ""\n)',
        "call": 'os.system("mysql -u root --password=SECRET web")',
        "header": 'headers = {"Authorization": "Bearer SECRET"}',
        "url in pieces": 'URL = "postgresql://web:" + "SECRET" + "@" + HOST + "/web"',
        "url in pieces over lines": 'URL = (\n    "postgresql://web:"\n    "SECRET"\n    "@db/web"\n)',
        "url by percent": 'URL = "postgresql://%s:%s@%s/web" % ("web", "SECRET", HOST)',
        "url by percent, one": 'URL = "postgresql://web:%s@db/web" % "SECRET"',
        "url by percent, named": 'URL = "amqp://%(who)s:%(pw)s@mq" % {"who": "web", "pw": "SECRET"}',
        "url by format": 'URL = "postgresql://{}:{}@{}/web".format("web", "SECRET", HOST)',
        "url by format, number": 'URL = "postgresql://{1}:{0}@db/web".format("SECRET", "web")',
        "url by format, named": 'URL = "amqp://web:{pw}@mq".format(host=HOST, pw="SECRET")',
        "url by join": 'URL = "".join(["postgresql://web:", "SECRET", "@db/web"])',
        "url by nested string": "URL = f\"postgresql://web:{'SECRET'}@{HOST}/web\"",
        "url with a token": 'URL = "https://SECRET@git.example.org/web"',
        "url with a token in pieces": 'URL = "https://" + "SECRET" + "@git.example.org/web"',
        "url with a token as user": 'URL = "https://SECRET:x-oauth-basic@git.example.org/web"',
        "log": 'logging.info("password=%s", "SECRET")',
        "log with words": 'logger.debug("the password of %s is %s", HOST, "SECRET")',
        "log with braces": 'logger.debug("token: {}", "SECRET")',
        "print": 'print("password:", "SECRET")',
        "message by percent": 'sys.exit("password=%s" % "SECRET")',
        "message by format": 'sys.exit("token={}".format("SECRET"))',
        "message with a nested string": "sys.exit(f\"token={'SECRET'}\")",
        "registry": 'image = "web:SECRET@registry.example.org/web:2"',
        "dsn without scheme": 'DSN = "web:SECRET@tcp(db:3306)/web"',
        "label in pieces": 'logging.info("password=" + "SECRET")',
        "two names": '(user, password) = ("web", "SECRET")',
        "digest": "hmac.compare_digest(token, 'SECRET')",
        "engine by place": 'URL.create("postgresql", "web", "SECRET", "db")',
        "client by place": 'redis.Redis("cache", 6379, 0, "SECRET")',
        "login by place": 'server.login("web", "SECRET")',
        "names without brackets": 'user, LOWER = "web", "SECRET"',
        "names in brackets": '[user, LOWER] = ["web", "SECRET"]',
        "first of two names": 'LOWER, user = "SECRET", "web"',
        "digest first": "hmac.compare_digest('SECRET', token)",
        "key by place": 'Fernet(b"SECRET")',
        "signer by place": 'URLSafeTimedSerializer("SECRET")',
        "signing by place": 'jwt.encode(payload, "SECRET", algorithm="HS256")',
        "user by place": 'User.objects.create_user("web", "web@example.org", "SECRET")',
        "storage by place": 'Minio("store", "web", "SECRET")',
        "bind by place": 'server.simple_bind_s("cn=web", "SECRET")',
        "option with two names": 'parser.add_argument("--token", "-t", type=str, default="SECRET")',
        "option with more": '@click.option("--password", prompt=True, default="SECRET")',
        "case": 'match password:\n    case "SECRET":\n        pass',
        "case of several": 'match user, password:\n    case "admin", "SECRET" | "x":\n        pass',
        "later case": 'match self.password:\n    case "x":\n        pass\n    case "SECRET":\n        pass',
        "list of logins": 'LOGINS = [("admin", "SECRET"), ("guest", "x")]',
        "mapping of users": 'USERS = {"admin": "SECRET"}',
        "cookies": 'requests.get(url, cookies={"session": "SECRET"})',
        "cookie": 'response.set_cookie("session", "SECRET")',
        "cookie of a session": 'session.cookies["id"] = "SECRET"',
        "header of a cookie": 'headers = {"Cookie": "session=SECRET; theme=dark"}',
        "middleware": 'app.add_middleware(SessionMiddleware, "SECRET")',
        "middleware around": 'SessionMiddleware(app, "SECRET")',
        "sql without columns": "cur.execute(\"INSERT INTO users VALUES ('admin', 'SECRET')\")",
        "sql with columns": "cur.execute(\"INSERT INTO users (name, password) VALUES ('a', 'SECRET')\")",
        "sql with place holders": (
            'cur.execute("INSERT INTO users (name, password) VALUES (%s, %s)", ("admin", "SECRET"))'
        ),
        "sql crypt": "cur.execute(\"SELECT crypt('SECRET', gen_salt('bf'))\")",
        "sql cipher": "cur.execute(\"SELECT pgp_sym_encrypt(x, 'SECRET')\")",
        "sql identified": "cur.execute(\"CREATE USER web IDENTIFIED BY 'SECRET'\")",
        "sql role": "cur.execute(\"CREATE ROLE web LOGIN PASSWORD 'SECRET'\")",
        "sql function": "cur.execute(\"SET PASSWORD FOR web = PASSWORD('SECRET')\")",
        "line under a comment": 'telnet.write(b"SECRET\\n")  # password',
        "answer to a prompt": 'child.expect("Password:")\nchild.sendline("SECRET")',
        "encoded login": 'base64.b64encode(b"web:SECRET")',
        "encoded text": 'base64.b64encode("web:SECRET".encode())',
        "command of a list": 'subprocess.run(["useradd", "-p", "SECRET", "web"])',
        "glued user": 'subprocess.run(["curl", "-uweb:SECRET", url])',
        "name written together": 'restuserkey = "SECRET"',
        "parts of a url": 'urlunparse(("redis", "u:SECRET@h", "", "", "", ""))',
        "netloc": 'parts._replace(netloc="u:SECRET@h")',
        "oracle": 'url = "jdbc:oracle:thin:web/SECRET@db:1521:x"',
        "oracle by place": 'oracledb.connect("web", "SECRET", "db")',
        "signed url": 'url = "https://store.example.org/x?sig=SECRET"',
        "api by place": 'StripeClient("SECRET")',
        "hash": 'generate_password_hash("SECRET")',
        "said": 'print("password is", "SECRET")',
        "login in a comment": "# log in with admin / SECRET",
        "row in a comment": "# | admin | SECRET |",
        "reason": "x = 1  # lintkit: ignore[python/print-in-client] -- SECRET",
    }.items():
        forms = (
            PLAIN
            if any(part in name for part in ("url", "registry", "dsn")) or name == "call"
            else (*TOKENS, password)
            if name == "header"
            else (*TOKENS, strong_password)
            if name == "reason"
            else PLAIN
            if name in NO_SIGNS
            else ANY
        )
        if "token" in name and "url" in name:
            forms = tuple(form for form in forms if form is not words)
        yield Place(f"python {name}", "service{index}/cache_client.py", forms, _python(statement))
    yield Place(
        "python key",
        "service{index}/cache_client.py",
        (private_key,),
        _pem(_python, 'KEY = """\\\n', "", '\n"""'),
    )
    yield Place(
        "python key on one line",
        "service{index}/cache_client.py",
        (private_key,),
        _one_line(_python, 'KEY = "SECRET"'),
    )
    for name, lines in {
        "map": "    environment:\n      NAME: SECRET\n",
        "quoted map": '    environment:\n      NAME: "SECRET"\n',
        "list": "    environment:\n      - NAME=SECRET\n",
        "flow": '    environment: {A: b, NAME: "SECRET"}\n',
        "auth": "    environment:\n      - NEO4J_AUTH=neo4j/SECRET\n",
        "default": "    environment:\n      NAME: ${NAME:-SECRET}\n",
        "comment": "    # NAME: SECRET\n",
        "block": "    environment:\n      NAME: |\n        SECRET\n",
        "next line": "    environment:\n      NAME:\n        SECRET\n",
        "health check": '    healthcheck:\n      test: ["CMD", "cypher-shell", "-u", "neo4j", "-p", "SECRET", "x"]\n',
        "command": "    command: redis-server --requirepass SECRET\n",
        "command list": "    command:\n      - redis-server\n      - --requirepass\n      - SECRET\n",
        "shell": '    healthcheck:\n      test: ["CMD-SHELL", "redis-cli -a SECRET ping"]\n',
        "url": "    environment:\n      URL: amqp://web:SECRET@mq:5672/\n",
        "label": '    labels:\n      - "backup.password=SECRET"\n',
        "anchor": "    environment:\n      NAME: &SECRET\n      OTHER: x\n",
        "anchor before a value": "    environment:\n      NAME: &SECRET changed-9012\n",
        "tag": "    environment:\n      NAME: !SECRET\n      OTHER: x\n",
        "alias": "    environment:\n      NAME: *SECRET\n",
        "image": "    image: web:SECRET@registry.example.org/web:latest\n",
        "token in url": "    environment:\n      GIT: https://SECRET@git.example.org/web\n",
        "explicit key": "    environment:\n      ? NAME\n      : SECRET\n",
        "bare list": "    command: [web, --password, SECRET, --verbose]\n",
        "bare short option": "    command: [redis-cli, -a, SECRET, ping]\n",
        "quoted after its option": "    command: mysqladmin ping -p'SECRET'\n",
        "users of a proxy": '    labels:\n      - "traefik.http.middlewares.web.basicauth.users=web:SECRET"\n',
        "cookie of a cluster": "    environment:\n      RABBITMQ_ERLANG_COOKIE: SECRET\n",
        "pepper": "    environment:\n      PEPPER: SECRET\n",
        "continued command": "    command: >\n      redis-server --requirepass \\\n      SECRET\n",
    }.items():
        bare = {
            "url",
            "command",
            "shell",
            "auth",
            "default",
            "command list",
            "image",
            "continued command",
            "bare list",
            "bare short option",
            "quoted after its option",
            "users of a proxy",
        }
        forms = PLAIN if name in bare else ANY
        if name == "token in url" or "anchor" in name or name in {"tag", "alias"}:
            forms = (password, hexadecimal, github, anthropic, stripe)
        yield Place(f"compose {name}", "stack{index}/compose.yaml", forms, _compose(lines))
    yield Place(
        "compose key",
        "stack{index}/compose.yaml",
        (private_key,),
        _pem(_compose, "    environment:\n      KEY: |\n", " " * 8, "\n"),
    )
    for name, lines in {
        "value": "            - name: NAME\n              value: SECRET\n",
        "quoted": '            - name: NAME\n              value: "SECRET"\n',
        "flow": '            - {name: NAME, value: "SECRET"}\n',
        "reversed": "            - value: SECRET\n              name: NAME\n",
        "url": "            - name: URL\n              value: postgresql://web:SECRET@db/web\n",
        "comment": "            # NAME: SECRET\n",
        "image": "            - name: IMAGE\n              value: web:SECRET@registry.example.org/web:2\n",
    }.items():
        yield Place(
            f"kubernetes {name}",
            "deploy{index}/web.yaml",
            PLAIN if name in {"url", "image"} else ANY,
            _kubernetes(lines),
        )
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [web.yaml]\n"
    )
    for name, lines in {
        "patch": (
            "patches:\n  - target: {kind: Secret}\n    patch: |-\n      - op: replace\n"
            "        path: /stringData/LOWER\n        value: SECRET\n"
        ),
        "quoted patch": (
            "patches:\n  - patch: |-\n      - op: add\n        path: '/data/NAME'\n        value: \"SECRET\"\n"
        ),
        "reversed patch": "patches:\n  - patch: |-\n      - value: SECRET\n        path: /data/NAME\n        op: add\n",
        "patch in JSON": (
            'patches:\n  - patch: \'[{"op": "add", "path": "/spec/LOWER", "value": "SECRET"}]\'\n'
        ),
        "literal": "secretGenerator:\n  - name: web\n    literals:\n      - NAME=SECRET\n",
    }.items():
        forms = PLAIN if name in {"patch", "reversed patch", "literal"} else ANY
        yield Place(
            f"kustomize {name}", "overlay{index}/kustomization.yaml", forms, _plain(kustomization + lines)
        )
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n"
    yield Place(
        "kubernetes secret",
        "deploy{index}/secret.yaml",
        ANY,
        _plain(f"{secret}stringData:\n  a.conf: SECRET\n"),
    )
    yield Place(
        "kubernetes secret data",
        "deploy{index}/secret.yaml",
        ANY,
        _base64(_plain, f"{secret}data:\n  a: SECRET\n"),
        True,
    )
    yield Place(
        "kubernetes secret first",
        "deploy{index}/secret.yaml",
        ANY,
        _plain(f"data:\n  a.conf: SECRET\n{secret}"),
    )
    for name, manifest in {
        "in flow style": "{apiVersion: v1, kind: Secret, metadata: {name: web}, stringData: {a.conf: SECRET}}\n",
        "in flow style, quoted": '{apiVersion: v1, kind: Secret, stringData: {a: "SECRET"}}\n',
        "in a list": "{apiVersion: v1, kind: List, items: [{kind: Secret, data: {a: x9, b: SECRET}}]}\n",
        "as applied last": (
            f"{secret}  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n"
            '      {"kind":"Secret","stringData":{"a.conf":"SECRET"}}\n'
        ),
        "as a list of users": (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  users.acl: |\n    user web on >SECRET ~* +@all\n"
        ),
    }.items():
        yield Place(f"kubernetes secret {name}", "deploy{index}/secret.yaml", PLAIN, _plain(manifest))
    for name, line in {
        "env": "ENV NAME=SECRET",
        "old env": "ENV NAME SECRET",
        "arg": "ARG NAME=SECRET",
        "run": "RUN NAME=SECRET ./build",
        "continued": "RUN ./build \\\n    --token SECRET \\\n    --verbose",
        "curl": 'RUN curl -H "Authorization: Bearer SECRET" https://example.org',
        "user": "RUN curl -u web:SECRET https://example.org",
        "comment": "# NAME=SECRET",
        "pip": "RUN pip install --index-url https://web:SECRET@pypi.example.org/simple web",
        "env after an empty line": "ENV NAME=\\\nSECRET",
        "env after empty lines": "ENV NAME=\\\n\\\n\\\nSECRET",
        "env after a comment": "ENV NAME=\\\n# why\nSECRET",
        "env over lines": "ENV NAME=abc9\\\nSECRET",
        "env over three lines": "ENV NAME=ab\\\ncd9\\\nSECRET",
        "old env over lines": "ENV NAME \\\n  SECRET",
        "arg over lines": "ARG NAME=abc9\\\nSECRET",
        "quoted env over lines": 'ENV NAME="abc9\\\nSECRET"',
        "run over lines": "RUN NAME=abc9\\\nSECRET ./build",
        "option over lines": "RUN ./build --token=abc9\\\nSECRET",
        "token in url": "RUN git clone https://SECRET@git.example.org/web",
        "docker login": 'RUN echo "SECRET" | docker login -u web --password-stdin registry.example.org',
        "with-token": "RUN echo SECRET | gh auth login --with-token",
        "with-token from a string": 'RUN gh auth login --with-token <<< "SECRET"',
        "vault": "RUN vault login -no-print SECRET",
        "poetry": "RUN poetry config http-basic.web user SECRET",
        "poetry token": "RUN poetry config pypi-token.pypi SECRET",
        "file of a secret": "RUN echo SECRET > /run/secrets/web",
        "printed into a file": "RUN printf 'SECRET' >> /etc/web/password",
        "from": "FROM web:SECRET@registry.example.org/web:latest",
    }.items():
        forms = (
            (*TOKENS, password)
            if name == "curl"
            else (password, github, anthropic, stripe)
            if name == "token in url"
            else PLAIN
            if name in {"user", "pip", "continued", "from", "docker login", "poetry", "poetry token", "vault"}
            or any(part in name for part in ("over lines", "with-token", "file"))
            else ANY
        )
        yield Place(f"dockerfile {name}", "image{index}/Dockerfile", forms, _dockerfile(line))
    for name, line in {
        "plain": "NAME=SECRET",
        "exported": "export NAME=SECRET",
        "quoted": 'NAME="SECRET"',
        "single": "NAME='SECRET'",
        "comment": "# NAME=SECRET",
        "url": "DATABASE_URL=postgresql://web:SECRET@db/web",
        "spaces": "NAME = SECRET",
        "trailing": "LEVEL=x # the LOWER is NAME=SECRET",
    }.items():
        yield Place(
            f"dotenv {name}", "env{index}/.env.production", PLAIN if name == "url" else ANY, _dotenv(line)
        )
    yield Place(
        "dotenv key", "env{index}/.env.production", (private_key,), _one_line(_dotenv, 'KEY="SECRET"')
    )
    yield Place(
        "dotenv key over lines", "env{index}/.env.production", (private_key,), _pem(_dotenv, 'KEY="', "", '"')
    )
    workflow = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    for name, lines in {
        "env": "      - run: make\n        env:\n          NAME: SECRET\n",
        "run": "      - run: deploy --token SECRET\n",
        "hidden in the log": "      - run: echo '::add-mask::SECRET'\n",
        "export": "      - run: |\n          export NAME=SECRET\n          make\n",
        "or": "      - run: deploy ${{ secrets.NAME || 'SECRET' }}\n",
        "with": "      - uses: a/b@v1\n        with:\n          password: SECRET\n",
    }.items():
        yield Place(f"workflow {name}", ".github/workflows/w{index}.yml", PLAIN, _plain(workflow + lines))
    yield Place("toml", "conf{index}/settings.toml", ANY, _plain('[web]\nLOWER = "SECRET"\n'))
    yield Place("toml comment", "conf{index}/settings.toml", ANY, _plain('[web]\n# LOWER = "SECRET"\n'))
    yield Place("json", "conf{index}/settings.json", ANY, _plain('{"web": {"LOWER": "SECRET", "port": 1}}\n'))
    yield Place("json pairs", "conf{index}/task.json", ANY, _plain('[{"name": "NAME", "value": "SECRET"}]\n'))
    yield Place("markdown", "docs{index}/README.md", ANY, _plain("# Setup\n\n    export NAME=SECRET\n"))
    yield Place("markdown code", "docs{index}/README.md", ANY, _plain("The password is `SECRET`.\n"))
    yield Place(
        "markdown url", "docs{index}/README.md", PLAIN, _plain("Open <https://web:SECRET@example.org>.\n")
    )
    yield Place("ignore comment", "part{index}/.gitignore", ANY, _plain("# NAME=SECRET\n*.log\n"))
    for name, forms in {"token": (github, anthropic, stripe, slack)}.items():
        yield Place(f"folder {name}", "SECRET/compose.yaml", forms, _compose(""))
        yield Place(f"file {name}", "part{index}/SECRET.py", forms, _python("x = 1"))
        yield Place(f"broken file {name}", "SECRET/broken.py", forms, _plain("x = (\n"))
    yield Place("dockerignore comment", "part{index}/.dockerignore", ANY, _plain("*.log\n# LOWER: SECRET\n"))
    yield from _commands()
    yield from _files()
    yield from _users()
    yield from _logins_without_scheme()
    for name, text in {
        "table": '[token]\nvalue = "SECRET"\n',
        "table of many": '[passwords]\nadmin = "SECRET"\n',
        "table in a table": '[secrets.db]\nx = "SECRET"\n',
        "dotted": 'token.value = "SECRET"\n',
        "logins": 'logins = [["admin", "SECRET"]]\n',
        "comment of a login": "# admin / SECRET\n",
    }.items():
        forms = PLAIN if "comment" in name else ANY
        yield Place(f"toml {name}", "conf{index}/settings.toml", forms, _plain(text))
    for name, line in {
        "users": "USERS=admin:SECRET",
        "json": 'JSON={"token":{"value":"SECRET"}}',
        "cookie": "SESSION_COOKIE=SECRET",
        "written together": "restuserkey=SECRET",
        "login in a comment": "# admin / SECRET",
        "row in a comment": "# | admin | SECRET |",
    }.items():
        yield Place(f"dotenv {name}", "env{index}/.env.production", PLAIN, _dotenv(line))
    yield Place("markdown login", "docs{index}/README.md", PLAIN, _plain("Log in as `admin` / `SECRET`.\n"))
    yield Place(
        "markdown table",
        "docs{index}/README.md",
        PLAIN,
        _plain("| User | Password |\n|---|---|\n| admin | SECRET |\n"),
    )
    header = "          livenessProbe:\n            httpGet:\n              httpHeaders:\n"
    yield Place(
        "kubernetes header",
        "deploy{index}/web.yaml",
        PLAIN,
        _kubernetes(f"{header}                - name: Cookie\n                  value: session=SECRET\n"),
    )
    yield Place(
        "kubernetes annotation",
        "deploy{index}/web.yaml",
        PLAIN,
        _plain(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    admin-password: SECRET\n"
        ),
    )


def _users() -> Iterator[Place]:
    """The password of a user in each form of YAML, JSON, TOML and Python, also one of several words."""
    forms = (phrase, *PLAIN)
    for name, lines in {
        "double quotes": '  admin: "SECRET"',
        "single quotes": "  admin: 'SECRET'",
        "quoted name": '  "admin": "SECRET"',
        "sign before": '  admin: "!SECRET"',
        "quote before": '  admin: "it\'s SECRET"',
        "tag": '  admin: !!str "SECRET"',
        "anchor": '  admin: &a "SECRET"',
        "folded": "  admin: >-\n    SECRET",
        "literal": "  admin: |\n    SECRET",
        "line below": '  admin:\n    "SECRET"',
        "explicit key": '  ? admin\n  : "SECRET"',
        "item": '  - admin: "SECRET"',
        "pair": '  - "admin:SECRET"',
        "row": '  - [admin, "SECRET"]',
        "item in flow style": '  - {admin: "SECRET"}',
        "without quotes": "  admin: SECRET",
    }.items():
        text = f"apiVersion: example.org/v1\nkind: Access\nmetadata:\n  name: a\nusers:\n{lines}\n"
        yield Place(f"users, {name}", "deploy{index}/access.yaml", forms, _plain(text))
    flow = {"double": '{admin: "SECRET"}', "single": "{admin: 'SECRET'}", "none": "{admin: SECRET}"}
    for name, value in flow.items():
        text = f"apiVersion: example.org/v1\nkind: Access\nmetadata: {{name: a}}\nusers: {value}\n"
        yield Place(f"users in flow style, {name}", "deploy{index}/access.yaml", forms, _plain(text))
    yield Place("users, json", "conf{index}/users.json", forms, _plain('{"users": {"admin": "SECRET"}}\n'))
    yield Place("users, table", "conf{index}/settings.toml", forms, _plain('[users]\nadmin = "SECRET"\n'))
    yield Place("users, inline", "conf{index}/settings.toml", forms, _plain('users = {admin = "SECRET"}\n'))
    for name, statement in {
        "mapping": 'USERS = {"admin": "SECRET"}',
        "arguments": 'USERS = dict(admin="SECRET")',
        "lambda": 'getpass = lambda: "SECRET"',
        "lambda with a name": 'ask_pass: Callable[[], str] = lambda prompt="": "SECRET"',
        "lambda in a mapping": 'hooks = {"getpass": lambda: "SECRET"}',
        "lambda over lines": 'getpass = lambda: (\n    "SECRET"\n)',
        "patched": 'monkeypatch.setattr("getpass.getpass", lambda *_: "SECRET")',
        "patched over lines": 'monkeypatch.setattr(\n    getpass, "getpass", lambda *_: "SECRET"\n)',
        "patch": 'patch("getpass.getpass", return_value="SECRET")',
        "mock": 'getpass.return_value = "SECRET"',
        "several answers": 'getpass.side_effect = ["x", "SECRET"]',
        "returned": 'def get_password():\n    return "SECRET"',
        "returned late": 'def password(self):\n    """Ask."""\n    if x:\n        return "SECRET"',
        "yielded": 'async def token():\n    yield "SECRET"',
        "returned on one line": 'def getpass(): return "SECRET"',
    }.items():
        yield Place(f"python users, {name}", "service{index}/cache_client.py", forms, _python(statement))


def _logins_without_scheme() -> Iterator[Place]:
    """`user:password@host` in sentences and values."""
    for name, text in {
        "sentence": "Connect to web:SECRET@db.example.com today.",
        "name alone": "It is web:SECRET@db there.",
        "brackets": "The cache (web:SECRET@localhost) is slow.",
        "code": "Use `web:SECRET@db`.",
        "end": "Write to shop.web:SECRET@db.internal.",
        "address": "Try web:SECRET@10.0.0.5",
        "user with a domain": "Log in: web@example.com:SECRET@db",
    }.items():
        for where, path, write in (
            ("markdown", "docs{index}/README.md", _plain(f"{text}\n")),
            ("python comment", "service{index}/cache_client.py", _python(f"# {text}")),
            ("compose comment", "stack{index}/compose.yaml", _compose(f"    # {text}\n")),
            ("dockerfile comment", "image{index}/Dockerfile", _dockerfile(f"# {text}")),
        ):
            yield Place(f"login without a scheme, {where}, {name}", path, PLAIN, write)
    for where, path, write in (
        ("yaml", "deploy{index}/a.yaml", _plain("a: web:SECRET@db\n")),
        ("dotenv", "env{index}/.env.production", _dotenv("A=web:SECRET@db")),
        ("dockerfile", "image{index}/Dockerfile", _dockerfile("RUN x web:SECRET@db")),
    ):
        yield Place(f"login without a scheme, {where}", path, PLAIN, write)


def _commands() -> Iterator[Place]:
    """Each command in a shell line of every kind, and as the words of a list."""
    workflow = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          COMMAND\n"
    )
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  run.sh: |\n    COMMAND\n"
    for command in COMMANDS:
        places = {
            "dockerfile": ("image{index}/Dockerfile", _dockerfile(f"RUN {command}")),
            "health check": ("image{index}/Dockerfile", _dockerfile(f"HEALTHCHECK CMD {command}")),
            "compose": ("stack{index}/compose.yaml", _compose(f"    command: {command}\n")),
            "workflow": (".github/workflows/w{index}.yml", _plain(workflow.replace("COMMAND", command))),
            "configmap": ("deploy{index}/web.yaml", _plain(config.replace("COMMAND", command))),
            "python": ("service{index}/cache_client.py", _python(f"os.system({command!r})")),
            "text": ("docs{index}/README.md", _plain(f"    {command}\n")),
        }
        if not set("|<:") & set(command):
            items = json.dumps(command.split())
            lines = "".join(f"      - {word}\n" for word in command.split())
            places["compose list"] = ("stack{index}/compose.yaml", _compose(f"    command: {items}\n"))
            places["compose lines"] = ("stack{index}/compose.yaml", _compose(f"    command:\n{lines}"))
            places["python list"] = ("service{index}/cache_client.py", _python(f"subprocess.run({items})"))
        for name, (path, write) in places.items():
            yield Place(f"{name} {command}", path, PLAIN, write)


def _files() -> Iterator[Place]:
    """Each file by itself and inside of others."""
    for name, text in FILES.items():
        indented = "".join(f"    {line}\n" for line in text.splitlines())
        config = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  {name}: |\n{indented}"
        places = {
            "file": (f"conf{{index}}/{name}", _plain(f"{text}\n")),
            "configmap": ("deploy{index}/web.yaml", _plain(config)),
            "compose config": (
                "stack{index}/compose.yaml",
                _plain(f"configs:\n  a:\n   content: |\n{indented}"),
            ),
            "here document": ("image{index}/Dockerfile", _dockerfile(f"COPY <<EOF /etc/x\n{text}\nEOF")),
        }
        for where, (path, write) in places.items():
            yield Place(f"{where} {name}", path, PLAIN, write)


PLACES = tuple(_places())
