"""The settings that receiving, delivering and the budget add; the table is read by settings.py."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import urlsplit

from leadflow.domain.token import KID, TokenKey
from leadflow.setting_values import LOOPBACK, ParseError, to_number, to_path, to_text
from leadflow.settings_table import SENDING, Setting

__all__ = ["DESTINATION_VARIABLES", "RECEIVING"]

LEAST_SECRET_LENGTH = 32
LEAST_KEY_BYTES = 32
MOST_SECRETS = 2  # the new one and, until Clay uses it, the old one
HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400


def to_database_url(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme in {"postgresql", "postgres"} and rest:
        return text
    if scheme != "sqlite":
        raise ParseError("must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    return str(SENDING["database"].parse(text))


def to_secrets(text: str) -> tuple[str, ...]:
    secrets = tuple(part.strip() for part in to_text(text).split(",") if part.strip())
    if len(secrets) > MOST_SECRETS:
        raise ParseError("holds more than two secrets; keep the new one and the one before it")
    if any(len(secret) < LEAST_SECRET_LENGTH for secret in secrets):
        raise ParseError(
            f"holds a secret of less than {LEAST_SECRET_LENGTH} characters; "
            "`leadflow secrets` makes one"
        )
    return secrets


def to_token_keys(text: str) -> tuple[TokenKey, ...]:
    keys = tuple(map(_token_key, filter(None, map(str.strip, to_text(text).split(",")))))
    if len({key.kid for key in keys}) < len(keys):
        raise ParseError("two keys have the same name; `leadflow secrets` makes a new one")
    return keys


def to_callback_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(to_text(text))
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or is_local):
        raise ParseError("must be the https:// URL under which Clay reaches `leadflow serve`")
    if parts.username or parts.password or parts.query:
        raise ParseError("must hold no user name and no query; the secret goes into a header")
    return text


def to_optional_number(least: float, most: float) -> Callable[[str], float | None]:
    parse = to_number(least, most)
    return lambda text: parse(text) if text else None


def in_seconds(parse: Callable[[str], float], unit_seconds: int) -> Callable[[str], float]:
    return lambda text: parse(text) * unit_seconds


def _token_key(text: str) -> TokenKey:
    kid, colon, encoded = text.partition(":")
    if not colon or not KID.fullmatch(kid):
        raise ParseError("must be NAME:KEY, NAME being 1 to 8 lower-case letters and digits")
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        secret = base64.b64decode(padded, altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) < LEAST_KEY_BYTES:
        raise ParseError(
            f"key {kid} must be {LEAST_KEY_BYTES} bytes or more in base64url; "
            "`leadflow secrets` makes one"
        )
    return TokenKey(kid, secret)


def _cap(env: str, what: str) -> Setting:
    return Setting(
        env, "", f"Most {what}, all leads together; blank for none.", to_optional_number(0, 10**9)
    )


RECEIVING: dict[str, Setting] = {
    "database": Setting(
        "DATABASE_URL",
        "sqlite:///leadflow.sqlite",
        "Where ledger, inbox and deliveries are kept: sqlite:///FILE for one machine, or\n"
        "postgresql://USER:PASSWORD@HOST/DATABASE, which several processes share.\n"
        "`leadflow store copy` takes the ledger from one to the other.",
        to_database_url,
    ),
    "interval_seconds": Setting(
        "SEND_INTERVAL_SECONDS",
        "0.2",
        SENDING["interval_seconds"].help,
        SENDING["interval_seconds"].parse,
    ),
    "credits_per_lead": Setting(
        "CREDITS_PER_LEAD",
        "6",
        "Data credits that one lead may cost in your table at worst; estimates, --max-credits\n"
        "and the caps below count with it.",
        SENDING["credits_per_lead"].parse,
    ),
    "actions_per_lead": Setting(
        "ACTIONS_PER_LEAD",
        "4",
        "Actions that one lead may cost at worst: one per enrichment, one for the callback.",
        to_number(0, 1_000),
    ),
    "daily_credit_cap": _cap("DAILY_CREDIT_CAP", "credits a day (UTC)"),
    "monthly_credit_cap": _cap("MONTHLY_CREDIT_CAP", "credits a month (UTC)"),
    "daily_action_cap": _cap("DAILY_ACTION_CAP", "actions a day (UTC)"),
    "monthly_action_cap": _cap("MONTHLY_ACTION_CAP", "actions a month (UTC)"),
    "send_retries": Setting(
        "SEND_RETRIES",
        "4",
        "Further attempts at a lead in the same run after a server error of Clay's.\n"
        "Each may make one more row, so each is charged to webhook and budget.",
        to_number(0, 20),
    ),
    "callback_secrets": Setting(
        "CLAY_CALLBACK_SECRETS",
        "",
        "What Clay sends as `Authorization: Bearer ...`. It is a secret: `leadflow secrets`\n"
        "makes one. While it changes, two: the new one, a comma, the old one.",
        to_secrets,
    ),
    "token_keys": Setting(
        "CLAY_TOKEN_KEYS",
        "",
        "Keys that sign what leads carry to Clay and back, as NAME:KEY. They are secrets:\n"
        "`leadflow secrets` makes one. The first signs; older ones, after commas, still verify.",
        to_token_keys,
    ),
    "token_audience": Setting(
        "TOKEN_AUDIENCE",
        "production",
        "Environment and table the tokens are for; those of another are refused.",
        to_text,
    ),
    "token_max_age_seconds": Setting(
        "TOKEN_MAX_AGE_DAYS",
        "7",
        "How long after a lead was sent its callback is accepted.",
        in_seconds(to_number(0.01, 365), DAY_SECONDS),
    ),
    "callback_url": Setting(
        "CALLBACK_URL",
        "",
        "Where Clay reaches `leadflow serve` (https://.../api/clay/enriched). When set, every\n"
        "lead carries it, and the HTTP API column may take its URL from the row.",
        to_callback_url,
    ),
    "callback_timeout_seconds": Setting(
        "CALLBACK_TIMEOUT_HOURS",
        "24",
        "After how long without a callback `leadflow overdue` lists a lead.",
        in_seconds(to_number(0.001, 8_760), HOUR_SECONDS),
    ),
    "routes": Setting(
        "ROUTES_FILE", "routes.yaml", "Which enrichment goes to which destination.", to_path
    ),
    "destinations": Setting(
        "DESTINATIONS_FILE",
        "destinations.yaml",
        "How each destination is reached; the secrets it names are environment variables.",
        to_path,
    ),
    "do_not_contact": Setting(
        "DO_NOT_CONTACT_FILE",
        "do-not-contact.txt",
        "E-mail addresses and domains that are never enrolled, one a line.",
        to_path,
    ),
    "delivery_attempts": Setting(
        "DELIVERY_ATTEMPTS",
        "8",
        "Attempts at a delivery before it is a dead letter.",
        to_number(1, 100),
    ),
    "delivery_cap_seconds": Setting(
        "DELIVERY_CAP_SECONDS",
        "300",
        "Longest wait between two attempts at a delivery; the first waits RETRY_BASE_SECONDS.",
        to_number(0, 3_600),
    ),
    "inbox_days": Setting(
        "INBOX_RETENTION_DAYS", "7", "How long received callbacks are kept.", to_number(0.01, 3_650)
    ),
    "dead_days": Setting(
        "DEAD_RETENTION_DAYS", "30", "How long dead letters are kept.", to_number(0.01, 3_650)
    ),
}

# What destinations.yaml names, as shipped. No setting of the program: yours to rename there.
DESTINATION_VARIABLES: tuple[Setting, ...] = (
    Setting(
        "HUBSPOT_TOKEN",
        "",
        "Access token of a HubSpot private app (destinations.yaml, crm). It is a secret.",
        to_text,
    ),
    Setting(
        "OUTREACH_URL",
        "",
        "Where a person is enrolled in outreach (destinations.yaml, outreach).",
        to_text,
    ),
    Setting("OUTREACH_TOKEN", "", "Bearer token for it. It is a secret.", to_text),
    Setting(
        "NURTURE_URL",
        "",
        "Where a person is enrolled to be kept warm (destinations.yaml, nurture).",
        to_text,
    ),
    Setting("NURTURE_TOKEN", "", "Bearer token for it. It is a secret.", to_text),
)
