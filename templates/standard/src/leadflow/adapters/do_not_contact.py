"""do-not-contact.txt -> the addresses and domains that no enrolment may reach."""

from __future__ import annotations

from pathlib import Path

from leadflow.domain.errors import FileRefused, LeadRejected
from leadflow.domain.routing import contact_key

__all__ = ["load_do_not_contact"]


def load_do_not_contact(path: Path) -> frozenset[str]:
    """Read one entry a line; one that cannot be read may be a person's wish, so it is refused."""
    keys, bad_lines = set(), []
    for number, line in enumerate(_read(path).splitlines(), start=1):
        entry = line.partition("#")[0].strip()
        try:
            keys.update([contact_key(entry)] if entry else [])
        except (LeadRejected, UnicodeError):
            bad_lines.append(str(number))
    if bad_lines:
        raise FileRefused(
            f"{path.name}: neither an e-mail address nor a domain on line {', '.join(bad_lines)}"
        )
    return frozenset(keys)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FileRefused(f"{path} is not UTF-8; save it as UTF-8") from fault
    except OSError as fault:
        reason = f"{path} cannot be read: {fault.strerror}"
        raise FileRefused(f"{reason}; nobody is contacted without it") from fault
