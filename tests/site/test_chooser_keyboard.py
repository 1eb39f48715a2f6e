"""The chooser without a mouse, and what a screen reader is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

FOCUSED = """() => {
  const node = document.querySelector("clay-arch-chooser").shadowRoot.activeElement;
  if (!node) return null;
  const name = node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? node.textContent;
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  return [name, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
}"""
FIELDS = [
    "How many leads do you enrich?",
    "Period of the volume",
    "Volume, logarithmic",
    "Which Clay plan are you on?",
    "A public HTTPS endpoint",
    "Redis",
    "How must enriched data come back?",
    "How soon is a result needed?",
    "Unit of the time",
    "Who tries again after a failure?",
    "How does the CRM get the data?",
    "Do leads come from one source or several?",
    "Data credits per lead",
    "Actions per lead",
]


def _walk(page: Page) -> list[tuple[str, bool]]:
    """Tab through the whole chooser: the names of what is met, and whether focus can be seen."""
    met: list[tuple[str, bool]] = []
    while True:
        page.keyboard.press("Tab")
        focused = cast("tuple[str, bool] | None", page.evaluate(FOCUSED))
        if focused is None:
            return met
        met.append((focused[0], focused[1]))


def test_tab_meets_every_field_in_order_and_then_the_commands_and_links(
    page: Page, explored: Path
) -> None:
    page.goto(explored.as_uri())

    met = _walk(page)

    names = [name for name, _ in met]
    assert names[: len(FIELDS)] == FIELDS
    assert names[len(FIELDS) : len(FIELDS) + 3] == [
        "Copy: A running project",
        "Copy: The whole report",
        "VOL-2",
    ]
    assert all(is_seen for _, is_seen in met)


def test_every_answer_can_be_given_by_keyboard_alone(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri())
    press = page.keyboard.press

    press("Tab")
    press("Control+A")
    page.keyboard.type("20000")
    press("Tab")
    press("ArrowDown")  # a month
    press("Tab")
    press("ArrowRight")  # the slider, a notch up
    press("Tab")
    press("ArrowDown")  # Enterprise
    for _ in range(2):
        press("Tab")
    press("Space")  # Redis
    for key in ("ArrowDown", "5", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "7", "3"):
        press("Tab")
        press(key)
    press("Tab")

    assert page.url.endswith(
        "#volume=21000/month&plan=enterprise&infra=https,redis&data_access=csv&max_latency=18000s"
        "&retry=manual&crm_sync=native&sources=one&credits_per_lead=7&actions_per_lead=3"
    )


def test_a_changed_answer_is_told_once_and_not_while_it_is_typed(
    page: Page, explored: Path
) -> None:
    page.goto(explored.as_uri())
    field = page.get_by_label("How many leads do you enrich?")

    field.press("End")
    field.press_sequentially("0")  # 50,000
    expect(page.locator(".fit")).to_have_text("Queue")
    expect(page.get_by_role("status")).to_be_empty()
    field.blur()

    expect(page.get_by_role("status")).to_have_text(
        "Queue fits; you lack Redis; what you can run today is Direct by webhook, which leaves "
        "unmet: volume 50,000 a day."
    )


def test_a_command_is_copied_by_keyboard_and_says_so(
    page: Page, context: BrowserContext, explored: Path
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(explored.as_uri())

    page.get_by_role("button", name="Copy: A running project").press("Enter")

    expect(page.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "clay-arch new clay-leads --volume 5000 --plan growth --infra https"


def test_the_pictures_say_in_words_what_they_show(page: Page, explored: Path) -> None:
    page.goto(explored.as_uri())

    band = page.get_by_role("img", name="Leads a day: Direct from 1, Standard from 1,000")
    spent = page.get_by_role("img", name="Data credits a month along volume.")

    expect(band).to_have_accessible_name(
        "Leads a day: Direct from 1, Standard from 1,000 and Queue from 10,000, blocked."
        " You are at 5,000 a day."
    )
    expect(spent).to_have_accessible_name(
        "Data credits a month along volume. 900,000 data credits at your volume; Growth holds"
        " 6,000, enough for 33 a day."
    )
