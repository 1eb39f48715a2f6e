"""Where leads may go: a webhook of Clay, at a host that is spelled as hosts are."""

from __future__ import annotations

import pytest

from leadflow.setting_values import url_problem

PATH = "/v3/sources/webhook/pull-in-data-from-a-webhook-0f5c3e8a"
CLAY = (".clay.com",)


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.com\\.clay.com{PATH}",
        f"https://.clay.com{PATH}",
        f"https://a..clay.com{PATH}",
        f"https://a b.clay.com{PATH}",
        f"https://a%00.clay.com{PATH}",
        f"https://-a.clay.com{PATH}",
        f"https://a_b.clay.com{PATH}",
        f"https://api.clay.com.{PATH}",
        f"https://{'a' * 300}.clay.com{PATH}",
        f"https://{'a' * 64}.clay.com{PATH}",
        f"https://{'a.' * 130}clay.com{PATH}",
        f"https://[::1].clay.com{PATH}",
        "https://api.clay.com/",
        "https://api.clay.com/v3/sources/webhook/",
        f"https://api.clay.com{PATH}%00",
        f"https://api.clay.com{PATH}/../../x",
        f"https://api.clay.com{PATH}{'a' * 70_000}",
    ],
)
def test_an_impossible_host_or_path_is_refused(url: str) -> None:
    assert url_problem(url, CLAY)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (f"https://api.clay.com{PATH}", (".clay.com",)),
        (f"https://API.Clay.com{PATH}", (".CLAY.COM",)),
        (f"https://api.clay.com:443{PATH}?x", ("Api.Clay.Com",)),
        (f"http://127.0.0.1:8080{PATH}", ("127.0.0.1",)),
        (f"http://[::1]:8080{PATH}", ("::1",)),
    ],
)
def test_a_host_is_allowed_in_any_case(url: str, allowed: tuple[str, ...]) -> None:
    assert url_problem(url, allowed) is None
