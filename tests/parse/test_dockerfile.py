from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintkit.formats.dockerfile import (
    effective_environment,
    environment_routes,
    final_stage,
    parse,
    stage_chain,
    stage_instructions,
)
from lintkit.formats.errors import ParseError
from lintkit.model import Document, SourceFile


def document(data: str | bytes) -> Document:
    raw = data.encode() if isinstance(data, str) else data
    return parse(SourceFile("Dockerfile", "dockerfile", raw))[0]


def instruction(text: str, index: int = -1) -> dict[str, Any]:
    item = document(text).data["instructions"][index]
    assert isinstance(item, dict)
    return item


def sliced(doc: Document, *route: str | int) -> str:
    span = doc.span(route)
    return doc.text[span.start : span.end]


def codes(text: str) -> list[str]:
    return [problem.code for problem in document(text).problems]


# --- lines


def test_continuations_are_joined_over_comments_and_blank_lines() -> None:
    doc = document("FROM a\nRUN one \\\n  # why\n\n    && two \\  \n && three\n# after\n")
    assert doc.data["instructions"][1]["value"] == "one     && two  && three"
    assert sliced(doc, "instructions", 1) == "RUN one \\\n  # why\n\n    && two \\  \n && three"
    assert [doc.text[c.start : c.end] for c in doc.comments] == ["# why", "# after"]
    assert [p.code for p in doc.problems] == ["empty-continuation"]


def test_an_escaped_backslash_at_the_end_continues_nothing() -> None:
    assert [i["keyword"] for i in document("FROM a\nRUN x\\\\\nCMD y\n").data["instructions"]] == [
        "FROM",
        "RUN",
        "CMD",
    ]


def test_the_escape_directive_changes_the_continuation() -> None:
    doc = document("# escape=`\n# syntax = docker/dockerfile:1\nFROM a\nRUN dir C:\\ `\n  /b\n")
    assert doc.data["directives"] == {"escape": "`", "syntax": "docker/dockerfile:1"}
    assert doc.data["instructions"][1]["value"] == "dir C:\\   /b"
    assert doc.comments == ()


def test_a_directive_after_a_comment_is_a_comment() -> None:
    doc = document("# hello\n# escape=`\nFROM a\n")
    assert doc.data["directives"] == {}
    assert len(doc.comments) == 2


@pytest.mark.parametrize("text", ["# escape=x\nFROM a", "# syntax=a\n# syntax=b\nFROM a"])
def test_a_wrong_directive_is_a_problem(text: str) -> None:
    assert codes(text) == ["invalid-directive"]


def test_crlf_a_byte_order_mark_tabs_and_lower_case_keywords_are_read() -> None:
    doc = document(b"\xef\xbb\xbf\tfrom\tpython:3.12 as Base\r\nrun a \\\r\n  b\r\n")
    assert doc.data["stages"][0]["base"] == "python:3.12"
    assert doc.data["stages"][0]["name"] == "Base"
    assert doc.data["instructions"][1]["value"] == "a   b"
    assert sliced(doc, "instructions", 1) == "run a \\\r\n  b"
    assert sliced(doc, "instructions", 1, "keyword") == "run"


# --- forms, flags and pairs


def test_the_exec_form_has_its_strings_as_arguments() -> None:
    doc = document('FROM a\nCMD ["python", "-u", "a\\"b"]')
    item = doc.data["instructions"][1]
    assert (item["form"], item["arguments"]) == ("exec", ["python", "-u", 'a"b'])
    assert sliced(doc, "instructions", 1, "arguments", 1) == '"-u"'


@pytest.mark.parametrize("value", ["['a', 'b']", '["a" "b"]', '["a", ]'])
def test_a_broken_exec_form_is_a_shell_form_and_a_problem(value: str) -> None:
    assert instruction(f"FROM a\nCMD {value}")["form"] == "shell"
    assert codes(f"FROM a\nCMD {value}") == ["broken-exec-form"]


@pytest.mark.parametrize("value", ['[ "$a" = "b" ] && c', "[ -f x ] || y"])
def test_a_shell_test_is_no_broken_exec_form(value: str) -> None:
    assert codes(f"FROM a\nRUN {value}") == []


