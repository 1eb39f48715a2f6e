"""A CSV file read through once for nothing: can it be read to its end, and which file is it?"""

from __future__ import annotations

import hashlib
from collections import deque
from pathlib import Path

from leadflow.adapters.csv_files import open_csv

__all__ = ["read_through"]

DIGITS = 12


def read_through(path: Path, *, encoding: str | None, delimiter: str) -> str:
    """Give the digest of what is read, and how; FileRefused where the rest cannot be read."""
    with open_csv(path, encoding=encoding, delimiter=delimiter) as file:
        deque(file, maxlen=0)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256")
    digest.update(f"\0{encoding}\0{delimiter}".encode())
    return digest.hexdigest()[:DIGITS]
