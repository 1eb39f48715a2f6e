"""Every page of the site: still, readable and within the width of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.site.built import Site, addresses

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

WIDTHS = (1440, 768, 390)
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}  # what passed is counted, and not described
SCHEME_SHOWN = "document.body.dataset.mdColorScheme"


def test_no_page_scrolls_sideways_complains_or_asks_elsewhere(page: Page, site: Site) -> None:
    """The guard of `page` sees to complaints, errors and requests to other machines."""
    wider = []
    for address in addresses(site.folder):
        page.goto(site.base + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(WIDER):
                wider.append((address, width))

    assert wider == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_has_nothing_against_any_page(page: Page, site: Site, scheme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    axe = Axe()
    found = {}
    for address in addresses(site.folder):
        page.goto(site.base + address)
        assert page.evaluate(SCHEME_SHOWN) == {"light": "default", "dark": "slate"}[scheme]
        result = axe.run(page, options=ONLY_VIOLATIONS)
        if result.violations_count:
            found[address] = result.generate_report()

    assert found == {}, "\n".join(found.values())


def test_the_switch_changes_the_colours_of_a_drawing(page: Page, site: Site) -> None:
    page.goto(f"{site.base}variants/queue/")
    drawn = "getComputedStyle(document.querySelector('.arch .clay rect')).fill"
    before = page.evaluate(drawn)
    page.locator("label[for=__palette_1]").click()

    page.wait_for_function(f"{SCHEME_SHOWN} === 'slate'")
    assert page.evaluate(drawn) != before


def test_a_decision_record_prints_without_the_site_around_it(page: Page, site: Site) -> None:
    page.goto(f"{site.base}examples/standard/")
    page.emulate_media(media="print")

    for part in (".md-header", ".md-footer", ".md-sidebar--primary", "h1"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator(".record h2").first.is_visible()
