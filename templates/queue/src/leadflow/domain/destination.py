"""A destination as destinations.yaml describes it, and what each kind may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leadflow.domain.destination_options import (
    Read,
    read_base_url,
    read_boolean,
    read_headers,
    read_like,
    read_method,
    read_template,
    read_text,
    read_url,
)
from leadflow.domain.warehouse_options import (
    read_batch_size,
    read_columns,
    read_credentials,
    read_name,
    read_seconds,
    read_settings,
)

__all__ = ["KINDS", "DestinationSpec", "Option"]

API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
API_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]")


@dataclass(frozen=True, slots=True)
class DestinationSpec:
    """One destination. `options` holds every option of its kind; some are secrets."""

    name: str
    kind: str
    is_enrolment: bool  # a delivery that must never happen twice for a lead
    concurrency: int
    timeout_seconds: float
    options: Mapping[str, object] = field(repr=False)


class Option(NamedTuple):
    """How one option is read, and what it is when absent; without that it is required."""

    read: Read
    default: object = None


READ_NAME = read_like(API_NAME, "an API name of Salesforce: letters, digits and _")
KINDS: Mapping[str, Mapping[str, Option]] = {
    "hubspot": {
        "url": Option(read_base_url, "https://api.hubapi.com"),
        "token": Option(read_text),
        "properties": Option(read_template),
    },
    "salesforce": {
        "url": Option(read_base_url),
        "token": Option(read_text, ""),
        "client_id": Option(read_text, ""),
        "client_secret": Option(read_text, ""),
        "api_version": Option(read_like(API_VERSION, "a version, such as v62.0"), "v62.0"),
        "object": Option(READ_NAME, "Lead"),
        "external_id": Option(READ_NAME),
        "fields": Option(read_template),
    },
    "http": {
        "url": Option(read_url),
        "method": Option(read_method, "POST"),
        "headers": Option(read_headers, {}),
        "body": Option(read_template),
        "conflict_means_delivered": Option(read_boolean, default=False),
    },
    "database": {},
    "warehouse": {
        "engine": Option(read_name, "duckdb"),
        "credentials": Option(read_credentials, ""),
        "settings": Option(read_settings, {}),
        "folder": Option(read_text, "results/warehouse"),
        "dataset": Option(read_name, "leadflow"),
        "table": Option(read_name, "enrichment"),
        "columns": Option(read_columns),
        "batch_size": Option(read_batch_size, 500),
        "every_seconds": Option(read_seconds, 2.0),
    },
}
