"""Options that are made from data, and the readers of composite ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import click

from .faults import Fault, parse_fault
from .switches import Switches

__all__ = [
    "FAULT",
    "HEADER",
    "in_order",
    "split_list",
    "switch_options",
    "switches_from",
]

_Command = Callable[..., Any]
Decorator = Callable[[_Command], _Command]


class _FaultType(click.ParamType[Fault]):
    name = "fault"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fault:
        try:
            return value if isinstance(value, Fault) else parse_fault(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _HeaderType(click.ParamType[tuple[str, str]]):
    name = "name: value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, colon, text = value.partition(":")
        if not colon or not name.strip():
            self.fail(f"'{value}' is no header; write 'Name: value'", param, ctx)
        return name.strip(), text.strip()


FAULT = _FaultType()
HEADER = _HeaderType()


def split_list(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    """Read a comma separated list."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def in_order(*options: Decorator) -> Decorator:
    """Several options as one decorator; `--help` shows them in this order."""

    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def switch_options(command: _Command) -> _Command:
    """Add `--success-status` and its kin, one for each field of `Switches`."""
    kinds = get_type_hints(Switches)
    return in_order(*(_switch_option(item, kinds[item.name]) for item in fields(Switches)))(command)


def switches_from(options: dict[str, Any]) -> Switches:
    """Take the switches out of a command's options."""
    return Switches(**{item.name: options.pop(item.name) for item in fields(Switches)})


def _switch_option(item: Field[Any], kind: Any) -> Decorator:
    flag = "--" + item.name.replace("_", "-")
    return click.option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        item.name,
        type=click.Choice(get_args(kind)) if get_origin(kind) is Literal else kind,
        default=item.default,
        show_default=True,
        help=f"Unknown: {item.metadata['does']}.",
    )
