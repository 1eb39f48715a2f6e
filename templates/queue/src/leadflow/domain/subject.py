"""Whom a correlation token is about: sixteen characters that tell nothing and fit one lead.

e + 15 of the digest of its e-mail        when it has one
d + 15 of the digest of its domain        otherwise
"""

from __future__ import annotations

import hashlib
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from leadflow.domain.email import parse_address
from leadflow.domain.lead import clean_domain

__all__ = ["subject_of"]

DIGEST_LENGTH = 15  # 90 bits: nobody finds a second lead that fits


def subject_of(fields: Mapping[str, str]) -> str:
    """Name the lead by its e-mail or its domain, in whatever spelling they come."""
    if "email" in fields:
        return "e" + _digest("email:" + parse_address(_clean(fields["email"])).key)
    return "d" + _digest("domain:" + clean_domain(_clean(fields["domain"])).key)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _digest(text: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest())[:DIGEST_LENGTH].decode("ascii")
