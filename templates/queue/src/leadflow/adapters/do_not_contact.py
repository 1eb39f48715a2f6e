"""do-not-contact.txt -> the addresses and domains that no enrolment may reach."""

from __future__ import annotations

from pathlib import Path

from leadflow.domain.errors import FileRefused, LeadRejected
from leadflow.domain.routing import contact_key

__all__ = ["DoNotContactFile", "load_do_not_contact"]


class DoNotContactFile:
    """The list as it stands now: read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version: tuple[int, ...] = ()
        self._keys = frozenset[str]()

    def __call__(self) -> frozenset[str]:
        """Give the addresses and domains, or raise FileRefused until the file can be read."""
        version = _version(self._path)
        if version != self._version:
            self._keys = load_do_not_contact(self._path)
            self._version = version
        return self._keys


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


def _version(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError as fault:
        raise _unreadable(path, fault) from fault
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FileRefused(f"{path} is not UTF-8; save it as UTF-8") from fault
    except OSError as fault:
        raise _unreadable(path, fault) from fault


def _unreadable(path: Path, fault: OSError) -> FileRefused:
    reason = f"{path} cannot be read: {fault.strerror}"
    return FileRefused(f"{reason}; nobody is contacted without it")
