"""leadflow moves leads through Clay and what comes back to where it belongs, none lost.

    leads.csv                                                     Clay's CSV export
        │                                                               │
        v                                                               v
    adapters/csv_files.py                                     adapters/csv_files.py
        │  rows, with their line numbers                                │
        v                                                               v
    use_cases/accept_leads.py                          use_cases/import_export.py
        │  domain/columns.py, lead.py, email.py                         │  facts, by lead
        v                                                               v
    adapters/sql_intake.py ────> leadflow.sqlite <──── adapters/sql_enrichments.py
                                 or PostgreSQL
                                     │        ^
                          waiting    v        │ sent, failed, unknown, waiting
    entrypoints/sending.py ── use_cases/send_lead.py ── adapters/budgeted_ledger.py
        │  domain/pacing.py, run.py, retry.py     │
        │                                         v  domain/token.py: signed, to come back
        │            use_cases/post_again.py ── adapters/clay_webhook.py ──> Clay's webhook source
        │  or, by the csv transport
        └─ use_cases/export_leads.py ── adapters/csv_writer.py ────────────> Clay's CSV importer

    Clay's HTTP API column
        │
        v
    entrypoints/webhook.py ── use_cases/receive_callback.py
        │  answered when stored                 │  domain/strict_json.py, token.py, enrichment.py
        v                                       v
    adapters/sql_inbox.py  <── one COMMIT for many ── adapters/group_commit.py
        │                                       ^
        v  routes.yaml: domain/routing.py       │ claimed, settled
    entrypoints/worker.py ── use_cases/deliver.py ── adapters/sql_deliveries.py
        │  a loop for each destination, with its own domain/circuit_breaker.py
        v
    adapters/sinks/ ──> HubSpot, Salesforce, outreach, nurture, the table `enrichment`

domain/ decides and is pure; use_cases/ are one item from start to finish; adapters/ are one outside
thing each; entrypoints/ hold the loops; bootstrap.py, bootstrap_receiving.py and bootstrap_store.py
alone name concrete adapters.
"""

from __future__ import annotations

from leadflow.entrypoints.library import SendReport, send_leads
from leadflow.entrypoints.send_batch import BatchReport, send_batch

__all__ = ["BatchReport", "SendReport", "send_batch", "send_leads"]
