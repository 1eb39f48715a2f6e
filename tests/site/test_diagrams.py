"""The drawings of the three architectures: whole, legible, and the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.site.built import DOCS, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

VARIANTS = ("direct", "standard", "queue")
SEED = {
    "direct": ["CSV file", "Clay table", "CSV export", "CRM", "Database"],
    "standard": ["Clay table", "Handler", "CRM", "Outreach", "Database"],
    "queue": [
        "Web form", "CRM event", "CSV file", "Queue", "DLQ", "Circuit breaker", "Clay table",
        "Handler", "CRM", "Outreach", "Database", "Warehouse",
    ],
}  # fmt: skip
WIDER_THAN_ITS_BOX = """
[...document.querySelectorAll('.arch g')].filter(box => {
  const room = box.querySelector('rect').getBoundingClientRect().width - 4;
  return [...box.querySelectorAll('text, tspan')].some(line => {
    const range = document.createRange();
    range.selectNodeContents(line.firstChild);
    return range.getBoundingClientRect().width > room;
  });
}).map(box => box.textContent)
"""


def _diagram(variant: str) -> dict[str, Any]:
    text = (DOCS / f"diagrams/{variant}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_file_is_an_image_with_title_and_description(variant: str) -> None:
    root = ET.parse(DOCS / f"assets/{variant}.svg").getroot()  # noqa: S314 - our own file
    named = {child.get("id"): "".join(child.itertext()) for child in root}

    assert root.get("role") == "img"
    title, described = (named[key] for key in root.attrib["aria-labelledby"].split())
    assert title == _diagram(variant)["title"]
    assert "Clay table to" in described


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_box_is_on_the_way_of_a_lead(variant: str) -> None:
    diagram = _diagram(variant)
    boxes = {b["id"] for row in diagram["rows"].values() for b in row if "text" in b}
    joined = {edge[end] for edge in diagram["edges"] for end in ("from", "to")}

    assert joined == boxes


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_shows_what_the_architecture_is_known_for(variant: str) -> None:
    texts = [b.get("text") for row in _diagram(variant)["rows"].values() for b in row]

    assert [text for text in SEED[variant] if text not in texts] == []


@pytest.mark.parametrize("width", [390, 1440])
def test_every_text_fits_into_its_box_and_can_be_read(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.base)

    assert page.evaluate(WIDER_THAN_ITS_BOX) == []
    scale = "Math.min(...[...document.querySelectorAll('.arch')].map(s => s.getScreenCTM().a))"
    smallest = 11.5 * page.evaluate(scale)
    assert smallest >= 9.5
