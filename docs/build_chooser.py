"""Write the chooser's script and the variants' colours into docs/assets, from the engine."""

from __future__ import annotations

from pathlib import Path

from clay_arch import __version__
from clay_arch.chooser.colours import variants_css
from clay_arch.chooser.page import element_script
from clay_arch.chooser.table import compile_table
from clay_arch.load import load_facts, load_matrix

ASSETS = Path(__file__).parent / "assets"


def main() -> None:
    matrix = load_matrix()
    table = compile_table(matrix, load_facts(matrix), tool_version=__version__)
    ASSETS.mkdir(exist_ok=True)
    (ASSETS / "chooser.js").write_text(element_script(table), encoding="utf-8")
    (ASSETS / "variants.css").write_text(variants_css(), encoding="utf-8")


if __name__ == "__main__":
    main()
