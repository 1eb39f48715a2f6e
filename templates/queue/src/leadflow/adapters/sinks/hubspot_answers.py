"""What HubSpot's answer to a batch says about each of its inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from leadflow.adapters.sinks.http_answers import DELIVERED
from leadflow.adapters.sinks.http_wire import HttpAnswer
from leadflow.domain.delivery import Outcome, OutcomeKind

__all__ = ["TRACE", "by_input"]

CREATED_OR_UPDATED, MULTI_STATUS, BAD_BATCH = (200, 201), 207, 400
TRACE = "objectWriteTraceId"
NO_WORD = Outcome(OutcomeKind.LOST, "no word from HubSpot on this contact")
UNREADABLE = Outcome(OutcomeKind.LOST, "HubSpot's answer cannot be read")
NO_PROPERTY = Outcome(
    OutcomeKind.HELD, "HubSpot lacks a property; correct destinations.yaml, or add it, and restart"
)
PASSING = {"RATE_LIMITS", "INTERNAL_ERROR"}
# Words of theirs that may be shown: a message may quote the contact, these never do.
KNOWN_CODES = (
    "CONFLICT",
    "INVALID_DATE",
    "INVALID_EMAIL",
    "INVALID_INTEGER",
    "INVALID_LONG",
    "INVALID_OPTION",
    "OBJECT_NOT_FOUND",
    "PROPERTY_TOO_LARGE",
    "READ_ONLY_VALUE",
    "VALIDATION_ERROR",
)


def by_input(answer: HttpAnswer, inputs: Iterable[int]) -> dict[int, Outcome]:
    """Judge each input, by delivery_id; empty when the answer does not speak of inputs."""
    if answer.status in CREATED_OR_UPDATED:
        return dict.fromkeys(inputs, DELIVERED)
    if answer.status == BAD_BATCH:
        return dict.fromkeys(inputs, _refusal(_read(answer.body) or {}))
    if answer.status != MULTI_STATUS:
        return {}
    content = _read(answer.body)
    if content is None:
        return dict.fromkeys(inputs, UNREADABLE)
    return _partial(content, inputs)


def _partial(content: Mapping[str, Any], inputs: Iterable[int]) -> dict[int, Outcome]:
    keys, errors = list(inputs), _mappings(content.get("errors"))
    results = _mappings(content.get("results"))
    refused = {str(trace): _refusal(error) for error in errors for trace in _traces(error)}
    written = {result.get(TRACE) for result in results} - {None}
    # Results need not carry their trace; whoever was not refused is among them if all are counted.
    is_counted = not written and len(results) + len(refused) == len(keys)
    return {
        key: refused.get(str(key)) or (DELIVERED if is_counted or str(key) in written else NO_WORD)
        for key in keys
    }


def _refusal(error: Mapping[str, Any]) -> Outcome:
    text = json.dumps(error)
    if "PROPERTY_DOESNT_EXIST" in text:
        return NO_PROPERTY
    if error.get("category") in PASSING:
        return Outcome(OutcomeKind.TRANSIENT, "HubSpot could not write this contact now")
    codes = [code for code in KNOWN_CODES if code in text]
    return Outcome(
        OutcomeKind.PERMANENT, f"refused by HubSpot ({', '.join(codes) or 'no reason given'})"
    )


def _traces(error: Mapping[str, Any]) -> list[Any]:
    context = error.get("context")
    traces = context.get(TRACE) if isinstance(context, dict) else None
    return traces if isinstance(traces, list) else [traces] if traces else []


def _mappings(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
