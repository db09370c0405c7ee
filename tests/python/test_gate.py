from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lintkit.python.gate import Gate
from lintkit.python.triggers import Calls, Identifiers, MethodCalls, Nodes, Strings, Trigger

LITERALS = ["redis", "red", "dis", "from_url", "async def", "://", "x", "a.b", "ﬁ", "fi", "é", "_"]
BETWEEN = [*LITERALS, *"RED", ".", "\n", " ", "\t", "\x1c", "(", '"', "ſ", "İ"]


def _triggers() -> st.SearchStrategy[Trigger]:
    some = st.lists(st.sampled_from(LITERALS), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Strings, some),
        st.builds(MethodCalls, some, st.lists(some, max_size=2).map(tuple)),
        st.builds(Identifiers, some.map(lambda names: (".".join(names),))),
        st.just(Calls(("redis.*", "builtins.print"))),
        st.just(Nodes(("Call",))),
    )


@given(st.lists(st.sampled_from(BETWEEN)).map("".join), st.lists(_triggers(), max_size=5))
def test_a_trigger_is_live_where_all_strings_of_one_of_its_alternatives_stand(
    text: str, triggers: list[Trigger]
) -> None:
    texts = [text.lower(), unicodedata.normalize("NFKC", text).lower()]
    expected = [
        index
        for index, trigger in enumerate(triggers)
        if any(
            all(any(literal in each for each in texts) for literal in conjunction)
            for conjunction in trigger.literals()
        )
    ]
    assert Gate(triggers).live(text) == expected
