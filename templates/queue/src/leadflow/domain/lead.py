"""What a lead is, when a row is one, and by what it is recognised. Pure.

Rows arrive with our own field names (see leads.toml); a row that is no lead raises LeadRejected.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from leadflow.domain.email import Address, Domain, parse_address, parse_domain
from leadflow.domain.errors import LeadRejected

__all__ = ["Lead", "LeadRules", "clay_body", "clean_domain", "identify", "parse_lead"]

NO_IDENTITY = "no e-mail, and no domain with first and last name to stand in for it"
MIXED_SCRIPT = "the domain mixes alphabets that look alike; sent as given"
# A personal-mail domain is the provider's name and a public suffix: yahoo.com, yahoo.co.uk, gmx.de.
PUBLIC_SUFFIX = re.compile(r"(?:com|net|me|[a-z]{2}|(?:co|com)\.[a-z]{2})")


@dataclass(frozen=True, slots=True)
class LeadRules:
    """The owner's policy: which rows are refused."""

    personal_mail: frozenset[str]
    max_body_bytes: int
    rejects_personal_mail: bool
    requires_names: bool


class Lead(NamedTuple):
    """A person worth contacting, before enrichment. `flag` is a remark that does not stop it."""

    lead_id: str
    fields: Mapping[str, str]
    flag: str = ""


def parse_lead(row: Mapping[str, str], rules: LeadRules) -> Lead:
    """Clean the row and give it its identity, or raise LeadRejected with the reason."""
    fields = _clean(row)
    address = parse_address(fields["email"]) if "email" in fields else None
    domain = _domain_of(fields, address)
    lead_id = _identity(fields, address, domain)
    if rules.requires_names and not ("first_name" in fields and "last_name" in fields):
        raise LeadRejected("first or last name is missing (LEAD_REQUIRE_NAMES=false allows it)")
    hosts = (domain,) if address is None or address.domain is domain else (domain, address.domain)
    if rules.rejects_personal_mail:
        _check_personal(hosts, rules.personal_mail)
    fields["domain"] = domain.text
    if address:
        fields["email"] = address.text
    _check_size(lead_id, fields, rules.max_body_bytes)
    is_mixed_script = domain.is_mixed_script or hosts[-1].is_mixed_script
    return Lead(lead_id, fields, MIXED_SCRIPT if is_mixed_script else "")


def identify(row: Mapping[str, str]) -> str:
    """Give the identity of a row whose hygiene no longer matters, such as a line of an export."""
    fields = _clean(row)
    address = parse_address(fields["email"]) if "email" in fields else None
    return _identity(fields, address, _domain_of(fields, address))


def clay_body(lead_id: str, fields: Mapping[str, str]) -> bytes:
    """Build the JSON object that Clay turns into one row; `lead_id` is the way back to us."""
    body = {**fields, "lead_id": lead_id}  # last: nothing in a file passes for it
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def clean_domain(text: str) -> Domain:
    """Strip scheme, path, port and `www.`; what is left must be a domain with a dot."""
    host = text.lower().partition("://")[2] or text.lower()
    host = re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.").rstrip(".")
    if "." not in host:
        raise LeadRejected("domain: it has no dot; write it as acme.com")
    try:
        return parse_domain(host)
    except LeadRejected as refusal:
        raise LeadRejected("domain: it is not a valid domain name") from refusal


def _clean(row: Mapping[str, str]) -> dict[str, str]:
    """Trim and normalise; leave blank fields out."""
    return {
        name: clean
        for name, text in row.items()
        if (clean := text.strip() if text.isascii() else _normalise(text, name))
    }


def _normalise(text: str, name: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as fault:
        raise LeadRejected(f"{name}: holds half a character (a lone surrogate)") from fault
    return unicodedata.normalize("NFC", text).strip()


def _domain_of(fields: Mapping[str, str], address: Address | None) -> Domain:
    given = fields.get("domain", "")
    if address and given in ("", address.domain.text):
        return address.domain
    if not given:
        raise LeadRejected(NO_IDENTITY)
    return clean_domain(given)


def _check_personal(hosts: Iterable[Domain], providers: frozenset[str]) -> None:
    for host in hosts:
        provider, _, suffix = host.key.partition(".")
        if provider in providers and PUBLIC_SUFFIX.fullmatch(suffix):
            raise LeadRejected("personal mail domain (LEAD_REJECT_PERSONAL_MAIL=false allows it)")


def _identity(fields: Mapping[str, str], address: Address | None, domain: Domain) -> str:
    if address:
        key = address.key
    elif "first_name" in fields and "last_name" in fields:
        names = (_escape(fields[name].lower()) for name in ("first_name", "last_name"))
        key = "|".join([domain.key, *names])
    else:
        raise LeadRejected(NO_IDENTITY)
    return f"lead-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _escape(name: str) -> str:
    """Keep the separator out of the parts, so that a|b and c are not a and b|c."""
    return name.replace("\\", "\\\\").replace("|", "\\|")


def _check_size(lead_id: str, fields: Mapping[str, str], max_body_bytes: int) -> None:
    # JSON writes no character in more than 6 bytes, so short rows need no measuring.
    if 6 * sum(map(len, fields.values())) + 1000 <= max_body_bytes:
        return
    size = len(clay_body(lead_id, fields))
    if size > max_body_bytes:
        longest = max(fields, key=lambda name: len(fields[name]))
        raise LeadRejected(
            f"{longest}: the row would be {size:,} bytes, over Clay's {max_body_bytes:,}"
        )
