"""destinations.yaml, read -> the sinks, connected. The only place that names all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from leadflow.adapters.group_commit import GroupCommit
from leadflow.adapters.sinks.database import DatabaseSink
from leadflow.adapters.sinks.http import HttpSink
from leadflow.adapters.sinks.http_client import HttpClient, open_http
from leadflow.adapters.sinks.hubspot import HubSpot
from leadflow.adapters.sinks.salesforce import Salesforce, Session
from leadflow.adapters.sinks.salesforce_session import ClientCredentials, StaticToken
from leadflow.adapters.sinks.warehouse import Warehouse, open_table
from leadflow.domain.destination import DestinationSpec
from leadflow.use_cases.deliver import Destination, Sink

__all__ = ["open_destinations"]


@asynccontextmanager
async def open_destinations(
    specs: Iterable[DestinationSpec],
    *,
    writer: GroupCommit,
    do_not_contact: Callable[[], frozenset[str]] = frozenset,
) -> AsyncIterator[list[Destination]]:
    """Connect each destination with a client of its own: no one waits for another's answer.

    Enrolments ask `do_not_contact`; a record in the CRM contacts nobody.
    """
    async with AsyncExitStack() as stack:
        destinations = []
        for spec in specs:
            sink: Sink
            calls = spec.concurrency
            if spec.kind == "database":
                sink = DatabaseSink(writer)
            elif spec.kind == "warehouse":
                sink = await stack.enter_async_context(aclosing(_warehouse(spec)))
                calls = 1  # loads that wait for one another would only hold leases
            else:
                opening = open_http(timeout_seconds=spec.timeout_seconds)
                sink = _sink(spec, await stack.enter_async_context(opening))
            barred = do_not_contact if spec.is_enrolment else frozenset
            destinations.append(Destination(spec.name, sink, spec.is_enrolment, calls, barred))
        yield destinations


def _warehouse(spec: DestinationSpec) -> Warehouse:
    options: dict[str, Any] = dict(spec.options)
    columns, folder = options.pop("columns"), Path(options.pop("folder"))
    batch_size, every_seconds = options.pop("batch_size"), options.pop("every_seconds")
    return Warehouse(
        partial(open_table, folder=folder, **options),
        columns=columns,
        batch_size=batch_size,
        every_seconds=every_seconds,
        timeout_seconds=spec.timeout_seconds,
    )


def _sink(spec: DestinationSpec, client: HttpClient) -> Sink:
    options: dict[str, Any] = dict(spec.options)  # checked when the file was read
    if spec.kind == "hubspot":
        return HubSpot(client, **options)
    if spec.kind == "salesforce":
        return _salesforce(client, options)
    if spec.kind == "http":
        return HttpSink(client, is_enrolment=spec.is_enrolment, **options)
    raise ValueError(f"no sink for {spec.kind}")


def _salesforce(client: HttpClient, options: dict[str, Any]) -> Salesforce:
    return Salesforce(
        client,
        _session(client, options),
        url=options["url"],
        api_version=options["api_version"],
        object_name=options["object"],
        external_id=options["external_id"],
        fields=options["fields"],
    )


def _session(client: HttpClient, options: dict[str, Any]) -> Session:
    if options.get("client_id"):
        return ClientCredentials(
            client,
            url=options["url"],
            client_id=options["client_id"],
            secret=options["client_secret"],
        )
    return StaticToken(options["token"])
