"""Passwords that programs take by their place: `useradd -p x`, `mysql -px`, `rabbitmqctl add_user web x`.

Each program is looked for by its name, and its words from there on; they may be those of a shell, the items of a list
in JSON, or the lines of one in YAML.
"""

from __future__ import annotations

import re

from lintkit.secrets.patterns import pattern

Ranges = list[tuple[int, int]]

_NEXT = (
    r"""(?:["']?[ \t]*,\s{0,80}["']?|["']?[ \t]+(?:\\\r?\n[ \t]*)?["']?|["']?[ \t]*\r?\n[ \t]*-[ \t]+["']?)"""
)
"""What divides two words."""
_ANY = r"""(?:[^\r\n|;&]|\r?\n[ \t]*-[ \t]|\\\r?\n){0,160}?(?<=[\s"'])"""
"""The words in between, of the same command."""
_WORD = r"""[^\s"'`,;|&<>]{1,100}"""
_SECRET = r"""([^\s"'`,;|&<>\])}]{2,400})"""
_SAID = r"""(?:\\?["']([^"'\r\n]{2,400}?)\\?["']|([^\s"'|;&)]{2,400}))"""
"""What `echo` says, with spaces in it only where it is quoted."""
_READERS = r"""(?:sudo[ \t]+(?:-\w+[ \t]+)*)?(?:passwd|smbpasswd|vncpasswd|kinit|cryptsetup|su|ssh-add|pdbedit
    |chpasswd|htpasswd|sudo[ \t]+-\w*S|gpg\b[^\r\n|]{0,80}passphrase-fd|docker[ \t]+login|\S{1,60}[^\r\n|]{0,80}-stdin)\b"""
