"""Every unknown is a switch that says what it decides."""

from __future__ import annotations

from dataclasses import fields

import pytest

from clay_arch.sandbox import SWITCHES, Switch, Switches

ALL = [switch for switches in SWITCHES.values() for switch in switches]


def test_every_field_is_listed_once() -> None:
    assert sorted(switch.field for switch in ALL) == sorted(item.name for item in fields(Switches))


@pytest.mark.parametrize("switch", ALL, ids=lambda switch: switch.field)
def test_a_switch_states_its_default_and_what_it_does(switch: Switch) -> None:
    assert getattr(Switches(), switch.field) == switch.default
    assert switch.does
