"""What the chooser looks up: regions, steps and colours, each held against where it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from clay_arch import __version__
from clay_arch.chooser.colours import variants_css
from clay_arch.chooser.meters import compile_meter
from clay_arch.chooser.page import ASSETS
from clay_arch.chooser.regions import compile_regions
from clay_arch.chooser.table import compile_table
from clay_arch.decision.audit import all_cells, count_cells
from clay_arch.decision.evaluate import Reason, decide, missing
from clay_arch.decision.matrix import Interval

if TYPE_CHECKING:
    from clay_arch.chooser.regions import Region, Regions
    from clay_arch.decision.answers import Answers
    from clay_arch.decision.facts import Facts
    from clay_arch.decision.matrix import Matrix

DOCS = Path(__file__).parents[2] / "docs"
READABLE = 4.5


@pytest.fixture(scope="module", name="regions")
def _regions(matrix: Matrix, facts: Facts) -> Regions:
    return compile_regions(matrix, facts)


def _region_of(regions: Regions, answers: Answers) -> Region:
    node = 0
    for level, (axis, values) in zip(regions.levels, regions.axes.items(), strict=True):
        node = level[node][list(values).index(getattr(answers, axis))]
    return regions.regions[node]


def test_every_cell_of_the_matrix_is_found_in_the_diagram(
    matrix: Matrix, facts: Facts, regions: Regions
) -> None:
    looked_up = 0
    for answers in all_cells(matrix):
        decision, found = decide(matrix, facts, answers), _region_of(regions, answers)
        assert found[:5] == (
            decision.variant,
            decision.status,
            decision.transport,
            decision.today.variant,
            decision.today.transport,
        )
        assert found.lacks == tuple(
            tuple(blocker.rule for blocker in missing(matrix, variant.id, answers))
            for variant in matrix.variants
        )
        looked_up += 1

    assert looked_up == count_cells(matrix)


def test_the_rules_that_decide_and_the_needs_left_unmet_are_those_of_every_cell(
    matrix: Matrix, facts: Facts, regions: Regions
) -> None:
    for answers in all_cells(matrix):
        decision = decide(matrix, facts, answers)
        decides, short = regions.decides[decision.variant], regions.short[decision.today.variant]
        assert [r.rule in decides for r in decision.reasons] == [
            r.decides for r in decision.reasons
        ]
        assert {r.rule for r in decision.reasons if r.rule in short} == {
            need.rule for need in decision.today.unmet if isinstance(need, Reason)
        }


def test_the_diagram_is_small_because_equal_answers_are_kept_once(
    matrix: Matrix, regions: Regions
) -> None:
    nodes = sum(len(level) for level in regions.levels)

    assert len(regions.regions) + nodes < count_cells(matrix) / 100


@pytest.mark.parametrize("name", ["credits", "actions", "rows", "webhook_life", "rate", "latency"])
def test_the_steps_rise_and_each_has_another_verdict_than_the_one_before(
    matrix: Matrix, facts: Facts, name: str
) -> None:
    for plan in matrix.plans:
        meter = compile_meter(name, facts, plan.id, has_callback=True)
        for steps in meter.steps.values():
            inner = [step.up_to for step in steps if step.up_to is not None]
            judged = [(s.limit.verdict, s.limit.way, s.limit.day is None) for s in steps]
            assert [step.up_to for step in steps] == [*inner, None]
            assert inner == sorted(set(inner))
            assert all(one != other for one, other in pairwise(judged))


def _table(matrix: Matrix, facts: Facts) -> dict[str, Any]:
    return compile_table(matrix, facts, tool_version=__version__)


def test_another_fact_makes_another_page(matrix: Matrix, facts: Facts) -> None:
    name = "plan.growth.credits"
    fact = facts.by_id[name]._replace(value=7_777, read_on="2030-01-02")
    changed = _table(matrix, facts._replace(by_id={**facts.by_id, name: fact}))

    growth = next(plan for plan in changed["plans"] if plan["id"] == "growth")
    credits_meter = changed["meters"][growth["meters"][0][0]]

    assert credits_meter["allowed"] == 7_777
    assert credits_meter["steps"][""][0][0] == 777_700
    assert changed["facts"][name][1:4] == ["7,777 credits per month", "PLAN", "2030-01-02"]


def test_another_matrix_makes_another_page(matrix: Matrix, facts: Facts) -> None:
    volume = matrix.factor("volume")
    moved = [Interval(0, 2_000), Interval(2_000, 10_000), Interval(10_000, None)]
    rules = tuple(r._replace(when=w) for r, w in zip(volume.rules, moved, strict=True))
    factors = (volume._replace(rules=rules), *matrix.factors[1:])

    axis = _table(matrix._replace(factors=factors), facts)["axes"][0]

    assert axis["starts"] == {
        "day": [0, 2_000, 10_000],
        "month": [0, 60_000, 300_000],
        "year": [0, 730_000, 3_650_000],
    }


def test_no_rule_requirement_or_variant_is_named_in_the_scripts(matrix: Matrix) -> None:
    rules = [rule.id for factor in matrix.factors for rule in factor.rules]
    names = [*rules, *(need.id for need in matrix.requirements), *matrix.ranks]
    scripts = "".join(path.read_text(encoding="utf-8") for path in ASSETS.glob("*.js"))

    assert [name for name in names if re.search(rf"\b{name}\b", scripts)] == []


def test_every_figure_of_the_page_has_a_source_a_grade_and_a_date(
    matrix: Matrix, facts: Facts
) -> None:
    table = _table(matrix, facts)
    cited = {name for entry in (*table["meters"], *table["plans"]) for name in entry["facts"]}

    assert cited == set(table["facts"])
    for _, _, source, read_on, grade in table["facts"].values():
        assert table["sources"][source]
        assert table["grades"][grade]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", read_on)


def test_all_that_the_page_of_the_site_links_to_is_there(matrix: Matrix, facts: Facts) -> None:
    table = _table(matrix, facts)
    ids = {
        "rules": {*table["rules"], *table["needs"], *(meter["id"] for meter in table["meters"])},
        "facts": {meter["facts"][0] for meter in table["meters"]},
    }
    page = (DOCS / "chooser.md").read_text(encoding="utf-8")

    marks = {"rules": "{{ #{} }}", "facts": 'id="{}"'}

    for name, linked in ids.items():
        assert f'{name}="../reference/{name}/#"' in page
        target = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
        assert [each for each in sorted(linked) if marks[name].format(each) not in target] == []


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One colour scheme of the style sheet: its custom properties by name."""

    colours: dict[str, str]

    def contrast(self, one: str, other: str) -> float:
        lights = sorted(_luminance(self.colours[name]) for name in (one, other))
        return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("paper", ["paper", "panel"])
def test_every_colour_of_text_can_be_read_on_light_and_on_dark(paper: str) -> None:
    texts = ("direct", "standard", "queue", "ink", "muted", "ok", "watch", "exceeded")
    blocks = re.findall(r"\{ (color-scheme[^}]*)\}", variants_css())
    assert len(blocks) == 4

    for block in blocks:
        scheme = _Scheme(dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)))
        assert min(scheme.contrast(text, paper) for text in texts) >= READABLE
