"""How enriched data leaves without a callback: the native CRM action and CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from clay_arch.sandbox import CrmColumn, EnrichmentColumn

if TYPE_CHECKING:
    from clay_arch.sandbox import RunningSandbox
    from tests.sandbox.conftest import Post, Start

TITLE = EnrichmentColumn(name="title", fact="job_title", credits=2)


def exported(clay: RunningSandbox) -> list[dict[str, str]]:
    clay.control.wait_until_idle()
    return list(csv.DictReader(io.StringIO(clay.control.export_csv(), newline="")))


@pytest.mark.fact("meter.action")
def test_the_crm_action_writes_mapped_fields_after_enrichment_for_1_action(
    start: Start, post: Post
) -> None:
    crm = CrmColumn(fields={"Email": "email", "Job Title": "title"})
    clay = start(columns=(TITLE,), crm=crm)

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example", "other": 1})
    clay.control.wait_until_idle()

    title = clay.control.rows()[0]["cells"]["title"]["value"]
    assert clay.control.crm_records() == [{"Email": "ada@crunchy.example", "Job Title": title}]
    assert clay.control.state()["actions"]["spent"] == 2


def test_without_a_mapping_the_crm_receives_every_column(start: Start, post: Post) -> None:
    clay = start(columns=(TITLE,), crm=CrmColumn())

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example"})
    clay.control.wait_until_idle()

    assert set(clay.control.crm_records()[0]) == {"email", "title"}


def test_out_of_actions_the_crm_receives_nothing(start: Start, post: Post) -> None:
    clay = start(columns=(), crm=CrmColumn(), actions=0)

    post(clay.webhook_urls[0])
    clay.control.wait_until_idle()

    assert clay.control.crm_records() == []
    assert clay.control.rows()[0]["cells"]["crm"]["note"] == "ERROR_OUT_OF_CREDITS"


def test_the_export_has_original_then_enriched_columns(start: Start, post: Post) -> None:
    clay = start(columns=(TITLE,))

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example", "note": 'a "quoted",\nline'})
    post(clay.webhook_urls[0], {"email": "bob@crunchy.example", "tags": ["x"], "note": None})

    lines = exported(clay)
    titles = [row["cells"]["title"]["value"] for row in clay.control.rows()]
    assert lines == [
        {
            "email": "ada@crunchy.example",
            "note": 'a "quoted",\nline',
            "tags": "",
            "title": titles[0],
        },
        {"email": "bob@crunchy.example", "note": "", "tags": '["x"]', "title": titles[1]},
    ]


def test_the_export_shows_errors_and_leaves_no_result_blank(start: Start, post: Post) -> None:
    nothing = EnrichmentColumn(name="nothing", fact="job_title", no_result_share=1)
    clay = start(columns=(TITLE, nothing), credits=0)

    post(clay.webhook_urls[0], {"email": "ada@crunchy.example"})

    assert exported(clay) == [
        {"email": "ada@crunchy.example", "title": "ERROR_OUT_OF_CREDITS", "nothing": ""}
    ]


def test_deleted_rows_are_not_exported(start: Start, post: Post) -> None:
    clay = start(columns=())
    post(clay.webhook_urls[0])
    clay.control.wait_until_idle()

    clay.control.delete_rows()

    assert exported(clay) == []


@pytest.mark.fact("capability.csv")
def test_an_imported_file_is_enriched_and_exported_again(start: Start) -> None:
    clay = start(plan="free", webhooks=0, columns=(TITLE,))

    counts = clay.control.import_csv(
        "\ufeffemail,name\r\nada@crunchy.example,Ada\r\nb@c.example\r\n"
    )

    assert counts == {"lines": 2, "rows": 2}
    assert [line["name"] for line in exported(clay)] == ["Ada", ""]
    assert clay.control.state()["credits"]["spent"] == 4


@pytest.mark.fact("wire.table-full")
def test_an_import_stops_silently_at_the_plans_200_rows(start: Start) -> None:
    clay = start(plan="free", webhooks=0, columns=())
    lines = "".join(f"lead{number}@crunchy.example\n" for number in range(250))

    assert clay.control.import_csv("email\n" + lines) == {"lines": 250, "rows": 200}