def test_the_shell_form_is_split_into_words_without_their_quotes() -> None:
    doc = document("FROM a\nCMD exec sh -c 'a b' \\\n  c\"d e\"\n")
    assert doc.data["instructions"][1]["arguments"] == ["exec", "sh", "-c", "a b", "cd e"]
    assert sliced(doc, "instructions", 1, "arguments", 3) == "'a b'"


def test_flags_keep_the_last_and_all() -> None:
    doc = document("FROM a\nRUN --mount=type=cache,target=/c --mount=type=bind --network=none pip x\n")
    item = doc.data["instructions"][1]
    assert item["flags"] == {"mount": "type=bind", "network": "none"}
    assert item["flag_list"][0] == ["mount", "type=cache,target=/c"]
    assert item["value"] == "pip x"
    assert sliced(doc, "instructions", 1, "flag_list", 0) == "--mount=type=cache,target=/c"
    assert sliced(doc, "instructions", 1, "flags", "mount") == "--mount=type=bind"


def test_a_flag_without_a_value_is_true() -> None:
    item = instruction("FROM a\nCOPY --link --from=b /x /y")
    assert item["flags"] == {"link": "true", "from": "b"}
    assert item["arguments"] == ["/x", "/y"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ENV a=b c=\"d e\" f='g h' i=j\\ k", [["a", "b"], ["c", "d e"], ["f", "g h"], ["i", "j k"]]),
        ("ENV a b c", [["a", "b c"]]),
        ('ENV a "b c"', [["a", "b c"]]),
        ("ENV a=", [["a", ""]]),
        ("LABEL a.b=c \\\n d=e", [["a.b", "c"], ["d", "e"]]),
        ("ARG x", [["x", None]]),
        ("ARG x=1 y", [["x", "1"], ["y", None]]),
    ],
)
def test_pairs_are_read_in_every_form(text: str, pairs: list[list[str | None]]) -> None:
    assert instruction(f"FROM a\n{text}")["pairs"] == pairs


def test_pairs_have_spans_of_name_and_value() -> None:
    doc = document('FROM a\nENV a=b \\\n    c="d e"\nENV old  value here\n')
    assert sliced(doc, "instructions", 1, "pairs", 1) == 'c="d e"'
    assert sliced(doc, "instructions", 1, "pairs", 1, 0) == "c"
    assert sliced(doc, "instructions", 1, "pairs", 1, 1) == '"d e"'
    assert sliced(doc, "instructions", 2, "pairs", 0, 1) == "value here"


def test_a_healthcheck_has_its_command_after_its_kind() -> None:
    item = instruction('FROM a\nHEALTHCHECK --interval=5s CMD ["curl", "-f"]')
    assert (item["form"], item["arguments"]) == ("exec", ["CMD", "curl", "-f"])
    assert instruction("FROM a\nHEALTHCHECK none")["arguments"] == ["NONE"]


def test_onbuild_holds_an_instruction_with_its_own_spans() -> None:
    doc = document('FROM a\nONBUILD RUN --network=none ["x", "y"]\n')
    item = doc.data["instructions"][1]
    assert item["keyword"] == "ONBUILD"
    assert item["trigger"]["arguments"] == ["x", "y"]
    assert sliced(doc, "instructions", 1, "trigger", "arguments", 1) == '"y"'


# --- heredocs


def test_a_heredoc_is_no_instruction() -> None:
    doc = document("FROM a\nRUN <<EOF\nFROM b\n# no comment\nEOF\nCMD c\n")
    item = doc.data["instructions"][1]
    assert item["heredocs"] == [{"name": "EOF", "content": "FROM b\n# no comment\n", "expand": True}]
    assert sliced(doc, "instructions", 1, "heredocs", 0) == "FROM b\n# no comment\n"
    assert sliced(doc, "instructions", 1) == "RUN <<EOF\nFROM b\n# no comment\nEOF"
    assert doc.data["instructions"][2]["keyword"] == "CMD"
    assert doc.comments == ()


def test_several_heredocs_quoted_names_and_tabs_are_read() -> None:
    doc = document("FROM a\nCOPY <<\"A\" <<-'B B' /dest/\n1\nA\n\t\t2\n\tB B\nCMD x\n")
    assert doc.data["instructions"][1]["heredocs"] == [
        {"name": "A", "content": "1\n", "expand": False},
        {"name": "B B", "content": "2\n", "expand": False},
    ]
    assert len(doc.data["instructions"]) == 3


