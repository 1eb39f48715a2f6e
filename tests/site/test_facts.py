"""Facts about Clay on the site: the packaged ones, each with source and date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clay_arch.load import DATA
from tests.process import Command
from tests.site.built import DOCS, Site, copied, run_script

if TYPE_CHECKING:
    from pathlib import Path

    from clay_arch.decision.facts import Facts

SMALL = 1000  # smaller figures are also examples, ids and codes
BOUNDARIES = {"10,000"}
QUOTED = re.compile(r'\[\[ fact\("([^"]+)"')


def test_every_fact_is_listed_with_its_source_and_date(site: Site, facts: Facts) -> None:
    text = (site.folder / "reference/facts/index.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r'<tr>.*?id="([^"]+)".*?</td>(.*?)</tr>', text, re.DOTALL))

    for fact in facts.all():
        assert fact.read_on in rows[fact.id], fact.id
        assert f'href="#source-{fact.source.lower()}"' in rows[fact.id], fact.id


def test_every_fact_that_a_page_quotes_has_a_note_with_source_and_date(
    site: Site, facts: Facts
) -> None:
    pages = {path: QUOTED.findall(path.read_text(encoding="utf-8")) for path in DOCS.rglob("*.md")}
    assert sum(map(len, pages.values())) > 50
    for path, quoted in pages.items():
        name = path.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index")
        built = site.folder / name / "index.html"
        for fact_id in quoted:
            note = re.search(
                rf'<li id="fn:{re.escape(fact_id)}">(.*?)</li>', built.read_text(), re.DOTALL
            )
            assert note, f"{fact_id} on {name}"
            assert f"read {facts.by_id[fact_id].read_on}" in note[1]
            assert facts.sources[facts.by_id[fact_id].source] in note[1]


def test_no_page_states_a_figure_of_clays_by_hand(facts: Facts) -> None:
    """The macro does, and so brings source and date. Ours are the boundaries of the matrix."""
    values = [fact.value for fact in facts.all() if fact.grade != "ours"]
    figures = {f"{v:,}" for v in values if isinstance(v, int) and v > SMALL} - BOUNDARIES
    written = [p for p in DOCS.rglob("*.md") if not _is_made(p)]

    assert len(written) > 20
    found = {
        (p.name, n) for p in written for n in figures if re.search(rf"(?<![\d,]){n}\b", _text(p))
    }
    assert found == set()


def _is_made(page: Path) -> bool:
    return "project" in page.parts or page.read_text(encoding="utf-8").startswith("<!-- Made from")


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_another_fact_changes_the_site_and_the_command_alike(tmp_path: Path) -> None:
    own = tmp_path / "facts.yaml"
    packaged = (DATA / "facts.yaml").read_text(encoding="utf-8")
    own.write_text(
        packaged.replace("value: 50000, unit: submissions", "value: 61234, unit: submissions")
    )
    folder = copied(tmp_path / "copy")

    assert run_script(folder, "generate.py", "--facts", str(own)).code == 0
    assert run_script(folder, "build.py", env={"SITE_FACTS": str(own)}).code == 0
    told = Command(tmp_path)("facts", "--facts", str(own), "--format", "json")

    assert '"value": 61234' in told.out
    for page in ("", "reference/facts/", "pitfalls/", "explanation/limits/"):
        text = (folder / "site" / page / "index.html").read_text(encoding="utf-8")
        assert "61,234 submissions" in text, page
        assert "50,000 submissions" not in text, page
