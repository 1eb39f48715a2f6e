"""The chooser in use: typed, dragged, shared, printed, and at every width."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING, Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

MOST_MILLISECONDS = 150
FEWEST_LOADS, MOST_LOADS = 7, 30
READY = ""
BLOCKED = (
    "#volume=12000&plan=starter&infra=redis&data_access=callback&retry=automatic&crm_sync=native"
    "&sources=several&max_latency=30s"
)
TINY = "#volume=7/year&plan=free&infra=none&credits_per_lead=0&actions_per_lead=0"
HUGE = "#volume=365000000000/year&plan=enterprise&infra=https,redis&credits_per_lead=10000"
ADDRESSES = {"ready": READY, "blocked": BLOCKED, "tiny": TINY, "huge": HUGE}
WIDTHS = (390, 768, 1440)
SCHEMES = ("light", "dark")

# Boxes of text and controls, of which none contains another; without what is hidden from sight and
# the line that floats over the questions on purpose.
OVERLAPS = """() => {
  const root = document.querySelector("clay-arch-chooser").shadowRoot;
  const isSeen = (node) => !node.closest(".unseen, .peek, option, style") &&
    !(node.closest("thead") && getComputedStyle(node.closest("thead")).position === "absolute");
  const isLeaf = (node) => node.matches("input, select, button, circle.now, svg text") ||
    [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
  const nodes = [...root.querySelectorAll("*")].filter((n) => isSeen(n) && isLeaf(n));
  const boxes = nodes.map((node) => ({ node, box: node.getBoundingClientRect() }))
    .filter(({ box }) => box.width && box.height);
  const found = [];
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.node.contains(b.node) || b.node.contains(a.node)) return;
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (across > 1 && down > 3) found.push([a.node.textContent, b.node.textContent]);
  }));
  return found;
}"""


def _sentence(page: Page) -> str:
    return page.locator(".sentence").inner_text()


def test_the_first_answer_stands_within_150_milliseconds_of_the_request(
    browser: Browser, explored: Path
) -> None:
    """The best of several loads counts: what else the machine does only ever adds to it."""
    taken: list[float] = []
    while len(taken) < FEWEST_LOADS or (min(taken) > MOST_MILLISECONDS and len(taken) < MOST_LOADS):
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(explored.as_uri())
            mark = "performance.getEntriesByName('clay-arch-chooser-answered')[0].startTime"
            taken.append(cast("float", page.evaluate(mark)))

    print(f"first answer: median {statistics.median(taken):.0f} ms, best {min(taken):.0f} ms")  # noqa: T201 - the figure
    assert min(taken) <= MOST_MILLISECONDS


def test_it_answers_with_the_network_off(
    page: Page, context: BrowserContext, explored: Path
) -> None:
    context.set_offline(True)

    page.goto(explored.as_uri())

    assert _sentence(page) == "Standard fits, and you have all it needs."


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_and_nothing_scrolls_sideways(
    page: Page, explored: Path, width: int, address: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(explored.as_uri() + ADDRESSES[address])
    page.locator("figure").last.wait_for()

    assert page.evaluate("document.scrollingElement.scrollWidth") == width
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(
    page: Page, explored: Path, width: int, scheme: Any, address: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(explored.as_uri() + ADDRESSES[address])
    page.locator("figure").last.wait_for()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()


def test_light_and_dark_follow_the_system_and_print_is_always_on_white(
    page: Page, explored: Path
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.goto(explored.as_uri())

    seen = []
    for media in ({"color_scheme": "light"}, {"color_scheme": "dark"}, {"media": "print"}):
        page.emulate_media(**cast("Any", media))
        seen.append(page.evaluate(paper))

    assert seen == ["rgb(255, 255, 255)", "rgb(22, 25, 30)", "rgb(255, 255, 255)"]


def test_a_print_holds_the_answer_and_not_the_questions(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri())

    page.emulate_media(media="print")

    expect(page.locator("form")).to_be_hidden()
    expect(page.locator(".sentence")).to_be_visible()
    expect(page.get_by_role("button", name="Copy").first).to_be_hidden()


def test_back_and_forward_bring_the_answers_back(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri())
    page.get_by_label("Which Clay plan are you on?").select_option("free")
    page.get_by_label("Redis").check()

    page.go_back()
    expect(page.get_by_label("Redis")).not_to_be_checked()
    blocked = _sentence(page)
    page.go_back()
    expect(page.get_by_label("Which Clay plan are you on?")).to_have_value("growth")
    first = _sentence(page)
    page.go_forward()
    page.go_forward()

    expect(page.get_by_label("Redis")).to_be_checked()
    expect(page.get_by_label("Which Clay plan are you on?")).to_have_value("free")
    assert first == "Standard fits, and you have all it needs."
    assert blocked.startswith("Standard fits; you lack the Growth plan;")


def test_a_shared_address_opens_with_its_answers(
    page: Page, context: BrowserContext, explored: Path
) -> None:
    page.goto(explored.as_uri())
    page.get_by_label("How many leads do you enrich?").fill("12,000")
    page.get_by_label("Period of the volume").select_option("month")
    page.get_by_label("Do leads come from one source or several?").select_option("several")
    page.get_by_label("How soon is a result needed?").fill("5")
    page.get_by_label("Data credits per lead").fill("2.5")
    page.get_by_label("Actions per lead").fill("2")
    page.get_by_label("Actions per lead").blur()

    other = context.new_page()
    other.goto(page.url)

    assert page.url.endswith(
        "#volume=12000/month&plan=growth&infra=https&max_latency=300s&sources=several"
        "&credits_per_lead=2.5&actions_per_lead=2"
    )
    assert other.locator(".answer").inner_text() == page.locator(".answer").inner_text()
    expect(other.get_by_label("How soon is a result needed?")).to_have_value("5")


def test_what_an_address_says_wrongly_is_named_and_left_out(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri() + "#volume=900&plan=gold&infra=none&colour=%zz&retry=in-app")

    expect(page.get_by_role("alert")).to_have_text(
        "Not understood in this page's address and left out: plan=gold and colour=%zz."
    )
    expect(page.get_by_label("Who tries again after a failure?")).to_have_value("in-app")


@pytest.mark.parametrize(
    ("label", "text", "remedy"),
    [
        (
            "How many leads do you enrich?",
            "lots",
            "Write a whole number of leads, from 1 to 1,000,000,000.",
        ),
        (
            "How many leads do you enrich?",
            "0",
            "Write a whole number of leads, from 1 to 1,000,000,000.",
        ),
        ("How soon is a result needed?", "-1", "Write a whole number, up to 365 days in all."),
        ("Data credits per lead", "1.234", "Write 0 to 10,000, such as 6 or 0.5."),
        ("Actions per lead", "1001", "Write a whole number, from 0 to 1,000."),
    ],
)
def test_a_field_says_what_to_write_and_the_answer_stays(
    page: Page, explored: Path, label: str, text: str, remedy: str
) -> None:
    page.goto(explored.as_uri())
    before = page.locator(".answer").inner_text()

    page.get_by_label(label).fill(text)

    expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label(label)).to_have_accessible_description(
        re.compile(f"^{re.escape(remedy)}")
    )
    assert page.locator(".answer").inner_text() == before


def test_the_slider_and_the_field_show_the_same_volume(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri())
    slider = page.get_by_label("Volume, logarithmic")

    slider.fill("200")

    expect(page.get_by_label("How many leads do you enrich?")).to_have_value("100,000")
    expect(slider).to_have_attribute("aria-valuetext", "100,000 a day")
    expect(page.locator(".fit")).to_have_text("Queue")


def test_a_rule_leads_to_its_explanation_and_the_answers_stay(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri() + BLOCKED)
    before = page.locator(".answer").inner_text()
    links = page.locator(".answer a")
    targets = [cast("str", link.get_attribute("href")) for link in links.all()]

    page.get_by_role("link", name="SRC-2").click()

    assert page.url.endswith("#SRC-2")
    assert page.locator(".answer").inner_text() == before
    assert all(page.locator(f"[id='{target.removeprefix('#')}']").count() for target in targets)
