"""The correlation token: a signed note that travels with a lead through Clay and comes back.

    clt1.<kid>.<lead_id>.<iat>.<subject>.<mac>

It says that we sent this lead, when, and about whom; the audience (environment and table) is part
of the signature, so that a token of a test table is no good in production. It does not say that
the facts beside it are true. Letters, digits, dots, - and _ only: no tool reads it as a number.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from leadflow.domain.errors import LeadRejected, TokenRefused
from leadflow.domain.subject import subject_of

__all__ = [
    "CALLBACK_FIELD",
    "KID",
    "TOKEN_FIELD",
    "Token",
    "TokenKey",
    "TokenRing",
    "issue",
    "matches_subject",
    "read_token",
]

TOKEN_FIELD = "correlation_token"  # noqa: S105 - the name of a field
CALLBACK_FIELD = "callback_url"

PURPOSE = "clay-arch/corr/v1"  # signed with every token: a mac made for anything else is no good
KID = re.compile(r"[a-z0-9]{1,8}")
FEWEST_SECRET_BYTES = 16
# Bounded everywhere, and \Z: `$` would let a newline pass at the end.
TOKEN = re.compile(
    r"\Aclt1\.([a-z0-9]{1,8})\.(lead-[0-9a-f]{32})\.(0|[1-9][0-9]{0,10})"
    r"\.([ed][A-Za-z0-9_-]{15})\.([A-Za-z0-9_-]{43})\Z"
)


class TokenKey(NamedTuple):
    """One signing key. `kid` stands in the token and says which key made it."""

    kid: str
    secret: bytes

    def __repr__(self) -> str:
        return f"TokenKey(kid={self.kid!r})"


@dataclass(frozen=True, slots=True)
class TokenRing:
    """The first key signs, all of them verify: an old one stays until its tokens are too old."""

    audience: str
    keys: tuple[TokenKey, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if len({key.kid for key in self.keys}) < len(self.keys):
            raise ValueError("two token keys have the same name")
        for key in self.keys:
            if not KID.fullmatch(key.kid):
                raise ValueError("a token key's name is 1 to 8 of a-z and 0-9")
            if len(key.secret) < FEWEST_SECRET_BYTES:
                raise ValueError(f"token key {key.kid} is shorter than {FEWEST_SECRET_BYTES} bytes")


class Token(NamedTuple):
    """What a token says, once it is believed."""

    lead_id: str
    issued_at: int
    kid: str
    subject: str


def issue(ring: TokenRing, *, lead_id: str, fields: Mapping[str, str], issued_at: int) -> str:
    """Sign a token for this lead, sent at this second."""
    if not ring.keys:
        raise ValueError("there is no token key to sign with")
    key = ring.keys[0]
    parts = (key.kid, lead_id, str(issued_at), subject_of(fields))
    return ".".join(("clt1", *parts, _sign(key.secret, ring.audience, parts)))


def read_token(
    text: object, ring: TokenRing, *, now: float, max_age_seconds: float, max_ahead_seconds: float
) -> Token:
    """Return what a token of ours says; raise TokenRefused for any other text."""
    match = TOKEN.match(text) if isinstance(text, str) else None
    if match is None:
        raise TokenRefused("malformed")
    kid, lead_id, iat, subject, mac = match.groups()
    # An unknown kid costs as much time as a wrong mac: the answer does not tell which kids exist.
    known = [key.secret for key in ring.keys if key.kid == kid]
    expected = _sign(known[0] if known else b"", ring.audience, (kid, lead_id, iat, subject))
    # The text is compared, not what it decodes to: two texts may decode to the same 32 bytes.
    if not hmac.compare_digest(expected, mac) or not known:
        raise TokenRefused("forged")
    issued_at = int(iat)
    if issued_at < now - max_age_seconds:
        raise TokenRefused("expired")
    if issued_at > now + max_ahead_seconds:
        raise TokenRefused("future")
    return Token(lead_id, issued_at, kid, subject)


def matches_subject(token: Token, facts: Mapping[str, object]) -> bool:
    """Is what Clay echoes of the lead, if anything, about the lead of this token?

    Catches a column that was mapped wrongly, and the facts of one lead beside another's token.
    """
    if facts.get("lead_id") not in (None, "", token.lead_id):
        return False
    name = "email" if token.subject.startswith("e") else "domain"
    echo = facts.get(name)
    if echo is None or (isinstance(echo, str) and not echo.strip()):
        return True
    try:
        return isinstance(echo, str) and subject_of({name: echo}) == token.subject
    except (LeadRejected, UnicodeError):
        return False


def _sign(secret: bytes, audience: str, parts: tuple[str, ...]) -> str:
    """Sign the parts with their lengths, so that no two lists of parts sign alike."""
    mac = _begun(secret, audience).copy()
    mac.update(_measured(parts))
    return urlsafe_b64encode(mac.digest()).rstrip(b"=").decode("ascii")


@lru_cache(maxsize=16)
def _begun(secret: bytes, audience: str) -> hmac.HMAC:
    """Begin the signature with what is the same in every token.

    hmac.digest would let another thread run in the middle of each token, and wait for its turn.
    """
    return hmac.new(secret, _measured((PURPOSE, audience)), "sha256")


def _measured(parts: Iterable[str]) -> bytes:
    return "".join([f"{len(part)}:{part}" for part in parts]).encode()