def test_a_heredoc_of_onbuild_belongs_to_its_trigger() -> None:
    item = instruction("FROM a\nONBUILD RUN cat <<E\nx\nE\n")
    assert item["trigger"]["heredocs"][0]["content"] == "x\n"


def test_an_unterminated_heredoc_is_a_problem() -> None:
    assert codes("FROM a\nRUN <<EOF\nx\n EOF\n") == ["unterminated-heredoc"]


@pytest.mark.parametrize("text", ["RUN cat <<<word", 'RUN ["a", "<<EOF"]', "CMD x <<EOF", "RUN echo '<<EOF'"])
def test_other_angle_brackets_are_no_heredoc(text: str) -> None:
    assert [i["keyword"] for i in document(f"FROM a\n{text}\nUSER b").data["instructions"]][2:] == ["USER"]


# --- stages and variables


def test_global_arguments_are_visible_in_from_and_elsewhere_only_when_declared_again() -> None:
    doc = document("ARG V=3.12\nFROM python:${V}-slim AS b\nENV A=$V\nARG V\nENV B=$V\n")
    assert doc.data["stages"][0]["base"] == "python:${V}-slim"
    assert doc.data["stages"][0]["resolved_base"] == "python:3.12-slim"
    assert effective_environment(doc, 0) == {"A": "$V", "B": "3.12"}


def test_env_wins_over_arg() -> None:
    assert instruction("FROM a\nENV X=env\nARG X=arg\nUSER $X")["resolved"] == "env"


def test_a_pair_sees_the_environment_before_its_own_instruction() -> None:
    doc = document("FROM x\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\n")
    assert effective_environment(doc, 0) == {"abc": "bye", "def": "hello", "ghi": "bye"}


def test_a_stage_inherits_the_environment_of_the_stage_it_builds_on() -> None:
    doc = document("FROM x AS Base\nENV A=1 B=1\nFROM y\nENV C=1\nFROM base\nENV B=2\n")
    assert final_stage(doc) == 2
    assert stage_chain(doc, 2) == (2, 0)
    assert effective_environment(doc, 2) == {"A": "1", "B": "2"}
    routes = environment_routes(doc, 2)
    assert sliced(doc, *routes["A"]) == "A=1"
    assert sliced(doc, *routes["B"]) == "B=2"
    assert stage_instructions(doc, 2, "ENV") == [1, 5]


def test_a_stage_cannot_build_on_itself() -> None:
    doc = document("FROM python AS python\nENV A=1\nFROM python\n")
    assert stage_chain(doc, 0) == (0,)
    assert stage_chain(doc, 1) == (1, 0)


def test_onbuild_env_takes_effect_in_the_next_stage() -> None:
    doc = document("FROM a AS b\nONBUILD ENV X=1\nFROM b\nUSER $X\n")
    assert effective_environment(doc, 0) == {}
    assert effective_environment(doc, 1) == {"X": "1"}
    assert sliced(doc, *environment_routes(doc, 1)["X"]) == "X=1"
    assert doc.data["instructions"][3]["resolved"] == "1"


def test_the_shell_sees_arguments_at_build_time_only() -> None:
    doc = document("FROM a\nARG X=1\nENV Y=2\nRUN echo $X $Y '$Y'\nCMD echo $X $Y\nCMD [\"$Y\"]\n")
    assert [i["resolved"] for i in doc.data["instructions"][3:]] == ["echo 1 2 '$Y'", "echo $X 2", '["$Y"]']


