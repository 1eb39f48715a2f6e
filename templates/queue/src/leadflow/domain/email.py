"""Is this an address, and which key does it have? A fast path for plain ones, a judge for the rest.

The fast path accepts nothing that email-validator refuses, and gives the same normal form: a
property test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import email_validator

from leadflow.domain.errors import LeadRejected

__all__ = ["Address", "Domain", "parse_address", "parse_domain"]

LOCAL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
# Lower-case Latin letters that every step of IDNA leaves as they are: one composed code point each,
# read from left to right. Sharp s is left to the judge: old and new IDNA differ about it.
LATIN = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĵķĺļľłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž"
LABEL = rf"[a-z0-9{LATIN}](?:[a-z0-9{LATIN}-]{{0,61}}[a-z0-9{LATIN}])?"
DOMAIN = re.compile(rf"(?:{LABEL}\.)+(?P<top>[a-z]{{2,61}})")
# The shape of most addresses, which is its own normal form and its own key.
PLAINEST = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?P<top>[a-z]{2,}))"
)
LONGEST_PLAIN = 64  # well inside every length limit of the judge
LONGEST_JUDGED = 128  # with the longest plain local part still inside the judge's limits
LONGEST_LABEL = 63
ROLE_NAMES = frozenset(email_validator.rfc_constants.CASE_INSENSITIVE_MAILBOX_NAMES)
RESERVED_TOPS = frozenset(
    name.rpartition(".")[2] for name in email_validator.SPECIAL_USE_DOMAIN_NAMES
)
LOOK_ALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


class Domain(NamedTuple):  # tuples are frozen too, and made in half the time of a dataclass
    """A domain as it is sent (`text`), and as it is compared (`key`, in punycode)."""

    text: str
    key: str
    is_mixed_script: bool = False


class Address(NamedTuple):
    """An address as it is sent (`text`), and as it is compared (`key`)."""

    text: str
    key: str
    domain: Domain


def parse_address(text: str) -> Address:
    """Return the address; raise LeadRejected with the judge's reason when it is none."""
    match = PLAINEST.fullmatch(text)
    if match and "--" not in text and len(text) <= LONGEST_PLAIN:
        host, top = match["host"], match["top"]
        if top not in RESERVED_TOPS:
            return Address(text, text, Domain(host, host))
    local, _, host = text.partition("@")
    key = local.lower()
    if not local.isascii() or len(local) > LONGEST_PLAIN or not LOCAL.fullmatch(key):
        return _judge(text)
    domain = _plain_domain(host) or _judge_domain(host)
    if domain is None:
        return _judge(text)
    sent = key if key in ROLE_NAMES else local  # the judge, too, writes Info@ as info@
    return Address(f"{sent}@{domain.text}", f"{key}@{domain.key}", domain)


def parse_domain(text: str) -> Domain:
    """Return the domain; raise LeadRejected when it is none."""
    return _plain_domain(text) or _judge(f"lead@{text}").domain


def _plain_domain(text: str) -> Domain | None:
    host = text.lower() if text.isascii() else text
    match = DOMAIN.fullmatch(host)
    if match is None or "--" in host or len(host) > LONGEST_PLAIN or match["top"] in RESERVED_TOPS:
        return None
    if host.isascii():
        return Domain(host, host)
    labels = [_punycode(label) for label in host.split(".")]
    if any(len(label) > LONGEST_LABEL for label in labels):
        return None
    return Domain(host, ".".join(labels))


def _punycode(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"


@lru_cache(maxsize=4096)  # many people, one company
def _judge_domain(host: str) -> Domain | None:
    """Judge the domain alone; None when only the whole address can be judged."""
    try:
        domain = _judge(f"lead@{host}").domain
    except LeadRejected:
        return None
    return domain if len(domain.key) <= LONGEST_JUDGED else None


def _judge(text: str) -> Address:
    try:
        valid = email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError as refusal:
        raise LeadRejected(f"e-mail: {_without_value(str(refusal))}") from refusal
    domain = Domain(valid.domain, valid.ascii_domain or "", _is_mixed_script(valid.domain))
    # The local part is lower-cased for comparison only: a server may tell the cases apart.
    return Address(valid.normalized, f"{valid.local_part.lower()}@{domain.key}", domain)


def _without_value(reason: str) -> str:
    """Cut the judge's quotation of the address: reasons are stored, addresses are not."""
    return reason.partition(":")[0].removesuffix(".")


def _is_mixed_script(domain: str) -> bool:
    """Does one label mix alphabets that look alike, as Cyrillic a in acme.com does?"""
    return any(len(_scripts(label) & LOOK_ALIKE_SCRIPTS) > 1 for label in domain.split("."))


def _scripts(label: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
