"""Word alignments between pieces, to guide cross-attention while it is young.

Both directions by eflomal (R. Östling and J. Tiedemann, PBML 106, 2016), joined by
grow-diag-final-and (P. Koehn et al., IWSLT 2005). Guided attention: W. Chen et al.,
arXiv:1607.01628.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

NEIGHBOURS = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
Links = set[tuple[int, int]]


def symmetrise(forward: Links, backward: Links) -> list[list[int]]:
    """grow-diag-final-and over links (left, right), both given in that order."""
    union, found = forward | backward, forward & backward
    lefts, rights = {a for a, _ in found}, {b for _, b in found}
    grown = True
    while grown:
        grown = False
        for left, right in sorted(found):
            for down, across in NEIGHBOURS:
                link = (left + down, right + across)
                free = link[0] not in lefts or link[1] not in rights
                if link in union and link not in found and free:
                    found.add(link)
                    lefts.add(link[0])
                    rights.add(link[1])
                    grown = True
    for side in (forward, backward):
        for left, right in sorted(side):
            if left not in lefts and right not in rights:
                found.add((left, right))
                lefts.add(left)
                rights.add(right)
    return [list(link) for link in sorted(found)]


def _read(path: Path) -> list[Links]:
    return [
        {(int(a), int(b)) for a, b in (link.split("-") for link in line.split())}
        for line in path.read_text().splitlines()
    ]


def align(left: list[list[int]], right: list[list[int]]) -> list[list[list[int]]]:
    """For each pair of piece-id lists the [left position, right position] links."""
    try:
        import eflomal  # a separate GPL program; only its output, the links, is used
    except ImportError as error:
        raise SystemExit("word alignment needs eflomal: pip install eflomal==2.0.0") from error

    texts = ["\n".join(" ".join(map(str, ids)) for ids in side) + "\n" for side in (left, right)]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "forward", Path(folder) / "backward"]
        eflomal.Aligner().align(
            io.StringIO(texts[0]),
            io.StringIO(texts[1]),
            links_filename_fwd=str(paths[0]),
            links_filename_rev=str(paths[1]),
        )
        forward, backward = map(_read, paths)
    return [symmetrise(a, b) for a, b in zip(forward, backward, strict=True)]
