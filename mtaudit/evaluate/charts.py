"""ROC curves and reliability diagrams as SVG.  Only numbers come in, never text from outside.

Colours stand in ``page.css``: the page's policy allows no style beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

Points = Sequence[Sequence[float]]

# A plot is a square of _SIDE units with room for ticks and axis titles.
_SIDE, _LEFT, _TOP, _RIGHT, _BOTTOM = 340, 58, 10, 12, 52
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
# Area of a reliability dot by its share of the texts.
_DOT_SMALL, _DOT_SPREAD = 3.0, 14.0


def roc(curves: Sequence[tuple[str, Points]], title: str) -> str:
    """``curves``: (css class, points of false-alarm rate and recall)."""
    drawn = [_line(points, name) for name, points in curves]
    return _plot("false alarms (share of human texts)", "found (share of MT)", title, drawn)


def reliability(curves: Sequence[tuple[str, Points]], title: str) -> str:
    """``curves``: (css class, bins of mean probability, share of mt and mass)."""
    drawn = []
    for name, bins in curves:
        drawn.append(_line([(p, s) for p, s, _ in bins], name))
        drawn += [
            f'<circle class="{name}" cx="{_x(p):.1f}" cy="{_y(s):.1f}"'
            f' r="{_DOT_SMALL + _DOT_SPREAD * mass**0.5 / 2:.1f}"/>'
            for p, s, mass in bins
        ]
    return _plot("probability stated", "share that is MT", title, drawn)


def sample(name: str) -> str:
    """A short piece of a curve for the key."""
    return (
        '<svg viewBox="0 0 36 12" aria-hidden="true">'
        f'<path class="{name}" d="M0 6 H36"/></svg>'
    )  # fmt: skip


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float) -> float:
    return _TOP + _SIDE * (1 - value)


def _line(points: Points, name: str) -> str:
    path = " L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in points)
    return f'<path class="{name}" d="M{path}"/>' if points else ""


def _plot(across: str, up: str, title: str, drawn: Sequence[str]) -> str:
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    parts = [f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">']
    for tick in _TICKS:
        x, y = _x(tick), _y(tick)
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP} V{_TOP + _SIDE}"/>')
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f} H{_LEFT + _SIDE}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{_TOP + _SIDE + 19}" text-anchor="middle">{tick:g}</text>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    parts.append(f'<path class="chance" d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}"/>')
    parts.append(f'<path class="axis" d="M{_LEFT} {_TOP} V{_TOP + _SIDE} H{_LEFT + _SIDE}"/>')
    parts += drawn
    middle = _TOP + _SIDE / 2
    parts.append(
        f'<text x="{_x(0.5):.1f}" y="{height - 8}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">{up}</text>'
    )
    parts.append("</svg>")
    return "".join(parts)
