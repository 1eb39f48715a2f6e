"""Is this body from our CRM, and from now? Pure: the caller supplies the time.

HubSpot signs every request of an app (and of a workflow that is told to): X-HubSpot-Signature-v3
is the base64 of HMAC-SHA256 over method, URI, body and X-HubSpot-Request-Timestamp in milliseconds,
with the client secret of the app as the key; a few percent escapes of the URI are decoded first.
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation

Salesforce signs neither outbound messages nor callouts of Flow or Apex (only the webhooks of Data
360 carry x-signature). So this is our own convention, four lines of Apex: the base64 of HMAC-SHA256
over the timestamp in seconds, a full stop and the body, in two headers whose names are settings:

    String now = String.valueOf(Datetime.now().getTime() / 1000);
    Blob mac = Crypto.generateMac('hmacSHA256', Blob.valueOf(now + '.' + body), Blob.valueOf(key));
    request.setHeader('X-Leadflow-Timestamp', now);
    request.setHeader('X-Leadflow-Signature', EncodingUtil.base64Encode(mac));
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from typing import NamedTuple

from leadflow.domain.errors import SignatureRefused

__all__ = ["Signed", "check_signature", "hubspot_text", "salesforce_text"]

SECONDS = re.compile(rb"[0-9]{1,15}")
# What HubSpot decodes before it signs; everything else stays as it was sent.
DECODED = {b"%%%02X" % ord(sign): sign.encode() for sign in ":/?@!$'()*,;"}
ESCAPE = re.compile(b"|".join(DECODED), re.IGNORECASE)


class Signed(NamedTuple):
    """What came with a body: who says when, and the text that was signed."""

    signature: bytes
    timestamp: bytes
    ticks_per_second: int  # of the timestamp
    text: bytes


def hubspot_text(method: str, uri: bytes, body: bytes, timestamp: bytes) -> bytes:
    """Build what HubSpot signs; `uri` is whole, as HubSpot calls it."""
    decoded = ESCAPE.sub(lambda escape: DECODED[escape[0].upper()], uri)
    return method.encode() + decoded + body + timestamp


def salesforce_text(body: bytes, timestamp: bytes) -> bytes:
    """Build what our Apex signs."""
    return timestamp + b"." + body


def check_signature(
    signed: Signed, *, secrets: tuple[str, ...], now: float, tolerance_seconds: float
) -> None:
    """Raise SignatureRefused unless it is ours and of now. Every secret is compared."""
    if not SECONDS.fullmatch(signed.timestamp):
        raise SignatureRefused("malformed")
    fits = [hmac.compare_digest(_mac(signed.text, key), signed.signature) for key in secrets]
    if True not in fits:
        raise SignatureRefused("forged")
    ahead_seconds = int(signed.timestamp) / signed.ticks_per_second - now
    if abs(ahead_seconds) > tolerance_seconds:
        raise SignatureRefused("future" if ahead_seconds > 0 else "stale")


def _mac(text: bytes, secret: str) -> bytes:
    return b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())
