"""Bars of ratios with their gates, as an SVG that reads on light and on dark pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.measure import Result

LABEL, BARS, VALUE, LINE = 330, 360, 110, 26
STYLE = """
text { font: 13px sans-serif; fill: #1f2328; }
.small { font-size: 11px; fill: #59636e; }
.axis { stroke: #818b98; } .range { stroke: #1f2328; } .gate { stroke: #bc4c00; stroke-width: 2; }
.holds { fill: #2da44e; } .missed { fill: #cf222e; } .no-gate { fill: #54aeff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .small { fill: #9198a1; } .range { stroke: #e6edf3; } .gate { stroke: #f0883e; }
  .holds { fill: #3fb950; } .missed { fill: #f85149; } .no-gate { fill: #388bfd; }
}
"""


def bars(title: str, results: Sequence[Result]) -> str:
    """Draw one bar for each measured result: the median ratio, its range, and its gate."""
    shown = [one for one in results if one.ratio is not None]
    most = max([1.25, *(max(one.most or 0, one.gate or 0) for one in shown)])
    scale = BARS / (most * 1.05)
    width, height = LABEL + BARS + VALUE, 58 + LINE * len(shown)
    one_at = LABEL + scale
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"',
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text x="8" y="18">{escape(title)}</text>',
        '<text x="8" y="34" class="small">cost of the present tree ÷ cost of the other;',
        "dashed: both cost the same; orange: the gate</text>",
    ]
    for place, one in enumerate(shown):
        parts += _bar(one, 46 + LINE * place, scale)
    parts.append(
        f'<line class="axis" x1="{one_at:.1f}" x2="{one_at:.1f}" y1="42" y2="{height - 10}" '
        'stroke-dasharray="3 3"/>'
    )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(one: Result, top: int, scale: float) -> list[str]:
    assert one.ratio is not None
    assert one.least is not None
    assert one.most is not None
    middle = top + 9
    kind = one.verdict.replace(" ", "-")
    low, high = LABEL + one.least * scale, LABEL + one.most * scale
    parts = [
        f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end">',
        f"{escape(one.row)} ÷ {escape(one.against)}</text>",
        f'<rect class="{kind}" x="{LABEL}" y="{top}" width="{one.ratio * scale:.1f}" height="18"/>',
        f'<line class="range" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text x="{LABEL + BARS + 8}" y="{top + 13}">{one.ratio:.2f} {escape(one.verdict)}</text>',
    ]
    if one.gate is not None:
        at = LABEL + one.gate * scale
        parts.append(
            f'<line class="gate" x1="{at:.1f}" x2="{at:.1f}" y1="{top - 3}" y2="{top + 21}"/>'
        )
    return parts