_PROGRAMS: tuple[tuple[str, str], ...] = (
    ("user", rf"\b(?:useradd|usermod|adduser)\b{_ANY}(?:-p|--password)(?:{_NEXT}|=){_SECRET}"),
    ("chpasswd", rf"""\bchpasswd\b[^\r\n<|]{{0,40}}<<<[ \t]*["']?[\w.\-$]{{1,64}}:{_SECRET}"""),
    (
        "|",
        rf"""\b(?:echo|printf|yes)[ \t]+(?:-\w+[ \t]+){{0,3}}{_SAID}(?=[^\r\n|]{{0,120}}\|[ \t]*{_READERS})""",
    ),
    (
        "base64",
        rf"""\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+){{0,3}}["']?[\w.@\-]{{1,64}}:{_SECRET}["']?[ \t]*\|[ \t]*(?:openssl\b[^\r\n|]{{0,40}})?base64\b""",
    ),
    (
        "<<<",
        rf"""\b(?:kinit|vncpasswd|passwd|sudo[ \t]+-\w*S|[\w-]+[^\r\n<|]{{0,80}}-stdin)\b[^\r\n<|]{{0,80}}<<<[ \t]*["']?{_SECRET}""",
    ),
    (
        "<(",
        rf"""pass\w*(?:-file)?(?:=|{_NEXT})<\([ \t]*(?:echo|printf)[ \t]+(?:-\w+[ \t]+){{0,2}}["']?{_SECRET}""",
    ),
    ("htpasswd", rf"\bhtpasswd\b{_ANY}-[a-z]*b[a-z]*(?<!n)(?<!nb){_NEXT}{_WORD}{_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    ("htpasswd", rf"\bhtpasswd\b{_ANY}-(?=[a-z]*b)[a-z]*n[a-z]*{_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    ("mosquitto_passwd", rf"\bmosquitto_passwd\b{_ANY}-\w*b\w*{_NEXT}{_WORD}{_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    ("openssl", rf"\bopenssl\b{_ANY}-[kK]{_NEXT}{_SECRET}"),
    (
        "openssl",
        rf"\bopenssl{_NEXT}passwd(?:{_NEXT}-(?:salt{_NEXT}{_WORD}|\w{{1,10}})){{0,6}}{_NEXT}(?!-){_SECRET}",
    ),
    ("%", rf"\b(?:smbclient|smbget|rpcclient|winexe|wmic|net)\b{_ANY}(?:-U|--user)(?:{_NEXT}|=)?[^\s%\"']{{1,80}}%{_SECRET}"),
    ("smbclient", rf"\bsmbclient{_NEXT}[/\\]{{2,4}}[^\s\"',]{{1,100}}{_NEXT}(?!-){_SECRET}"),
    ("net ", rf"\bnet1?[ \t]+user[ \t]+{_WORD}[ \t]+(?![/*]){_SECRET}"),
    ("net use", rf"\bnet[ \t]+use[ \t]+(?:\S{{1,3}}[ \t]+)?\\\\\S{{1,100}}[ \t]+(?![/*]){_SECRET}"),
    ("/p:", rf"\bx?freerdp\b{_ANY}/p:{_SECRET}"),
    ("SecureString", rf"""\bConvertTo-SecureString[ \t]+(?:-String[ \t]+)?["']?(?![-$]){_SECRET}"""),
    ("rabbitmqctl", rf"\brabbitmqctl\b{_ANY}(?:add_user|change_password|authenticate_user){_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    ("db.auth", rf"""\bdb\.auth\(\s{{0,20}}\\?["'][^"'\\]{{1,80}}\\?["']\s{{0,20}},\s{{0,20}}\\?["']{_SECRET}"""),
    ("sqlplus", rf"""\bsqlplus\b{_ANY}[\w$#]{{1,30}}/([^\s"'`@/]{{2,100}})"""),
    ("composer", rf"\bcomposer\b{_ANY}(?:http-basic\.\S{{1,80}}?{_NEXT}{_WORD}|(?:\w+-oauth|gitlab-token|bearer)\.[^\s\"',]{{1,80}}){_NEXT}{_SECRET}"),
    ("bundle", rf"\bbundle{_NEXT}config\b{_ANY}[^\s:\"'/]{{1,80}}:{_SECRET}"),
    ("sonar", rf"sonar\.login[ \t]{{0,9}}=[ \t]{{0,9}}{_SECRET}"),
    ("ftp", rf"\b(?:lftp|ncftp\w*)\b{_ANY}-u(?:{_NEXT})?[^\s,\"']{{1,80}},{_SECRET}"),
    ("wpa_passphrase", rf"\bwpa_passphrase{_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    (
        "mc",
        rf"\bmc(?:li)?{_NEXT}(?:alias{_NEXT}set|config{_NEXT}host{_NEXT}add){_NEXT}{_WORD}{_NEXT}{_WORD}{_NEXT}{_WORD}{_NEXT}{_SECRET}",
    ),
    ("login", rf"\b(?:docker|podman|buildah|nerdctl|oc|helm|az){_NEXT}(?:registry{_NEXT}|acr{_NEXT})?login\b{_ANY}-p(?![=\s\"',]){_SECRET}"),
    ("-", rf"\b(?:http|https|xh|xhs|ab)\b{_ANY}(?:-a|-A|--auth)(?:{_NEXT}|=)[^\s:\"']{{1,80}}:{_SECRET}"),
    ("curl", rf"""\bcurl\b{_ANY}(?:-b|--cookie)(?:{_NEXT}|=)([^\s"'`,;|&]{{1,60}}=[^"'`\r\n|&]{{2,400}})"""),
    ("curl", rf"\bcurl\b{_ANY}(?:-E|--cert|--proxy-cert)(?:{_NEXT}|=)[^\s:\"']{{1,160}}:{_SECRET}"),
    ("setuser", rf"""\bsetuser{_NEXT}{_WORD}[^\r\n]{{0,200}}?[\s"'\\]>{_SECRET}"""),
    ("auth-pass", rf"\bauth-pass{_NEXT}{_WORD}{_NEXT}{_SECRET}"),
    ("auth ", rf"""["'](?-i:auth|AUTH)[ \t]+(?:[\w.\-]{{1,64}}[ \t]+)?{_SECRET}["']"""),
    ("auth", rf"""["']auth["'][ \t]{{0,9}},\s{{0,80}}["'][\w.\-]{{1,64}}["'][ \t]{{0,9}},\s{{0,80}}["']{_SECRET}["']"""),
    ("send", r"""\bsend[ \t]+(?:--[ \t]+)?\\{0,2}["']?([^"'\\\r\n$]{2,200})\\{1,2}[rn]"""),
    ("ssh-keygen", rf"\bssh-keygen\b{_ANY}-[NP]{_NEXT}{_SECRET}"),
    ("snmp", rf"\bsnmp\w+\b{_ANY}-[AXc]{_NEXT}{_SECRET}"),
    ("rclone", rf"\brclone{_NEXT}obscure{_NEXT}{_SECRET}"),
    ("encrypt_string", rf"\bencrypt_string{_NEXT}(?!-){_SECRET}"),
    ("mkpasswd", rf"\bmkpasswd(?:{_NEXT}-[^\s\"',]{{1,40}}){{0,6}}{_NEXT}(?!-){_SECRET}"),
    ("slappasswd", rf"\bslappasswd\b{_ANY}-s{_NEXT}{_SECRET}"),
    ("--plaintext", rf"--plaintext(?:{_NEXT}|=){_SECRET}"),
    (
        "--key",
        rf"--key(?:{_NEXT}|=)(?=[^\s\"']{{0,80}}\d)(?=[^\s\"']{{0,80}}[A-Za-z])(?![^\s\"']{{0,200}}[/.]){_SECRET}",
    ),
    ("set", rf"\b(?:npm|pnpm|yarn|aws|git|pip|heroku|gcloud|composer){_NEXT}{_ANY}?set{_NEXT}[^\s\"'=]{{0,100}}(?:token|auth|passw|secret|key)[^\s\"'=]{{0,40}}(?:{_NEXT}|=){_SECRET}"),
    ("-cli", rf"\b(?:redis|valkey|keydb)-cli\b{_ANY}auth{_NEXT}(?:{_WORD}{_NEXT})?{_SECRET}"),
    ("bearer", rf"--(?:oauth2-)?bearer(?:-token)?(?:{_NEXT}|=){_SECRET}"),
    ("password", rf"\b(?:mysqladmin|mariadb-admin|nmcli)\b{_ANY}password{_NEXT}(?!-){_SECRET}"),
    ("insecure-password", rf"\binsecure-password[ \t]+{_SECRET}"),
    ("stats", rf"\bstats[ \t]+auth[ \t]+[^\s:]{{1,64}}:{_SECRET}"),
    ("snyk", rf"\bsnyk{_NEXT}auth{_NEXT}(?!-){_SECRET}"),
    ("initial-password", rf"\bset-initial-password{_NEXT}{_SECRET}"),
    (
        "--key",
        rf"""(?<![\w\-])--key(?:=["']?|["'][ \t]*,\s{{0,80}}["']|[ \t]*,[ \t]*|[ \t]+["']?|["']?[ \t]*\r?\n[ \t]*-[ \t]+["']?)"""
        rf"""(?!-|\d+\b|\w+=|\.|~|[^\s"',]*[/\\]|[^\s"',]*\.(?:pem|key|crt|cert|p12|pfx|jks|asc|pub|json|ya?ml|txt)\b){_SECRET}""",
    ),
    ("reset-admin-password", rf"\breset-admin-password{_NEXT}(?!-){_SECRET}"),
)  # fmt: skip
"""Words that a text has to hold, in small letters, and where the password of the program stands."""

_COMPILED = tuple((word, pattern(expression, re.IGNORECASE)) for word, expression in _PROGRAMS)
_LITERALS_OF_SECRET = pattern(
    rf"""\bcreate{_NEXT}secret{_NEXT}generic\b(?:[^\r\n|;&]|\\\r?\n|\r?\n[ \t]*-[ \t]){{0,1000}}"""
)
_LITERAL = pattern(rf"""--from-literal(?:{_NEXT}|=)[\w.\-/]{{1,200}}=["']?([^\s"'\\]{{2,400}})""")
_LINES_FOR = pattern(
    r"\bchpasswd\b[^\r\n<|]{0,40}<<-?[ \t]*[\"']?\w+[\"']?[^\r\n]*((?:\r?\n[ \t]*[\w.\-]{1,64}:[^\s:]{2,400}){1,50})"
)
_LINE_FOR = pattern(r"[\w.\-]+:([^\s:]+)")
_FIELDS = pattern(
    r"""(?<![\w:.*\-])(?=[\d.\-]{0,40}[A-Za-z*])[\w.*\-]{1,100}:(?:\d{2,5}|\*):[A-Za-z_*][\w*\-]{0,60}:[A-Za-z_*][\w.*\-]{0,60}:([^\s"'`:]{3,400})"""
)
"""`host:port:database:user:password` of a `.pgpass`."""
_PAIR_OF_QUOTED = pattern(r"""(?m)(?:^|=)[ \t]*"[^"\s]{1,100}"[ \t]+"([^"\s]{2,400})"[ \t]*\r?$""")
"""`"user" "password"` in the list of users of PgBouncer."""
_ORACLE = pattern(
    r"""(?<![\w/.@\-])[A-Za-z][\w$#]{0,30}/([^\s/@"'`]{3,100})@[A-Za-z][\w.\-]{0,100}:\d{4,5}[/:]"""
)
_REFERENCE = pattern(r"\$\{?\w+\}?|\$\$?\{\{?[^}:]*\}?\}|<[\w-]+>|\$\([^)]*\)?|%[\w.]*%?s?|\{[\w.]*\}?|-+\w?")


def program_secrets(text: str, low: str, *, code: bool) -> Ranges:
    """Where the passwords stand that programs take by their place.

    low   the text in small letters, each character at its place
    code  the text is Python, where two quoted words on a line are no list of users
    """
    found: Ranges = []
    for word, expression in _COMPILED:
        if word in low:
            found += [match.span(match.lastindex) for match in expression.finditer(text) if match.lastindex]
    if "--from-literal" in low:
        for command in _LITERALS_OF_SECRET.finditer(text):
            found += [each.span(1) for each in _LITERAL.finditer(text, *command.span())]
    if "chpasswd" in low:
        for lines in _LINES_FOR.finditer(text):
            found += [each.span(1) for each in _LINE_FOR.finditer(text, *lines.span(1))]
    found += [match.span(1) for match in _FIELDS.finditer(text)]
    if "/" in text and "@" in text:
        found += [match.span(1) for match in _ORACLE.finditer(text)]
    if not code:
        found += [match.span(1) for match in _PAIR_OF_QUOTED.finditer(text)]
    return [(start, end) for start, end in found if not _REFERENCE.fullmatch(text, start, end)]
