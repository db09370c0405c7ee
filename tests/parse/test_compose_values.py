from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lintkit.kinds.compose.values import (
    duration_refusal,
    memory_refusal,
    mount_refusal,
    port_refusal,
    restart_refusal,
    size_refusal,
)

PORTS = st.integers(1, 65_535)


@given(
    PORTS,
    PORTS,
    st.sampled_from(["", "127.0.0.1:", "[::1]:", "0.0.0.0:"]),
    st.sampled_from(["", "/udp", "/TCP"]),
)
def test_mappings_of_ports_are_accepted(host: int, container: int, address: str, protocol: str) -> None:
    assert port_refusal(f"{address}{host}:{container}{protocol}") == ""
    assert port_refusal(f"{container}{protocol}") == ""


@pytest.mark.parametrize(
    "text", ["127.0.0.1::80", "3000-3005", "8000-8010:80", "70-71:80-81/sctp", "::1:80:80"]
)
def test_other_forms_of_ports_are_accepted(text: str) -> None:
    assert port_refusal(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("80:", "no port of the container"),
        ("80:70000", "above 65535"),
        ("80:" + "9" * 5000, "above 65535"),
        ("80:\u00b2", "where a port belongs"),
        ("\u0663:80", "where a port belongs"),
        ("localhost:80:80", "the address `localhost`"),
        ("80/http", "the protocol `http`"),
        ("9-8:80", "counts backwards"),
        ("8000-8001:8000-8003", "maps 2 ports of the host to 4"),
    ],
)
def test_what_is_no_mapping_of_ports(text: str, why: str) -> None:
    assert why in port_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1", "1.5g", ".5g", "64mb", "64 MiB", "0", "10b", "1PB", "1 ", "+5m", "-0m", "9" * 40),
        *("1e6", "1e3m", "1E+3 k", "1.e3", "1_000k", "0x1p20", "0x_1.8P+4m"),  # what Go's ParseFloat reads
    ],
)
def test_sizes(text: str) -> None:
    assert size_refusal(text) == ""
    assert memory_refusal(text) == ""


@pytest.mark.parametrize("text", ["-1", "-0", "-9223372036854775808"])
def test_whole_numbers_below_zero_are_no_limit_of_a_service(text: str) -> None:
    assert memory_refusal(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("5x", "1Gi", "512 Mi", "mb", "1.2.3", "1 000k", "-1k", "\u0663m", ""),
        *(
            "32  b",
            " 32",
            "32 b b",
            "32b.",
            "1_k",
            "_1",
            "1__0",
            "1e",
            "1em",
            "1e999",
            "0x10",
            "0x1p9999",
            "inf",
        ),
        *("-9223372036854775809", "64ki", "64kbb", "5eb", "."),
    ],
)
def test_what_is_no_size(text: str) -> None:
    assert size_refusal(text)
    assert memory_refusal(text)


@given(
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["ms", "s", "m", "h", "d", "w", "us"])), min_size=1
    )
)
def test_durations(parts: list[tuple[int, str]]) -> None:
    assert duration_refusal("".join(f"{number}{unit}" for number, unit in parts)) == ""


@pytest.mark.parametrize("text", ["30", "10 seconds", "5sec", "1h 30m", "s", "1y", "\u0663s"])
def test_what_is_no_duration(text: str) -> None:
    assert duration_refusal(text)


@pytest.mark.parametrize(
    "text", ["", "no", "always", "unless-stopped", "on-failure", "on-failure:0", "on-failure:12"]
)
def test_restart(text: str) -> None:
    assert restart_refusal(text) == ""


@pytest.mark.parametrize(
    "text", ["Always", "none", "any", "always:3", "on-failure:", "on-failure:x", "unless_stopped"]
)
def test_what_is_no_restart(text: str) -> None:
    assert restart_refusal(text)


@pytest.mark.parametrize(
    "text",
    ["/a", "a:/b", "./a:/b:ro", "C:\\a:/b", "c:/a:d:/b:ro", "${A:-./b}:/c", "data:/b:z,ro", "x", "~/a:/b"],
)
def test_mounts(text: str) -> None:
    assert mount_refusal(text) == ""


@pytest.mark.parametrize("text", ["", ":/data", "data::ro", "data:/data:", "data:/b:ro:/c"])
def test_what_is_no_mount(text: str) -> None:
    assert mount_refusal(text)
