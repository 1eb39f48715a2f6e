"""The options of the HTTP API column, and the column they make."""

from __future__ import annotations

from typing import Any

import click

from .http_api_column import HttpApiColumn
from .limits import LIMITS
from .options import HEADER, in_order, split_list

__all__ = ["callback_from", "callback_options"]

_BODY = (
    '{"email": "/{email}", "work_email": "/{work_email}", "job_title": "/{job_title}", '
    '"company_size": "/{company_size}", "icp_score": /{icp_score}}'
)

callback_options = in_order(
    click.option("--callback-url", help="Add an HTTP API column that calls this URL."),
    click.option(
        "--callback-body", default=_BODY, help="Its body.  [default: every enriched column]"
    ),
    click.option("--callback-header", type=HEADER, multiple=True, help="May be given repeatedly."),
    click.option(
        "--callback-retries",
        type=click.IntRange(0, LIMITS.callback_retries_most),
        default=LIMITS.callback_retries,
        show_default=True,
    ),
    click.option(
        "--callback-retry-on",
        default=",".join(LIMITS.callback_retry_on),
        show_default=True,
        callback=split_list,
        help="Statuses, ranges of statuses and network errors.",
    ),
    click.option(
        "--callback-rate",
        type=click.FloatRange(0, min_open=True),
        default=LIMITS.callback_requests_per_second,
        show_default=True,
        help="Requests per second of this column.",
    ),
    click.option("--run-condition", help="Call back only if, for example 'icp_score >= 50'."),
    click.option(
        "--required",
        default="",
        callback=split_list,
        help="Columns without which no callback is made.",
    ),
    click.option(
        "--remove-empty-values/--send-empty-values",
        default=False,
        help="Leave blank columns out of the body.",
    ),
    click.option(
        "--keep-existing-results/--replace-existing-results",
        default=False,
        help="Whether a re-run keeps a finished callback.",
    ),
)


def callback_from(options: dict[str, Any]) -> HttpApiColumn | None:
    """Take the column's options out of a command's, and make it if it has a URL."""
    url = options.pop("callback_url")
    settings = {
        "body": options.pop("callback_body"),
        "headers": dict(options.pop("callback_header")),
        "retries": options.pop("callback_retries"),
        "retry_on": options.pop("callback_retry_on"),
        "requests_per_second": options.pop("callback_rate"),
        "run_condition": options.pop("run_condition"),
        "required": options.pop("required"),
        "remove_empty_values": options.pop("remove_empty_values"),
        "keep_existing_results": options.pop("keep_existing_results"),
    }
    return HttpApiColumn(url=url, **settings) if url else None