@pytest.mark.parametrize(
    "text",
    [
        'FROM a\nENV A="b',
        "FROM a\nLABEL a='b c\n",
    ],
)
def test_an_open_quote_is_one_problem(text: str) -> None:
    assert codes(text) == ["unterminated-quote"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FROM a\nRNU x", "unknown-instruction"),
        ("RUN x\nFROM a", "missing-from"),
        ("", "missing-from"),
        ("ARG a\n", "missing-from"),
        ("FROM\n", "missing-image"),
        ("FROM a b\n", "invalid-from"),
        ("FROM a\nENV a\n", "invalid-pair"),
        ("FROM a\nENV a=b c\n", "invalid-pair"),
        ("FROM a\nUSER ${\n", "bad-substitution"),
    ],
)
def test_what_builders_refuse_is_a_problem(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_shell_script_that_builders_do_not_expand_is_no_problem() -> None:
    assert codes("FROM a\nRUN echo ${x%%.*} ${y[@]} it's fine\nCMD ${z^^}\n") == []


# --- any input

TEXT = st.lists(
    st.sampled_from(
        ["FROM a\n", "FROM b AS c\n", "FROM ${X} AS ü\r\n", "RUN ", "ENV A=$A$A ", "ARG X=1\n", "ONBUILD ", "COPY ",
         "--from=c ", "\\\n", "\\ \r\n", "# c\n", "\n", "<<EOF", "<<-'E' ", "EOF\n", "E\n", '"', "'", "[", '["a", "b"]',
         "${A:-", "}", "$", " ", "\t", "CMD ", "HEALTHCHECK CMD ", "LABEL a=b c ", "x", "\u2028", "𝒳"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(TEXT)
@settings(max_examples=500)
def test_every_span_lies_in_the_text_and_gives_back_what_is_written(text: str) -> None:
    doc = document(text)
    for route, node in doc.nodes.items():
        assert 0 <= node.value.start <= node.value.end <= len(text), route
    for i, item in enumerate(doc.data["instructions"]):
        keyword = sliced(doc, "instructions", i, "keyword")
        assert sliced(doc, "instructions", i).startswith(keyword)
        if "\n" not in keyword:
            assert keyword.upper() == item["keyword"]
        if "\n" not in sliced(doc, "instructions", i, "value"):
            assert sliced(doc, "instructions", i, "value") == item["value"]
        for j, heredoc in enumerate(item["heredocs"]):
            where = ("trigger",) if item["keyword"] == "ONBUILD" else ()
            assert sliced(doc, "instructions", i, *where, "heredocs", j).replace("\t", "") == heredoc[
                "content"
            ].replace("\t", "")
        for j, (name, value) in enumerate(item.get("pairs", ())):
            written = sliced(doc, "instructions", i, "pairs", j, 0)
            if not any(c in written for c in "\\'\"\n"):
                assert written == name
            if value is not None:
                written = sliced(doc, "instructions", i, "pairs", j, 1)
                if not any(c in written for c in "\\'\"\n"):
                    assert written == value
    for comment in doc.comments:
        assert doc.text[comment.start] == "#"


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    document(text.encode("utf-8", "replace"))


def test_a_file_that_is_not_text_is_an_error_with_its_line() -> None:
    with pytest.raises(ParseError) as caught:
        document(b"FROM a\nRUN \xff\n")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "x" * 5_000_000,
        "FROM a\nRUN " + "x " * 100_000,
        "FROM a\nRUN " + "x \\\n" * 100_000 + "y",
        "FROM a\nRUN \\\n" + "# c\n" * 100_000 + "y",
        "FROM a\nENV " + "a=b " * 40_000,
        "FROM a\nCMD [" + '"x", ' * 60_000 + '"x"]',
        "FROM a\nCMD " + "[" * 1_000_000,
        "FROM a\nENV A=0123456789\n" + "ENV A=$A$A$A\n" * 4_000,
        "FROM a\nUSER " + "${A:-" * 100_000,
        "FROM a\nENV A=" + "'\"" * 200_000,
        "FROM a\nRUN " + "<<E " * 20_000 + "\nE" * 15_000,
        "FROM a AS a\nENV " + " ".join(f"v{i}=x" for i in range(5_000)) + "\n" + "FROM a\nENV b=c\n" * 3_000,
        "FROM a AS a\n" + "ONBUILD ENV a=b\n" * 4_000 + "FROM a\n" * 4_000,
        "RNU x\n" * 10_000,
        "FROM a\nENV A=" + "\\" * 400_000,
    ],
    ids=lambda text: text[:30].replace("\n", " "),
)
def test_a_hostile_file_costs_time_in_proportion_to_its_size(text: str) -> None:
    begin = time.process_time()
    doc = document(text)
    if doc.data["stages"]:
        effective_environment(doc, len(doc.data["stages"]) - 1)
    assert time.process_time() - begin < 20


def test_a_file_of_endless_instructions_is_an_error() -> None:
    with pytest.raises(ParseError):
        document("RUN x\n" * 30_000)
