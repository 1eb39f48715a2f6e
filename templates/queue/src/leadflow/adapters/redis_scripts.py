"""The Lua scripts: each made of files that define functions and one that uses them.

A script is named by the digest of its text. The server that does not know it yet, because it was
started or its scripts were flushed, is told the text once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

__all__ = ["LUA", "Lua", "Script", "send"]

FOLDER = files("leadflow.adapters").joinpath("lua")
PARTS = {
    "ask": ("clock", "calendar", "breaker", "trust", "budget"),
    "report": ("clock", "breaker", "budget"),
    "init": ("clock", "trust"),
    "close": ("breaker",),
    "show": ("clock", "trust"),
    "admit": ("clock", "breaker"),
    "learn": ("clock", "breaker"),
}


async def send(client: Redis, *command: str | int) -> Any:
    return await client.execute_command(*command)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Script:
    """One script, in one round trip."""

    text: str

    @cached_property
    def digest(self) -> str:
        return hashlib.sha1(self.text.encode()).hexdigest()  # noqa: S324 - as the server names it

    async def run(self, client: Redis, keys: Sequence[str], *arguments: str) -> Any:
        try:
            return await send(client, "EVALSHA", self.digest, len(keys), *keys, *arguments)
        except NoScriptError:
            return await send(client, "EVAL", self.text, len(keys), *keys, *arguments)


@dataclass(frozen=True)
class Lua:
    """The scripts by name. `replaced` puts other text in a file's place: a test's own clock."""

    replaced: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Script:
        return self._scripts[name]

    @cached_property
    def _scripts(self) -> dict[str, Script]:
        return {
            name: Script("\n".join(map(self._text, (*parts, name))))
            for name, parts in PARTS.items()
        }

    def _text(self, name: str) -> str:
        if name in self.replaced:
            return self.replaced[name]
        return FOLDER.joinpath(f"{name}.lua").read_text(encoding="utf-8")


LUA = Lua()
