"""leadflow moves leads through Clay: each sent once, none lost, every one accounted for.

    leads.csv                                                     Clay's CSV export
        │                                                               │
        v                                                               v
    adapters/csv_files.py                                     adapters/csv_files.py
        │  rows, with their line numbers                                │
        v                                                               v
    use_cases/accept_leads.py                          use_cases/import_export.py
        │  domain/columns.py, lead.py, email.py                         │  facts, by lead
        v                                                               v
    adapters/sql_intake.py ──> leadflow.sqlite <── adapters/sql_enrichments.py
                                  │        ^
                       waiting    v        │ sent, failed, unknown, waiting
    entrypoints/sending.py ── use_cases/send_lead.py ── adapters/sql_ledger.py
        │  domain/pacing.py, run.py, retry.py     │
        │                                         v
        │                               adapters/clay_webhook.py ──> Clay's webhook source
        │  or, by the csv transport
        └─ use_cases/export_leads.py ── adapters/csv_writer.py ────> Clay's CSV importer

domain/ decides and is pure; use_cases/ are one item from start to finish; adapters/ are one outside
thing each (sql_*.py speak to adapters/database.py, whatever store is behind it); entrypoints/ hold
the loops; bootstrap.py alone names concrete adapters.
"""

from __future__ import annotations

from leadflow.entrypoints.library import SendReport, send_leads

__all__ = ["SendReport", "send_leads"]
